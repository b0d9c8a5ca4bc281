#include "client/cli/explanation.h"

#include <gtest/gtest.h>

#include <sstream>

namespace capexdb::cli {
namespace {

AnswerRow statement(const char* point) {
  AnswerRow row;
  row.company = "alibaba";
  row.metric = "capex";
  row.period = "2024-H1";
  row.value.point = Decimal::parse(point).value();
  row.unit = "CNY";
  row.status = Status::actual;
  row.measure = Measure::level;
  row.source = "WinBuzzer";
  row.published_at = "2024-08-26";
  row.sequence = 15;
  row.document = "WinBuzzer 2024-08-26";
  row.root = "FT 2024-08-26";
  return row;
}

std::string explained(std::vector<AnswerRow> rows) {
  Answer answer;
  answer.rows = std::move(rows);
  std::ostringstream out;
  print_explanation(answer, out);
  return out.str();
}

TEST(Explanation, AParagraphForEachRowAndALineForEachStatement) {
  AnswerRow level = statement("23000000000");
  level.value.low = Bound{Decimal::parse("22500000000").value(), BoundKind::closed};
  level.value.high = Bound{Decimal::parse("23500000000").value(), BoundKind::closed};
  AnswerRow growth = statement("123");
  growth.unit = "%";
  growth.measure = Measure::growth_yoy;
  growth.sequence = 16;
  growth.attributed_to = "Alibaba";
  growth.definition = "us-gaap:X";
  growth.root = growth.document;
  AnswerRow row = level;
  row.period = "2023-H1";
  row.value = {};
  row.value.point = Decimal::parse("10313901345.29").value();
  row.derivation = "2023-H1 = 2024-H1 / (1 + 123 %), implied";
  row.parts = {level, growth};
  EXPECT_EQ(explained({row}),
            "\n"
            "alibaba capex 2023-H1 = 10.31bn CNY: 2023-H1 = 2024-H1 / (1 + 123 %), implied\n"
            "  15  2024-08-26  alibaba capex 2024-H1 = 23.0bn CNY [22.5bn, 23.5bn], actual; "
            "WinBuzzer; document WinBuzzer 2024-08-26; root FT 2024-08-26\n"
            "  16  2024-08-26  alibaba capex 2024-H1 = 123 % growth-yoy, actual; WinBuzzer; "
            "document WinBuzzer 2024-08-26; attributed to Alibaba; us-gaap:X\n");
}

TEST(Explanation, ARowWithoutAValueSaysSoAndWhy) {
  AnswerRow row = statement("1");
  row.parts = {row};
  row.value = {};
  row.reason = "not converted: no exchange rate";
  EXPECT_TRUE(explained({row}).starts_with(
      "\nalibaba capex 2024-H1 = no number (not converted: no exchange rate)\n  15  "))
      << explained({row});
}

TEST(Explanation, ProductAndPartnerAreNamed) {
  AnswerRow row = statement("1");
  row.product = "H20";
  row.counterparty = "nvidia";
  row.parts = {row};
  EXPECT_NE(explained({row}).find("alibaba capex H20 with nvidia 2024-H1 = 1 CNY"),
            std::string::npos);
}

TEST(Explanation, RowsWithoutStatementsAreLeftOut) { EXPECT_EQ(explained({statement("1")}), ""); }

TEST(Explanation, NamesCannotDriveTheTerminal) {
  AnswerRow row = statement("1");
  row.source = "\x1b[2Jevil";
  row.parts = {row};
  EXPECT_EQ(explained({row}).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace capexdb::cli
