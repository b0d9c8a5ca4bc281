// Civil dates (proleptic Gregorian calendar) as days since 1970-01-01.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proto/model/error.h"

namespace capexdb {

using Day = std::int32_t;  // days since 1970-01-01; 0 is that day

struct Civil {
  int year = 1970;
  int month = 1;  // 1..12
  int day = 1;    // 1..31
};

// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
Day day_from_civil(int year, int month, int day);
Civil civil_from_day(Day day);

int days_in_month(int year, int month);
bool is_leap_year(int year);

// "2024-06-30". Within limits::kYearMin..kYearMax and a real day of the
// calendar. Error: invalid_argument.
Result<Day> parse_date(std::string_view text);
std::string date_to_string(Day day);

}  // namespace capexdb
