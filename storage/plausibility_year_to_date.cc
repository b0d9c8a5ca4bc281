// A figure of the year to date that is offered as a quarter's.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "proto/model/fiscal.h"
#include "storage/plausibility.h"

namespace capexdb::storage {
namespace {

constexpr std::size_t kQuartersBefore = 3;  // of a fiscal year, at most
struct Quarters {
  std::array<const KnownFigure*, kQuartersBefore> all = {};  // the latest first
  std::size_t count = 0;
};

// Spans that end there, which is on the last day of `it` or before.
template <class Visit>
void for_each_ending(const Newcomer& it, Day end, const Visit& visit) {
  for (std::size_t i = 0; i < it.groups.size(); ++i) {
    const std::vector<KnownFigure>& figures = it.groups[i]->figures();
    std::size_t at = it.places[i];
    while (at > 0 && figures[at - 1].end >= end) --at;
    for (; at < figures.size() && figures[at].end <= end; ++at) {
      const KnownFigure& f = figures[at];
      if (f.end == end && f.sequence != 0 && f.is_point && f.kind == PeriodKind::span) visit(f);
    }
  }
}

// The quarter that ends there; of several one of the same concept.
const KnownFigure* quarter_ending_at(const Newcomer& it, Day end) {
  const KnownFigure* quarter = nullptr;
  for_each_ending(it, end, [&](const KnownFigure& f) {
    if (!is_quarter_long(f.period())) return;
    const bool same = f.definition == it.row[Column::definition];
    if (quarter == nullptr || same) quarter = &f;
  });
  return quarter;
}

// Whether nothing was spent from `start` to the quarter, so that the quarter is all
// there is.
bool is_zero_before(const Newcomer& it, Day start) {
  for (Day end = it.period.start; end > start;) {
    const KnownFigure* zero = nullptr;
    for_each_ending(it, end, [&](const KnownFigure& f) {
      if (f.is_zero() && f.start >= start) zero = &f;
    });
    if (zero == nullptr) return false;
    end = zero->start;
  }
  return true;
}

Day calendar_year_start(const Newcomer& it) {
  const Quarter quarter = quarter_ending(it.period.end - 1);
  return quarter_span(quarter - quarter % 4).start;
}

// The first day of the fiscal year that the quarter is in, as far as it can be told:
// by the company's rule, by what longer spans begin with, or by the calendar.
Day year_start(const Newcomer& it, const PlausibilityRules& rules, Background& background) {
  const Day last = it.period.end - 1;
  if (const std::string rule = background.fiscal_year_end(); !rule.empty()) {
    const int year = civil_from_day(last).year;
    for (const int y : {year, year + 1}) {
      const auto end = fiscal_year_end(rule, y);
      const auto before = fiscal_year_end(rule, y - 1);
      if (end && before && *end + static_cast<Day>(rules.fiscal_label_slack_days) >= last) {
        return *before + 1;
      }
    }
  }
  constexpr Day kYearMax = 385;
  constexpr Day kNineMonthsMin = 240;
  std::optional<Day> start;
  for (const FigureGroup* group : it.groups) {
    for (const KnownFigure& f : group->figures()) {
      const Day days = f.end - f.start;
      if (f.kind != PeriodKind::span || days < kNineMonthsMin || days > kYearMax) continue;
      for (const Day day : {f.start, days > 340 ? f.end : f.start}) {
        const bool holds = day <= it.period.start && it.period.end - day <= kYearMax;
        if (holds && (!start || day > *start)) start = day;
      }
    }
  }
  return start ? *start : calendar_year_start(it);
}

// The same quarter of the year before was in the same proportion, so this is a season.
bool is_season(const Newcomer& it, std::uint64_t times_percent) {
  const Period before = shifted_by_years(it.period, -1);
  for (const FigureGroup* group : it.groups) {
    for (const KnownFigure& f : group->figures()) {
      const bool the_same = f.counts() && f.is_point &&
                            f.is_negative() == it.number.value.is_negative() &&
                            nearly_same(f.period(), before, kFiscalSlackDays);
      if (the_same &&
          compare_times(magnitude_of(f.value()), times_percent, it.magnitude, 100) >= 0) {
        return true;
      }
    }
  }
  return false;
}

MaybeSuspicion equals_longer_span(const Newcomer& it, bool& other_year_to_date) {
  const KnownFigure* longer = nullptr;
  for_each_ending(it, it.period.end, [&](const KnownFigure& f) {
    if (f.start >= it.period.start || f.end - f.start <= kQuarterDaysMax) {
      return;
    }
    if (f.value() == it.number.value) {
      if (longer == nullptr || f.start > longer->start) longer = &f;
    } else {
      other_year_to_date = true;
    }
  });
  if (longer == nullptr || is_zero_before(it, longer->start)) return {};
  return Suspicion{Rule::year_to_date, "period",
                   "value " + it.number.value.to_string() + " of " + period_to_string(it.period) +
                       " is that of " + period_to_string(longer->period()) + " (sequence " +
                       std::to_string(longer->sequence) + "): is it the year to date?"};
}

// The quarters before it of which each is far smaller, without a gap, the latest first.
Quarters quarters_before(const Newcomer& it, std::uint64_t times_percent) {
  Quarters before;
  Day end = it.period.start;
  while (before.count < before.all.size()) {
    const KnownFigure* f = quarter_ending_at(it, end);
    if (f == nullptr || f->is_zero() || f->is_negative() != it.number.value.is_negative() ||
        compare_times(it.magnitude, 100, magnitude_of(f->value()), times_percent) < 0) {
      break;
    }
    before.all[before.count++] = f;
    end = f->start;
  }
  return before;
}

// What the first so many of these quarters had together, where `it` is about as much as
// that and one more of their size.
std::optional<Decimal> sum_that_fits(const Newcomer& it, const Quarters& before, std::size_t count,
                                     const PlausibilityRules& rules) {
  Decimal sum(0);
  for (std::size_t i = 0; i < count; ++i) {
    const auto more = add(sum, before.all[i]->value());
    if (!more) return std::nullopt;
    sum = *more;
  }
  // With the quarter itself it would be count + 1 times their mean, so that many counts
  // of the value are compared with as many of the sum.
  const std::uint64_t within = rules.year_to_date_within_percent;
  const Magnitude total = magnitude_of(sum);
  const bool fits =
      compare_times(it.magnitude, count * 100, total, (count + 1) * 100 - within) >= 0 &&
      compare_times(it.magnitude, count * 100, total, (count + 1) * 100 + within) <= 0;
  return fits ? std::optional(sum) : std::nullopt;
}

}  // namespace

MaybeSuspicion year_to_date(const Newcomer& it, const Surroundings&, const PlausibilityRules& rules,
                            Background& background) {
  if (it.row.measure() != Measure::level || !is_quarter_long(it.period) || !it.number.is_point) {
    return {};
  }
  bool other_year_to_date = false;
  if (auto suspicion = equals_longer_span(it, other_year_to_date)) return suspicion;
  // What the year to date comes to is known, and it is not this.
  if (other_year_to_date) return {};

  const Quarters before = quarters_before(it, rules.year_to_date_times_percent);
  if (before.count == 0) return {};
  std::array<std::optional<Decimal>, kQuartersBefore + 1> sums;  // by how many of them
  bool any = false;
  for (std::size_t count = 1; count <= before.count; ++count) {
    sums[count] = sum_that_fits(it, before, count, rules);
    any = any || sums[count];
  }
  if (!any || is_season(it, rules.year_to_date_times_percent)) return {};
  // The press adds up calendar years, whatever the company's own is.
  const Day slack = static_cast<Day>(rules.fiscal_label_slack_days);
  for (const Day start : {year_start(it, rules, background), calendar_year_start(it)}) {
    // All of the year up to now, or it says nothing.
    std::size_t count = 1;
    while (count <= before.count && std::abs(before.all[count - 1]->start - start) > slack) ++count;
    if (count > before.count || !sums[count]) continue;
    const std::string quarters = count == 1
                                     ? "the quarter before it"
                                     : "the " + std::to_string(count) + " quarters before it";
    return Suspicion{Rule::year_to_date, "period",
                     "value " + it.number.value.to_string() + " of " + period_to_string(it.period) +
                         " is about what the year to date comes to: " + quarters + " had " +
                         sums[count]->to_string() + " (the latest: sequence " +
                         std::to_string(before.all[0]->sequence) + ")"};
  }
  return {};
}

}  // namespace capexdb::storage
