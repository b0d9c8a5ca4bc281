#include "client/importers/us_date.h"

#include <string>
#include <vector>

#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

tl::unexpected<Error> bad_us_date(std::string_view text, const std::string& why) {
  return fail(Error{
      Errc::invalid_argument, "'" + std::string(clip(text, 40)) + "' " + why, {}, "bad_date"});
}

Result<Day> month_day_year(std::string_view text, const std::vector<std::string>& parts) {
  const auto month = parse_unsigned(parts[0]);
  const auto day = parse_unsigned(parts[1]);
  const auto year = parse_unsigned(parts[2]);
  if (!month || !day || !year || parts[2].size() != 4 || *month < 1 || *day < 1) {
    return bad_us_date(text, "is not a date: write YYYY-MM-DD");
  }
  if (*month > 12) {
    return bad_us_date(
        text, "has no month " + std::to_string(*month) +
                  ": the month stands before the day; if the file has the day first, write "
                  "YYYY-MM-DD");
  }
  const int y = static_cast<int>(*year);
  const int m = static_cast<int>(*month);
  if (*day > 31 || static_cast<int>(*day) > days_in_month(y, m)) {
    return bad_us_date(text, "is no day of the calendar");
  }
  // Through the text form, which knows the years that are allowed.
  return parse_date(date_to_string(day_from_civil(y, m, static_cast<int>(*day))));
}

}  // namespace

Result<Day> parse_us_date(std::string_view text, ShortYears short_years) {
  text = trim(text);
  std::vector<std::string> parts = split(text, '/');
  if (parts.size() != 3) return parse_date(text);
  if (short_years == ShortYears::of_this_century && parts[2].size() == 2) {
    parts[2].insert(0, "20");
  }
  return month_day_year(text, parts);
}

Result<Day> parse_us_dashes(std::string_view text) {
  const std::vector<std::string> parts = split(text, '-');
  if (parts.size() != 3) return bad_us_date(text, "is not a date such as 03-31-2026");
  return month_day_year(text, parts);
}

DateOrder date_order(std::string_view text) {
  const std::vector<std::string> parts = split(text, '/');
  if (parts.size() != 3) return DateOrder::unknown;
  const auto first = parse_unsigned(parts[0]);
  const auto second = parse_unsigned(parts[1]);
  if (!first || !second || *first > 31 || *second > 31) return DateOrder::unknown;
  if (*first > 12 && *second <= 12) return DateOrder::day_first;
  return *first <= 12 && *second > 12 ? DateOrder::month_first : DateOrder::unknown;
}

}  // namespace capexdb::importers
