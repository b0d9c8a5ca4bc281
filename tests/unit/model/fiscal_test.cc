#include "proto/model/fiscal.h"

#include <gtest/gtest.h>

namespace capexdb {
namespace {

std::string year_end(const char* rule, int year) {
  const auto day = fiscal_year_end(rule, year);
  return day ? date_to_string(*day) : day.error().message;
}

std::string days(const char* periods, const char* rule) {
  const auto range = parse_fiscal_range(periods, rule);
  if (!range) return range.error().message;
  return (range->start ? date_to_string(*range->start) : "..") + " " +
         (range->end ? date_to_string(*range->end - 1) : "..");
}

TEST(FiscalYear, EndsAsItsRuleSays) {
  EXPECT_EQ(year_end("12-31", 2024), "2024-12-31");
  EXPECT_EQ(year_end("02-29", 2023), "2023-02-28");
  // As filed by Nvidia, Costco, Apple, Walmart and Broadcom.
  EXPECT_EQ(year_end("01-last-sunday", 2025), "2025-01-26");
  EXPECT_EQ(year_end("08-31-nearest-sunday", 2024), "2024-09-01");
  EXPECT_EQ(year_end("09-last-saturday", 2023), "2023-09-30");
  EXPECT_EQ(year_end("01-31", 2025), "2025-01-31");
  EXPECT_EQ(year_end("10-31-nearest-sunday", 2023), "2023-10-29");
  EXPECT_EQ(year_end("10-31-nearest-sunday", 2024), "2024-11-03");
}

TEST(FiscalYear, OtherRulesAreRefused) {
  for (const char* rule : {"", "12", "13-31", "02-31", "01-first-sunday", "01-last-sun",
                           "10-31-nearest", "10-31-near-sunday", "1-31"}) {
    EXPECT_FALSE(fiscal_year_end(rule, 2024)) << rule;
  }
}

TEST(FiscalRange, QuartersHalvesAndYearsOfMonths) {
  EXPECT_EQ(days("FY2024", "06-30"), "2023-07-01 2024-06-30");
  EXPECT_EQ(days("FY2024-Q1", "06-30"), "2023-07-01 2023-09-30");
  EXPECT_EQ(days("fy24-q3", "06-30"), "2024-01-01 2024-03-31");
  EXPECT_EQ(days("FY2024 Q4", "06-30"), "2024-04-01 2024-06-30");
  EXPECT_EQ(days("FY2025-H1", "03-31"), "2024-04-01 2024-09-30");
  EXPECT_EQ(days("FY2025-9M", "12-31"), "2025-01-01 2025-09-30");
  EXPECT_EQ(days("FY2024-Q2", "11-30"), "2024-03-01 2024-05-31");
}

TEST(FiscalRange, QuartersOfFiftyTwoWeeks) {
  EXPECT_EQ(days("FY2025", "01-last-sunday"), "2024-01-29 2025-01-26");
  EXPECT_EQ(days("FY2025-Q1", "01-last-sunday"), "2024-01-29 2024-04-28");
  EXPECT_EQ(days("FY2025-Q4", "01-last-sunday"), "2024-10-28 2025-01-26");
  EXPECT_EQ(days("FY2023-Q4", "09-last-saturday"), "2023-06-25 2023-09-30") << "14 weeks";
}

TEST(FiscalRange, ThePartMayStandFirst) {
  EXPECT_EQ(days("Q3 FY24", "06-30"), "2024-01-01 2024-03-31");
  EXPECT_EQ(days("first half of fiscal 2025", "03-31"), "2024-04-01 2024-09-30");
  EXPECT_EQ(days("Q1 FY2024..Q2 FY2024", "06-30"), "2023-07-01 2023-12-31");
  EXPECT_TRUE(has_fiscal_label("fiscal 2025"));
  EXPECT_FALSE(has_fiscal_label("first half of 2025"));
}

TEST(FiscalRange, RangesAndWhatIsNone) {
  EXPECT_EQ(days("FY2023..FY2024-Q2", "06-30"), "2022-07-01 2023-12-31");
  EXPECT_EQ(days("FY2024..", "06-30"), "2023-07-01 ..");
  EXPECT_EQ(days("..FY2024", "06-30"), ".. 2024-06-30");
  for (const char* text : {"FY", "FY1", "FY2024-Q5", "FY2024-H0", "FY2024Q", "2024..FY2025",
                           "FY2024-6M", "FY0001", "FY9999"}) {
    EXPECT_FALSE(parse_fiscal_range(text, "06-30")) << text;
  }
  EXPECT_NE(days("FY2025..FY2024", "06-30").find("backwards"), std::string::npos);
}

TEST(FiscalRange, AsCalendarQuarters) {
  const auto calendar = [](const char* periods, const char* rule) {
    const PeriodRange range = calendar_of(*parse_fiscal_range(periods, rule));
    return range.exact ? period_to_string(*range.exact) : std::string("none");
  };
  EXPECT_EQ(calendar("FY2025-Q1", "01-last-sunday"), "2024-Q1");
  EXPECT_EQ(calendar("FY2025", "01-last-sunday"), "2024");
  EXPECT_EQ(calendar("FY2024", "06-30"), "2023-07-01/2024-06-30");
  EXPECT_EQ(calendar("FY2024-Q4", "06-30"), "2024-Q2");
}

TEST(Fiscal, ACalendarThatChangedHasBothRules) {
  constexpr const char* kChanged = "06-30 until 2012-06-30; 12-31";
  const auto days = [&](const char* label) {
    const auto period = parse_fiscal_period(label, kChanged);
    return period ? date_to_string(period->start) + "/" + date_to_string(period->end - 1)
                  : period.error().message;
  };
  EXPECT_EQ(days("FY2011-Q1"), "2010-07-01/2010-09-30");
  EXPECT_EQ(days("FY2012"), "2011-07-01/2012-06-30");
  EXPECT_EQ(days("FY2013"), "2013-01-01/2013-12-31");
  EXPECT_EQ(days("FY2013-Q1"), "2013-01-01/2013-03-31");
  const auto range = parse_fiscal_range("FY2012..FY2013-Q2", kChanged);
  ASSERT_TRUE(range);
  EXPECT_EQ(date_to_string(*range->start), "2011-07-01");
  EXPECT_EQ(date_to_string(*range->end - 1), "2013-06-30");
}

TEST(Fiscal, CalendarsAreChecked) {
  for (const char* fine : {"12-31", "01-last-sunday", "06-30 until 2012-06-30; 12-31",
                           "03-31 until 2001-03-31; 06-30 until 2012-06-30; 01-last-sunday"}) {
    EXPECT_TRUE(check_fiscal_calendar(fine)) << fine;
  }
  for (const char* odd : {"", "13-01", "06-30; 12-31", "06-30 until 2012-06-30",
                          "06-30 until x; 12-31", "06-30 until 2012-06-30; 12-31 until 2020-12-31",
                          "06-30 until 2012-06-30; 09-30 until 2011-09-30; 12-31", "12-31;"}) {
    EXPECT_FALSE(check_fiscal_calendar(odd)) << odd;
  }
}

}  // namespace
}  // namespace capexdb
