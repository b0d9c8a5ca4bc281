#include <google/protobuf/util/delimited_message_util.h>
#include <gtest/gtest.h>

#include <sstream>

#include "client/importers/csv.h"
#include "tests/unit/importers/read_all.h"

namespace capexdb::importers {
namespace {

constexpr const char* kCsv =
    "company,metric,period,value,currency,source,published_at\n"
    "Alibaba,capex,2024-H1,23bn,CNY,FT,2024-08-26\n";
constexpr const char* kJson =
    R"({"company":"Alibaba","metric":"capex","period":"2024-H1","value":"23bn",)"
    R"("source":"FT","published_at":"2024-08-26"})";

std::string pb() {
  v1::Event event;
  event.mutable_capex()->mutable_subject()->set_name("Alibaba");
  std::ostringstream stream;
  google::protobuf::util::SerializeDelimitedToOstream(event, &stream);
  return stream.str();
}

std::string company(const std::string& content, const std::string& file,
                    Format format = Format::automatic) {
  const ReadAll all = read_all(content, file, format);
  if (all.failed) return all.error.message;
  if (all.records.size() != 1 || !all.records[0].event) return "(none)";
  return all.records[0].event->capex().subject().name();
}

TEST(Detection, TheExtensionDecides) {
  EXPECT_EQ(company(kCsv, "dir.x/a.CSV"), "Alibaba");
  EXPECT_EQ(company(kJson, "a.jsonl"), "Alibaba");
  EXPECT_EQ(company(kJson, "a.ndjson"), "Alibaba");
  EXPECT_EQ(company(pb(), "a.pb"), "Alibaba");
  EXPECT_EQ(company(pb(), "a.bin"), "Alibaba");
}

TEST(Detection, WithoutAnExtensionTheContentDecides) {
  for (const char* file : {"-", "statements", "a.txt", "dir.csv/statements"}) {
    EXPECT_EQ(company(kCsv, file), "Alibaba") << file;
    EXPECT_EQ(company("\xEF\xBB\xBF" + std::string(kCsv), file), "Alibaba") << file;
    EXPECT_EQ(company(kJson, file), "Alibaba") << file;
    EXPECT_EQ(company("\n  " + std::string(kJson), file), "Alibaba") << file;
    EXPECT_EQ(company(pb(), file), "Alibaba") << file;
  }
}

// A delimited event of that many bytes.
std::string pb_of_size(std::size_t bytes, const std::string& event_id) {
  v1::Event event;
  event.set_event_id(event_id);
  event.mutable_source()->set_publisher("FT");
  event.mutable_capex()->mutable_subject()->set_name("Alibaba");
  event.set_note("x");
  event.set_note(std::string(1 + bytes - event.ByteSizeLong(), 'x'));
  EXPECT_EQ(event.ByteSizeLong(), bytes);
  std::ostringstream stream;
  google::protobuf::util::SerializeDelimitedToOstream(event, &stream);
  return stream.str();
}

TEST(Detection, AMessageWhoseLengthIsABracketIsNoJson) {
  for (const char bracket : {'{', '['}) {
    for (const char* event_id : {"", "an-id"}) {
      const std::string content = pb_of_size(static_cast<std::size_t>(bracket), event_id);
      ASSERT_EQ(content.front(), bracket);
      EXPECT_EQ(company(content, "-"), "Alibaba") << bracket << event_id;
    }
  }
}

TEST(Detection, TheGivenFormatBeatsTheName) {
  EXPECT_EQ(company(kJson, "a.csv", Format::jsonl), "Alibaba");
  EXPECT_EQ(company(kCsv, "a.pb", Format::csv), "Alibaba");
  EXPECT_EQ(company(pb(), "a.csv", Format::pb), "Alibaba");
}

TEST(Detection, OneBigJsonDocumentIsNotLinesOfStatements) {
  const std::string filings = R"({"cik":"320193","entityType":"operating","filings":{}})";
  const std::vector<std::string> documents = {
      filings, "{\n  \"cik\": 1,\n  \"filings\": {}\n}\n", "[" + std::string(kJson) + "]",
      R"({"facts":")" + std::string(2 * kRecordBytesMax, 'x') + "\"}"};
  for (const std::string& content : documents) {
    const ReadAll all = read_all(content, "CIK0000320193.json");
    ASSERT_TRUE(all.failed) << content.substr(0, 60);
    EXPECT_EQ(all.error.reason, "not_json_lines");
    EXPECT_NE(all.error.message.find("not lines of statements"), std::string::npos);
  }
  EXPECT_NE(first_error(filings, "a.json").find("cik, entityType, filings"), std::string::npos);
}

TEST(Detection, CompanyFactsAreKnownByTheirMembers) {
  const std::string one = R"({"cik":320193,"entityName":"X","facts":{"us-gaap":{}}})";
  std::string lines = "{\n";
  for (int i = 0; i < 100; ++i) lines += " \"more" + std::to_string(i) + "\": [\n\n{}],\n";
  for (const std::string& content : {one, one + "\n" + one, lines + one.substr(1)}) {
    for (const char* file : {"CIK0000320193.json", "-", "rejects.jsonl"}) {
      const ReadAll all = read_all(content, file);
      EXPECT_FALSE(all.failed) << file << ": " << all.error.message;
    }
  }
  // Facts of nobody, or no object of facts.
  for (const char* other : {R"({"facts":{"us-gaap":{}}})", R"({"cik":1,"facts":["none"]})"}) {
    EXPECT_EQ(read_all(other, "a.json").error.reason, "not_json_lines") << other;
  }
}

TEST(Detection, EmptyAndPackedInputsAreRefused) {
  EXPECT_EQ(read_all("", "-").error.reason, "empty_input");
  EXPECT_EQ(read_all("", "a.csv").error.reason, "no_header");
  EXPECT_EQ(read_all("\x1F\x8B\x08rest", "a.gz").error.reason, "compressed_input");
  EXPECT_EQ(read_all("PK\x03\x04", "a.xlsx").error.reason, "compressed_input");
}

TEST(Detection, PlainTextIsNoMessage) {
  for (const char* text : {"# A title\n\ntext\n", "one two", "a\tb\n1\t2\n", "\n\n \n"}) {
    EXPECT_EQ(read_all(text, "notes.md").error.reason, "unknown_format") << text;
  }
  const ReadAll all = read_all("# A title\n", "notes.md");
  EXPECT_NE(all.error.message.find("'# A title'"), std::string::npos);
}

TEST(Detection, WhatIsWellKnownAndHasNoStatementsIsNamed) {
  const std::vector<std::pair<std::string, std::string>> files = {
      {R"({"0":{"cik_str":1,"ticker":"OWN","title":"Own Inc."}})", "companies and tickers"},
      {"{\n \"data\": {\n  \"cik\": \"1\", \"entityType\": \"x\", \"sic\": \"1\"}}\n",
       "SEC submissions"},
      {R"({"fields":["cik","name"],"data":[[1,"Own"]]})", "tickers and exchanges"},
      {R"({"data":[{"type":"filing","relationships":{},"attributes":{}}]})", "ESEF"},
      {R"({"taxonomy":"us-gaap","tag":"Assets","ccp":"CY2019Q1I","data":[]})", "an SEC frame"}};
  for (const auto& [content, what] : files) {
    for (const char* file : {"some.json", "-"}) {
      const ReadAll all = read_all(content, file);
      ASSERT_TRUE(all.failed);
      EXPECT_EQ(all.error.reason, "no_importer") << all.error.message;
      EXPECT_NE(all.error.message.find(what), std::string::npos) << all.error.message;
    }
  }
  const ReadAll vintages = read_all("period_start,vintage,release_date,value\n", "gdp.csv");
  EXPECT_EQ(vintages.error.reason, "no_importer");
  EXPECT_NE(vintages.error.message.find("no importer reads it"), std::string::npos);
}

TEST(Detection, AStreamThatCannotBeReadIsAnError) {
  std::istringstream stream("company");
  stream.setstate(std::ios::badbit);
  const auto importer = open_importer(stream, "-", Format::automatic);
  ASSERT_FALSE(importer);
  EXPECT_EQ(importer.error().code, Errc::unavailable);
}

// Hands out one line at a time and knows how many were asked for.
class SlowPipe : public std::streambuf {
 public:
  explicit SlowPipe(std::vector<std::string> lines) : lines_(std::move(lines)) {}
  std::size_t taken() const { return taken_; }

 protected:
  int_type underflow() override {
    if (taken_ == lines_.size()) return traits_type::eof();
    std::string& line = lines_[taken_++];
    setg(line.data(), line.data(), line.data() + line.size());
    return traits_type::to_int_type(line[0]);
  }

 private:
  std::vector<std::string> lines_;
  std::size_t taken_ = 0;
};

TEST(Detection, RecordsOfASlowPipePassAsTheyCome) {
  const std::string row = "Alibaba,capex,2024-H1,23bn,CNY,FT,2024-08-26\n";
  const std::string header = "company,metric,period,value,currency,source,published_at\n";
  const std::string json = std::string(kJson) + "\n";
  for (const auto& [first, more] : {std::pair(header, row), std::pair(json, json)}) {
    SlowPipe pipe({first, more, more, more});
    std::istream input(&pipe);
    auto importer = open_importer(input, "-", Format::automatic);
    ASSERT_TRUE(importer) << importer.error().message;
    EXPECT_EQ(pipe.taken(), 1U);
    Record record;
    ASSERT_TRUE((*importer)->next(record).value_or(false));
    EXPECT_TRUE(record.event);
    EXPECT_LE(pipe.taken(), 2U);
    int rest = 0;
    while ((*importer)->next(record).value_or(false)) ++rest;
    EXPECT_EQ(rest, first == json ? 3 : 2);
  }
}

}  // namespace
}  // namespace capexdb::importers
