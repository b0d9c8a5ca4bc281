#include "client/cli/plot.h"

#include <gtest/gtest.h>

#include <sstream>

#include "client/cli/print.h"

namespace capexdb::cli {
namespace {

AnswerRow row(const std::string& company, const char* point, const char* unit = "CNY") {
  AnswerRow row;
  row.company = company;
  row.metric = "capex";
  row.period = "2024-H1";
  row.unit = unit;
  if (point != nullptr) row.value.point = Decimal::parse(point).value();
  return row;
}

AnswerRow bounded(AnswerRow row, const char* low, const char* high) {
  if (low != nullptr) row.value.low = Bound{Decimal::parse(low).value(), BoundKind::closed};
  if (high != nullptr) row.value.high = Bound{Decimal::parse(high).value(), BoundKind::closed};
  return row;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> drawn(std::vector<AnswerRow> rows, int width = 40, bool color = false) {
  Answer answer;
  answer.rows = std::move(rows);
  std::ostringstream out;
  plot(answer, color, width, out);
  return lines_of(out.str());
}

// Without the escapes that colour it.
std::string uncoloured(const std::string& line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\x1b') {
      i = line.find('m', i);
    } else {
      text += line[i];
    }
  }
  return text;
}

using Lines = std::vector<std::string>;

TEST(Plot, BarsShareOneScaleAndWhatBoundsLeaveOpenIsLighter) {
  EXPECT_EQ(drawn({bounded(row("alibaba", "20"), "18", "22"), row("baidu", "11"),
                   bounded(row("tencent", nullptr), "5", "11")}),
            (Lines{
                "capex 2024-H1, CNY",
                "alibaba       20  ##################----",
                "baidu         11  ###########",
                "tencent  [5, 11]  #####------",
            }));
}

TEST(Plot, WhatHasNoUpperEndGoesOn) {
  EXPECT_EQ(drawn({bounded(row("alibaba", nullptr), "20", nullptr),
                   bounded(row("baidu", nullptr), nullptr, "10")}),
            (Lines{
                "capex 2024-H1, CNY",
                "alibaba  >=20  ########################>",
                "baidu    <=10  ------------",
            }));
}

TEST(Plot, WhatIsBelowZeroGoesToTheLeftOfALine) {
  EXPECT_EQ(
      drawn({row("alibaba", "20"), row("baidu", "-6"), bounded(row("tencent", "-5"), "-6", "-2"),
             bounded(row("tesla", "1"), "-3", "3"), row("zero", "0")}),
      (Lines{
          "capex 2024-H1, CNY",
          "alibaba  20        |####################",
          "baidu    -6  ######|",
          "tencent  -5  ----##|",
          "tesla     1     ---|---",
          "zero      0        |",
      }));
}

TEST(Plot, WhatHasNoLowerEndGoesOnToTheLeft) {
  EXPECT_EQ(drawn({bounded(row("alibaba", nullptr), nullptr, "-12"),
                   bounded(row("baidu", nullptr), nullptr, "0"), row("tesla", "9"),
                   bounded(row("tencent", nullptr), "-6", nullptr)}),
            (Lines{
                "capex 2024-H1, CNY",
                "alibaba  <=-12  <############|",
                "baidu      <=0              <|",
                "tesla        9               |#########",
                "tencent   >=-6         ------|>",
            }));
}

TEST(Plot, WhatHasNoValueSaysWhy) {
  AnswerRow missing = row("baidu", nullptr, "");
  missing.reason = "never reported";
  EXPECT_EQ(drawn({row("alibaba", "30"), missing, row("tencent", nullptr, "")}),
            (Lines{
                "capex 2024-H1, CNY",
                "alibaba  30  ###########################",
                "baidu        (never reported)",
                "tencent      (no value)",
            }));
  EXPECT_EQ(drawn({missing}), (Lines{"baidu capex 2024-H1", "2024-H1  (never reported)"}));
}

TEST(Plot, UnitsAreDrawnApart) {
  EXPECT_EQ(drawn({row("alibaba", "30"), row("nvidia", "2", "USD")}),
            (Lines{
                "capex 2024-H1, CNY",
                "alibaba  30  ###########################",
                "",
                "capex 2024-H1, USD",
                "nvidia  2  #############################",
            }));
}

TEST(Plot, ZeroHasNoBarAndOnlyZerosNoneAtAll) {
  EXPECT_EQ(drawn({row("alibaba", "0"), row("baidu", "0")}),
            (Lines{"capex 2024-H1, CNY", "alibaba  0", "baidu    0"}));
}

TEST(Plot, AnEmptyAnswerDrawsNothing) { EXPECT_TRUE(drawn({}).empty()); }

TEST(Plot, NoLineIsWiderThanTheTerminal) {
  std::vector<AnswerRow> rows = {
      bounded(row("a-company-with-a-very-long-name-that-nobody-can-read", "123456789012"),
              "100000000000", "150000000000"),
      bounded(row("阿里巴巴集团控股有限公司与腾讯控股有限公司及百度", "-98765432109"),
              "-99000000000", "-98000000000"),
      bounded(row("baidu", nullptr), "12345", nullptr),
      bounded(row("tesla", nullptr), nullptr, "-12345"), row("tencent", nullptr)};
  rows.back().reason =
      "incomplete: what is reported does not add up to these days, and neither do the days around";
  for (const int width : {40, 60, 80, 100, 120}) {
    for (const bool color : {false, true}) {
      for (const std::string& line : drawn(rows, width, color)) {
        EXPECT_LE(display_width(uncoloured(line)), static_cast<std::size_t>(width)) << line;
      }
    }
  }
}

TEST(Plot, WideLettersCountTwiceSoThatBarsBeginInOneColumn) {
  const Lines lines = drawn({row("阿里", "30"), row("baidu", "15")});
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[1], "阿里   30  #############################");
  EXPECT_EQ(lines[2], "baidu  15  ###############");
}

TEST(Plot, ColoursHaveBlocksAndEndWithTheLine) {
  const Lines lines = drawn({bounded(row("alibaba", "2"), "1", "2"), row("baidu", "-2")}, 40, true);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_NE(lines[1].find("\x1b[36m\u2588"), std::string::npos);
  EXPECT_NE(lines[1].find("\u2588\u2592"), std::string::npos);
  EXPECT_NE(lines[2].find("\x1b[31m\u2588"), std::string::npos);
  EXPECT_TRUE(lines[1].ends_with("\x1b[0m"));
  EXPECT_TRUE(lines[2].ends_with("\x1b[0m\u2502"));
  EXPECT_EQ(drawn({row("alibaba", "2")}, 40, false)[1].find('\x1b'), std::string::npos);
}

TEST(Plot, NamesCannotDriveTheTerminal) {
  for (const std::string& line : drawn({row("\x1b[2Jevil", "2"), row("baidu", "1")})) {
    EXPECT_EQ(line.find('\x1b'), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace capexdb::cli
