#include "storage/query/implied.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "proto/model/arithmetic.h"

namespace capexdb::storage {
namespace {

// What a growth and its levels share.
using ImpliedKey = std::array<std::int64_t, 4>;

ImpliedKey key_of(const Row& row) {
  return {row[Column::subject], row[Column::product], row[Column::counterparties],
          row[Column::definition]};
}

// " 123 %" in a formula.
std::string percent_text(const Interval& growth) {
  return interval_to_string(effective(growth)) + " %";
}

class LevelsOf {
 public:
  void add(const ResolvedCell& cell) { cells_.push_back(&cell); }

  // Whether a level of about these days is stated, in the unit of `like`.
  bool has(const Period& period, const Row& like) const {
    return std::any_of(cells_.begin(), cells_.end(), [&](const ResolvedCell* cell) {
      return same_unit(cell->leader, like) &&
             nearly_same(cell->leader.period(), period, kFiscalSlackDays);
    });
  }
  std::vector<const ResolvedCell*> about(const Period& period) const {
    std::vector<const ResolvedCell*> found;
    for (const ResolvedCell* cell : cells_) {
      if (nearly_same(cell->leader.period(), period, kFiscalSlackDays)) found.push_back(cell);
    }
    return found;
  }

 private:
  static bool same_unit(const Row& a, const Row& b) {
    return a[Column::unit] == b[Column::unit] && a[Column::currency] == b[Column::currency];
  }

  std::vector<const ResolvedCell*> cells_;
};

std::optional<ResolvedCell> made(const ResolvedCell& level, const ResolvedCell& growth,
                                 const Period& period, bool before) {
  const Interval known = effective(level.leader.value());
  const Interval percent = effective(growth.leader.value());
  const auto value = before ? level_before(known, percent) : level_after(known, percent);
  if (!value || !value->has_number()) return std::nullopt;
  ResolvedCell cell = level;
  cell.disagreeing = 0;
  join(cell, growth);
  cell.disagreeing = 0;
  cell.leader.set_period(period);
  if (!cell.leader.replace_value(*value)) return std::nullopt;
  cell.implied = true;
  cell.derivation = period_to_string(period) + " = " + period_to_string(level.leader.period()) +
                    (before ? " / (1 + " : " x (1 + ") + percent_text(growth.leader.value()) +
                    "), implied";
  return cell;
}

}  // namespace

std::vector<ResolvedCell> implied_levels(std::span<const ResolvedCell> growths,
                                         std::span<const ResolvedCell> levels, const Plan& plan) {
  std::map<ImpliedKey, LevelsOf> by_series;
  for (const ResolvedCell& level : levels) {
    if (level.leader.value().has_number()) by_series[key_of(level.leader)].add(level);
  }
  // By cell: several growths may imply one level.
  std::map<CellKey, ResolvedCell> implied;
  const auto offer = [&](const LevelsOf& series, const ResolvedCell& level,
                         const ResolvedCell& growth, const Period& period, bool before) {
    if (!plan.covers(period) || series.has(period, level.leader)) return;
    auto cell = made(level, growth, period, before);
    if (!cell) return;
    const auto [at, is_new] = implied.try_emplace(cell_key(cell->leader), *cell);
    if (is_new) return;
    const Interval mine = effective(cell->leader.value());
    const Interval other = effective(at->second.leader.value());
    if (narrower(mine, other)) at->second = std::move(*cell);
  };
  for (const bool before : {false, true}) {
    for (const ResolvedCell& growth : growths) {
      const auto found = by_series.find(key_of(growth.leader));
      if (found == by_series.end() || !growth.leader.value().has_number()) continue;
      const Period now = growth.leader.period();
      if (now.kind == PeriodKind::none) continue;
      const Period earlier = shifted_by_years(now, -1);
      for (const ResolvedCell* level : found->second.about(before ? now : earlier)) {
        const Period target = before ? shifted_by_years(level->leader.period(), -1) : now;
        offer(found->second, *level, growth, target, before);
      }
    }
  }
  std::vector<ResolvedCell> cells;
  cells.reserve(implied.size());
  for (auto& [key, cell] : implied) cells.push_back(std::move(cell));
  return cells;
}

}  // namespace capexdb::storage
