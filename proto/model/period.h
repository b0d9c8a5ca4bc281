// Periods: what stretch of time a value is about.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proto/model/date.h"

namespace capexdb {

// The numbers are part of the storage format.
enum class PeriodKind : std::uint8_t {
  span = 0,
  instant = 1,
  open_end = 2,    // start/..
  open_start = 3,  // ../end
  window = 4,      // an instant somewhere within [start, end)
  none = 5,        // timeless, or a pledge without a span
};

// Days are half-open [start, end) and 0 where the kind has none: an instant is
// [day, day + 1), an open end has end = 0.
struct Period {
  PeriodKind kind = PeriodKind::none;
  Day start = 0;
  Day end = 0;

  bool has_start() const { return kind != PeriodKind::none && kind != PeriodKind::open_start; }
  bool has_end() const { return kind != PeriodKind::none && kind != PeriodKind::open_end; }

  friend auto operator<=>(const Period&, const Period&) = default;
};

// Factories from inclusive days. Error when last < first.
Result<Period> make_span(Day first, Day last);
Period make_instant(Day day);
Result<Period> make_window(Day first, Day last);
Period make_open_end(Day first);
Period make_open_start(Day last);

// Canonical text: "2024", "2024-H1", "2024-Q2", "2024-06",
// "2024-04-01/2024-06-30", "2024-03-01/..", "../2024-08-31", "@2024-08-26",
// "@2024-08-26/2024-08-31" for a window, "none".
std::string period_to_string(const Period& period);

// Reads the canonical forms, and SDMX (2024-S1, 2024-A1, 2024-M06), SEC frames
// (CY2024, CY2024Q2, CY2024Q2I) and the press's (H1 2024, 1H24, Q2 2024, 2Q24, 9M 2024,
// "first half of 2024", "June quarter 2024": named_period.h has them). Error:
// invalid_argument; also for a fiscal year (FY2024), which needs a company: fiscal.h.
Result<Period> parse_period(std::string_view text);

// "YYYY-MM-DD" of the first and of the last (inclusive) day; empty where none.
std::string period_start_text(const Period& period);
std::string period_end_text(const Period& period);

// A calendar quarter, counted from year 0: year * 4 + 0..3.
using Quarter = std::int32_t;
// The calendar quarter that a fiscal quarter belongs to: a span of 70 to 125
// days counts by its last day. Empty for any other period.
inline constexpr int kQuarterDaysMin = 70;
inline constexpr int kQuarterDaysMax = 125;
std::optional<Quarter> calendar_quarter(const Period& period);
// The same of a fiscal quarter's last day: the month of (last day - 7 days)
// decides, February-April is Q1, May-July Q2, August-October Q3, November-January
// Q4 (January's of the year before). Compustat's convention.
Quarter quarter_ending(Day last);
Period quarter_span(Quarter quarter);

// The same days of the civil calendar so many years later (earlier, if below
// zero); the end of February stays one.
Period shifted_by_years(const Period& period, int years);
// How far the same period of a fiscal calendar's next year may be from that: a
// 52/53-week year does not end on the same date.
inline constexpr int kFiscalSlackDays = 10;
// Whether two periods are of one kind and their days lie at most `days` apart.
bool nearly_same(const Period& a, const Period& b, int days);

// A range of time that a question asks about; either side may be open. `exact`
// is set when one period was named, so that sums can ask for just that one.
struct PeriodRange {
  std::optional<Day> start;  // inclusive
  std::optional<Day> end;    // exclusive
  std::optional<Period> exact;
  bool fiscal = false;  // a company's own days, which count as they are

  bool is_all() const { return !start && !end; }
  // Whether a statement's period lies inside, or is the one that was named.
  // Otherwise fiscal quarters count by their
  // calendar quarter; open-ended periods lie inside when their known end does;
  // periods without a span only when everything is asked for.
  bool contains(const Period& period) const;
};

// "2024-Q2", "2020..2024", "2023-H1..", "..2024", "" for all.
// Error: invalid_argument, also when the range runs backwards.
Result<PeriodRange> parse_period_range(std::string_view text);

}  // namespace capexdb
