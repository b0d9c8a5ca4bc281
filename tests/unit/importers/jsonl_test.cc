#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "client/importers/csv.h"
#include "client/importers/json_object.h"
#include "tests/unit/importers/read_all.h"

namespace capexdb::importers {
namespace {

constexpr const char* kEvent =
    R"({"source":{"publisher":"FT"},"publishedAt":"2024-08-26","status":"STATUS_ACTUAL",)"
    R"("capex":{"subject":{"name":"Alibaba"},"period":{"label":"2024-H1"},)"
    R"("amount":{"value":"23000000000","currency":"CNY","statedDecimals":-9}}})";

constexpr const char* kFlat =
    R"({"company":"Alibaba","metric":"capex","period":"2024-H1","value":23000000000,)"
    R"("currency":"CNY","source":"FT","published_at":"2024-08-26"})";

TEST(Jsonl, ProtobufJsonIsTheEventItself) {
  const v1::Event event = only_event(std::string(kEvent) + "\n", "a.jsonl");
  EXPECT_EQ(event.capex().amount().value(), "23000000000");
  EXPECT_EQ(event.capex().amount().stated_decimals(), -9);
  EXPECT_FALSE(event.has_origin());
  std::string json;
  ASSERT_TRUE(google::protobuf::util::MessageToJsonString(event, &json).ok());
  EXPECT_EQ(only_event(json, "a.jsonl").SerializeAsString(), event.SerializeAsString());
}

TEST(Jsonl, FieldNamesOfTheProtoFileWorkToo) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  v1::Event event;
  event.set_published_at("2024-08-26");
  event.mutable_catalog_change()->add_metrics()->set_id("x");
  std::string json;
  ASSERT_TRUE(google::protobuf::util::MessageToJsonString(event, &json, options).ok());
  EXPECT_EQ(only_event(json, "a.jsonl").SerializeAsString(), event.SerializeAsString());
}

TEST(Jsonl, AnUnknownFieldIsAnErrorThatNamesIt) {
  const std::string line =
      R"({"source":{"publisher":"FT","editor":"Bob"},"publishedAt":"2024-08-26","capex":{}})";
  EXPECT_NE(first_error(line, "a.jsonl").find("editor"), std::string::npos)
      << first_error(line, "a.jsonl");
}

TEST(Jsonl, FlatObjectsHaveTheColumnsOfTheCsv) {
  const v1::Event event = only_event(kFlat, "a.jsonl");
  EXPECT_EQ(event.capex().amount().value(), "23000000000");
  EXPECT_FALSE(event.capex().amount().has_stated_decimals());
  EXPECT_EQ(event.capex().period().start(), "2024-01-01");
  EXPECT_EQ(event.origin().file(), "a.jsonl");
  EXPECT_EQ(event.origin().line(), 1U);
}

TEST(Jsonl, FlatObjectsMayHaveTheRichColumns) {
  const v1::Event event = only_event(
      R"({"subject":"SMIC","subject_type":"company","metric_std":"production_capacity",)"
      R"("period_type":"duration","period_start":"2024-01-01","period_end":"2024-12-31",)"
      R"("value":50000,"unit":"{chip}/mo","publisher":"X","published_date":"2025-04"})",
      "a.jsonl");
  EXPECT_EQ(event.measure().quantity().value(), "50000");
}

TEST(Jsonl, NumbersKeepEveryDigit) {
  const auto value = [](const std::string& number) {
    const std::string line =
        R"({"company":"A","metric":"capex","period":"2024","source":"X","published_at":"2024",)"
        R"("value":)" +
        number + "}";
    return only_event(line, "a.jsonl").capex().amount().value();
  };
  EXPECT_EQ(value("0.1"), "0.1");
  EXPECT_EQ(value("80.30"), "80.30");
  EXPECT_EQ(value("12345678901234567890123456789012345678"),
            "12345678901234567890123456789012345678");
  EXPECT_EQ(value("0.30000000000000004441"), "0.30000000000000004441");
  EXPECT_EQ(value("2.3e10"), "23000000000");
  EXPECT_EQ(value("-5E-3"), "-0.005");
  EXPECT_EQ(value("\"4.3bn\""), "4300000000");
}

TEST(Jsonl, ExponentsAreExactOrRefused) {
  EXPECT_EQ(plain_digits("1e37").value_or(""), "1" + std::string(37, '0'));
  EXPECT_FALSE(plain_digits("1e38"));
  EXPECT_EQ(plain_digits("0e999").value_or(""), "0");
  EXPECT_FALSE(plain_digits("1e99999999999"));
  EXPECT_EQ(plain_digits("1.50e1").value_or(""), "15.0");
}

TEST(Jsonl, FlagsAndNullsAreCells) {
  const v1::Event event = only_event(
      R"({"company":"A","metric":"capex","period":"2024","value":"5","approx":true,"unit":null,)"
      R"("source":"X","published_at":"2024","extra":false})",
      "a.jsonl");
  EXPECT_TRUE(event.capex().amount().approx());
  ASSERT_EQ(event.origin().printed_size(), 1);
  EXPECT_EQ(event.origin().printed(0).value(), "no");
}

TEST(Jsonl, ABadLineDoesNotStopTheFile) {
  const ReadAll all =
      read_all(std::string(kFlat) + "\n{\"company\":\n\n[1]\n" + kEvent + "\r\nnonsense\n" + kFlat,
               "a.jsonl");
  ASSERT_FALSE(all.failed) << all.error.message;
  ASSERT_EQ(all.records.size(), 6U);
  const std::vector<bool> good = {true, false, false, true, false, true};
  for (std::size_t i = 0; i < good.size(); ++i) {
    EXPECT_EQ(all.records[i].event.has_value(), good[i]) << i;
  }
  EXPECT_EQ(all.records[1].line, 2U);
  EXPECT_EQ(all.records[1].raw, "{\"company\":");
  EXPECT_EQ(all.records[2].line, 4U);
  EXPECT_EQ(all.records[5].event->origin().line(), 7U);
}

TEST(Jsonl, AFlatLineThatLacksAFieldNamesIt) {
  const std::string line = R"({"company":"A","metric":"capex","period":"2024","value":"5"})";
  EXPECT_NE(first_error(line, "a.jsonl").find("source (says who), published_at"), std::string::npos)
      << first_error(line, "a.jsonl");
}

TEST(Jsonl, ANestedValueInAFlatLineIsNamed) {
  const ReadAll all = read_all(
      std::string(kFlat) + "\n" + R"({"company":"A","metric":"capex","tags":["x"]})", "a.jsonl");
  ASSERT_EQ(all.records.size(), 2U);
  ASSERT_FALSE(all.records[1].event);
  EXPECT_EQ(all.records[1].event.error().field, "tags");
}

TEST(Jsonl, AnOverlongLineIsAnErrorOfItsOwn) {
  const ReadAll all = read_all(std::string(kFlat) + "\n{\"note\":\"" +
                                   std::string(kRecordBytesMax, 'x') + "\"}\n" + kFlat + "\n",
                               "a.jsonl");
  ASSERT_EQ(all.records.size(), 3U);
  EXPECT_EQ(all.records[1].event.error().reason, "record_too_long");
  EXPECT_TRUE(all.records[2].event);
  EXPECT_EQ(all.records[2].line, 3U);
}

TEST(Jsonl, DeepNestingIsRefusedWithoutHarm) {
  const std::string deep =
      R"({"capex":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  EXPECT_NE(first_error(deep, "a.jsonl"), "");
  const std::string objects = [] {
    std::string s;
    for (int i = 0; i < 50'000; ++i) s += R"({"capex":)";
    return s + "1" + std::string(50'000, '}');
  }();
  EXPECT_NE(first_error(objects, "a.jsonl"), "");
}

}  // namespace
}  // namespace capexdb::importers
