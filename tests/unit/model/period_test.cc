#include "proto/model/period.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "proto/model/date.h"
#include "proto/model/limits.h"

namespace capexdb {
namespace {

constexpr std::uint32_t kPeriodSeed = 20240131;

Day day(const std::string& text) {
  const auto parsed = parse_date(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(0);
}

std::string canonical(const std::string& text) {
  const auto period = parse_period(text);
  return period ? period_to_string(*period) : "error " + period.error().reason;
}

Period span(const std::string& first, const std::string& last) {
  return *make_span(day(first), day(last));
}

PeriodRange range(const std::string& text) {
  const auto parsed = parse_period_range(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(PeriodRange{});
}

TEST(Period, EveryKindHasOneCanonicalText) {
  for (const char* text :
       {"2024", "2024-H1", "2024-H2", "2024-Q1", "2024-Q4", "2024-06", "2024-02", "none",
        "2024-04-01/2024-07-30", "2023-07-01/2024-06-30", "2024-01-29/2024-04-28", "2024-03-01/..",
        "../2024-08-31", "@2024-08-26", "@2024-08-26/2024-08-31", "2024-05-05/2024-05-05", "1800",
        "2299", "2299-Q4"}) {
    EXPECT_EQ(canonical(text), text);
  }
}

TEST(Period, TheFormsOfSdmxFramesAndThePressAreRead) {
  for (const auto& [text, expected] :
       std::vector<std::pair<const char*, const char*>>{{"2024-S1", "2024-H1"},
                                                        {"2024-S2", "2024-H2"},
                                                        {"2024-A1", "2024"},
                                                        {"2024-M06", "2024-06"},
                                                        {"2024-M6", "2024-06"},
                                                        {"2024M12", "2024-12"},
                                                        {"2024Q2", "2024-Q2"},
                                                        {"2024-q2", "2024-Q2"},
                                                        {"CY2024", "2024"},
                                                        {"CY2024Q2", "2024-Q2"},
                                                        {"CY2024Q2I", "@2024-06-30"},
                                                        {"CY2024Q4I", "@2024-12-31"},
                                                        {"H1 2024", "2024-H1"},
                                                        {"h2-2024", "2024-H2"},
                                                        {"1H24", "2024-H1"},
                                                        {"2H 24", "2024-H2"},
                                                        {"2H2024", "2024-H2"},
                                                        {"Q2 2024", "2024-Q2"},
                                                        {"2Q24", "2024-Q2"},
                                                        {"4Q99", "1999-Q4"},
                                                        {"1Q70", "1970-Q1"},
                                                        {"1Q69", "2069-Q1"},
                                                        {" 2024 ", "2024"},
                                                        {"2024-01-01/2024-12-31", "2024"},
                                                        {"2024-01-01/2024-06-30", "2024-H1"},
                                                        {"2024-04-01/2024-06-30", "2024-Q2"},
                                                        {"2024-02-01/2024-02-29", "2024-02"},
                                                        {"2024-08-26", "2024-08-26/2024-08-26"},
                                                        {"@2024-08-26/2024-08-26", "@2024-08-26"},
                                                        {"2024-03-01 / ..", "2024-03-01/.."}}) {
    EXPECT_EQ(canonical(text), expected) << text;
  }
}

TEST(Period, RefusesWhatIsNoPeriod) {
  for (const char* text : {"",
                           " ",
                           "24",
                           "2024-H3",
                           "2024-H0",
                           "2024-Q5",
                           "2024-Q0",
                           "2024-13",
                           "2024-00",
                           "2024-M13",
                           "2024-A2",
                           "2024-S3",
                           "CY2024Q5",
                           "CY24",
                           "3H24",
                           "Q5 2024",
                           "H3 2024",
                           "1799",
                           "2300",
                           "1799-Q4",
                           "FY2024",
                           "FY2025-Q1",
                           "last year",
                           "2024-06-31",
                           "2024-06-30/2024-04-01",
                           "../..",
                           "2024-04-01/",
                           "/2024-04-01",
                           "@",
                           "@2024",
                           "@2024-08-26/..",
                           "@../2024-08-26",
                           "2024/2025",
                           "2024-03-01/../",
                           "2024--Q1",
                           "2024-Q1-Q2",
                           "NONE"}) {
    const auto period = parse_period(text);
    ASSERT_FALSE(period) << text << " is read as " << period_to_string(*period);
    EXPECT_EQ(period.error().code, Errc::invalid_argument) << text;
    EXPECT_FALSE(period.error().reason.empty()) << text;
  }
  EXPECT_FALSE(parse_period(std::string(100'000, '2')));
  EXPECT_NE(parse_period("FY2025-Q1").error().message.find("fiscal calendar"), std::string::npos);
}

TEST(Period, AnErrorNeverCutsACharacterInTwo) {
  for (std::size_t i = 0; i < 4; ++i) {
    const std::string text = std::string(55 + i, 'x') + "\u4E0A\u534A\u5E74\u4E0A\u534A\u5E74";
    const std::string message = parse_period(text).error().message;
    const std::size_t end = message.find("' is not");
    const std::size_t bytes = end - 1 - (55 + i);
    EXPECT_EQ(bytes % 3, 0U) << message;
  }
}

TEST(Period, FactoriesRefuseBackwardsAndMakeAnInstantOfAWindowOfOneDay) {
  EXPECT_FALSE(make_span(10, 9));
  EXPECT_FALSE(make_window(10, 9));
  EXPECT_EQ(*make_window(10, 10), make_instant(10));
  EXPECT_EQ(*make_span(10, 10), (Period{PeriodKind::span, 10, 11}));
  EXPECT_EQ(period_start_text(make_open_start(day("2024-08-31"))), "");
  EXPECT_EQ(period_end_text(make_open_start(day("2024-08-31"))), "2024-08-31");
  EXPECT_EQ(period_start_text(make_open_end(day("2024-03-01"))), "2024-03-01");
  EXPECT_EQ(period_end_text(make_open_end(day("2024-03-01"))), "");
  EXPECT_EQ(period_start_text(Period{}) + period_end_text(Period{}), "");
  EXPECT_EQ(period_end_text(span("2024-01-01", "2024-06-30")), "2024-06-30");
}

TEST(PeriodProperty, WhatIsPrintedIsReadBackAsTheSame) {
  std::printf("seed %u\n", kPeriodSeed);
  std::mt19937 random(kPeriodSeed);
  const Day least = day("1800-01-01");
  const Day most = day("2299-12-31");
  std::uniform_int_distribution<Day> any_day(least, most);
  std::uniform_int_distribution<int> any(0, 1000);
  for (int i = 0; i < 30'000; ++i) {
    const Day first = any_day(random);
    const Day last = std::min(most, first + any(random));
    Period made;
    switch (i % 7) {
      case 0:
        made = *make_span(first, last);
        break;
      case 1:
        made = make_instant(first);
        break;
      case 2:
        made = *make_window(first, last);
        break;
      case 3:
        made = make_open_end(first);
        break;
      case 4:
        made = make_open_start(last);
        break;
      case 5: {  // whole months, where the short forms are
        const Civil c = civil_from_day(first);
        const int month = std::min(12, c.month + any(random) % 12);
        made = *make_span(day_from_civil(c.year, c.month, 1),
                          day_from_civil(c.year, month, days_in_month(c.year, month)));
        break;
      }
      default:
        break;
    }
    const std::string text = period_to_string(made);
    const auto parsed = parse_period(text);
    ASSERT_TRUE(parsed) << text << ": " << parsed.error().message;
    ASSERT_EQ(*parsed, made) << text;
    ASSERT_EQ(period_to_string(*parsed), text);
  }
}

TEST(CalendarQuarter, IsThatOfTheMonthAWeekBeforeTheLastDay) {
  for (const auto& [first, last, quarter] :
       std::vector<std::tuple<const char*, const char*, const char*>>{
           {"2024-01-01", "2024-03-31", "2024-Q1"},
           {"2024-10-01", "2024-12-31", "2024-Q4"},
           {"2024-01-29", "2024-04-28", "2024-Q1"},  // NVIDIA's first fiscal quarter
           {"2024-05-13", "2024-09-01", "2024-Q3"},  // Costco's 16 weeks
           {"2023-10-30", "2024-01-28", "2023-Q4"},  // January's belongs to the year before
           {"2023-11-01", "2024-01-31", "2023-Q4"},
           {"2023-11-08", "2024-02-07", "2023-Q4"},  // a week before is 31 January
           {"2023-11-09", "2024-02-08", "2024-Q1"},  // a week before is 1 February
           {"2024-03-01", "2024-05-07", "none"},     // 68 days
           {"2024-02-01", "2024-04-30", "2024-Q1"},
           {"2024-05-01", "2024-07-31", "2024-Q2"},
           {"2024-08-01", "2024-10-31", "2024-Q3"}}) {
    const auto found = calendar_quarter(span(first, last));
    EXPECT_EQ(found ? period_to_string(quarter_span(*found)) : "none", quarter)
        << first << "/" << last;
  }
}

TEST(CalendarQuarter, NeedsASpanOf70To125Days) {
  const Day first = day("2024-01-01");
  EXPECT_FALSE(calendar_quarter(*make_span(first, first + 68)));
  EXPECT_TRUE(calendar_quarter(*make_span(first, first + 69)));
  EXPECT_TRUE(calendar_quarter(*make_span(first, first + 124)));
  EXPECT_FALSE(calendar_quarter(*make_span(first, first + 125)));
  EXPECT_FALSE(calendar_quarter(*make_window(first, first + 90)));
  EXPECT_FALSE(calendar_quarter(make_instant(first)));
  EXPECT_FALSE(calendar_quarter(make_open_end(first)));
  EXPECT_FALSE(calendar_quarter(Period{}));
}

TEST(CalendarQuarter, EveryCalendarQuarterIsItsOwn) {
  for (Quarter q = limits::kYearMin * 4; q < (limits::kYearMax + 1) * 4; ++q) {
    ASSERT_EQ(calendar_quarter(quarter_span(q)), q);
  }
}

TEST(PeriodRange, IsReadFromPeriodsAndTheirRanges) {
  struct Case {
    const char* text;
    const char* start;  // empty: open
    const char* end;    // exclusive
    const char* exact;
  };
  for (const Case& c : std::vector<Case>{
           {"", "", "", ""},
           {"..", "", "", ""},
           {"2024-Q2", "2024-04-01", "2024-07-01", "2024-Q2"},
           {"2020..2024", "2020-01-01", "2025-01-01", ""},
           {" 2020 .. 2024 ", "2020-01-01", "2025-01-01", ""},
           {"2023-H1..", "2023-01-01", "", ""},
           {"..2024", "", "2025-01-01", ""},
           {"2024-Q1..2024-06", "2024-01-01", "2024-07-01", ""},
           {"2024..2024", "2024-01-01", "2025-01-01", ""},
           {"2024-03-01/..", "2024-03-01", "", "2024-03-01/.."},
           {"../2024-08-31", "", "2024-09-01", "../2024-08-31"},
           {"2024-01-29/2024-04-28", "2024-01-29", "2024-04-29", "2024-01-29/2024-04-28"},
           {"2024-01-29/2024-04-28..2024", "2024-01-29", "2025-01-01", ""},
           {"@2024-08-26", "2024-08-26", "2024-08-27", "@2024-08-26"}}) {
    SCOPED_TRACE(c.text);
    const PeriodRange found = range(c.text);
    EXPECT_EQ(found.start ? date_to_string(*found.start) : "", c.start);
    EXPECT_EQ(found.end ? date_to_string(*found.end) : "", c.end);
    EXPECT_EQ(found.exact ? period_to_string(*found.exact) : "", c.exact);
  }
}

TEST(PeriodRange, RefusesBackwardsAndUndatedEnds) {
  for (const char* text : {"2024..2020", "2024-Q2..2024-Q1", "2024-06-30/2024-01-01", "none",
                           "none..2024", "2024..none", "2024...2025", "2024..2025..2026", "soon..",
                           "..FY2024", "2024..2024-03-01/.."}) {
    const auto parsed = parse_period_range(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Errc::invalid_argument) << text;
  }
}

TEST(PeriodRange, ContainsByCalendarQuarterAndByTheKnownEnds) {
  const auto in = [](const char* asked, const char* period) {
    return range(asked).contains(*parse_period(period));
  };
  EXPECT_TRUE(in("2024-Q1", "2024-01-29/2024-04-28"));
  EXPECT_FALSE(in("2024-Q2", "2024-01-29/2024-04-28"));
  EXPECT_TRUE(in("2023", "2023-10-30/2024-01-28"));
  EXPECT_FALSE(in("2024", "2023-10-30/2024-01-28"));
  EXPECT_TRUE(in("2020..2024", "2022-H2"));
  EXPECT_FALSE(in("2024-H1", "2024"));
  EXPECT_TRUE(in("2024", "@2024-12-31"));
  EXPECT_FALSE(in("2024", "@2025-01-01"));
  EXPECT_TRUE(in("2024", "@2024-12-01/2024-12-31"));
  EXPECT_FALSE(in("2024", "@2024-12-01/2025-01-01"));
  EXPECT_TRUE(in("2024", "2024-03-01/.."));
  EXPECT_FALSE(in("2024", "2025-01-01/.."));
  EXPECT_FALSE(in("2024", "2023-12-31/.."));
  EXPECT_TRUE(in("2024", "../2024-08-31"));
  EXPECT_FALSE(in("2024", "../2025-08-31"));
  EXPECT_FALSE(in("2024", "../2023-12-31"));
  EXPECT_TRUE(in("2024..", "2030"));
  EXPECT_TRUE(in("..2024", "1900"));
  EXPECT_FALSE(in("..2024", "2025"));
  EXPECT_FALSE(in("2024..", "none"));
  EXPECT_TRUE(in("", "none"));
  EXPECT_TRUE(in("..", "none"));
}

}  // namespace
}  // namespace capexdb
