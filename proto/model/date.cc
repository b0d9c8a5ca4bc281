#include "proto/model/date.h"

#include <array>

#include "proto/model/limits.h"
#include "proto/model/text.h"

namespace capexdb {

Day day_from_civil(int year, int month, int day) {
  const int y = month <= 2 ? year - 1 : year;
  const int era = (y >= 0 ? y : y - 399) / 400;
  const int year_of_era = y - era * 400;
  const int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

Civil civil_from_day(Day day) {
  const int z = day + 719468;
  const int era = (z >= 0 ? z : z - 146096) / 146097;
  const int day_of_era = z - era * 146097;
  const int year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int mp = (5 * day_of_year + 2) / 153;
  const int month = mp < 10 ? mp + 3 : mp - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
          day_of_year - (153 * mp + 2) / 5 + 1};
}

bool is_leap_year(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int days_in_month(int year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month == 2 && is_leap_year(year)) return 29;
  return kDays.at(static_cast<std::size_t>(month - 1));
}

Result<Day> parse_date(std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return fail(Error{Errc::invalid_argument,
                      "'" + std::string(clip(text, 40)) + "' is not a date: " + std::string(why),
                      {},
                      "bad_date"});
  };
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return bad("use YYYY-MM-DD");
  const auto year = parse_unsigned(text.substr(0, 4));
  const auto month = parse_unsigned(text.substr(5, 2));
  const auto day = parse_unsigned(text.substr(8, 2));
  if (!year || !month || !day) return bad("use YYYY-MM-DD");
  const int y = static_cast<int>(*year);
  const int m = static_cast<int>(*month);
  const int d = static_cast<int>(*day);
  if (y < limits::kYearMin || y > limits::kYearMax) {
    return bad("the year must be within " + std::to_string(limits::kYearMin) + ".." +
               std::to_string(limits::kYearMax));
  }
  if (m < 1 || m > 12 || d < 1 || d > days_in_month(y, m)) {
    return bad("there is no such day in the calendar");
  }
  return day_from_civil(y, m, d);
}

std::string date_to_string(Day day) {
  const Civil c = civil_from_day(day);
  std::string s(10, '-');
  const auto put = [&](std::size_t at, int value, std::size_t width) {
    for (std::size_t i = width; i-- > 0; value /= 10)
      s[at + i] = static_cast<char>('0' + value % 10);
  };
  put(0, c.year, 4);
  put(5, c.month, 2);
  put(8, c.day, 2);
  return s;
}

}  // namespace capexdb
