#include "storage/query/shape.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "proto/model/arithmetic.h"
#include "proto/model/compound.h"
#include "proto/model/time_range.h"
#include "storage/query/sort_large.h"

namespace capexdb::storage {
namespace {

auto series_key(const AnswerRow& r) {
  return std::tie(r.company, r.product, r.counterparty, r.unit, r.currency, r.definition, r.status,
                  r.source);
}

// What tells series apart. Status and source of a row are properties of its
// figure unless the rows are listed by them.
using SeriesName = std::tuple<std::string, std::string, std::string, std::string, std::string,
                              std::string, std::string, std::string>;

SeriesName series_of(const Figure& figure, const Plan& plan) {
  const AnswerRow& r = figure.row;
  std::string listed;
  if (plan.kind == QueryKind::sum) {
    if (plan.lists(Dimension::status) && r.status) listed += to_string(*r.status);
    if (plan.lists(Dimension::source)) listed += "\n" + r.source;
  }
  // What was converted does not grow from what was not.
  return {r.company, r.product,  r.counterparty,         r.definition,
          r.unit,    r.currency, figure.stated_currency, listed};
}

// Whether what was published at `a` was known later than what was at `b`: by the end
// of a range, which its text does not begin with.
bool is_later(const std::string& a, const std::string& b) {
  const auto one = parse_time_range(a);
  const auto other = parse_time_range(b);
  if (!one || !other) return one.has_value();
  return published_later(*one, *other);
}

// The row of `figure` gets the evidence of `other` too.
void back_up(Figure& figure, const Figure& other) {
  unite(figure.document_ids, other.document_ids);
  unite(figure.root_ids, other.root_ids);
  figure.parts.insert(figure.parts.end(), other.parts.begin(), other.parts.end());
  figure.notes.insert(figure.notes.end(), other.notes.begin(), other.notes.end());
  AnswerRow& row = figure.row;
  const AnswerRow& more = other.row;
  figure.implied = figure.implied || other.implied;
  row.documents = static_cast<std::uint32_t>(figure.document_ids.size());
  row.roots = static_cast<std::uint32_t>(figure.root_ids.size());
  row.status = std::max(row.status, more.status);
  row.sequence = std::max(row.sequence, more.sequence);
  if (is_later(more.published_at, row.published_at)) row.published_at = more.published_at;
  if (row.source != more.source) row.source = "several sources";
}

// Whether `base` is the period that `now` grows from.
bool is_base(const Period& base, const Period& now, Growth growth) {
  if (now.kind == PeriodKind::none) return false;  // it would be its own
  if (growth == Growth::yoy) {
    const auto quarter = calendar_quarter(now);
    const auto before = calendar_quarter(base);
    if (quarter && before) return *before + 4 == *quarter;
    return nearly_same(base, shifted_by_years(now, -1), kFiscalSlackDays);
  }
  const auto quarter = calendar_quarter(now);
  const auto before = calendar_quarter(base);
  return quarter && before && *before + 1 == *quarter;
}

void no_value(Figure& figure, std::string reason) {
  figure.row.value = {};
  figure.row.reason = std::move(reason);
  figure.row.derivation.clear();
}

// How far a base is from the days that it should have.
int days_off(const Period& base, const Period& now, Growth growth) {
  const auto quarter = calendar_quarter(now);
  const Period wanted =
      growth == Growth::qoq && quarter ? quarter_span(*quarter - 1) : shifted_by_years(now, -1);
  return std::abs(base.start - wanted.start) + std::abs(base.end - wanted.end);
}

// Which of the two levels nobody stated, for a derivation.
std::string implied_text(const Figure& now, const Figure& base) {
  if (!now.implied && !base.implied) return {};
  std::string text = now.implied ? ", " + now.row.period : "";
  if (base.implied) text += (now.implied ? " and " : ", ") + base.row.period;
  return text + " implied";
}

// Turns a level into the growth that `value` is, or says why there is none.
void grow(Figure& figure, const Figure& base, const Result<Interval>& value, Measure measure) {
  AnswerRow& row = figure.row;
  const std::string periods = row.period + " / " + base.row.period;
  const std::string implied = implied_text(figure, base);
  std::string reason = row.reason;
  if (reason.empty() && !base.row.reason.empty()) {
    reason = base.row.period + ": " + base.row.reason;
  }
  row.unit = "%";
  row.currency.clear();
  row.measure = measure;
  back_up(figure, base);
  if (!value) return no_value(figure, value.error().message);
  row.value = *value;
  row.derivation = periods + " - 1" + implied;
  row.reason = reason;
}

std::string name_of_base(const Period& now, Growth growth) {
  if (growth == Growth::yoy) return period_to_string(shifted_by_years(now, -1));
  const auto quarter = calendar_quarter(now);
  return quarter ? period_to_string(quarter_span(*quarter - 1)) : std::string();
}

using SeriesList = std::map<SeriesName, std::vector<Figure*>>;

SeriesList by_series(std::vector<Figure>& figures, const Plan& plan) {
  SeriesList series;
  for (Figure& figure : figures) series[series_of(figure, plan)].push_back(&figure);
  for (auto& [name, list] : series) {
    std::sort(list.begin(), list.end(), [](const Figure* a, const Figure* b) {
      return std::tie(a->period.start, a->period.end, a->period) <
             std::tie(b->period.start, b->period.end, b->period);
    });
  }
  return series;
}

Figure step_growth(const Figure& now, const std::vector<Figure*>& list, Growth growth) {
  Figure result = now;
  if (!now.row.value.has_number()) return result;  // with its reason
  const Figure* base = nullptr;
  for (const Figure* candidate : list) {
    if (!candidate->row.value.has_number() || !is_base(candidate->period, now.period, growth)) {
      continue;
    }
    // A calendar quarter and a fiscal one may both be the base: the nearer one is.
    if (base == nullptr || days_off(candidate->period, now.period, growth) <
                               days_off(base->period, now.period, growth)) {
      base = candidate;
    }
  }
  const Measure measure = growth == Growth::yoy ? Measure::growth_yoy : Measure::growth_qoq;
  if (base != nullptr) {
    grow(result, *base, capexdb::growth(now.row.value, base->row.value), measure);
    return result;
  }
  result.row.unit = "%";
  result.row.currency.clear();
  result.row.measure = measure;
  if (growth == Growth::yoy && now.period.kind == PeriodKind::none) {
    no_value(result, "no figure for a year before: it has no period");
    return result;
  }
  const std::string name = name_of_base(now.period, growth);
  no_value(result, name.empty() ? now.row.period + " is no quarter; ask --every quarter"
                                : "no figure for " + name + " to grow from");
  return result;
}

// One row for each series, or none where nothing has a number.
std::optional<Figure> yearly_growth(const std::vector<Figure*>& list) {
  const Figure* first = nullptr;
  const Figure* last = nullptr;
  for (const Figure* figure : list) {
    if (!figure->row.value.has_number()) continue;
    if (first == nullptr) first = figure;
    last = figure;
  }
  if (last == nullptr) return std::nullopt;
  Figure result = *last;
  const Civil from = civil_from_day(first->period.end - kFiscalSlackDays);
  const Civil to = civil_from_day(last->period.end - kFiscalSlackDays);
  const int months = (to.year - from.year) * 12 + to.month - from.month;
  const bool one_length = first->period.kind == last->period.kind &&
                          std::abs((first->period.end - first->period.start) -
                                   (last->period.end - last->period.start)) <= kFiscalSlackDays;
  if (!one_length) {
    no_value(result, first->row.period + " and " + last->row.period +
                         " are not of one length; ask --every quarter, half or year");
    return result;
  }
  grow(result, *first, compound_growth(last->row.value, first->row.value, months), Measure::growth);
  if (result.row.value.has_number()) {
    result.row.derivation = "(" + last->row.period + " / " + first->row.period + ") ^ (12 / " +
                            std::to_string(months) + ") - 1, a year" + implied_text(*last, *first);
  }
  result.row.start = first->row.start;
  result.period = last->period;
  return result;
}

// What is compared must be in one unit.
Result<void> check_unit(const Figure& a, const Figure& b, const char* what) {
  if (a.row.unit == b.row.unit && a.row.currency == b.row.currency) return {};
  return fail(Error{Errc::invalid_argument,
                    "mixed units: " + a.row.company + " is in " + a.row.unit + ", " +
                        b.row.company + " in " + b.row.unit + "; ask --currency USD to " + what,
                    "currency", "mixed_units"});
}

// Figures that have a number, period by period; the rest is left out. Totals over
// time are compared with one another, though each has the days of its own figures.
std::map<Period, std::vector<Figure*>> by_period(std::vector<Figure>& figures, const Plan& plan) {
  const bool over_time = !plan.lists(Dimension::period);
  std::map<Period, std::vector<Figure*>> periods;
  for (Figure& figure : figures) {
    if (!figure.row.value.has_number()) continue;
    periods[over_time ? Period{} : figure.period].push_back(&figure);
  }
  return periods;
}

bool may_be_negative(const Interval& value) {
  if (value.low) return value.low->value.is_negative();
  return !value.point || value.point->is_negative();
}

// part / (part + rest), whose ends are those where the part and the rest go
// apart; better than a quotient that takes them for independent.
Result<Interval> share_of(const Interval& part, const Interval& rest) {
  const auto percent = [](const Interval& own, const Interval& others) -> Result<Interval> {
    CAPEXDB_ASSIGN(const Interval whole, add(own, others));
    CAPEXDB_ASSIGN(const Interval ratio, divide(own, whole));
    return scale(ratio, Decimal(100));
  };
  const auto only = [](const std::optional<Bound>& bound) {
    return Interval{.point = {}, .low = bound, .high = bound};
  };
  Interval share;
  share.approx = part.approx || rest.approx;
  if (part.point && rest.point) {
    CAPEXDB_ASSIGN(const Interval point,
                   percent(effective({.point = part.point}), effective({.point = rest.point})));
    share.point = point.point;
  }
  const bool low =
      part.low && rest.high && !(part.low->value.is_zero() && rest.high->value.is_zero());
  if (low) {
    CAPEXDB_ASSIGN(const Interval end, percent(only(part.low), only(rest.high)));
    share.low = end.low;
  }
  const bool high =
      part.high && rest.low && !(part.high->value.is_zero() && rest.low->value.is_zero());
  if (high) {
    CAPEXDB_ASSIGN(const Interval end, percent(only(part.high), only(rest.low)));
    share.high = end.high;
  }
  return share;
}

}  // namespace

Result<std::vector<Figure>> growth_of(std::vector<Figure> figures, const Plan& plan,
                                      const QueryLimits& limits) {
  std::vector<Figure> grown;
  for (const auto& [name, list] : by_series(figures, plan)) {
    CAPEXDB_TRY(check_limits(limits));
    if (plan.growth == Growth::cagr) {
      if (auto figure = yearly_growth(list)) grown.push_back(std::move(*figure));
      continue;
    }
    for (const Figure* figure : list) {
      if (plan.shows(figure->period)) grown.push_back(step_growth(*figure, list, plan.growth));
    }
  }
  sort_large(grown, [&](const Figure& a, const Figure& b) {
    // As sums and cells come: period by period, or company by company.
    if (plan.kind == QueryKind::sum && a.period != b.period) return a.period < b.period;
    const auto ka = series_key(a.row);
    const auto kb = series_key(b.row);
    return ka != kb ? ka < kb : a.period < b.period;
  });
  return grown;
}

Result<void> accumulate(std::vector<Figure>& figures, const Plan& plan, const QueryLimits& limits) {
  for (auto& [name, list] : by_series(figures, plan)) {
    CAPEXDB_TRY(check_limits(limits));
    Interval total;
    const Figure* before = nullptr;
    std::string lack;
    for (Figure* figure : list) {
      AnswerRow& row = figure->row;
      if (lack.empty()) lack = row.reason;
      if (before == nullptr) {
        total = row.value;
        before = figure;
        continue;
      }
      const bool apart = before->period.has_end() && figure->period.has_start() &&
                         before->period.end <= figure->period.start;
      if (!apart) {
        return fail(Error{Errc::invalid_argument,
                          "periods of " + row.company +
                              " overlap: " + period_to_string(before->period) + " and " +
                              row.period + "; ask --every quarter, half or year",
                          "cumulative", "overlapping_periods"});
      }
      if (lack.empty() && before->period.end < figure->period.start) {
        lack = "incomplete: nothing between " + period_to_string(before->period) + " and " +
               row.period;
      }
      auto sum = add(total, row.value);
      if (!sum) {
        return fail(Errc::out_of_range,
                    "the running total of " + row.company + " needs more than 38 digits");
      }
      total = *sum;
      row.value = total;
      row.derivation = list.front()->row.period + " to " + row.period + ", added up";
      row.start = list.front()->row.start;
      row.reason = lack;
      back_up(*figure, *before);
      before = figure;
    }
  }
  return {};
}

Result<void> add_shares(std::vector<Figure>& figures, const Plan& plan, const QueryLimits& limits) {
  for (const auto& [period, list] : by_period(figures, plan)) {
    CAPEXDB_TRY(check_limits(limits));
    for (const Figure* figure : list) {
      CAPEXDB_TRY(check_unit(*list.front(), *figure, "tell shares"));
    }
    for (const Figure* figure : list) {
      if (may_be_negative(figure->row.value)) {
        return fail(Error{Errc::invalid_argument,
                          "shares need figures that are not below zero, and " +
                              figure->row.company + " " + figure->row.period + " may be " +
                              interval_to_string(figure->row.value),
                          "share", "negative_part"});
      }
    }
    // Of each one the others: what stands before it and what stands behind.
    const Interval zero = effective({.point = Decimal(0)});
    std::vector<Interval> behind(list.size() + 1, zero);
    for (std::size_t i = list.size(); i-- > 0;) {
      CAPEXDB_ASSIGN(behind[i], add(behind[i + 1], list[i]->row.value));
    }
    Interval before = zero;
    for (std::size_t i = 0; i < list.size(); ++i) {
      CAPEXDB_ASSIGN(const Interval rest, add(before, behind[i + 1]));
      const auto share = share_of(list[i]->row.value, rest);
      if (share) list[i]->row.share = *share;
      CAPEXDB_ASSIGN(before, add(before, list[i]->row.value));
    }
  }
  return {};
}

const Decimal& size_of(const Interval& value) {
  if (value.point) return *value.point;
  return value.low ? value.low->value : value.high->value;
}

Result<void> keep_largest(std::vector<Figure>& figures, const Plan& plan) {
  std::vector<Figure> kept;
  for (auto& [period, list] : by_period(figures, plan)) {
    for (const Figure* figure : list) {
      CAPEXDB_TRY(check_unit(*list.front(), *figure, "rank them"));
    }
    std::sort(list.begin(), list.end(), [](const Figure* a, const Figure* b) {
      const Decimal& x = size_of(a->row.value);
      const Decimal& y = size_of(b->row.value);
      return x != y ? x > y : series_key(a->row) < series_key(b->row);
    });
    if (list.size() > plan.top) list.resize(plan.top);
    for (Figure* figure : list) kept.push_back(std::move(*figure));
  }
  figures = std::move(kept);
  return {};
}

}  // namespace capexdb::storage
