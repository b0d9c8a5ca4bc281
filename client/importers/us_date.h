// Dates with the month before the day, as American spreadsheets write them.
#pragma once

#include <string_view>

#include "proto/model/date.h"
#include "proto/model/error.h"

namespace capexdb::importers {

enum class ShortYears { refused, of_this_century };  // "22" is 2022

// YYYY-MM-DD, or M/D/YYYY. A first number above 12 is an error and never a day.
// Error: invalid_argument, reason "bad_date".
Result<Day> parse_us_date(std::string_view text, ShortYears short_years);

// MM-DD-YYYY.
Result<Day> parse_us_dashes(std::string_view text);

// What a date with slashes shows about the order of a file's dates: nothing where
// both numbers may be months, or it is no such date.
enum class DateOrder { unknown, month_first, day_first };
DateOrder date_order(std::string_view text);

}  // namespace capexdb::importers
