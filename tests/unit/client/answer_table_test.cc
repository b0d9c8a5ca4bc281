#include "client/cli/answer_table.h"

#include <gtest/gtest.h>

#include <sstream>

namespace capexdb::cli {
namespace {

Decimal number(const char* text) { return Decimal::parse(text).value(); }

Answer small_answer() {
  AnswerRow known;
  known.company = "alibaba";
  known.metric = "capex";
  known.period = "2024-H1";
  known.start = "2024-01-01";
  known.end = "2024-06-30";
  known.value.point = number("23000000000");
  known.value.low = Bound{number("22500000000"), BoundKind::closed};
  known.value.high = Bound{number("23500000000"), BoundKind::closed};
  known.unit = "CNY";
  known.currency = "CNY";
  known.status = Status::actual;
  known.measure = Measure::level;
  known.source = "Benzinga";
  known.published_at = "2024-08-26";
  known.sequence = 5;
  known.derivation = "reported";
  known.documents = 2;
  known.roots = 1;
  AnswerRow missing;
  missing.company = "baidu";
  missing.metric = "capex";
  missing.period = "2024-H1";
  missing.reason = "never reported";
  Answer answer;
  answer.rows = {known, missing};
  answer.sequence = 93;
  answer.policy = "default";
  answer.token = "abc";
  return answer;
}

std::string printed(const Answer& answer, Rows rows, Output output) {
  std::ostringstream out;
  print(answer_table(answer, rows, output), answer_tail(answer), {output, false}, out);
  return out.str();
}

TEST(AnswerTable, CsvHasEveryColumnAndNumbersInFull) {
  EXPECT_EQ(printed(small_answer(), Rows::cells, Output::csv),
            "company,metric,product,counterparty,period,start,end,value,low,high,unit,currency,"
            "status,source,published_at,sequence,derivation,documents,roots\n"
            "alibaba,capex,,,2024-H1,2024-01-01,2024-06-30,23000000000,22500000000,23500000000,"
            "CNY,CNY,actual,Benzinga,2024-08-26,5,reported,2,1\n"
            "baidu,capex,,,2024-H1,,,,,,,,,,,,,0,0\n");
}

Answer conflict_answer() {
  Answer answer = small_answer();
  AnswerRow conflict = answer.rows[0];
  conflict.finding = Finding::part_above_whole;
  conflict.derivation.clear();
  conflict.reason = "one is above all";
  conflict.parts = {answer.rows[0]};
  conflict.parts[0].document = "d";
  conflict.parts[0].root = "r";
  answer.rows = {conflict};
  return answer;
}

TEST(AnswerTable, ConflictsHaveTheirClassAndReasonInEveryFormat) {
  EXPECT_EQ(printed(conflict_answer(), Rows::conflicts, Output::csv),
            "finding,company,metric,product,counterparty,period,start,end,value,low,high,unit,"
            "currency,status,source,published_at,sequence,derivation,documents,roots,reason\n"
            "part-above-whole,alibaba,capex,,,2024-H1,2024-01-01,2024-06-30,23000000000,"
            "22500000000,23500000000,CNY,CNY,actual,Benzinga,2024-08-26,5,,2,1,one is above all\n");
  const std::string table = printed(conflict_answer(), Rows::conflicts, Output::table);
  EXPECT_NE(table.find("part-above-whole"), std::string::npos) << table;
  EXPECT_NE(table.find("one is above all"), std::string::npos) << table;
}

TEST(AnswerTable, TheSidesOfAConflictAreStatementsInJson) {
  const Json answer =
      Json::parse(printed(conflict_answer(), Rows::conflicts, Output::json), nullptr, false);
  ASSERT_TRUE(answer.is_object());
  const Json& row = answer["rows"][0];
  EXPECT_EQ(row["finding"], "part-above-whole");
  EXPECT_EQ(row["reason"], "one is above all");
  ASSERT_EQ(row["parts"].size(), 1U);
  EXPECT_EQ(row["parts"][0]["value"], "23000000000");
  EXPECT_EQ(row["parts"][0]["document"], "d");
  EXPECT_EQ(row["parts"][0]["root"], "r");
  EXPECT_EQ(row["parts"][0]["bounds"], "[]");
  EXPECT_FALSE(row["parts"][0].contains("finding"));
}

TEST(AnswerTable, JsonAddsBoundsApproxMeasureAndTheReasonOfAMissingValue) {
  EXPECT_EQ(
      printed(small_answer(), Rows::cells, Output::json),
      "{\"rows\":[\n"
      "{\"company\":\"alibaba\",\"metric\":\"capex\",\"product\":\"\",\"counterparty\":\"\","
      "\"period\":\"2024-H1\",\"start\":\"2024-01-01\",\"end\":\"2024-06-30\","
      "\"value\":\"23000000000\",\"low\":\"22500000000\",\"high\":\"23500000000\","
      "\"unit\":\"CNY\",\"currency\":\"CNY\",\"status\":\"actual\",\"source\":\"Benzinga\","
      "\"published_at\":\"2024-08-26\",\"sequence\":5,\"derivation\":\"reported\","
      "\"documents\":2,\"roots\":1,\"bounds\":\"[]\",\"approx\":false,\"measure\":\"level\","
      "\"definition\":null},\n"
      "{\"company\":\"baidu\",\"metric\":\"capex\",\"product\":\"\",\"counterparty\":\"\","
      "\"period\":\"2024-H1\",\"start\":\"\",\"end\":\"\",\"value\":null,\"low\":null,"
      "\"high\":null,\"unit\":\"\",\"currency\":\"\",\"status\":\"\",\"source\":\"\","
      "\"published_at\":\"\",\"sequence\":null,\"derivation\":\"\",\"documents\":0,\"roots\":0,"
      "\"bounds\":\"\",\"approx\":false,\"measure\":\"\",\"definition\":null,"
      "\"reason\":\"never reported\"}\n"
      "],\"sequence\":93,\"as_of\":null,\"policy\":\"default\",\"token\":\"abc\","
      "\"coverage\":null,\"notes\":[]}\n");
}

TEST(AnswerTable, TheTableIsForPeople) {
  Answer answer = small_answer();
  answer.rows.pop_back();
  EXPECT_EQ(printed(answer, Rows::cells, Output::table),
            "company  metric  period    value            bounds  unit  status  source    "
            "published_at  sequence  derivation  documents  roots\n"
            "alibaba  capex   2024-H1  23.0bn  [22.5bn, 23.5bn]  CNY   actual  Benzinga  "
            "2024-08-26           5  reported            2      1\n");
}

TEST(AnswerTable, TheTableHasDaysThatThePeriodDoesNotName) {
  Answer answer = small_answer();
  answer.rows[0].start = "2024-01-29";
  const std::string text = printed(answer, Rows::cells, Output::table);
  EXPECT_NE(text.find("2024-H1  2024-01-29  2024-06-30"), std::string::npos) << text;
}

TEST(AnswerTable, TheTableHasCurrenciesThatTheUnitDoesNotName) {
  Answer answer = small_answer();
  answer.rows[0].unit = "USD/{chip}";
  answer.rows[0].currency = "USD";
  EXPECT_EQ(printed(answer, Rows::cells, Output::table).find("currency"), std::string::npos);
  answer.rows[0].unit = "%";
  EXPECT_NE(printed(answer, Rows::cells, Output::table).find("currency"), std::string::npos);
}

TEST(AnswerTable, TheTableSaysWhyAValueIsMissing) {
  const std::string text = printed(small_answer(), Rows::cells, Output::table);
  EXPECT_NE(text.find("reason"), std::string::npos);
  EXPECT_NE(text.find("never reported"), std::string::npos);
}

TEST(AnswerTable, AReasonBesideAValueIsToldToo) {
  Answer answer = small_answer();
  answer.rows.pop_back();
  answer.rows[0].reason = "incomplete: 2 of 3 companies";
  for (const Output output : {Output::json, Output::jsonl}) {
    EXPECT_NE(
        printed(answer, Rows::cells, output).find("\"reason\":\"incomplete: 2 of 3 companies\""),
        std::string::npos);
  }
  for (const Output output : {Output::table, Output::markdown}) {
    const std::string text = printed(answer, Rows::cells, output);
    EXPECT_NE(text.find("reason"), std::string::npos);
    EXPECT_NE(text.find("incomplete: 2 of 3 companies"), std::string::npos);
  }
  EXPECT_EQ(printed(answer, Rows::cells, Output::csv).find("reason"), std::string::npos);
}

TEST(AnswerTable, JsonNamesTheDefinitionOfARow) {
  Answer answer = small_answer();
  answer.rows[0].definition = "us-gaap:PaymentsToAcquireProductiveAssets";
  EXPECT_NE(printed(answer, Rows::cells, Output::jsonl)
                .find("\"definition\":\"us-gaap:PaymentsToAcquireProductiveAssets\""),
            std::string::npos);
  EXPECT_EQ(printed(answer, Rows::cells, Output::csv).find("definition"), std::string::npos);
}

TEST(AnswerTable, HistoryAddsWhereEachStatementComesFrom) {
  Answer answer = small_answer();
  answer.rows.pop_back();
  answer.rows[0].document = "Benzinga, 2024-08-26";
  answer.rows[0].root = "FT 2024-08-26";
  answer.rows[0].attributed_to = "Financial Times";
  answer.rows[0].withdrawn = true;
  const std::string text = printed(answer, Rows::statements, Output::csv);
  EXPECT_NE(text.find(",roots,document,root,attributed_to,withdrawn\n"), std::string::npos);
  EXPECT_NE(text.find(",\"Benzinga, 2024-08-26\",FT 2024-08-26,Financial Times,true\n"),
            std::string::npos);
}

TEST(AnswerTable, TheTailOfASumHasItsCoverage) {
  Answer answer = small_answer();
  answer.as_of = "2024-09-01";
  answer.coverage = Coverage{2, 3, {"baidu"}};
  answer.notes = {"a note"};
  EXPECT_EQ(json_line(answer_tail(answer)),
            "{\"sequence\":93,\"as_of\":\"2024-09-01\",\"policy\":\"default\",\"token\":\"abc\","
            "\"coverage\":{\"reported\":2,\"of\":3,\"missing\":[\"baidu\"]},"
            "\"notes\":[\"a note\"]}");
}

}  // namespace
}  // namespace capexdb::cli
