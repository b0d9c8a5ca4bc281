// A figure of the year to date that is offered as a quarter's.
#include <algorithm>

#include "proto/model/fiscal.h"
#include "storage/plausibility.h"

namespace capexdb::storage {
namespace {

constexpr std::size_t kQuartersBefore = 3;  // of a fiscal year, at most

template <class Visit>
void for_each_ending(const Newcomer& it, Day end, const Visit& visit) {
  for (const FigureGroup* group : it.groups) {
    if (group == nullptr) continue;
    for (auto at = group->ending_from(end); at != group->figures().end() && at->period.end == end;
         ++at) {
      if (at->sequence != 0 && at->number.is_point && at->period.kind == PeriodKind::span) {
        visit(*at);
      }
    }
  }
}

// The quarter that ends there; of several one of the same concept.
const KnownFigure* quarter_ending_at(const Newcomer& it, Day end) {
  const KnownFigure* quarter = nullptr;
  for_each_ending(it, end, [&](const KnownFigure& f) {
    if (!is_quarter_long(f.period)) return;
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
      if (f.number.value.is_zero() && f.period.start >= start) zero = &f;
    });
    if (zero == nullptr) return false;
    end = zero->period.start;
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
    if (group == nullptr) continue;
    for (const KnownFigure& f : group->figures()) {
      const Day days = f.period.end - f.period.start;
      if (f.period.kind != PeriodKind::span || days < kNineMonthsMin || days > kYearMax) continue;
      for (const Day day : {f.period.start, days > 340 ? f.period.end : f.period.start}) {
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
    if (group == nullptr) continue;
    for (const KnownFigure& f : group->figures()) {
      const bool the_same = f.counts() && f.number.is_point &&
                            f.number.value.is_negative() == it.number.value.is_negative() &&
                            nearly_same(f.period, before, kFiscalSlackDays);
      if (the_same &&
          compare_times(magnitude_of(f.number.value), times_percent, it.magnitude, 100) >= 0) {
        return true;
      }
    }
  }
  return false;
}

MaybeSuspicion equals_longer_span(const Newcomer& it, bool& other_year_to_date) {
  const KnownFigure* longer = nullptr;
  for_each_ending(it, it.period.end, [&](const KnownFigure& f) {
    if (f.period.start >= it.period.start || f.period.end - f.period.start <= kQuarterDaysMax) {
      return;
    }
    if (f.number.value == it.number.value) {
      if (longer == nullptr || f.period.start > longer->period.start) longer = &f;
    } else {
      other_year_to_date = true;
    }
  });
  if (longer == nullptr || is_zero_before(it, longer->period.start)) return {};
  return Suspicion{Rule::year_to_date, "period",
                   "value " + it.number.value.to_string() + " of " + period_to_string(it.period) +
                       " is that of " + period_to_string(longer->period) + " (sequence " +
                       std::to_string(longer->sequence) + "): is it the year to date?"};
}

// The quarters before it of which each is far smaller, without a gap, the latest first.
std::vector<const KnownFigure*> quarters_before(const Newcomer& it, std::uint64_t times_percent) {
  std::vector<const KnownFigure*> before;
  for (Day end = it.period.start; before.size() < kQuartersBefore;) {
    const KnownFigure* f = quarter_ending_at(it, end);
    if (f == nullptr || f->number.value.is_zero() ||
        f->number.value.is_negative() != it.number.value.is_negative() ||
        compare_times(it.magnitude, 100, magnitude_of(f->number.value), times_percent) < 0) {
      break;
    }
    before.push_back(f);
    end = f->period.start;
  }
  return before;
}

// As much as the quarters since `start` and one more of their size.
MaybeSuspicion like_sum_since(Day start, const Newcomer& it, std::vector<const KnownFigure*> before,
                              const PlausibilityRules& rules) {
  const Day slack = static_cast<Day>(rules.fiscal_label_slack_days);
  while (!before.empty() && before.back()->period.start < start - slack) before.pop_back();
  // All of the year up to now, or it says nothing.
  if (before.empty() || before.back()->period.start > start + slack) return {};
  Decimal sum(0);
  for (const KnownFigure* f : before) {
    const auto more = add(sum, f->number.value);
    if (!more) return {};
    sum = *more;
  }
  // With the quarter itself it would be count + 1 times their mean, so that many counts
  // of the value are compared with as many of the sum.
  const std::uint64_t count = before.size();
  const std::uint64_t within = rules.year_to_date_within_percent;
  const Magnitude total = magnitude_of(sum);
  if (compare_times(it.magnitude, count * 100, total, (count + 1) * 100 - within) < 0 ||
      compare_times(it.magnitude, count * 100, total, (count + 1) * 100 + within) > 0) {
    return {};
  }
  const std::string quarters =
      count == 1 ? "the quarter before it" : "the " + std::to_string(count) + " quarters before it";
  return Suspicion{Rule::year_to_date, "period",
                   "value " + it.number.value.to_string() + " of " + period_to_string(it.period) +
                       " is about what the year to date comes to: " + quarters + " had " +
                       sum.to_string() + " (the latest: sequence " +
                       std::to_string(before.front()->sequence) + ")"};
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

  const std::vector<const KnownFigure*> before =
      quarters_before(it, rules.year_to_date_times_percent);
  if (before.empty() || is_season(it, rules.year_to_date_times_percent)) return {};
  // The press adds up calendar years, whatever the company's own is.
  const Day own = year_start(it, rules, background);
  const Day calendar = calendar_year_start(it);
  if (auto suspicion = like_sum_since(own, it, before, rules)) return suspicion;
  return own == calendar ? std::nullopt : like_sum_since(calendar, it, before, rules);
}

}  // namespace capexdb::storage
