// What is made of rows of an answer, each step a loop over all of them.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <tuple>

#include "proto/model/arithmetic.h"
#include "proto/model/compound.h"
#include "tests/unit/storage/model_store.h"

namespace capexdb::storage::test {
namespace {

constexpr int kFiscalSlack = 10;  // of a fiscal calendar's year

// A series: one company and what else rows are listed by, in one unit.
using SeriesName = std::tuple<std::string, std::string, std::string, std::string, std::string,
                              std::string, std::string, int, std::string>;

SeriesName series_of(const Line& line, const ModelQuestion& q) {
  const AnswerRow& r = line.row;
  const bool by_status = q.is_sum() && q.lists(Dimension::status);
  const bool by_source = q.is_sum() && q.lists(Dimension::source);
  return {r.company,
          r.product,
          r.counterparty,
          r.unit,
          r.currency,
          line.stated_currency,
          r.definition,
          by_status && r.status ? static_cast<int>(*r.status) : 0,
          by_source ? r.source : ""};
}

tl::unexpected<Error> refused(const std::string& reason) {
  return fail(Error{Errc::invalid_argument, "the model refuses this", "", reason});
}

// The evidence of `other` counts for `line` too.
void back_up(Line& line, const Line& other) {
  line.documents.insert(other.documents.begin(), other.documents.end());
  line.parts.insert(other.parts.begin(), other.parts.end());
  line.roots.insert(other.roots.begin(), other.roots.end());
  line.row.documents = static_cast<std::uint32_t>(line.documents.size());
  line.row.roots = static_cast<std::uint32_t>(line.roots.size());
  line.row.status = std::max(line.row.status, other.row.status);
  line.row.sequence = std::max(line.row.sequence, other.row.sequence);
  if (is_newer(other.published, line.published)) line.published = other.published;
  line.row.published_at = time_range_to_string(line.published);
  if (line.row.source != other.row.source) line.row.source = "several sources";
}

// How well `base` is the period that `now` grows from; the smallest is the best.
std::optional<int> misfit(const Period& base, const Period& now, Growth growth) {
  const auto quarter = calendar_quarter(now);
  const auto before = calendar_quarter(base);
  const Period wanted = growth == Growth::yoy ? shifted_by_years(now, -1)
                        : quarter             ? quarter_span(*quarter - 1)
                                              : Period{};
  const int off = std::abs(base.start - wanted.start) + std::abs(base.end - wanted.end);
  if (quarter && before) {
    if (*before + (growth == Growth::yoy ? 4 : 1) != *quarter) return std::nullopt;
    return off;
  }
  if (growth == Growth::qoq || now.kind == PeriodKind::none) return std::nullopt;
  if (!nearly_same(base, wanted, kFiscalSlack)) return std::nullopt;
  return off;
}

void become_growth(Line& line, const Interval& value, Measure measure, const std::string& text) {
  line.row.value = value;
  line.row.unit = "%";
  line.row.currency.clear();
  line.row.measure = measure;
  line.row.derivation = "growth - 1";
  line.row.reason = text;
}

void become_nothing(Line& line, Measure measure, const std::string& why) {
  become_growth(line, {}, measure, why);
  line.row.derivation.clear();
}

// What is lacking of either.
std::string lack_of(const Line& now, const Line& base) {
  return now.row.reason.empty() && !base.row.reason.empty() ? base.row.period : now.row.reason;
}

Line grown(const Line& now, const std::vector<Line>& all, const ModelQuestion& q) {
  const Growth growth = q.query.growth;
  const Measure measure = growth == Growth::yoy ? Measure::growth_yoy : Measure::growth_qoq;
  Line line = now;
  if (!now.row.value.has_number()) {
    return line;  // with its reason
  }
  if (growth == Growth::qoq && !calendar_quarter(now.period)) {
    become_nothing(line, measure, "no quarter");
    return line;
  }
  const Line* base = nullptr;
  std::tuple<int, Period> best;
  for (const Line& other : all) {
    const auto off = misfit(other.period, now.period, growth);
    if (!off || !other.row.value.has_number()) continue;
    if (series_of(other, q) != series_of(now, q)) continue;
    const std::tuple mine(*off, other.period);
    if (base == nullptr || mine < best) {
      base = &other;
      best = mine;
    }
  }
  if (base == nullptr) {
    become_nothing(line, measure, "no figure for");
    return line;
  }
  const auto value = capexdb::growth(now.row.value, base->row.value);
  if (!value) {
    become_nothing(line, measure, "no growth");
    back_up(line, *base);
    return line;
  }
  become_growth(line, *value, measure, lack_of(now, *base));
  if (base->implied || now.implied) line.row.derivation += ", implied";
  back_up(line, *base);
  return line;
}

// The months of a period, where two ends lie so many whole months apart.
int months_between(Day first, Day last) {
  const Civil a = civil_from_day(first);
  const Civil b = civil_from_day(last);
  return (b.year - a.year) * 12 + b.month - a.month;
}

using Place = std::tuple<Day, Day, Period>;
Place place_of(const Line& line) { return {line.period.start, line.period.end, line.period}; }

std::map<SeriesName, std::vector<Line>> all_series(const std::vector<Line>& lines,
                                                   const ModelQuestion& q, bool numberless) {
  std::map<SeriesName, std::vector<Line>> result;
  for (const Line& line : lines) {
    if (numberless || line.row.value.has_number()) result[series_of(line, q)].push_back(line);
  }
  for (auto& [name, list] : result) {
    std::stable_sort(list.begin(), list.end(),
                     [](const Line& a, const Line& b) { return place_of(a) < place_of(b); });
  }
  return result;
}

// Added up one after the other, where nothing overlaps.
Result<void> accumulate(std::vector<Line>& lines, const ModelQuestion& q) {
  std::vector<Line> result;
  for (auto& [name, list] : all_series(lines, q, true)) {
    std::string lack;
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (lack.empty()) lack = list[i].row.reason;
      if (i == 0) {
        list[i].row.reason = lack;
        continue;
      }
      const Line& before = list[i - 1];
      const bool apart = before.period.has_end() && list[i].period.has_start() &&
                         before.period.end <= list[i].period.start;
      if (!apart) return refused("overlapping_periods");
      if (lack.empty() && before.period.end != list[i].period.start) lack = "incomplete";
      CAPEXDB_ASSIGN(list[i].row.value, add(before.row.value, list[i].row.value));
      list[i].row.derivation = "from the first, added up";
      list[i].row.start = list.front().row.start;
      list[i].row.reason = lack;
      back_up(list[i], before);
    }
    result.insert(result.end(), list.begin(), list.end());
  }
  lines = std::move(result);
  return {};
}

// All rows of one period; over time, all rows.
std::map<Period, std::vector<Line*>> by_period(std::vector<Line>& lines, const ModelQuestion& q) {
  std::map<Period, std::vector<Line*>> result;
  for (Line& line : lines) {
    if (!line.row.value.has_number()) continue;
    result[q.is_over_time() ? Period{} : line.period].push_back(&line);
  }
  return result;
}

bool of_one_unit(const std::vector<const Line*>& rows) {
  return std::all_of(rows.begin(), rows.end(), [&](const Line* line) {
    return line->row.unit == rows.front()->row.unit &&
           line->row.currency == rows.front()->row.currency;
  });
}

// A number that is only bounded above may be anything below.
bool may_be_negative(const Interval& value) {
  if (value.point && value.point->is_negative()) return true;
  return value.low ? value.low->value.is_negative() : !value.point;
}

// One end of part / (part + rest), where the part and the rest go apart.
std::optional<Bound> end_of_share(const std::optional<Bound>& part,
                                  const std::optional<Bound>& rest, bool low) {
  if (!part || !rest) return std::nullopt;
  const Decimal whole = add(part->value, rest->value).value();
  if (whole.is_zero()) return std::nullopt;
  const Decimal hundred = multiply(part->value, Decimal(100)).value();
  const auto share = divide(hundred, whole, low ? Rounding::down : Rounding::up);
  const BoundKind kind = reach(part->kind) == reach(BoundKind::approximate) ||
                                 reach(rest->kind) == reach(BoundKind::approximate)
                             ? BoundKind::approximate
                         : part->kind == BoundKind::open || rest->kind == BoundKind::open
                             ? BoundKind::open
                             : BoundKind::closed;
  return Bound{share.value(), kind};
}

Result<void> add_shares(std::vector<Line>& lines, const ModelQuestion& q) {
  for (const auto& [period, rows] : by_period(lines, q)) {
    if (!of_one_unit({rows.begin(), rows.end()})) return refused("mixed_units");
    for (const Line* line : rows) {
      if (may_be_negative(line->row.value)) return refused("negative_part");
    }
    for (Line* line : rows) {
      Interval rest;
      rest.point = Decimal(0);
      rest.low = rest.high = Bound{Decimal(0), BoundKind::closed};
      for (const Line* other : rows) {
        if (other == line) continue;
        CAPEXDB_ASSIGN(rest, add(rest, other->row.value));
      }
      const Interval& value = line->row.value;
      Interval share;
      share.approx = value.approx || rest.approx;
      if (value.point && rest.point) {
        const Decimal whole = add(*value.point, *rest.point).value();
        if (!whole.is_zero()) {
          share.point =
              divide(multiply(*value.point, Decimal(100)).value(), whole, Rounding::half_even)
                  .value();
        }
      }
      share.low = end_of_share(value.low, rest.high, true);
      share.high = end_of_share(value.high, rest.low, false);
      line->row.share = share;
    }
  }
  return {};
}

Decimal size_of(const Interval& value) {
  return value.point ? *value.point : value.low ? value.low->value : value.high->value;
}

Result<void> keep_largest(std::vector<Line>& lines, const ModelQuestion& q) {
  std::vector<Line> result;
  for (auto& [period, rows] : by_period(lines, q)) {
    if (!of_one_unit({rows.begin(), rows.end()})) return refused("mixed_units");
    std::stable_sort(rows.begin(), rows.end(), [](const Line* a, const Line* b) {
      const Decimal size_a = size_of(a->row.value);
      const Decimal size_b = size_of(b->row.value);
      if (size_a != size_b) return size_a > size_b;
      const auto name = [](const AnswerRow& r) {
        return std::tie(r.company, r.product, r.counterparty, r.status, r.source);
      };
      return name(a->row) < name(b->row);
    });
    for (std::size_t i = 0; i < rows.size() && i < q.query.top; ++i) result.push_back(*rows[i]);
  }
  lines = std::move(result);
  return {};
}

// One row for each series, from its first figure to its last.
std::vector<Line> compounded(const std::vector<Line>& lines, const ModelQuestion& q) {
  std::vector<Line> result;
  for (const auto& [name, list] : all_series(lines, q, false)) {
    const Line& first = list.front();
    const Line& last = list.back();
    Line line = last;
    const int months =
        months_between(first.period.end - kFiscalSlack, last.period.end - kFiscalSlack);
    line.row.start = first.row.start;
    const auto length = [](const Period& p) { return p.end - p.start; };
    if (first.period.kind != last.period.kind ||
        std::abs(length(first.period) - length(last.period)) > kFiscalSlack) {
      become_nothing(line, Measure::growth, "no growth");
      result.push_back(line);
      continue;
    }
    const auto value = compound_growth(last.row.value, first.row.value, months);
    become_growth(line, value ? *value : Interval{}, Measure::growth, lack_of(last, first));
    if (first.implied || last.implied) line.row.derivation += ", implied";
    if (!value) become_nothing(line, Measure::growth, "no growth");
    back_up(line, first);
    result.push_back(line);
  }
  return result;
}

}  // namespace

Result<void> shape(Lines& lines, const ModelQuestion& q) {
  if (q.query.cumulative) CAPEXDB_TRY(accumulate(lines.list, q));
  if (q.query.growth == Growth::cagr) {
    lines.list = compounded(lines.list, q);
  } else if (q.query.growth != Growth::none) {
    std::vector<Line> grown_lines;
    for (const Line& line : lines.list) {
      if (q.shows(line.period)) grown_lines.push_back(grown(line, lines.list, q));
    }
    lines.list = std::move(grown_lines);
  }
  if (q.query.share) CAPEXDB_TRY(add_shares(lines.list, q));
  if (q.query.top != 0) CAPEXDB_TRY(keep_largest(lines.list, q));
  return {};
}

}  // namespace capexdb::storage::test
