// Regular series: every way to add and subtract what was reported is tried, and
// the best one kept.
#include <algorithm>
#include <cstdlib>

#include "tests/unit/storage/model_store.h"

namespace capexdb::storage::test {
namespace {

// One definition of one series.
using Series = std::vector<const Figure*>;

struct Step {
  const Figure* figure;
  bool added;
};
struct Path {
  std::vector<Step> steps;
  Interval value;
  bool mixed = false;
};

constexpr std::size_t kStepsMax = 12;
constexpr std::size_t kBehindAllStated = 1000;
constexpr std::int64_t kSecondsOfAYear = std::int64_t{366} * 24 * 3600;

bool mixes_vintages(const std::vector<Step>& steps) {
  for (const Step& a : steps) {
    for (const Step& b : steps) {
      if (!a.figure->restated || b.figure->last_stated >= *a.figure->restated) continue;
      const bool same_year =
          b.figure->restated && *b.figure->restated + kSecondsOfAYear >= *a.figure->restated;
      if (!same_year) return true;
    }
  }
  return false;
}

// Every path from `day` to `goal` that comes to no day twice.
void walk(const Series& series, Day day, Day goal, std::vector<Step>& steps, std::vector<Day>& met,
          std::vector<Path>& found) {
  if (day == goal) {
    Path path{steps, {}, mixes_vintages(steps)};
    Interval sum;
    sum.point = Decimal(0);
    sum.low = sum.high = Bound{Decimal(0), BoundKind::closed};
    for (const Step& step : steps) {
      const Interval& value = step.figure->value;
      sum = step.added ? add(sum, value).value() : subtract(sum, value).value();
    }
    path.value = sum;
    if (sum.has_number()) found.push_back(std::move(path));
    return;
  }
  if (steps.size() == kStepsMax) return;
  met.push_back(day);
  for (const Figure* figure : series) {
    const Period& p = figure->cell.period;
    if (p.start != day && p.end != day) continue;
    const bool added = p.start == day;
    const Day next = added ? p.end : p.start;
    if (std::find(met.begin(), met.end(), next) != met.end()) continue;
    steps.push_back({figure, added});
    walk(series, next, goal, steps, met, found);
    steps.pop_back();
  }
  met.pop_back();
}

// Fewest terms, then narrowest, then earliest spans.
bool is_better(const Path& a, const Path& b) {
  if (a.steps.size() != b.steps.size()) return a.steps.size() < b.steps.size();
  if (narrower(a.value, b.value)) return true;
  if (narrower(b.value, a.value)) return false;
  for (std::size_t i = 0; i < a.steps.size(); ++i) {
    const Period& pa = a.steps[i].figure->cell.period;
    const Period& pb = b.steps[i].figure->cell.period;
    if (pa != pb) return pa.start != pb.start ? pa.start < pb.start : pa.end < pb.end;
  }
  return false;
}

std::optional<Path> derive(const Series& series, Day start, Day end) {
  std::vector<Step> steps;
  std::vector<Day> met;
  std::vector<Path> found;
  walk(series, start, end, steps, met, found);
  const Path* pure = nullptr;
  const Path* mixed = nullptr;
  for (const Path& path : found) {
    const Path*& best = path.mixed ? mixed : pure;
    if (best == nullptr || is_better(path, *best)) best = &path;
  }
  if (pure == nullptr && mixed == nullptr) return std::nullopt;
  if (pure == nullptr) return *mixed;
  if (mixed == nullptr || pure->steps.size() <= mixed->steps.size() + 2) return *pure;
  return *mixed;
}

// The days of a company's quarters, by the calendar's.
std::map<Quarter, Period> quarters_of(const Series& series) {
  std::set<Day> days;
  for (const Figure* figure : series) {
    days.insert(figure->cell.period.start);
    days.insert(figure->cell.period.end);
  }
  std::map<Quarter, Period> result;
  std::map<Quarter, std::tuple<std::size_t, int, Day, Day>> merits;
  for (const Day start : days) {
    for (const Day end : days) {
      if (end <= start) continue;
      const Period span{PeriodKind::span, start, end};
      const auto quarter = calendar_quarter(span);
      if (!quarter) continue;
      const auto path = derive(series, start, end);
      const std::tuple mine(path ? path->steps.size() : 1000, std::abs(end - start - 91), start,
                            end);
      const auto [at, is_new] = merits.try_emplace(*quarter, mine);
      if (!is_new && at->second <= mine) continue;
      at->second = mine;
      result[*quarter] = span;
    }
  }
  return result;
}

int count_of(Every every) { return every == Every::quarter ? 1 : every == Every::half ? 2 : 4; }

Period label_of(Every every, Quarter last) {
  const Quarter first = last - count_of(every) + 1;
  return {PeriodKind::span, quarter_span(first).start, quarter_span(last).end};
}

// How far a period is from the length of so many quarters.
int off_by(const Period& period, int count) {
  return std::abs(period.end - period.start - count * 91);
}

// Whether something was reported that has about the length of a half or a year.
bool is_long(const Period& period, int count) {
  return period.end - period.start > kQuarterDaysMax && off_by(period, count) <= 16;
}

// A fiscal half or year may be reported without its quarters.
Period reported_days(const Series& series, Every every, Quarter last) {
  const Period label = label_of(every, last);
  std::optional<std::tuple<int, Day, Day>> best;
  for (const Figure* figure : series) {
    const Period& p = figure->cell.period;
    if (p == label) return label;
    if (!is_long(p, count_of(every)) || quarter_ending(p.end - 1) != last) continue;
    const std::tuple mine(off_by(p, count_of(every)), p.start, p.end);
    if (!best || mine < *best) best = mine;
  }
  if (!best) return label;
  return {PeriodKind::span, std::get<1>(*best), std::get<2>(*best)};
}

// The days that count for the periods that end with `last`.
Period days_of(const Series& series, const std::map<Quarter, Period>& quarters, Every every,
               Quarter last) {
  std::vector<Period> parts;
  for (Quarter q = last - count_of(every) + 1; q <= last; ++q) {
    const auto found = quarters.find(q);
    const bool follows =
        found != quarters.end() && (parts.empty() || parts.back().end == found->second.start);
    if (!follows) return reported_days(series, every, last);
    parts.push_back(found->second);
  }
  return {PeriodKind::span, parts.front().start, parts.back().end};
}

Figure joined(const Path& path, const Period& days) {
  Figure result = *path.steps.front().figure;
  if (path.steps.size() == 1) return result;
  for (const Step& step : path.steps) join(result, *step.figure);
  result.cell.period = days;
  result.value = path.value;
  result.derivation = path.mixed ? "derived (mixed vintages)" : "derived";
  if (path.mixed) result.reason = "mixes vintages";
  return result;
}

bool is_stock(const ModelQuestion& q) { return q.metric.aggregation == Aggregation::stock; }

bool fits(const ModelQuestion& q, const Period& period) {
  return period.kind == (is_stock(q) ? PeriodKind::instant : PeriodKind::span);
}

bool overlaps(const Period& a, const Period& b) { return a.start < b.end && b.start < a.end; }

// Of one company and the same dimensions: by definition, in the catalogue's order.
using Definitions = std::map<std::pair<std::size_t, std::string>, Series>;

std::vector<Definitions> series_of(const ModelQuestion& q, const std::vector<Figure>& figures,
                                   const std::string& company) {
  std::vector<std::pair<ToldCell, Definitions>> all;
  for (const Figure& figure : figures) {
    if (figure.cell.subject != company || !fits(q, figure.cell.period)) continue;
    if (!figure.value.has_number()) continue;
    ToldCell key = figure.cell;
    key.period = {};
    key.definition.clear();
    auto at = std::find_if(all.begin(), all.end(), [&](const auto& s) { return s.first == key; });
    if (at == all.end()) at = all.insert(all.end(), {key, {}});
    // Nothing stated is put together with what only follows, and goes before it.
    auto place = definition_place(q.metric, figure.cell.definition);
    if (figure.implied) place.first += kBehindAllStated;
    at->second[place].push_back(&figure);
  }
  std::vector<Definitions> result;
  for (auto& [key, definitions] : all) result.push_back(std::move(definitions));
  return result;
}

// The last instant that counts for a quarter.
const Figure* last_instant(const Definitions& definitions, Quarter quarter) {
  const Figure* best = nullptr;
  for (const auto& [place, series] : definitions) {
    for (const Figure* figure : series) {
      const Day day = figure->cell.period.start;
      if (quarter_ending(day) != quarter) continue;
      if (best == nullptr || day > best->cell.period.start) best = figure;
    }
  }
  return best;
}

struct Slots {
  const Series* series;
  std::map<Quarter, Period> quarters;
};

// Every label that is asked for, by the quarter with which it ends.
std::vector<Quarter> asked_ends(const ModelQuestion& q, const std::set<Quarter>& known) {
  std::vector<Quarter> result;
  const auto quarter_of = [](Day day) {
    const Civil c = civil_from_day(day);
    return c.year * 4 + (c.month - 1) / 3;
  };
  const bool bounded = q.range.start && q.range.end;
  if (!bounded && known.empty()) return result;
  const Quarter first = bounded ? quarter_of(*q.range.start) : *known.begin();
  const Quarter last = bounded ? quarter_of(*q.range.end - 1) : *known.rbegin();
  for (Quarter quarter = first; quarter <= last; ++quarter) {
    const Every every = q.query.every;
    if (every == Every::half && quarter % 2 != 1) continue;
    if (every == Every::year && quarter % 4 != 3) continue;
    // Twelve months are asked for by their last quarter.
    const Period inside = every == Every::ttm ? quarter_span(quarter) : label_of(every, quarter);
    if (q.range.start && inside.start < *q.range.start) continue;
    if (q.range.end && inside.end > *q.range.end) continue;
    result.push_back(quarter);
  }
  return result;
}

}  // namespace

std::string ModelStore::why_absent(const ModelQuestion& q, const std::string& company,
                                   const Period& label, bool touched) const {
  const auto counts = [&](const Told& told) {
    return !told.retraction && told.cell.subject == company && fits(q, told.cell.period) &&
           overlaps(told.cell.period, label) &&
           (q.only_source.empty() || told.source == q.only_source);
  };
  for (const Told& told : told_) {
    if (!q.as_of || !concerns(told, q) || !counts(told)) continue;
    if (told.published.last_day() > *q.as_of) return "not yet published";
  }
  for (const auto& cell : cells(q)) {
    if (figure(cell, q)) continue;
    for (const Told* told : cell) {
      if (counts(*told) && is_withdrawn(*told, cell)) return "withdrawn";
    }
  }
  return touched ? "incomplete" : "never reported";
}

Regular ModelStore::regular(const ModelQuestion& q) const {
  Regular result;
  const std::vector<Figure> all = figures(q);
  std::set<std::string> companies(q.subjects.begin(), q.subjects.end());
  for (const Figure& figure : all) {
    if (fits(q, figure.cell.period) && figure.value.has_number()) {
      companies.insert(figure.cell.subject);
    }
  }
  for (const std::string& company : companies) {
    const std::vector<Definitions> series = series_of(q, all, company);
    std::set<Quarter> known;
    std::vector<std::vector<Slots>> slots;
    for (const Definitions& definitions : series) {
      auto& list = slots.emplace_back();
      for (const auto& [place, one] : definitions) {
        if (is_stock(q)) {
          for (const Figure* f : one) known.insert(quarter_ending(f->cell.period.start));
          continue;
        }
        list.push_back({&one, quarters_of(one)});
        for (const auto& [quarter, days] : list.back().quarters) known.insert(quarter);
        for (const Figure* f : one) {
          const Period& p = f->cell.period;
          if (is_long(p, count_of(q.query.every))) known.insert(quarter_ending(p.end - 1));
        }
      }
    }
    for (const Quarter last : asked_ends(q, known)) {
      const Period label = label_of(q.query.every, last);
      bool answered = false;
      bool touched = false;
      const auto answer = [&](Figure figure) {
        figure.label = label;
        result.figures.push_back(std::move(figure));
        answered = true;
      };
      for (std::size_t i = 0; i < series.size(); ++i) {
        if (is_stock(q)) {
          if (const Figure* figure = last_instant(series[i], last)) answer(*figure);
          continue;
        }
        bool found = false;
        for (const Slots& definition : slots[i]) {
          const Period days = days_of(*definition.series, definition.quarters, q.query.every, last);
          for (const Figure* f : *definition.series) {
            touched = touched || overlaps(f->cell.period, days);
          }
          if (found) continue;
          const auto path = derive(*definition.series, days.start, days.end);
          if (path) answer(joined(*path, days));
          found = path.has_value();
        }
      }
      if (!answered)
        result.absent.push_back({company, label, why_absent(q, company, label, touched)});
    }
  }
  return result;
}

Regular ModelStore::series(const ModelQuestion& q) const {
  Regular result = q.is_regular() ? regular(q) : Regular{figures(q), {}};
  convert(result.figures, q);
  return result;
}

}  // namespace capexdb::storage::test
