#include "storage/period_label.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace capexdb::storage::test {
namespace {

using ::testing::HasSubstr;

NamedPeriod named(int year, int parts, int number, bool fiscal = false) {
  return {year, parts, number, fiscal};
}

TEST(PeriodLabel, ReadsHowPeriodsArePrinted) {
  const std::pair<const char*, NamedPeriod> kLabels[] = {
      {"2024", named(2024, 1, 0)},
      {"2024-Q2", named(2024, 4, 1)},
      {"Q2 2024", named(2024, 4, 1)},
      {"2Q24", named(2024, 4, 1)},
      {"2Q 2024", named(2024, 4, 1)},
      {"q1'24", named(2024, 4, 0)},
      {"CY2024Q2", named(2024, 4, 1)},
      {"H1 2024", named(2024, 2, 0)},
      {"1H24", named(2024, 2, 0)},
      {"2024-S2", named(2024, 2, 1)},
      {"FY2025", named(2025, 1, 0, true)},
      {"FY25", named(2025, 1, 0, true)},
      {"FY2025-Q1", named(2025, 4, 0, true)},
      {"Q1 FY25", named(2025, 4, 0, true)},
      {"Q3 FY2025", named(2025, 4, 2, true)},
      {"FY2025 H2", named(2025, 2, 1, true)},
      {"first quarter of fiscal 2025", named(2025, 4, 0, true)},
      {"Fourth Quarter 2024", named(2024, 4, 3)},
      {"Fiscal Year 2024", named(2024, 1, 0, true)},
      {"first half of 2024", named(2024, 2, 0)},
  };
  for (const auto& [text, period] : kLabels) EXPECT_EQ(parse_period_label(text), period) << text;
}

TEST(PeriodLabel, LeavesOthersAlone) {
  for (const char* text :
       {"", "coming months", "2024-06", "2024-04-01/2024-06-30", "FY2025-9M", "Q5 2024", "Q2", "24",
        "2024/2025", "2023-2024", "Q1 Q2 2024", "nine months 2024", "2024年", "H3 2024",
        "as of June 2024", "TTM", "20245"}) {
    EXPECT_FALSE(parse_period_label(text)) << text;
  }
}

std::string fault(const char* label, const char* first, const char* last,
                  const std::string& rule = "") {
  const Period dates = make_span(parse_date(first).value(), parse_date(last).value()).value();
  return label_off_by_one(
             label, dates, [&] { return rule; }, 10)
      .value_or("");
}

constexpr const char* kNvidia = "01-last-sunday";
constexpr const char* kMicrosoft = "06-30";
constexpr const char* kCostco = "08-31-nearest-sunday";

TEST(PeriodLabel, IsTakenAtItsWordWhereTheDatesAgree) {
  EXPECT_EQ(fault("2024-Q2", "2024-04-01", "2024-06-30"), "");
  EXPECT_EQ(fault("2024", "2024-01-01", "2024-12-31"), "");
  EXPECT_EQ(fault("H1 2024", "2024-01-01", "2024-06-30"), "");
  EXPECT_EQ(fault("FY2025-Q1", "2024-01-29", "2024-04-28", kNvidia), "");
  EXPECT_EQ(fault("FY2025", "2024-01-29", "2025-01-26", kNvidia), "");
  EXPECT_EQ(fault("FY2025-Q1", "2024-07-01", "2024-09-30", kMicrosoft), "");
}

// "Q1 2025" may be meant by either calendar.
TEST(PeriodLabel, WithoutFiscalMayBeMeantByTheCompanysYearToo) {
  EXPECT_EQ(fault("Q1 2025", "2024-07-01", "2024-09-30", kMicrosoft), "");
  EXPECT_EQ(fault("Q1 2025", "2025-01-01", "2025-03-31", kMicrosoft), "");
  EXPECT_NE(fault("Q1 2025", "2024-10-01", "2024-12-31", kMicrosoft), "");
}

TEST(PeriodLabel, IsSuspectAQuarterAHalfOrAYearOff) {
  EXPECT_THAT(fault("2024-Q2", "2024-07-01", "2024-09-30"),
              HasSubstr("'2024-Q2' is 2024-04-01/2024-06-30 by the calendar, the dates are "
                        "2024-07-01/2024-09-30, a quarter later"));
  EXPECT_THAT(fault("2Q24", "2024-01-01", "2024-03-31"), HasSubstr("a quarter earlier"));
  EXPECT_THAT(fault("Q2 2024", "2023-04-01", "2023-06-30"), HasSubstr("a year earlier"));
  EXPECT_THAT(fault("H1 2024", "2024-07-01", "2024-12-31"), HasSubstr("a half later"));
  EXPECT_THAT(fault("2024", "2023-01-01", "2023-12-31"), HasSubstr("a year earlier"));
  EXPECT_THAT(fault("Q1 2024", "2023-10-01", "2023-12-31"), HasSubstr("a quarter earlier"));
}

TEST(PeriodLabel, OfAFiscalYearGoesByTheCompanysOwn) {
  EXPECT_THAT(fault("FY2025-Q1", "2024-04-29", "2024-07-28", kNvidia),
              HasSubstr("'FY2025-Q1' is 2024-01-29/2024-04-28 by the company's fiscal year, the "
                        "dates are 2024-04-29/2024-07-28, a quarter later"));
  EXPECT_THAT(fault("FY2025", "2023-01-30", "2024-01-28", kNvidia), HasSubstr("a year earlier"));
  EXPECT_THAT(fault("FY2025-Q1", "2023-07-01", "2023-09-30", kMicrosoft),
              HasSubstr("a year earlier"));
  // Where that is not known, by the calendar.
  EXPECT_THAT(fault("FY2025-Q1", "2024-10-01", "2024-12-31"), HasSubstr("by the calendar"));
  EXPECT_EQ(fault("FY2025-Q1", "2025-01-01", "2025-03-31"), "");
}

// Quarters of 12, 12, 12 and 16 weeks do not lie where those of 13 do.
TEST(PeriodLabel, QuartersOfOtherWeeksAreNotSuspect) {
  EXPECT_EQ(fault("FY2024-Q1", "2023-09-04", "2023-11-26", kCostco), "");
  EXPECT_EQ(fault("FY2024-Q2", "2023-11-27", "2024-02-18", kCostco), "");
  EXPECT_EQ(fault("FY2024-Q3", "2024-02-19", "2024-05-12", kCostco), "");
  EXPECT_EQ(fault("FY2024-Q4", "2024-05-13", "2024-09-01", kCostco), "");
}

TEST(PeriodLabel, SaysNothingOfOtherLengthsAndOfWhatIsFarOff) {
  EXPECT_EQ(fault("2024-Q2", "2024-01-01", "2024-06-30"), "");
  EXPECT_EQ(fault("2024", "2024-01-01", "2024-03-31"), "");
  EXPECT_EQ(fault("2024-Q2", "2021-10-01", "2021-12-31"), "");
  EXPECT_EQ(fault("coming months", "2024-01-01", "2024-03-31"), "");
}

TEST(PeriodLabel, OfADayIsComparedWithTheLastOne) {
  const auto of_day = [](const char* label, const char* day) {
    const Period dates = make_instant(parse_date(day).value());
    return label_off_by_one(
               label, dates, [] { return std::string(); }, 10)
        .value_or("");
  };
  EXPECT_EQ(of_day("2024-Q2", "2024-06-30"), "");
  EXPECT_THAT(of_day("2024-Q2", "2024-09-30"), HasSubstr("the dates are 2024-09-30, a quarter"));
  EXPECT_THAT(of_day("FY2024", "2023-12-31"), HasSubstr("a year earlier"));
}

}  // namespace
}  // namespace capexdb::storage::test
