#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "proto/model/date.h"
#include "proto/model/limits.h"
#include "proto/model/time_range.h"

namespace capexdb {
namespace {

constexpr std::uint32_t kTimeSeed = 20240131;

Day day_of(const std::string& text) {
  const auto parsed = parse_date(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(0);
}

TEST(Date, EveryDayOfTheSupportedYearsIsCountedPrintedAndReadBack) {
  Day expected = day_from_civil(limits::kYearMin, 1, 1);
  EXPECT_EQ(expected, -62091);
  for (int year = limits::kYearMin; year <= limits::kYearMax; ++year) {
    for (int month = 1; month <= 12; ++month) {
      for (int d = 1; d <= days_in_month(year, month); ++d, ++expected) {
        ASSERT_EQ(day_from_civil(year, month, d), expected);
        const Civil civil = civil_from_day(expected);
        ASSERT_TRUE(civil.year == year && civil.month == month && civil.day == d) << expected;
        const std::string text = date_to_string(expected);
        const auto parsed = parse_date(text);
        ASSERT_TRUE(parsed) << text;
        ASSERT_EQ(*parsed, expected) << text;
      }
    }
  }
  EXPECT_EQ(date_to_string(expected), "2300-01-01");
  EXPECT_EQ(day_of("1970-01-01"), 0);
  EXPECT_EQ(day_of("2024-08-26"), 19961);
}

TEST(Date, LeapYearsAreThoseOfTheGregorianCalendar) {
  for (const int year : {1804, 1904, 2000, 2024, 2296}) EXPECT_TRUE(is_leap_year(year)) << year;
  for (const int year : {1800, 1900, 2023, 2100, 2200}) EXPECT_FALSE(is_leap_year(year)) << year;
  EXPECT_EQ(days_in_month(2024, 2), 29);
  EXPECT_EQ(days_in_month(2100, 2), 28);
}

TEST(Date, RefusesDaysThatDoNotExistAndOtherNotations) {
  for (const char* text : {"",           "2024",        "2024-1-01",
                           "2024-01-1",  "2024/01/01",  "24-01-01",
                           "2024-00-10", "2024-13-01",  "2024-01-00",
                           "2024-01-32", "2023-02-29",  "2100-02-29",
                           "2024-04-31", "1799-12-31",  "2300-01-01",
                           "0000-00-00", "2024-01-01 ", " 2024-01-01",
                           "2024-01-0x", "-024-01-01",  "2024-01-01T00:00:00Z"}) {
    const auto parsed = parse_date(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Errc::invalid_argument);
    EXPECT_EQ(parsed.error().reason, "bad_date");
  }
}

TEST(TimeRange, EveryFormCoversWhatItNamesAndEndsOnItsLastDay) {
  struct Case {
    const char* text;
    const char* printed;
    const char* first;
    const char* last;
  };
  for (const Case& c : std::vector<Case>{
           {"2024-08-26", "2024-08-26", "2024-08-26", "2024-08-26"},
           {" 2024-08-26\n", "2024-08-26", "2024-08-26", "2024-08-26"},
           {"2024-02", "2024-02", "2024-02-01", "2024-02-29"},
           {"2024", "2024", "2024-01-01", "2024-12-31"},
           {"2024-08-26/2024-08-31", "2024-08-26/2024-08-31", "2024-08-26", "2024-08-31"},
           {"2024-08-26 / 2024-08-31", "2024-08-26/2024-08-31", "2024-08-26", "2024-08-31"},
           {"2024-08/2024-09", "2024-08-01/2024-09-30", "2024-08-01", "2024-09-30"},
           {"2024-08-01/2024-08-31", "2024-08", "2024-08-01", "2024-08-31"},
           {"2024-01/2024-12", "2024", "2024-01-01", "2024-12-31"},
           {"2023-01-01/2024-12-31", "2023-01-01/2024-12-31", "2023-01-01", "2024-12-31"},
           {"2024-08-26/2024-08-26", "2024-08-26", "2024-08-26", "2024-08-26"},
           {"2024-08-26T13:01:02Z", "2024-08-26T13:01:02Z", "2024-08-26", "2024-08-26"},
           {"2024-08-26T00:00:00Z", "2024-08-26T00:00:00Z", "2024-08-26", "2024-08-26"},
           {"2024-08-26T23:59:59Z", "2024-08-26T23:59:59Z", "2024-08-26", "2024-08-26"},
           {"1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z", "1969-12-31", "1969-12-31"},
           {"1969-12-31", "1969-12-31", "1969-12-31", "1969-12-31"},
           {"2024-08-26T10:00:00Z/2024-08-27T11:00:00Z",
            "2024-08-26T10:00:00Z/2024-08-27T11:00:00Z", "2024-08-26", "2024-08-27"},
           {"2024-08-26T12:00:00Z/2024-08-31", "2024-08-26T12:00:00Z/2024-09-01T00:00:00Z",
            "2024-08-26", "2024-08-31"}}) {
    SCOPED_TRACE(c.text);
    const auto parsed = parse_time_range(c.text);
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(time_range_to_string(*parsed), c.printed);
    EXPECT_EQ(date_to_string(parsed->first_day()), c.first);
    EXPECT_EQ(date_to_string(parsed->last_day()), c.last);
    EXPECT_EQ(*parse_time_range(c.printed), *parsed);
  }
}

TEST(TimeRange, RefusesWhatIsNoTimeOrRunsBackwards) {
  for (const char* text : {"",
                           "yesterday",
                           "2024-13",
                           "2024-00",
                           "1799",
                           "2300",
                           "24-08-26",
                           "2024-08-32",
                           "2024-8-26",
                           "2024-08-26T13:01Z",
                           "2024-08-26T13:01:02",
                           "2024-08-26T24:00:00Z",
                           "2024-08-26T13:60:00Z",
                           "2024-08-26T13:00:60Z",
                           "2024-08-26T13:01:02+01:00",
                           "2024-02-30T00:00:00Z",
                           "2024-08-31/2024-08-26",
                           "2024-08-26/2024-08-25",
                           "2024-08/2024-07",
                           "2024-08-26/",
                           "/2024-08-26",
                           "2024-08-26/..",
                           "2024-08-26/2024-08-27/2024-08-28",
                           "2024-08-26T13:01:02Z/2024-08-26T13:01:01Z"}) {
    const auto parsed = parse_time_range(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Errc::invalid_argument) << text;
    EXPECT_EQ(parsed.error().reason, "bad_published_at") << text;
  }
}

TEST(TimeRangeProperty, WhatIsPrintedIsReadBackAsTheSame) {
  std::printf("seed %u\n", kTimeSeed);
  std::mt19937 random(kTimeSeed);
  std::uniform_int_distribution<Day> any_day(day_of("1800-01-01"), day_of("2299-12-30"));
  std::uniform_int_distribution<int> any(0, 86399);
  for (int i = 0; i < 20'000; ++i) {
    TimeRange made;
    made.begin = std::int64_t{any_day(random)} * 86400;
    switch (i % 4) {
      case 0:
        made.begin += any(random);
        made.end = made.begin;
        break;
      case 1:
        made.end = made.begin + 86400;
        break;
      case 2:
        made.end = std::min(made.begin + 86400 * (1 + any(random) % 800),
                            std::int64_t{day_of("2299-12-31")} * 86400);
        break;
      default:
        made.begin += any(random);
        made.end = made.begin + 1 + any(random);
    }
    const std::string text = time_range_to_string(made);
    const auto parsed = parse_time_range(text);
    ASSERT_TRUE(parsed) << text;
    ASSERT_EQ(*parsed, made) << text;
    ASSERT_LE(parsed->first_day(), parsed->last_day()) << text;
  }
}

TEST(Timestamp, PrintsMicrosecondsAlsoBeforeTheEpoch) {
  EXPECT_EQ(timestamp_to_string(0), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(timestamp_to_string(1'724'677'262'123'456), "2024-08-26T13:01:02.123456Z");
  EXPECT_EQ(timestamp_to_string(-1), "1969-12-31T23:59:59.999999Z");
}

}  // namespace
}  // namespace capexdb
