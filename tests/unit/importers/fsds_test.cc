#include <gmock/gmock.h>
#include <zip.h>

#include <random>

#include "client/importers/csv.h"
#include "proto/codec/validate.h"
#include "tests/unit/importers/read_all.h"

namespace capexdb::importers {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Entries = std::vector<std::pair<std::string, std::string>>;

// An archive with these entries.
std::string zip_of(const Entries& entries) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* bytes = zip_source_buffer_create(nullptr, 0, 0, &error);
  EXPECT_NE(bytes, nullptr);
  zip_source_keep(bytes);
  zip_t* archive = zip_open_from_source(bytes, ZIP_TRUNCATE, &error);
  EXPECT_NE(archive, nullptr);
  for (const auto& [name, text] : entries) {
    zip_source_t* entry = zip_source_buffer(archive, text.data(), text.size(), 0);
    EXPECT_GE(zip_file_add(archive, name.c_str(), entry, 0), 0);
  }
  EXPECT_EQ(zip_close(archive), 0);
  std::string whole;
  EXPECT_EQ(zip_source_open(bytes), 0);
  char piece[4096];
  for (zip_int64_t n = zip_source_read(bytes, piece, sizeof piece); n > 0;
       n = zip_source_read(bytes, piece, sizeof piece)) {
    whole.append(piece, static_cast<std::size_t>(n));
  }
  zip_source_close(bytes);
  zip_source_free(bytes);
  zip_error_fini(&error);
  return whole;
}

CatalogMetric listed(const std::string& id, UnitClass unit_class, Aggregation aggregation,
                     std::vector<std::string> tags) {
  CatalogMetric metric;
  metric.id = id;
  metric.unit_class = unit_class;
  metric.aggregation = aggregation;
  metric.tags = std::move(tags);
  return metric;
}

Result<std::vector<CatalogMetric>> catalogue() {
  return std::vector<CatalogMetric>{
      listed("capex", UnitClass::money, Aggregation::flow,
             {"us-gaap:Purchases", "ifrs-full:PurchaseOfPlant"}),
      listed("cash", UnitClass::money, Aggregation::stock, {"us-gaap:Cash"}),
      listed("headcount", UnitClass::count, Aggregation::stock, {"dei:Employees"})};
}

ReadAll read_fsds(const std::string& content, const std::string& file = "2024q2.zip",
                  Format format = Format::automatic) {
  return read_all(content, file, format, catalogue);
}

constexpr const char* kSub =
    "adsh\tcik\tname\tsic\tform\tperiod\tfy\tfp\tfiled\n"
    "0000001234-24-000007\t1234\tOWN EXAMPLE\xC2\xA0INC "
    "\t3674\t10-Q\t20240630\t2024\tQ2\t20240801\n"
    "0000005678-24-000001\t0000005678\t\"OTHER \"\"X\"\" "
    "CO\"\t3674\t10-Q/A\t20240630\t\t\t20240715\n";
constexpr const char* kNumHeader =
    "adsh\ttag\tversion\tddate\tqtrs\tuom\tsegments\tcoreg\tvalue\tfootnote\n";
constexpr const char* kRow =
    "0000001234-24-000007\tPurchases\tus-gaap/2024\t20240630\t2\tUSD\t\t\t123456.7800\t\n";

std::string dataset(const std::string& rows) {
  return zip_of({{"sub.txt", kSub}, {"num.txt", kNumHeader + rows}});
}

// The row with one cell written otherwise.
std::string row_with(std::size_t column, const std::string& value) {
  std::vector<std::string> cells = {
      "0000001234-24-000007", "Purchases", "us-gaap/2024", "20240630", "2", "USD", "", "",
      "123456.7800",          ""};
  cells[column] = value;
  std::string row;
  for (const std::string& cell : cells) row += (&cell == &cells[0] ? "" : "\t") + cell;
  return row + "\n";
}

TEST(Fsds, ANumberBecomesTheSameEventAsAmongCompanyFacts) {
  const ReadAll all = read_fsds(dataset(kRow));
  ASSERT_FALSE(all.failed) << all.error.message;
  ASSERT_EQ(all.records.size(), 1U);
  EXPECT_EQ(all.records[0].line, 2U);
  ASSERT_TRUE(all.records[0].event) << all.records[0].event.error().message;
  v1::Event event = *all.records[0].event;
  EXPECT_TRUE(validate(event.SerializeAsString()));
  std::vector<std::string> printed;
  for (const auto& p : event.origin().printed()) printed.push_back(p.name() + "=" + p.value());
  EXPECT_THAT(printed,
              ElementsAre("version=us-gaap/2024", "ddate=20240630", "qtrs=2", "fy=2024", "fp=Q2"));
  EXPECT_THAT(event.origin().period_certainty(), HasSubstr("month"));
  const ReadAll facts = read_all(
      R"({"cik":1234,"entityName":"OWN EXAMPLE INC","facts":{"us-gaap":{"Purchases":{"units":)"
      R"({"USD":)"
      R"([{"start":"2024-01-01","end":"2024-06-30","val":123456.78,"accn":"0000001234-24-000007",)"
      R"("form":"10-Q","filed":"2024-08-01"}]}}}}})",
      "facts.json", Format::edgar, catalogue);
  ASSERT_EQ(facts.records.size(), 1U);
  v1::Event same = *facts.records[0].event;
  event.clear_origin();
  same.clear_origin();
  EXPECT_EQ(event.DebugString(), same.DebugString());
}

TEST(Fsds, QuartersLeadBackToTheFirstDayOfAMonth) {
  const std::vector<std::array<std::string, 3>> periods = {
      {"20240630", "1", "2024-04-01"}, {"20240630", "2", "2024-01-01"},
      {"20240229", "1", "2023-12-01"}, {"20230131", "4", "2022-02-01"},
      {"20241231", "3", "2024-04-01"}, {"20241231", "40", "2015-01-01"}};
  for (const auto& [ddate, qtrs, start] : periods) {
    const ReadAll all = read_fsds(dataset("0000001234-24-000007\tPurchases\tus-gaap/2024\t" +
                                          ddate + "\t" + qtrs + "\tUSD\t\t\t1\t\n"));
    ASSERT_EQ(all.records.size(), 1U);
    ASSERT_TRUE(all.records[0].event) << all.records[0].event.error().message;
    EXPECT_EQ(all.records[0].event->capex().period().kind(), v1::PERIOD_KIND_SPAN);
    EXPECT_EQ(all.records[0].event->capex().period().start(), start);
  }
  const ReadAll day = read_fsds(
      dataset("0000001234-24-000007\tCash\tus-gaap/2024\t20240630\t0\tEUR\t\t\t-0.5000\t\n"));
  ASSERT_EQ(day.records.size(), 1U);
  const v1::MeasureFact& fact = day.records[0].event->measure();
  EXPECT_EQ(fact.period().kind(), v1::PERIOD_KIND_INSTANT);
  EXPECT_EQ(fact.period().start(), "2024-06-30");
  EXPECT_EQ(fact.quantity().value(), "-0.5");
  EXPECT_EQ(fact.quantity().currency(), "EUR");
}

TEST(Fsds, ColumnsAreFoundByTheirNames) {
  const std::string num =
      "ADSH\ttag\tversion\tddate\tqtrs\tcoreg\tuom\tvalue\r\n"
      "0000005678-24-000001\tPurchaseOfPlant\tifrs/2023\t20240630\t1\t\tCHF\t7.0\r\n\r\n"
      "0000001234-24-000007\tEmployees\tdei/2024\t20240630\t0\t\tpure\t30\r\n";
  const ReadAll all = read_fsds(zip_of({{"folder/NUM.TXT", num},
                                        {"folder/readme.htm", "<html>"},
                                        {"folder/SUB.txt", "\xEF\xBB\xBF" + std::string(kSub)}}));
  ASSERT_FALSE(all.failed) << all.error.message;
  ASSERT_EQ(all.records.size(), 2U);
  ASSERT_TRUE(all.records[0].event) << all.records[0].event.error().message;
  const v1::Event& event = *all.records[0].event;
  EXPECT_EQ(event.capex().definition(), "ifrs-full:PurchaseOfPlant");
  EXPECT_EQ(event.capex().subject().name(), "OTHER \"X\" CO");
  EXPECT_EQ(event.capex().subject().cik(), "5678");
  EXPECT_EQ(event.capex().amount().value(), "7");
  EXPECT_EQ(event.source().form(), "10-Q/A");
  EXPECT_EQ(event.published_at(), "2024-07-15");
  EXPECT_EQ(all.records[1].line, 4U);
  EXPECT_EQ(all.records[1].event->measure().quantity().unit(), "pure");
}

TEST(Fsds, WhatIsNoTotalOfTheCompanyIsLeftOutAndCounted) {
  const ReadAll all = read_fsds(
      dataset(std::string(kRow) + row_with(1, "Revenues") + row_with(1, "Revenues") +
              row_with(2, "0000001234-24-000007") + row_with(6, "ProductOrService=Chips;") +
              row_with(7, "ParentCompany") + row_with(8, "") + row_with(8, "")));
  ASSERT_FALSE(all.failed) << all.error.message;
  EXPECT_EQ(all.records.size(), 1U);
  std::vector<std::string> texts;
  std::uint64_t count = all.records.size();
  for (const LeftOut& left : all.left_out) {
    texts.push_back(left.text);
    count += left.count;
  }
  EXPECT_EQ(count, 8U);
  EXPECT_THAT(
      texts, ElementsAre("left out 2 facts of concepts that no metric lists",
                         "left out 1 fact of filers' own tags", "left out 1 fact of co-registrants",
                         "left out 1 fact of segments, which are parts of the company's total",
                         "left out 2 facts without a value"));
  const ReadAll none = read_fsds(dataset(row_with(1, "Revenues")));
  ASSERT_EQ(none.left_out.size(), 2U);
  EXPECT_EQ(none.left_out[1].text, "there is no fact of a metric in it");
}

TEST(Fsds, ANumberThatCannotBeReadSpoilsOnlyItself) {
  struct Case {
    std::size_t column;
    std::string value;
    std::string field;
    std::string reason;
  };
  const std::vector<Case> cases = {
      {0, "0000009999-24-000001", "adsh", "missing_filing"},
      {0, "1234", "adsh", "bad_accession"},
      {3, "20240631", "ddate", "bad_date"},
      {3, "2024-06-30", "ddate", "bad_date"},
      {3, "20240628", "ddate", "bad_date"},
      {3, "", "ddate", "bad_date"},
      {4, "0", "qtrs", "too_short"},
      {4, "x", "qtrs", "bad_quarters"},
      {4, "-1", "qtrs", "bad_quarters"},
      {4, "401", "qtrs", "bad_quarters"},
      {5, "shares", "uom", "unit_mismatch"},
      {5, "USD/shares", "uom", "unit_mismatch"},
      {8, "many", "value", "bad_number"},
      {8, "1234567890123456789012345678901234567890", "value", "decimal_overflow"},
      {9, "bad\x01text", "footnote", "bad_text"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.field + " " + c.value);
    const ReadAll all = read_fsds(dataset(row_with(c.column, c.value) + kRow));
    ASSERT_FALSE(all.failed) << all.error.message;
    ASSERT_EQ(all.records.size(), 2U);
    ASSERT_FALSE(all.records[0].event);
    EXPECT_EQ(all.records[0].event.error().field, c.field);
    EXPECT_EQ(all.records[0].event.error().reason, c.reason);
    EXPECT_THAT(all.records[0].event.error().message, HasSubstr("us-gaap:Purchases: "));
    EXPECT_TRUE(all.records[1].event);
    EXPECT_EQ(all.records[1].line, 3U);
  }
  const ReadAll fields = read_fsds(dataset("one\ttwo\n" + std::string(kRow)));
  ASSERT_EQ(fields.records.size(), 2U);
  EXPECT_EQ(fields.records[0].event.error().reason, "field_count");
}

TEST(Fsds, WhatIsRefusedCanBeReadAgain) {
  const ReadAll first = read_fsds(dataset(row_with(4, "0") + row_with(9, "\"a \"\"b\"\"\"")));
  ASSERT_EQ(first.records.size(), 2U);
  EXPECT_EQ(
      first.header,
      "adsh\ttag\tversion\tddate\tqtrs\tuom\tsegments\tcoreg\tvalue\tfootnote\tcik\tname\tform"
      "\tfiled\tfy\tfp");
  const std::string rejects =
      first.header + "\n" + first.records[0].raw + "\n" + first.records[1].raw + "\n";
  for (const char* file : {"rejects.txt", "-", "rejects"}) {
    const ReadAll again = read_fsds(rejects, file);
    ASSERT_FALSE(again.failed) << again.error.message;
    ASSERT_EQ(again.records.size(), 2U);
    EXPECT_EQ(again.records[0].event.error().reason, "too_short");
    ASSERT_TRUE(again.records[1].event);
    v1::Event event = *again.records[1].event;
    v1::Event same = *first.records[1].event;
    EXPECT_EQ(event.origin().printed(5).value(), "a \"b\"");
    event.mutable_origin()->set_file(same.origin().file());
    EXPECT_EQ(event.DebugString(), same.DebugString());
  }
}

TEST(Fsds, OneTableAloneIsRefusedByItsName) {
  const ReadAll num = read_fsds(kNumHeader + std::string(kRow), "num.txt");
  ASSERT_TRUE(num.failed);
  EXPECT_EQ(num.error.reason, "without_filings");
  EXPECT_THAT(num.error.message, HasSubstr("give the zip"));
  const std::vector<std::pair<std::string, std::string>> others = {
      {kSub, "sub.txt"},
      {"tag\tversion\tcustom\tabstract\nA\tus-gaap/2024\t0\t0\n", "tag.txt"},
      {"adsh\treport\tline\tstmt\ttag\tversion\n", "pre.txt"}};
  for (const auto& [content, name] : others) {
    const ReadAll all = read_fsds(content, "some.txt");
    ASSERT_TRUE(all.failed) << name;
    EXPECT_EQ(all.error.reason, "without_numbers");
    EXPECT_THAT(all.error.message, HasSubstr("looks like the " + name));
  }
  EXPECT_EQ(read_fsds("adsh\ttag\tvalue\tcik\tfiled\n", "x").error.reason, "missing_columns");
}

TEST(Fsds, AnotherArchiveIsRefusedWithWhatIsInIt) {
  const ReadAll other = read_fsds(zip_of({{"rates.csv", "Date,USD\n"}}), "eurofxref-hist.zip");
  ASSERT_TRUE(other.failed);
  EXPECT_EQ(other.error.reason, "compressed_input");
  EXPECT_THAT(other.error.message, HasSubstr("rates.csv"));
  EXPECT_THAT(other.error.message, HasSubstr("unpack it first"));
  const ReadAll notes = read_fsds(zip_of({{"num.tsv", "adsh\n"}, {"sub.tsv", "adsh\n"}}));
  EXPECT_THAT(notes.error.message, HasSubstr("Financial Statement and Notes"));
  EXPECT_EQ(read_fsds(zip_of({{"num.txt", kNumHeader}})).error.reason, "compressed_input");
  const ReadAll columns =
      read_fsds(zip_of({{"sub.txt", "adsh\tcik\tname\n"}, {"num.txt", kNumHeader}}));
  EXPECT_EQ(columns.error.reason, "missing_columns");
  EXPECT_THAT(columns.error.message, HasSubstr("form, filed"));
  const ReadAll empty = read_fsds(zip_of({{"sub.txt", kSub}, {"num.txt", ""}}));
  EXPECT_EQ(empty.error.reason, "no_header");
}

TEST(Fsds, OfTwoDataSetsInOneArchiveNeitherIsPassedOver) {
  const std::string num = std::string(kNumHeader) + kRow;
  for (const Entries& entries :
       {Entries{{"sub.txt", kSub}, {"num.txt", num}, {"2024q1/num.txt", num}},
        Entries{{"a/num.txt", num}, {"a/sub.txt", kSub}, {"b/NUM.TXT", num}, {"b/sub.txt", kSub}},
        Entries{{"sub.txt", kSub}, {"old/Sub.txt", kSub}, {"num.txt", num}}}) {
    const ReadAll all = read_fsds(zip_of(entries), "two.zip");
    ASSERT_TRUE(all.failed);
    EXPECT_EQ(all.error.reason, "table_twice");
    EXPECT_THAT(all.error.message, HasSubstr("two.zip has 2 tables"));
    EXPECT_TRUE(all.records.empty());
  }
  EXPECT_FALSE(
      read_fsds(zip_of({{"sub.txt", kSub}, {"num.txt", num}, {"my-num.txt", "x"}})).failed);
}

TEST(Fsds, WhatIsNoNumberIsNotCalledALongOne) {
  for (const char* value : {"NaN", "Infinity", "-Infinity", "1e", "1e5x", "n/a"}) {
    const ReadAll all = read_fsds(dataset(row_with(8, value)));
    ASSERT_EQ(all.records.size(), 1U) << value;
    ASSERT_FALSE(all.records[0].event) << value;
    EXPECT_EQ(all.records[0].event.error().reason, "bad_number") << value;
    EXPECT_THAT(all.records[0].event.error().message,
                HasSubstr("'" + std::string(value) + "' is not a number"));
  }
  const ReadAll large = read_fsds(dataset(row_with(8, std::string(40, '9'))));
  EXPECT_EQ(large.records[0].event.error().reason, "decimal_overflow");
}

TEST(Fsds, ADamagedArchiveIsNotTakenForAWhole) {
  std::string rows;
  for (int i = 0; i < 5000; ++i) rows += row_with(8, std::to_string(i * 7919 % 100003));
  const std::string good = dataset(rows);
  EXPECT_EQ(read_fsds(good).records.size(), 5000U);
  for (const std::size_t size : {std::size_t{4}, good.size() / 2, good.size() - 1}) {
    const ReadAll cut = read_fsds(good.substr(0, size), "cut.zip");
    ASSERT_TRUE(cut.failed);
    EXPECT_THAT(cut.error.message, HasSubstr("cut.zip"));
  }
  // In the middle of the packed numbers.
  std::string flipped = good;
  for (std::size_t i = 0; i < 64; ++i) flipped[good.size() / 2 + i] ^= 0x55;
  const ReadAll damaged = read_fsds(flipped);
  ASSERT_TRUE(damaged.failed);
  EXPECT_EQ(damaged.error.reason, "read_error");
  EXPECT_THAT(damaged.error.message, HasSubstr("num.txt in 2024q2.zip"));
}

TEST(Fsds, FlippedBytesNeverCrash) {
  constexpr unsigned kSeed = 20240801;
  std::mt19937 random(kSeed);
  const std::string content = kNumHeader + std::string(kRow) + row_with(4, "0") + row_with(6, "x");
  for (int round = 0; round < 3000; ++round) {
    std::string num = content;
    std::string sub = kSub;
    for (unsigned i = 0; i <= random() % 4; ++i) {
      num[random() % num.size()] = static_cast<char>(random() % 256);
      sub[random() % sub.size()] = static_cast<char>(random() % 256);
    }
    const ReadAll all = read_fsds(zip_of({{"sub.txt", sub}, {"num.txt", num}}));
    ASSERT_TRUE(!all.failed || !all.error.reason.empty()) << all.error.message << kSeed;
    for (const Record& record : all.records) {
      if (!record.event) {
        ASSERT_FALSE(record.event.error().reason.empty());
        continue;
      }
      ASSERT_TRUE(validate(record.event->SerializeAsString())) << num;
    }
  }
}

}  // namespace
}  // namespace capexdb::importers
