// Knowledge time: when the world could know, with the precision it was given in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proto/model/date.h"

namespace capexdb {

// Half-open [begin, end) in seconds since 1970-01-01 UTC. An instant has
// end = begin; a day, a month or a range of days covers them whole.
struct TimeRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;

  bool is_instant() const { return begin == end; }
  Day first_day() const;
  Day last_day() const;  // the day that decides an as-of cut

  friend bool operator==(const TimeRange&, const TimeRange&) = default;
};

// Whether what was published at `a` could be known later than what was at `b`.
bool published_later(const TimeRange& a, const TimeRange& b);

// "2024-08-26", "2024-08", "2024", "2024-08-26/2024-08-31",
// "2024-08-26T13:01:02Z". Error: invalid_argument.
Result<TimeRange> parse_time_range(std::string_view text);

// The shortest of those forms that says the same.
std::string time_range_to_string(const TimeRange& range);

// "2024-08-26T13:01:02.123456Z" from microseconds since 1970-01-01 UTC.
std::string timestamp_to_string(std::int64_t microseconds);
// What timestamp_to_string() writes. Error: invalid_argument.
Result<std::int64_t> parse_timestamp(std::string_view text);

}  // namespace capexdb
