#include "proto/model/time_range.h"

#include <cstdio>
#include <utility>

#include "proto/model/limits.h"
#include "proto/model/text.h"

namespace capexdb {
namespace {

constexpr std::int64_t kDaySeconds = 86400;

Day floor_day(std::int64_t seconds) {
  return static_cast<Day>((seconds >= 0 ? seconds : seconds - (kDaySeconds - 1)) / kDaySeconds);
}

TimeRange days(Day first, Day last) {
  return {std::int64_t{first} * kDaySeconds, (std::int64_t{last} + 1) * kDaySeconds};
}

Result<TimeRange> parse_instant(std::string_view text) {
  const auto bad = [&] {
    return fail(
        Error{Errc::invalid_argument,
              "'" + std::string(clip(text, 40)) + "' is not an instant: use YYYY-MM-DDThh:mm:ssZ",
              {},
              "bad_published_at"});
  };
  const auto day = parse_date(text.substr(0, 10));
  if (!day || text.size() != 20 || text[13] != ':' || text[16] != ':' || text[19] != 'Z') {
    return bad();
  }
  const auto hour = parse_unsigned(text.substr(11, 2));
  const auto minute = parse_unsigned(text.substr(14, 2));
  const auto second = parse_unsigned(text.substr(17, 2));
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) return bad();
  const std::int64_t at = std::int64_t{*day} * kDaySeconds +
                          static_cast<std::int64_t>(*hour * 3600 + *minute * 60 + *second);
  return TimeRange{at, at};
}

Result<TimeRange> parse_one(std::string_view text) {
  if (text.size() > 10 && text[10] == 'T') return parse_instant(text);
  const auto number_at = [&](std::size_t at, std::size_t n) {
    return parse_unsigned(text.substr(at, n));
  };
  if (text.size() == 4 || (text.size() == 7 && text[4] == '-')) {
    const auto year = number_at(0, 4);
    const auto month = text.size() == 7 ? number_at(5, 2) : std::optional<std::uint64_t>(1);
    if (year && month && *month >= 1 && *month <= 12 &&
        *year >= static_cast<std::uint64_t>(limits::kYearMin) &&
        *year <= static_cast<std::uint64_t>(limits::kYearMax)) {
      const int y = static_cast<int>(*year);
      const int first = static_cast<int>(*month);
      const int last = text.size() == 4 ? 12 : first;
      return days(day_from_civil(y, first, 1), day_from_civil(y, last, days_in_month(y, last)));
    }
  }
  auto day = parse_date(text);
  if (!day) {
    return fail(Error{Errc::invalid_argument,
                      "'" + std::string(clip(text, 40)) +
                          "' is not a date of publication: use a day (2024-08-26), a month "
                          "(2024-08), a range (2024-08-26/2024-08-31) or an instant "
                          "(2024-08-26T13:01:02Z)",
                      {},
                      "bad_published_at"});
  }
  return days(*day, *day);
}

}  // namespace

Day TimeRange::first_day() const { return floor_day(begin); }
Day TimeRange::last_day() const { return floor_day(is_instant() ? end : end - 1); }

bool published_later(const TimeRange& a, const TimeRange& b) {
  return std::pair(a.end, a.begin) > std::pair(b.end, b.begin);
}

Result<TimeRange> parse_time_range(std::string_view text) {
  text = trim(text);
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return parse_one(text);
  CAPEXDB_ASSIGN(const TimeRange first, parse_one(trim(text.substr(0, slash))));
  CAPEXDB_ASSIGN(const TimeRange last, parse_one(trim(text.substr(slash + 1))));
  // The day before ends where the first one begins: backwards too.
  const bool touches = last.end == first.begin && !last.is_instant();
  if (last.end < first.begin || touches) {
    return fail(Error{Errc::invalid_argument,
                      "'" + std::string(clip(text, 60)) + "' ends before it begins",
                      {},
                      "bad_published_at"});
  }
  return TimeRange{first.begin, last.end};
}

std::string time_range_to_string(const TimeRange& range) {
  if (range.is_instant()) {
    const std::int64_t second = range.begin - std::int64_t{range.first_day()} * kDaySeconds;
    char clock[16];
    std::snprintf(clock, sizeof clock, "T%02d:%02d:%02dZ", static_cast<int>(second / 3600 % 24),
                  static_cast<int>(second / 60 % 60), static_cast<int>(second % 60));
    return date_to_string(range.first_day()) + clock;
  }
  const Day first = range.first_day();
  const Day last = range.last_day();
  if (range != days(first, last)) {
    return time_range_to_string({range.begin, range.begin}) + "/" +
           time_range_to_string({range.end, range.end});
  }
  if (first == last) return date_to_string(first);
  const Civil a = civil_from_day(first);
  const Civil b = civil_from_day(last);
  if (a.day == 1 && a.year == b.year && b.day == days_in_month(b.year, b.month)) {
    if (a.month == b.month) return date_to_string(first).substr(0, 7);
    if (a.month == 1 && b.month == 12) return date_to_string(first).substr(0, 4);
  }
  return date_to_string(first) + "/" + date_to_string(last);
}

std::string timestamp_to_string(std::int64_t microseconds) {
  std::int64_t seconds = microseconds / 1'000'000;
  std::int64_t rest = microseconds % 1'000'000;
  if (rest < 0) {
    rest += 1'000'000;
    --seconds;
  }
  std::string text = time_range_to_string({seconds, seconds});
  text.pop_back();
  char fraction[16];
  std::snprintf(fraction, sizeof fraction, ".%06dZ", static_cast<int>(rest));
  return text + fraction;
}

Result<std::int64_t> parse_timestamp(std::string_view text) {
  const auto refuse = [&] {
    return fail(Errc::invalid_argument,
                "'" + std::string(clip(text, 40)) + "' is no time as 2024-08-26T13:01:02.000000Z");
  };
  constexpr std::size_t kFraction = 6;
  const std::size_t dot = text.rfind('.');
  if (dot == std::string_view::npos || text.size() != dot + kFraction + 2 || text.back() != 'Z') {
    return refuse();
  }
  const auto fraction = parse_unsigned(text.substr(dot + 1, kFraction));
  const auto seconds = parse_time_range(std::string(text.substr(0, dot)) + "Z");
  if (!fraction || !seconds || seconds->begin != seconds->end) return refuse();
  return seconds->begin * 1'000'000 + static_cast<std::int64_t>(*fraction);
}

}  // namespace capexdb
