#include "client/cli/print.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace capexdb::cli {
namespace {

Table small_table() {
  static const std::vector<Row> kRows = {
      {"alibaba", "23.0bn", nullptr, 2, Json::array({"BABA", "9988.HK"})},
      {"腾讯, \"Tencent\"", "4|2", nullptr, nullptr, Json::array()}};
  Table table;
  table.columns = {{"company"}, {"value", true}, {"product"}, {"documents", true}, {"tickers"}};
  table.row_count = kRows.size();
  table.row = [](std::size_t index) { return kRows[index]; };
  return table;
}

std::string printed(const Table& table, Output output, bool color = false) {
  std::ostringstream out;
  print(table, Json{{"sequence", 93}}, {output, color}, out);
  return out.str();
}

TEST(Print, CsvQuotesWhatNeedsItAndKeepsEveryColumn) {
  EXPECT_EQ(printed(small_table(), Output::csv),
            "company,value,product,documents,tickers\n"
            "alibaba,23.0bn,,2,BABA; 9988.HK\n"
            "\"腾讯, \"\"Tencent\"\"\",4|2,,,\n");
}

TEST(Print, TableAlignsAndLeavesOutEmptyColumns) {
  EXPECT_EQ(printed(small_table(), Output::table),
            "company           value  documents  tickers\n"
            "alibaba          23.0bn          2  BABA; 9988.HK\n"
            "腾讯, \"Tencent\"     4|2\n");
}

TEST(Print, ATableInColourHasItsHeaderInBold) {
  EXPECT_TRUE(printed(small_table(), Output::table, true).starts_with("\x1b[1mcompany"));
}

TEST(Print, TableShowsNoControlCharacters) {
  Table table;
  table.columns = {{"name"}};
  table.row_count = 1;
  table.row = [](std::size_t) {
    return Row{
        "a\x1b[2Jb\nc\xC2\x9B"
        "d"};
  };
  EXPECT_EQ(printed(table, Output::table), "name\na [2Jb c d\n");
}

TEST(Print, MarkdownEscapesItsOwnSigns) {
  EXPECT_EQ(printed(small_table(), Output::markdown),
            "| company | value | documents | tickers |\n"
            "|---|---:|---:|---|\n"
            "| alibaba | 23.0bn | 2 | BABA; 9988.HK |\n"
            "| 腾讯, \"Tencent\" | 4\\|2 |  |  |\n");
}

TEST(Print, JsonIsOneObjectWithTheRowsFirst) {
  EXPECT_EQ(printed(small_table(), Output::json),
            "{\"rows\":[\n"
            "{\"company\":\"alibaba\",\"value\":\"23.0bn\",\"product\":null,\"documents\":2,"
            "\"tickers\":[\"BABA\",\"9988.HK\"]},\n"
            "{\"company\":\"腾讯, \\\"Tencent\\\"\",\"value\":\"4|2\",\"product\":null,"
            "\"documents\":null,\"tickers\":[]}\n"
            "],\"sequence\":93}\n");
}

TEST(Print, JsonWithoutRowsIsStillOneObject) {
  Table table = small_table();
  table.row_count = 0;
  EXPECT_EQ(printed(table, Output::json), "{\"rows\":[],\"sequence\":93}\n");
  EXPECT_EQ(printed(table, Output::jsonl), "");
  EXPECT_EQ(printed(table, Output::table), "company  value  product  documents  tickers\n");
}

TEST(Print, JsonLinesAreOneObjectPerRow) {
  const std::string text = printed(small_table(), Output::jsonl);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  EXPECT_TRUE(text.starts_with("{\"company\":\"alibaba\""));
}

TEST(Print, BytesThatAreNoUtf8BecomeReplacements) {
  EXPECT_EQ(json_line(Json{{"a", "\xFFz"}}), "{\"a\":\"\xEF\xBF\xBDz\"}");
}

TEST(Print, FieldsAreIndentedLines) {
  std::ostringstream out;
  print_fields(Json::parse(R"({"sequence":3,"supersedes":[1,2],"event":{"source":{"url":"u"},
                              "cites":[{"text":"FT"}]},"id":"x"})"),
               out);
  EXPECT_EQ(out.str(),
            "sequence:   3\n"
            "supersedes: 1, 2\n"
            "event:\n"
            "  source:\n"
            "    url: u\n"
            "  cites:\n"
            "    - 1\n"
            "      text: FT\n"
            "id:         x\n");
}

}  // namespace
}  // namespace capexdb::cli
