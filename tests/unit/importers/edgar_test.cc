#include <gmock/gmock.h>

#include <iostream>
#include <random>

#include "client/importers/csv.h"
#include "proto/codec/validate.h"
#include "tests/unit/importers/read_all.h"

namespace capexdb::importers {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

CatalogMetric tagged(const std::string& id, UnitClass unit_class, std::vector<std::string> tags) {
  CatalogMetric metric;
  metric.id = id;
  metric.unit_class = unit_class;
  metric.tags = std::move(tags);
  return metric;
}

// As read_all(), with a catalogue.
struct EdgarRead : ReadAll {
  std::vector<LeftOut> left_out;
  int asked = 0;
};

EdgarRead read_edgar(const std::string& content, Format format = Format::automatic,
                     const std::string& file = "facts.json") {
  EdgarRead all;
  std::istringstream input(content);
  auto importer = open_importer(input, file, format, [&all] {
    ++all.asked;
    return Result<std::vector<CatalogMetric>>(
        {tagged("capex", UnitClass::money,
                {"us-gaap:PaymentsToAcquirePropertyPlantAndEquipment", "us-gaap:Twice"}),
         tagged("cash", UnitClass::money, {"us-gaap:Cash", "us-gaap:Twice"}),
         tagged("headcount", UnitClass::count, {"dei:Employees"})});
  });
  if (!importer) {
    all.failed = true;
    all.error = importer.error();
    return all;
  }
  for (;;) {
    Record record;
    const auto more = (*importer)->next(record);
    if (!more) {
      all.failed = true;
      all.error = more.error();
    }
    if (!more || !*more) break;
    all.records.push_back(std::move(record));
  }
  all.left_out = (*importer)->left_out();
  return all;
}

constexpr const char* kFact =
    R"({"start":"2024-01-29","end":"2024-04-28","val":369000000,"accn":"0001045810-24-000124",)"
    R"("fy":2025,"fp":"Q1","form":"10-Q","filed":"2024-05-29","frame":"CY2024Q1"})";

// The document with one list of facts.
std::string document(const std::string& facts, const std::string& unit = "USD",
                     const std::string& taxonomy = "us-gaap",
                     const std::string& name = "PaymentsToAcquirePropertyPlantAndEquipment") {
  return R"({"cik":1045810,"entityName":"NVIDIA CORP","facts":{")" + taxonomy + R"(":{")" + name +
         R"(":{"label":"x","units":{")" + unit + "\":[" + facts + "]}}}}}";
}

// The fact with one member written otherwise; an empty value leaves it out.
std::string fact_with(const std::string& name, const std::string& value) {
  const std::vector<std::pair<std::string, std::string>> members = {
      {"start", "\"2024-01-29\""},          {"end", "\"2024-04-28\""}, {"val", "369000000"},
      {"accn", "\"0001045810-24-000124\""}, {"form", "\"10-Q\""},      {"filed", "\"2024-05-29\""}};
  std::string text;
  for (const auto& [member, usual] : members) {
    const std::string& written = member == name ? value : usual;
    if (!written.empty()) text += (text.empty() ? "\"" : ",\"") + member + "\":" + written;
  }
  return "{" + text + "}";
}

TEST(Edgar, AFactBecomesAnEventOfItsFiling) {
  const EdgarRead all = read_edgar(document(kFact));
  ASSERT_FALSE(all.failed) << all.error.message;
  EXPECT_EQ(all.asked, 1);
  EXPECT_TRUE(all.left_out.empty());
  ASSERT_EQ(all.records.size(), 1U);
  const Record& record = all.records[0];
  EXPECT_EQ(record.line, 1U);
  ASSERT_TRUE(record.event) << record.event.error().message;
  const v1::Event& event = *record.event;
  ASSERT_TRUE(event.has_capex());
  EXPECT_EQ(event.capex().subject().name(), "NVIDIA CORP");
  EXPECT_EQ(event.capex().subject().cik(), "1045810");
  EXPECT_EQ(event.capex().subject().ticker(), "");
  EXPECT_EQ(event.capex().period().kind(), v1::PERIOD_KIND_SPAN);
  EXPECT_EQ(event.capex().period().start(), "2024-01-29");
  EXPECT_EQ(event.capex().period().end(), "2024-04-28");
  EXPECT_EQ(event.capex().period().label(), "");
  EXPECT_EQ(event.capex().amount().value(), "369000000");
  EXPECT_EQ(event.capex().amount().currency(), "USD");
  EXPECT_FALSE(event.capex().amount().has_stated_decimals());
  EXPECT_EQ(event.capex().definition(), "us-gaap:PaymentsToAcquirePropertyPlantAndEquipment");
  EXPECT_EQ(event.source().publisher(), "SEC EDGAR");
  EXPECT_EQ(event.source().accession(), "0001045810-24-000124");
  EXPECT_EQ(event.source().form(), "10-Q");
  EXPECT_EQ(event.source().attribution(), v1::ATTRIBUTION_ISSUER);
  EXPECT_EQ(event.published_at(), "2024-05-29");
  EXPECT_EQ(event.status(), v1::STATUS_ACTUAL);
  std::vector<std::string> printed;
  for (const auto& p : event.origin().printed()) printed.push_back(p.name() + "=" + p.value());
  EXPECT_THAT(printed, ElementsAre("fy=2025", "fp=Q1", "frame=CY2024Q1"));
  EXPECT_TRUE(validate(event.SerializeAsString()));
}

TEST(Edgar, AFactWithoutAStartIsOfOneDay) {
  const EdgarRead all =
      read_edgar(document(fact_with("start", ""), "EUR", "us-gaap", "Cash"), Format::edgar);
  ASSERT_EQ(all.records.size(), 1U);
  ASSERT_TRUE(all.records[0].event) << all.records[0].event.error().message;
  const v1::MeasureFact& fact = all.records[0].event->measure();
  EXPECT_EQ(fact.metric(), "cash");
  EXPECT_EQ(fact.period().kind(), v1::PERIOD_KIND_INSTANT);
  EXPECT_EQ(fact.period().end(), "2024-04-28");
  EXPECT_EQ(fact.quantity().currency(), "EUR");
  EXPECT_EQ(fact.definition(), "us-gaap:Cash");
}

TEST(Edgar, EveryDigitOfANumberIsKept) {
  const std::vector<std::pair<std::string, std::string>> numbers = {
      {"0", "0"},
      {"-369000000", "-369000000"},
      {"18446744073709551617", "18446744073709551617"},
      {"0.1", "0.1"},
      {"12345678901234567890.123456789", "12345678901234567890.123456789"},
      {"3.69E8", "369000000"},
      {"25e-2", "0.25"}};
  for (const auto& [written, kept] : numbers) {
    const EdgarRead all = read_edgar(document(fact_with("val", written)));
    ASSERT_EQ(all.records.size(), 1U) << written;
    ASSERT_TRUE(all.records[0].event) << all.records[0].event.error().message;
    EXPECT_EQ(all.records[0].event->capex().amount().value(), kept);
  }
}

TEST(Edgar, TheEnvelopeMayBeWrittenInManyWays) {
  const std::string facts =
      R"("facts":{"us-gaap":{"Cash":{"units":{"USD":[)" + fact_with("start", "") + "]}}}}";
  for (const std::string& head :
       {std::string(R"("cik":"0001571949","entityName":"INTERCONTINENTAL\u00a0EXCHANGE,  INC.")"),
        std::string(R"("ticker":"DELL","entityName":"INTERCONTINENTAL EXCHANGE,  INC.",)"
                    R"("cik":1571949,"fetched":"2026-07-24","more":{"cik":[1]})")}) {
    const EdgarRead all = read_edgar("\xEF\xBB\xBF{\n" + head + "," + facts + "}\n");
    ASSERT_FALSE(all.failed) << all.error.message;
    ASSERT_EQ(all.records.size(), 1U);
    const v1::Party& subject = all.records[0].event->measure().subject();
    EXPECT_EQ(subject.cik(), "1571949");
    EXPECT_EQ(subject.name(), "INTERCONTINENTAL EXCHANGE,  INC.");
    EXPECT_EQ(subject.ticker(), "");
  }
}

TEST(Edgar, WhatNoMetricListsIsLeftOutAndCounted) {
  const std::string content =
      R"({"cik":1,"entityName":"X","facts":{"us-gaap":{)"
      R"("Unknown":{"units":{"USD":[{"val":1},{"val":2}],"shares":[{"val":3}]}},)"
      R"("Other":{"description":"[{\"val\":9}]","units":{"pure":[{}]}},)"
      R"("None":{"units":{}},)"
      R"("PaymentsToAcquirePropertyPlantAndEquipment":{"units":{"USD":[)" +
      std::string(kFact) + R"(]}}},"ifrs-full":{"_stripped":true}}})";
  const EdgarRead all = read_edgar(content);
  ASSERT_FALSE(all.failed) << all.error.message;
  EXPECT_EQ(all.records.size(), 1U);
  ASSERT_EQ(all.left_out.size(), 2U);
  EXPECT_EQ(all.left_out[0].count, 4U);
  EXPECT_EQ(all.left_out[0].text, "left out 4 facts of 2 concepts that no metric lists");
  EXPECT_EQ(all.left_out[1].text, "left out 1 member that is neither a concept nor a unit");
}

TEST(Edgar, AFileThatGivesNothingSaysSo) {
  const EdgarRead unknown = read_edgar(document(kFact, "USD", "us-gaap", "Unknown"));
  EXPECT_FALSE(unknown.failed);
  EXPECT_TRUE(unknown.records.empty());
  ASSERT_EQ(unknown.left_out.size(), 1U);
  EXPECT_THAT(unknown.left_out[0].text, HasSubstr("left out 1 fact of 1 concept that no metric"));
  EXPECT_THAT(unknown.left_out[0].text, HasSubstr("that is all of it"));
  const EdgarRead empty = read_edgar(R"({"cik":1,"entityName":"X","facts":{}})");
  EXPECT_FALSE(empty.failed);
  ASSERT_EQ(empty.left_out.size(), 1U);
  EXPECT_EQ(empty.left_out[0].text, "there is no fact in it");
}

TEST(Edgar, AFilerWithoutCapexIsToldFromOneThatIsNotRead) {
  const EdgarRead bank = read_edgar(document(fact_with("start", ""), "USD", "us-gaap", "Cash"));
  EXPECT_EQ(bank.records.size(), 1U);
  ASSERT_EQ(bank.left_out.size(), 1U);
  EXPECT_EQ(bank.left_out[0].count, 0U);
  EXPECT_THAT(bank.left_out[0].text, HasSubstr("nothing in it is capex"));
}

TEST(Edgar, NumbersOfFloatingPointAreExactOrRefused) {
  const std::vector<std::pair<std::string, std::string>> numbers = {
      {"1.0E9", "1000000000"}, {"1234.0", "1234.0"}, {"1e-3", "0.001"}, {"-2.50e1", "-25.0"}};
  for (const auto& [written, kept] : numbers) {
    const EdgarRead all = read_edgar(document(fact_with("val", written)));
    ASSERT_TRUE(all.records.at(0).event) << written;
    EXPECT_EQ(all.records[0].event->capex().amount().value(), kept) << written;
  }
  for (const char* written : {"\"1.0E9\"", "1e40", "1e-50", "\"\""}) {
    const EdgarRead all = read_edgar(document(fact_with("val", written)));
    ASSERT_FALSE(all.records.at(0).event) << written;
    EXPECT_FALSE(all.records[0].event.error().reason.empty()) << written;
  }
}

TEST(Edgar, AFilerUnderIfrsStatesItsOwnCurrency) {
  const std::string content = R"({"cik":"0001046179","entityName":"Own Foundry","facts":{)"
                              R"("ifrs-full":{"Plant":{"units":{"TWD":[)" +
                              std::string(kFact) + "]}}}}}";
  std::istringstream input(content);
  auto importer = open_importer(input, "a.json", Format::automatic, [] {
    return Result<std::vector<CatalogMetric>>(
        {tagged("capex", UnitClass::money, {"ifrs-full:Plant"})});
  });
  ASSERT_TRUE(importer) << importer.error().message;
  Record record;
  ASSERT_TRUE((*importer)->next(record).value_or(false));
  ASSERT_TRUE(record.event) << record.event.error().message;
  EXPECT_EQ(record.event->capex().amount().currency(), "TWD");
  EXPECT_EQ(record.event->capex().definition(), "ifrs-full:Plant");
  EXPECT_EQ(record.event->capex().subject().cik(), "1046179");
}

TEST(Edgar, TheFirstMetricThatListsAConceptHasIt) {
  const EdgarRead all = read_edgar(document(kFact, "USD", "us-gaap", "Twice"));
  ASSERT_EQ(all.records.size(), 1U);
  EXPECT_TRUE(all.records[0].event->has_capex());
}

TEST(Edgar, AFactThatCannotBeReadSpoilsOnlyItself) {
  struct Case {
    std::string member;
    std::string value;
    std::string field;
    std::string reason;
  };
  const std::vector<Case> cases = {
      {"accn", "", "accn", "missing_accession"},
      {"accn", "null", "accn", "missing_accession"},
      {"accn", "104581024000124", "accn", "bad_member"},
      {"accn", "\"24-000124\"", "accn", "bad_accession"},
      {"filed", "", "filed", "missing_filed"},
      {"filed", "\"05/29/2024\"", "filed", "bad_date"},
      {"end", "", "end", "missing_end"},
      {"end", "\"2024-02-30\"", "end", "bad_date"},
      {"start", "\"2024-04-29\"", "start", "period_backwards"},
      {"val", "", "val", "missing_value"},
      {"val", "null", "val", "missing_value"},
      {"val", "\"369\"", "val", "bad_value"},
      {"val", "true", "val", "bad_value"},
      {"val", "[1]", "val", "bad_value"},
      {"val", "1e999", "val", "decimal_overflow"},
      {"val", "1,\"val\":2", "val", "repeated_member"},
      {"form", "\"10\\u0001Q\"", "form", "bad_text"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.member + " " + c.value);
    const std::string bad = fact_with(c.member, c.value);
    const EdgarRead all = read_edgar(document(bad + "," + kFact), Format::edgar);
    ASSERT_FALSE(all.failed) << all.error.message;
    ASSERT_EQ(all.records.size(), 2U);
    ASSERT_FALSE(all.records[0].event);
    EXPECT_EQ(all.records[0].event.error().field, c.field);
    EXPECT_EQ(all.records[0].event.error().reason, c.reason);
    EXPECT_THAT(all.records[0].event.error().message,
                HasSubstr("us-gaap:PaymentsToAcquirePropertyPlantAndEquipment in USD: "));
    EXPECT_TRUE(all.records[1].event);
    EXPECT_EQ(all.records[1].line, 2U);
  }
}

TEST(Edgar, MoneyIsInACurrencyAndACountIsNot) {
  for (const char* unit : {"USD/shares", "shares", "pure", "usd"}) {
    const EdgarRead all = read_edgar(document(kFact, unit));
    ASSERT_EQ(all.records.size(), 1U);
    ASSERT_FALSE(all.records[0].event);
    EXPECT_EQ(all.records[0].event.error().field, "units");
    EXPECT_EQ(all.records[0].event.error().reason, "unit_mismatch");
    EXPECT_THAT(all.records[0].event.error().message, HasSubstr(std::string("'") + unit + "'"));
  }
  const EdgarRead count =
      read_edgar(document(fact_with("start", ""), "employee", "dei", "Employees"));
  ASSERT_EQ(count.records.size(), 1U);
  ASSERT_TRUE(count.records[0].event);
  EXPECT_EQ(count.records[0].event->measure().quantity().unit(), "employee");
  EXPECT_EQ(count.records[0].event->measure().quantity().currency(), "");
}

TEST(Edgar, WhatIsRefusedCanBeReadAgain) {
  const std::string bad =
      "{ \"start\" : \"2024-04-29\",\n \"end\":\"2024-04-28\", \"note\": \"a b\"}";
  const EdgarRead first = read_edgar(document(bad + "," + kFact + ",17,[1,2],\"x\""));
  ASSERT_EQ(first.records.size(), 5U);
  std::string rejects;
  for (const Record& record : first.records) {
    EXPECT_EQ(record.raw.find('\n'), std::string::npos);
    rejects += record.raw + "\n";
  }
  EXPECT_EQ(first.records[0].raw,
            R"({"cik":1045810,"entityName":"NVIDIA CORP","facts":{"us-gaap":{)"
            R"("PaymentsToAcquirePropertyPlantAndEquipment":{"units":{"USD":[)"
            R"({"start":"2024-04-29","end":"2024-04-28","note":"a b"}]}}}}})");
  for (const char* file : {"rejects.json", "rejects.jsonl", "-"}) {
    const EdgarRead again = read_edgar(rejects, Format::automatic, file);
    ASSERT_FALSE(again.failed) << again.error.message;
    ASSERT_EQ(again.records.size(), 5U);
    EXPECT_EQ(again.records[0].event.error().reason, "period_backwards");
    ASSERT_TRUE(again.records[1].event);
    EXPECT_EQ(again.records[1].event->capex().SerializeAsString(),
              first.records[1].event->capex().SerializeAsString());
    for (std::size_t i = 2; i < 5; ++i) {
      EXPECT_EQ(again.records[i].event.error().reason, "not_a_fact");
    }
  }
}

TEST(Edgar, BrokenJsonNamesItsByteAndKeepsWhatCameBefore) {
  const std::string good = document(std::string(kFact) + "," + kFact);
  const std::size_t at = good.rfind("\"fy\"");
  std::string broken = good;
  broken[at] = '?';
  const EdgarRead all = read_edgar(broken);
  ASSERT_TRUE(all.failed);
  EXPECT_EQ(all.error.reason, "bad_json");
  EXPECT_THAT(all.error.message, HasSubstr("at byte " + std::to_string(at)));
  EXPECT_EQ(all.records.size(), 1U);
  const EdgarRead cut = read_edgar(good.substr(0, at));
  ASSERT_TRUE(cut.failed);
  EXPECT_EQ(cut.error.reason, "truncated");
  EXPECT_THAT(cut.error.message, HasSubstr("ends at byte " + std::to_string(at)));
  EXPECT_EQ(cut.records.size(), 1U);
}

TEST(Edgar, WhatIsSomethingElseIsRefusedByItsName) {
  const std::vector<std::pair<std::string, std::string>> documents = {
      {R"({"0":{"cik_str":320193,"ticker":"AAPL","title":"Apple Inc."}})", "companies and tickers"},
      {R"({"data":{"cik":"0000320193","entityType":"operating","sic":"3571"},"ttl":1})",
       "list of filings (SEC submissions)"},
      {R"({"cik":"1","filings":{"recent":{"accessionNumber":[],"filingDate":[]}}})",
       "SEC submissions"},
      {R"({"data":[{"type":"filing","attributes":{},"relationships":{}}]})", "ESEF"},
      {R"({"taxonomy":"us-gaap","tag":"Assets","ccp":"CY2019Q1I","data":[]})", "an SEC frame"},
      {R"({"cik":1,"taxonomy":"us-gaap","tag":"Assets","units":{"USD":[]}})", "companyconcept"},
      {R"({"documentInfo":{},"facts":{"f1":{"value":"1"}}})", "xBRL-JSON"},
      {R"({"cik":1,"facts":[]})", "its members are cik, facts"},
      {"{}", "it has no members"},
      {"[1]", "it has no members"}};
  for (const auto& [content, what] : documents) {
    const EdgarRead all = read_edgar(content, Format::edgar);
    ASSERT_TRUE(all.failed) << content;
    EXPECT_EQ(all.error.code, Errc::invalid_argument);
    EXPECT_EQ(all.error.reason, "not_company_facts") << content;
    EXPECT_THAT(all.error.message, HasSubstr(what));
  }
  EXPECT_EQ(read_edgar(" \n", Format::edgar).error.reason, "empty_input");
  EXPECT_EQ(read_edgar("nonsense", Format::edgar).error.reason, "bad_json");
  EXPECT_EQ(read_edgar(R"({"facts":{},"cik":1})", Format::edgar).error.reason, "bad_cik");
  EXPECT_EQ(read_edgar(R"({"cik":"x1","facts":{}})", Format::edgar).error.reason, "bad_cik");
}

TEST(Edgar, ATextLargerThanTheMemoryForItIsNoFault) {
  const std::string large(3U << 20U, 'x');
  std::string content = document(kFact);
  content.insert(content.find("\"label\""), "\"description\":\"" + large + "\",");
  const EdgarRead all = read_edgar(content);
  ASSERT_FALSE(all.failed) << all.error.message;
  EXPECT_EQ(all.records.size(), 1U);
  const EdgarRead fact = read_edgar(document(fact_with("form", "\"" + large + "\"") + "," + kFact));
  ASSERT_FALSE(fact.failed) << fact.error.message;
  ASSERT_EQ(fact.records.size(), 2U);
  EXPECT_EQ(fact.records[0].event.error().reason, "record_too_long");
  EXPECT_LE(fact.records[0].raw.size(), kRecordBytesMax + 1024);
  EXPECT_TRUE(fact.records[1].event);
}

TEST(Edgar, ItIsNotAskedForMetricsOfOtherFormats) {
  const EdgarRead all = read_edgar("{\"capex\":{}}\n", Format::automatic, "a.jsonl");
  EXPECT_FALSE(all.failed);
  EXPECT_EQ(all.asked, 0);
}

TEST(Edgar, WithoutTheMetricsNothingIsRead) {
  std::istringstream input(document(kFact));
  const auto importer = open_importer(input, "a.json", Format::edgar, [] {
    return Result<std::vector<CatalogMetric>>(fail(Errc::unavailable, "no server"));
  });
  ASSERT_FALSE(importer);
  EXPECT_EQ(importer.error().code, Errc::unavailable);
}

// A small file with what real ones have in it.
std::string sample() {
  return "{ \"cik\": 1045810, \"entityName\": \"NVIDIA\\u00A0CORP\",\n \"facts\": {"
         "\"dei\": {\"Float\": {\"label\": null, \"units\": {\"USD\": [{\"val\": 1.5e3}]}}},"
         "\"us-gaap\": {\"Cash\": {\"units\": {\"USD\": [" +
         fact_with("start", "") + ", " + kFact + "], \"shares\": [" + kFact + "]}},\n\"" +
         "PaymentsToAcquirePropertyPlantAndEquipment\": {\"units\": {\"USD\": [" + kFact + ", " +
         fact_with("val", "-0.5") + "]}}}}}\n";
}

// Reads to the end: whatever comes out is an event that the codec takes or an
// error with a reason.
void expect_sound(const std::string& content) {
  const EdgarRead all = read_edgar(content, Format::edgar, "x.json");
  if (all.failed) {
    ASSERT_FALSE(all.error.reason.empty()) << all.error.message;
    ASSERT_FALSE(all.error.message.empty());
  }
  for (const Record& record : all.records) {
    if (record.event) {
      const auto valid = validate(record.event->SerializeAsString());
      ASSERT_TRUE(valid) << valid.error().message << "\n" << content;
    } else {
      ASSERT_FALSE(record.event.error().reason.empty());
    }
  }
}

TEST(Edgar, NoTruncationIsTakenForAWhole) {
  const std::string content = sample();
  const std::size_t whole = content.size() - 1;  // without its line end
  for (std::size_t size = 0; size < whole; ++size) {
    expect_sound(content.substr(0, size));
    ASSERT_TRUE(read_edgar(content.substr(0, size), Format::edgar).failed) << size;
  }
  EXPECT_FALSE(read_edgar(content).failed);
}

TEST(Edgar, FlippedBytesNeverCrash) {
  constexpr unsigned kSeed = 20240529;
  std::cout << "seed " << kSeed << "\n";
  std::mt19937 random(kSeed);
  const std::string content = sample();
  for (int round = 0; round < 10000; ++round) {
    std::string flipped = content;
    for (unsigned i = 0; i <= random() % 4; ++i) {
      flipped[random() % flipped.size()] = static_cast<char>(random() % 256);
    }
    expect_sound(flipped);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace capexdb::importers
