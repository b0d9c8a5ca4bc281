#include "proto/model/fiscal.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "proto/model/limits.h"
#include "proto/model/named_period.h"
#include "proto/model/text.h"

namespace capexdb {
namespace {

constexpr int kWeek = 7;
constexpr int kQuarterWeeks = 13;
constexpr int kMonths = 3;  // of a quarter

tl::unexpected<Error> bad_rule(std::string_view rule) {
  return fail(
      Errc::invalid_argument,
      "'" + std::string(clip(rule, 60)) +
          "' is no end of a fiscal year; use 12-31, 01-last-sunday or 10-31-nearest-sunday");
}

tl::unexpected<Error> bad_label(std::string_view text) {
  return fail(Errc::invalid_argument,
              "'" + std::string(clip(text, 60)) +
                  "' is no fiscal period; use FY2025, FY2025-H1, FY2025-Q3 or FY2025-9M");
}

// 0 is Monday; 1970-01-01 was a Thursday.
int weekday_of(Day day) { return ((day % kWeek) + kWeek + 3) % kWeek; }

std::optional<int> parse_weekday(std::string_view word) {
  constexpr std::array<std::string_view, kWeek> kDays = {
      "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
  const auto at = std::find(kDays.begin(), kDays.end(), word);
  if (at == kDays.end()) return std::nullopt;
  return static_cast<int>(at - kDays.begin());
}

std::optional<int> two_digits(std::string_view text) {
  if (text.size() != 2) return std::nullopt;
  const auto value = parse_unsigned(text);
  return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
}

bool ends_with_month(std::string_view rule) { return rule.size() == 5; }

// Of one rule.
Result<Day> year_end(std::string_view rule, int year) {
  const std::vector<std::string> parts = split(rule, '-');
  const auto month = parts.empty() ? std::nullopt : two_digits(parts[0]);
  if (!month || *month < 1 || *month > 12 || parts.size() < 2) return bad_rule(rule);
  if (parts[1] == "last" && parts.size() == 3) {
    const auto weekday = parse_weekday(parts[2]);
    if (!weekday) return bad_rule(rule);
    const Day last = day_from_civil(year, *month, days_in_month(year, *month));
    return last - (weekday_of(last) - *weekday + kWeek) % kWeek;
  }
  const auto day = two_digits(parts[1]);
  if (!day || *day < 1 || *day > days_in_month(2000, *month)) return bad_rule(rule);
  const Day date = day_from_civil(year, *month, std::min(*day, days_in_month(year, *month)));
  if (parts.size() == 2) return date;
  const auto weekday =
      parts.size() == 4 && parts[2] == "nearest" ? parse_weekday(parts[3]) : std::nullopt;
  if (!weekday) return bad_rule(rule);
  const int before = (weekday_of(date) - *weekday + kWeek) % kWeek;
  return before <= kWeek / 2 ? date - before : date + kWeek - before;
}

// "06-30 until 2012-06-30; 12-31": which rule holds for years that end by which day.
struct CalendarRule {
  std::string rule;
  std::optional<Day> until;
};

tl::unexpected<Error> bad_calendar(std::string_view calendar) {
  return fail(Errc::invalid_argument,
              "'" + std::string(clip(calendar, 80)) +
                  "' is no fiscal calendar; of one that changed write the earlier rule with its "
                  "last day first, as 06-30 until 2012-06-30; 12-31");
}

Result<std::vector<CalendarRule>> rules_of(std::string_view calendar) {
  static constexpr std::string_view kUntil = " until ";
  std::vector<CalendarRule> rules;
  for (const std::string& part : split(calendar, ';')) {
    const std::size_t until = part.find(kUntil);
    CalendarRule& rule = rules.emplace_back();
    rule.rule = trim(std::string_view(part).substr(0, until));
    if (until == std::string::npos) continue;
    const auto day = parse_date(trim(std::string_view(part).substr(until + kUntil.size())));
    if (!day) return bad_calendar(calendar);
    rule.until = *day;
  }
  return rules;
}

Result<std::string> rule_of_year(std::string_view calendar, int year) {
  if (calendar.find(';') == std::string_view::npos) return std::string(trim(calendar));
  CAPEXDB_ASSIGN(std::vector<CalendarRule> rules, rules_of(calendar));
  for (CalendarRule& rule : rules) {
    CAPEXDB_ASSIGN(const Day end, year_end(rule.rule, year));
    if (!rule.until || end <= *rule.until) return std::move(rule.rule);
  }
  return bad_calendar(calendar);
}

// The first day of a fiscal quarter, counted from 0; 4 is that of the next year.
Result<Day> quarter_start(std::string_view rule, int year, int quarter) {
  CAPEXDB_ASSIGN(const Day last, year_end(rule, year - 1));
  if (quarter == 0) return last + 1;
  CAPEXDB_ASSIGN(const Day end, year_end(rule, year));
  if (quarter == 4) return end + 1;
  if (!ends_with_month(rule)) return last + 1 + quarter * kQuarterWeeks * kWeek;
  // Three months on, to the end of that month where the year ends with one.
  const Civil from = civil_from_day(last);
  const int months = from.month - 1 + quarter * 3;
  const int at_year = from.year + months / 12;
  const int at_month = months % 12 + 1;
  const bool month_end = from.day == days_in_month(from.year, from.month);
  const int days = days_in_month(at_year, at_month);
  return day_from_civil(at_year, at_month, month_end ? days : std::min(from.day, days)) + 1;
}

}  // namespace

Result<Day> fiscal_year_end(std::string_view calendar, int year) {
  CAPEXDB_ASSIGN(const std::string rule, rule_of_year(calendar, year));
  return year_end(rule, year);
}

Result<void> check_fiscal_calendar(std::string_view calendar) {
  CAPEXDB_ASSIGN(const std::vector<CalendarRule> rules, rules_of(calendar));
  for (std::size_t i = 0; i < rules.size(); ++i) {
    CAPEXDB_TRY(year_end(rules[i].rule, 2024));
    const bool last = i + 1 == rules.size();
    if (rules[i].until) {
      CAPEXDB_ASSIGN(const Day end, year_end(rules[i].rule, civil_from_day(*rules[i].until).year));
      if (end != *rules[i].until) return bad_calendar(calendar);
    }
    if (rules[i].until.has_value() == last) return bad_calendar(calendar);
    if (i > 0 && !last && *rules[i].until <= *rules[i - 1].until) return bad_calendar(calendar);
  }
  return {};
}

bool has_fiscal_label(std::string_view periods) {
  const std::string upper = to_upper_ascii(periods);
  return upper.find("FY") != std::string::npos || upper.find("FISCAL") != std::string::npos;
}

std::optional<FiscalLabel> parse_fiscal_label(std::string_view text) {
  const auto name = read_fiscal_name(text);
  // Its first and last days lie within the years that periods may have.
  if (!name || name->year <= limits::kYearMin || name->year >= limits::kYearMax) {
    return std::nullopt;
  }
  return FiscalLabel{name->year, name->first / kMonths, name->months / kMonths};
}

std::string to_string(const FiscalLabel& label) {
  const std::string year = "FY" + std::to_string(label.year);
  if (label.quarters == 1) return year + "-Q" + std::to_string(label.first + 1);
  if (label.quarters == 2) return year + "-H" + std::to_string(label.first / 2 + 1);
  return label.quarters == 3 ? year + "-9M" : year;
}

Result<Period> fiscal_days(const FiscalLabel& label, std::string_view calendar) {
  CAPEXDB_ASSIGN(const std::string rule, rule_of_year(calendar, label.year));
  CAPEXDB_ASSIGN(const std::vector<CalendarRule> rules, rules_of(calendar));
  CAPEXDB_ASSIGN(const Day year_start, quarter_start(rule, label.year, 0));
  for (const CalendarRule& earlier : rules) {
    if (!earlier.until || earlier.rule == rule) break;
    if (year_start > *earlier.until) continue;
    return fail(Errc::invalid_argument,
                to_string(label) + " begins before the fiscal calendar changed on " +
                    date_to_string(*earlier.until) + ": it is no full year; give its dates");
  }
  CAPEXDB_ASSIGN(const Day start, quarter_start(rule, label.year, label.first));
  CAPEXDB_ASSIGN(const Day end, quarter_start(rule, label.year, label.first + label.quarters));
  return make_span(start, end - 1);
}

Result<Period> parse_fiscal_period(std::string_view text, std::string_view calendar) {
  const auto label = parse_fiscal_label(text);
  if (!label) return bad_label(text);
  return fiscal_days(*label, calendar);
}

Result<PeriodRange> parse_fiscal_range(std::string_view periods, std::string_view calendar) {
  periods = trim(periods);
  PeriodRange range;
  range.fiscal = true;
  const std::size_t dots = periods.find("..");
  if (dots == std::string_view::npos) {
    CAPEXDB_ASSIGN(const Period period, parse_fiscal_period(periods, calendar));
    range.start = period.start;
    range.end = period.end;
    range.exact = period;
    return range;
  }
  const std::string_view from = trim(periods.substr(0, dots));
  const std::string_view to = trim(periods.substr(dots + 2));
  if (!from.empty()) {
    CAPEXDB_ASSIGN(const Period period, parse_fiscal_period(from, calendar));
    range.start = period.start;
  }
  if (!to.empty()) {
    CAPEXDB_ASSIGN(const Period period, parse_fiscal_period(to, calendar));
    range.end = period.end;
  }
  if (range.start && range.end && *range.start >= *range.end) {
    return fail(Errc::invalid_argument, "'" + std::string(clip(periods, 60)) +
                                            "' runs backwards; name the earlier period first");
  }
  return range;
}

PeriodRange calendar_of(const PeriodRange& fiscal) {
  PeriodRange range;
  // The first quarter ends about 13 weeks after its first day.
  if (fiscal.start) {
    range.start = quarter_span(quarter_ending(*fiscal.start + kQuarterWeeks * kWeek - 1)).start;
  }
  if (fiscal.end) range.end = quarter_span(quarter_ending(*fiscal.end - 1)).end;
  if (fiscal.exact) range.exact = Period{PeriodKind::span, *range.start, *range.end};
  return range;
}

}  // namespace capexdb
