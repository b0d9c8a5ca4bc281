#include "proto/model/period.h"

#include <algorithm>
#include <cstdlib>
#include <regex>

#include "proto/model/limits.h"
#include "proto/model/named_period.h"
#include "proto/model/text.h"

namespace capexdb {
namespace {

Error bad_period(std::string_view text, std::string_view why) {
  return {Errc::invalid_argument,
          "'" + std::string(clip(text, 60)) + "' is not a period: " + std::string(why),
          {},
          "bad_period"};
}

constexpr std::size_t kPeriodBytesMax = 60;

constexpr std::string_view kForms =
    "use 2024, 2024-H1, 2024-Q2, 2024-06, 2024-04-01/2024-06-30, 2024-03-01/.. or @2024-08-26";

// Months first..last of a year, as a span.
Period months(int year, int first, int last) {
  return {PeriodKind::span, day_from_civil(year, first, 1),
          day_from_civil(year, last, days_in_month(year, last)) + 1};
}

// Part 'Q', 'H' or 'S' (a half), 'M', 'A' and number; empty if out of range.
std::optional<Period> part_of_year(int year, char part, int number) {
  switch (part) {
    case 'Q':
      if (number < 1 || number > 4) return std::nullopt;
      return months(year, number * 3 - 2, number * 3);
    case 'H':
    case 'S':
      if (number < 1 || number > 2) return std::nullopt;
      return months(year, number * 6 - 5, number * 6);
    case 'M':
      if (number < 1 || number > 12) return std::nullopt;
      return months(year, number, number);
    case 'A':
      if (number != 1) return std::nullopt;
      return months(year, 1, 12);
    default:
      return std::nullopt;
  }
}

int full_year(const std::string& digits) {
  const int year = std::stoi(digits);
  if (digits.size() > 2) return year;
  return year < 70 ? 2000 + year : 1900 + year;
}

// The named forms: year, quarter, half, month.
std::optional<Period> parse_named(const std::string& upper) {
  static const std::regex kCanonical(R"((\d{4})(?:-?([QHSMA])(\d{1,2})|-(\d{2}))?)");
  static const std::regex kFrame(R"(CY(\d{4})(?:Q([1-4])(I)?)?)");
  static const std::regex kPartFirst(R"(([QH])([1-4])[ -]?(\d{4}|\d{2}))");
  static const std::regex kNumberFirst(R"(([1-4])([QH])[ -]?(\d{4}|\d{2}))");
  std::smatch m;
  std::optional<Period> period;
  if (std::regex_match(upper, m, kCanonical)) {
    const int year = std::stoi(m[1]);
    if (m[4].matched) {
      period = part_of_year(year, 'M', std::stoi(m[4]));
    } else if (m[2].matched) {
      period = part_of_year(year, m[2].str()[0], std::stoi(m[3]));
    } else {
      period = months(year, 1, 12);
    }
  } else if (std::regex_match(upper, m, kFrame)) {
    const int year = std::stoi(m[1]);
    period = m[2].matched ? part_of_year(year, 'Q', std::stoi(m[2])) : months(year, 1, 12);
    if (period && m[3].matched) period = make_instant(period->end - 1);
  } else if (std::regex_match(upper, m, kPartFirst)) {
    period = part_of_year(full_year(m[3]), m[1].str()[0], std::stoi(m[2]));
  } else if (std::regex_match(upper, m, kNumberFirst)) {
    period = part_of_year(full_year(m[3]), m[2].str()[0], std::stoi(m[1]));
  }
  if (!period) {
    const auto name = read_calendar_name(upper);
    if (name) period = months(name->year, name->first + 1, name->first + name->months);
  }
  if (!period) return std::nullopt;
  const int year = civil_from_day(period->start).year;
  if (year < limits::kYearMin || year > limits::kYearMax) return std::nullopt;
  return period;
}

}  // namespace

Result<Period> make_span(Day first, Day last) {
  if (last < first) {
    return fail(
        bad_period(date_to_string(first) + "/" + date_to_string(last), "it ends before it begins"));
  }
  return Period{PeriodKind::span, first, last + 1};
}

Period make_instant(Day day) { return {PeriodKind::instant, day, day + 1}; }

Result<Period> make_window(Day first, Day last) {
  CAPEXDB_ASSIGN(Period period, make_span(first, last));
  period.kind = first == last ? PeriodKind::instant : PeriodKind::window;
  return period;
}

Period make_open_end(Day first) { return {PeriodKind::open_end, first, 0}; }
Period make_open_start(Day last) { return {PeriodKind::open_start, 0, last + 1}; }

std::string period_start_text(const Period& period) {
  return period.has_start() ? date_to_string(period.start) : std::string();
}

std::string period_end_text(const Period& period) {
  return period.has_end() ? date_to_string(period.end - 1) : std::string();
}

std::string period_to_string(const Period& period) {
  switch (period.kind) {
    case PeriodKind::none:
      return "none";
    case PeriodKind::open_end:
      return date_to_string(period.start) + "/..";
    case PeriodKind::open_start:
      return "../" + date_to_string(period.end - 1);
    case PeriodKind::instant:
      return "@" + date_to_string(period.start);
    case PeriodKind::window:
      return "@" + date_to_string(period.start) + "/" + date_to_string(period.end - 1);
    case PeriodKind::span:
      break;
  }
  const Civil first = civil_from_day(period.start);
  const Civil next = civil_from_day(period.end);
  const std::string year = date_to_string(period.start).substr(0, 4);
  if (first.day == 1 && next.day == 1) {
    const int count = (next.year - first.year) * 12 + next.month - first.month;
    if (count == 12 && first.month == 1) return year;
    if (count == 6 && first.month % 6 == 1)
      return year + "-H" + std::to_string(first.month / 6 + 1);
    if (count == 3 && first.month % 3 == 1)
      return year + "-Q" + std::to_string(first.month / 3 + 1);
    if (count == 1) return date_to_string(period.start).substr(0, 7);
  }
  return date_to_string(period.start) + "/" + date_to_string(period.end - 1);
}

Result<Period> parse_period(std::string_view text) {
  const std::string_view given = trim(text);
  if (given.empty() || given.size() > kPeriodBytesMax) return fail(bad_period(given, kForms));
  if (given == "none") return Period{};
  const bool instant = given.front() == '@';
  const std::string_view body = instant ? given.substr(1) : given;
  if (const std::size_t slash = body.find('/'); slash != std::string_view::npos) {
    const std::string_view left = trim(body.substr(0, slash));
    const std::string_view right = trim(body.substr(slash + 1));
    if (!instant && right == "..") {
      CAPEXDB_ASSIGN(const Day first, parse_date(left));
      return make_open_end(first);
    }
    if (!instant && left == "..") {
      CAPEXDB_ASSIGN(const Day last, parse_date(right));
      return make_open_start(last);
    }
    CAPEXDB_ASSIGN(const Day first, parse_date(left));
    CAPEXDB_ASSIGN(const Day last, parse_date(right));
    return instant ? make_window(first, last) : make_span(first, last);
  }
  if (instant) {
    CAPEXDB_ASSIGN(const Day day, parse_date(body));
    return make_instant(day);
  }
  const std::string upper = to_upper_ascii(body);
  if (const auto named = parse_named(upper)) return *named;
  if (body.size() == 10 && body[4] == '-') {
    CAPEXDB_ASSIGN(const Day day, parse_date(body));
    return make_span(day, day);
  }
  if (read_fiscal_name(body)) {
    return fail(
        bad_period(given, "a fiscal label needs a company's fiscal calendar; give its dates"));
  }
  return fail(bad_period(given, kForms));
}

std::optional<Quarter> calendar_quarter(const Period& period) {
  if (period.kind != PeriodKind::span) return std::nullopt;
  const int length = period.end - period.start;
  if (length < kQuarterDaysMin || length > kQuarterDaysMax) return std::nullopt;
  return quarter_ending(period.end - 1);
}

Quarter quarter_ending(Day last) {
  const Civil c = civil_from_day(last - 7);
  if (c.month == 1) return (c.year - 1) * 4 + 3;
  return c.year * 4 + (c.month - 2) / 3;
}

Period shifted_by_years(const Period& period, int years) {
  // First days and the days behind last ones move alike, so that spans that
  // follow one another still do.
  const auto shifted = [years](Day day) {
    const Civil c = civil_from_day(day);
    const int year = c.year + years;
    return day_from_civil(year, c.month, std::min(c.day, days_in_month(year, c.month)));
  };
  Period result = period;
  if (period.has_start()) result.start = shifted(period.start);
  if (period.kind == PeriodKind::instant) {
    const bool month_end = civil_from_day(period.end).day == 1;
    if (month_end) result.start = shifted(period.end) - 1;
    result.end = result.start + 1;
  } else if (period.has_end()) {
    result.end = shifted(period.end);
  }
  return result;
}

bool nearly_same(const Period& a, const Period& b, int days) {
  return a.kind == b.kind && std::abs(a.start - b.start) <= days && std::abs(a.end - b.end) <= days;
}

Period quarter_span(Quarter quarter) {
  const int first = quarter % 4 * 3 + 1;
  return months(quarter / 4, first, first + 2);
}

bool PeriodRange::contains(const Period& period) const {
  if (is_all()) return true;
  if (exact && period == *exact) return true;
  if (period.kind == PeriodKind::none) return false;
  Period p = period;
  const auto quarter = fiscal ? std::nullopt : calendar_quarter(period);
  if (quarter) p = quarter_span(*quarter);
  if (start && (p.has_start() ? p.start < *start : p.end <= *start)) return false;
  if (end && (p.has_end() ? p.end > *end : p.start >= *end)) return false;
  return true;
}

Result<PeriodRange> parse_period_range(std::string_view text) {
  text = trim(text);
  PeriodRange range;
  if (text.empty()) return range;
  const auto bounded = [](const Period& period) {
    return period.kind != PeriodKind::none && period.has_start() && period.has_end();
  };
  std::size_t dots = text.find("..");
  // "2024-03-01/.." and "../2024-08-31" are periods of their own, not ranges.
  if (dots != std::string_view::npos && text.find('/') != std::string_view::npos &&
      (text.ends_with("/..") || text.starts_with("../"))) {
    dots = std::string_view::npos;
  }
  if (dots == std::string_view::npos) {
    CAPEXDB_ASSIGN(const Period period, parse_period(text));
    if (period.kind == PeriodKind::none) return fail(bad_period(text, "it has no dates"));
    if (period.has_start()) range.start = period.start;
    if (period.has_end()) range.end = period.end;
    range.exact = period;
    return range;
  }
  const std::string_view left = trim(text.substr(0, dots));
  const std::string_view right = trim(text.substr(dots + 2));
  if (!left.empty()) {
    CAPEXDB_ASSIGN(const Period period, parse_period(left));
    if (!bounded(period)) return fail(bad_period(left, "a range starts at a dated period"));
    range.start = period.start;
  }
  if (!right.empty()) {
    CAPEXDB_ASSIGN(const Period period, parse_period(right));
    if (!bounded(period)) return fail(bad_period(right, "a range ends at a dated period"));
    range.end = period.end;
  }
  if (range.start && range.end && *range.end <= *range.start) {
    return fail(bad_period(text, "the range runs backwards; swap its ends"));
  }
  return range;
}

}  // namespace capexdb
