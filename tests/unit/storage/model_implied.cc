// Levels that nobody stated: a growth and the level at its one end give the level at
// the other.
#include <algorithm>

#include "proto/model/arithmetic.h"
#include "tests/unit/storage/model_store.h"

namespace capexdb::storage::test {
namespace {

// How far the year of a fiscal calendar may be from the civil one.
constexpr int kSlackDays = 10;

bool same_thing(const ToldCell& a, const ToldCell& b) {
  return a.subject == b.subject && a.product == b.product && a.others == b.others &&
         a.definition == b.definition;
}

bool is_stated(const Figure& level, const std::vector<Figure>& levels) {
  return std::any_of(levels.begin(), levels.end(), [&](const Figure& other) {
    return other.value.has_number() &&
           nearly_same(level.cell.period, other.cell.period, kSlackDays) &&
           same_thing(level.cell, other.cell) && level.cell.unit == other.cell.unit &&
           level.cell.currency == other.cell.currency;
  });
}

struct Implication {
  Figure level;
  bool own_growth = false;  // the growth is that of the level's own period
};

// Narrower first, then by the growth of its own period.
bool is_nearer(const Implication& a, const Implication& b) {
  if (narrower(a.level.value, b.level.value)) return true;
  if (narrower(b.level.value, a.level.value)) return false;
  return a.own_growth && !b.own_growth;
}

}  // namespace

std::vector<Figure> ModelStore::implied(const ModelQuestion& q) const {
  std::vector<Figure> result;
  const bool asked = !q.query.no_implied && q.measure == Measure::level &&
                     q.metric.aggregation != Aggregation::none;
  if (!asked) return result;
  const auto everything = [&](Measure measure) {
    ModelQuestion wide = q;
    wide.range = {};
    wide.measure = measure;
    std::vector<Figure> figures;
    for (const auto& cell : cells(wide)) {
      if (auto lead = figure(cell, wide)) figures.push_back(std::move(*lead));
    }
    return figures;
  };
  const std::vector<Figure> growths = everything(Measure::growth_yoy);
  if (growths.empty()) return result;
  const std::vector<Figure> levels = everything(Measure::level);
  std::vector<Implication> found;
  const auto offer = [&](const Figure& level, const Figure& growth, const Period& period,
                         const Result<Interval>& value, bool own_growth) {
    Figure figure = level;
    figure.cell.period = period;
    const bool wanted = q.is_regular() || lies_inside(q.range, period);
    if (!value || !value->has_number() || !wanted || is_stated(figure, levels)) return;
    figure.value = *value;
    join(figure, growth);
    figure.implied = true;
    figure.unquantified = false;
    figure.derivation = "implied";
    found.push_back({std::move(figure), own_growth});
  };
  for (const Figure& growth : growths) {
    const Period& now = growth.cell.period;
    if (now.kind == PeriodKind::none || !growth.value.has_number()) continue;
    for (const Figure& level : levels) {
      const Period& own = level.cell.period;
      if (!same_thing(level.cell, growth.cell) || !level.value.has_number()) continue;
      if (nearly_same(own, now, kSlackDays)) {
        offer(level, growth, shifted_by_years(own, -1), level_before(level.value, growth.value),
              false);
      }
      if (nearly_same(own, shifted_by_years(now, -1), kSlackDays)) {
        offer(level, growth, now, level_after(level.value, growth.value), true);
      }
    }
  }
  for (const Implication& mine : found) {
    const bool beaten = std::any_of(found.begin(), found.end(), [&](const Implication& other) {
      return other.level.cell.period == mine.level.cell.period &&
             other.level.cell == mine.level.cell && is_nearer(other, mine);
    });
    if (!beaten) result.push_back(mine.level);
  }
  return result;
}

}  // namespace capexdb::storage::test
