// Stated growth against the levels that are stated too.
#include <algorithm>
#include <map>
#include <tuple>

#include "proto/model/arithmetic.h"
#include "storage/query/conflict_checks.h"

namespace capexdb::storage {
namespace {

// What a growth and its levels have in common.
using GrowthKey = std::tuple<std::uint16_t, Period, std::int64_t, std::int64_t, ClaimSort>;
GrowthKey growth_key(const Claim& claim, const Period& period) {
  const Row& row = claim.row();
  return {claim.leader.metric, period, row[Column::product], row[Column::counterparties],
          sort_of(row.status())};
}

// The period that a growth compares with; empty where it is not one that
// levels are stated for.
std::optional<Period> base_period(const Row& row) {
  const Period period = row.period();
  if (period.kind == PeriodKind::none) return std::nullopt;
  if (row.measure() == Measure::growth_yoy) return shifted_by_years(period, -1);
  if (row.measure() != Measure::growth_qoq) return std::nullopt;
  const auto quarter = calendar_quarter(period);
  if (!quarter || quarter_span(*quarter) != period) return std::nullopt;
  return quarter_span(*quarter - 1);
}

}  // namespace

Result<void> check_growth(std::span<const Claim> claims, const ConflictContext& context) {
  std::map<GrowthKey, std::vector<const Claim*>> levels;
  bool any_growth = false;
  for (const Claim& claim : claims) {
    any_growth = any_growth || base_period(claim.row()).has_value();
  }
  if (!any_growth) return {};
  for (const Claim& claim : claims) {
    if (claim.row().measure() == Measure::level) {
      levels[growth_key(claim, claim.row().period())].push_back(&claim);
    }
  }
  const auto levels_of = [&](const Claim& growth, const Period& period) {
    const auto found = levels.find(growth_key(growth, period));
    return found == levels.end() ? std::vector<const Claim*>{} : found->second;
  };
  for (const Claim& stated : claims) {
    const auto base = base_period(stated.row());
    if (!base) continue;
    CAPEXDB_TRY(context.found.step());
    // In several currencies or definitions, one that fits is enough.
    bool fits = false;
    const Claim* now = nullptr;
    const Claim* before = nullptr;
    Interval computed;
    for (const Claim* later : levels_of(stated, stated.row().period())) {
      for (const Claim* earlier : levels_of(stated, *base)) {
        const auto same = [&](Column c) { return later->row()[c] == earlier->row()[c]; };
        if (!same(Column::unit) || !same(Column::currency) || !same(Column::definition)) continue;
        const auto grown = growth(later->value(), earlier->value());
        if (!grown) continue;
        fits = fits || meet(*grown, stated.value());
        if (now != nullptr && !says_before(later->leader, now->leader, context)) continue;
        now = later;
        before = earlier;
        computed = *grown;
      }
    }
    if (fits || now == nullptr) continue;
    const auto percent = nominal(computed);
    const std::vector<const Claim*> sides = {&stated, now, before};
    CAPEXDB_TRY(
        context.found.add({Finding::broken_identity, sides_of(sides),
                           "from " + stated_text(before->leader, context.catalogue) + " to " +
                               stated_text(now->leader, context.catalogue) + " is " +
                               (percent ? rounded_text(*percent) : value_text(computed)) +
                               " %, but " + value_text(stated.value()) + " % is stated"}));
  }
  return {};
}

}  // namespace capexdb::storage
