// Groups and their members, totals and their parts.
#include <algorithm>
#include <array>
#include <string_view>

#include "proto/model/arithmetic.h"
#include "storage/query/conflict_checks.h"

namespace capexdb::storage {
namespace {

// Of these a part may well be above its whole: another part is below zero.
constexpr std::array<std::string_view, 3> kMayBeNegative = {"net_income", "operating_income",
                                                            "operating_cash_flow"};

bool adds_up(const Claim& claim, const ConflictContext& context) {
  const Measure measure = claim.row().measure();
  if (measure != Measure::level && measure != Measure::rate) return false;
  return context.metrics.at(claim.leader.metric).aggregation != Aggregation::none;
}

bool stays_below(const Claim& claim, const ConflictContext& context) {
  const std::string& id = context.metrics.at(claim.leader.metric).id;
  return adds_up(claim, context) &&
         std::find(kMayBeNegative.begin(), kMayBeNegative.end(), id) == kMayBeNegative.end();
}

bool is_above(const Interval& part, const Interval& whole) {
  return part.low && whole.high && !meet(Interval{.low = part.low}, Interval{.high = whole.high});
}

std::string party_id(const Row& row, const Catalogue& catalogue) {
  return catalogue.text(NameKind::party, row.ordinal(Column::subject));
}

// What a claim is about, as far as it differs from another one's.
std::string about_text(const Row& row, const Row& other, const Catalogue& catalogue) {
  std::string text = party_id(row, catalogue);
  if (row[Column::product] != other[Column::product]) {
    const std::string product = catalogue.text(NameKind::product, row.ordinal(Column::product));
    text += product.empty() ? " (any product)" : " (" + product + ")";
  }
  if (row[Column::counterparties] != other[Column::counterparties]) {
    const std::string others = catalogue.counterparty_ids(row.ordinal(Column::counterparties));
    text += others.empty() ? " (with anyone)" : " (with " + others + ")";
  }
  return text;
}

Result<void> report_above(const Claim& whole, const Claim& part, const ConflictContext& context) {
  const Catalogue& names = context.catalogue;
  const std::vector<const Claim*> sides = {&whole, &part};
  return context.found.add(
      {Finding::part_above_whole, sides_of(sides),
       about_text(part.row(), whole.row(), names) + " alone has " +
           stated_text(part.leader, names) + " for " + period_to_string(part.row().period()) +
           ", but " + about_text(whole.row(), part.row(), names) + " as a whole " +
           stated_text(whole.leader, names) + " for " + period_to_string(whole.row().period())});
}

bool same_dimensions(const Row& a, const Row& b) {
  return a[Column::product] == b[Column::product] &&
         a[Column::counterparties] == b[Column::counterparties];
}

bool dimensions_cover(const Row& whole, const Row& part, const PartyTree& parties) {
  if (whole[Column::product] != 0 && whole[Column::product] != part[Column::product]) return false;
  return parties.others_cover(whole[Column::counterparties], part[Column::counterparties]);
}

}  // namespace

GroupCheck::Likeness GroupCheck::likeness(const Claim& claim) {
  const Row& row = claim.row();
  return {claim.leader.metric, row[Column::measure], row[Column::unit], row[Column::currency],
          sort_of(row.status())};
}

Result<void> GroupCheck::add_whole(std::span<const Claim> claims, const ConflictContext& context) {
  for (const Claim& claim : claims) {
    CAPEXDB_TRY(context.found.step());
    if (!adds_up(claim, context)) continue;
    const std::uint32_t group = claim.row().ordinal(Column::subject);
    if (!context.parties.is_group(group)) continue;
    CAPEXDB_TRY(context.found.keep(1 + claim.others.size()));
    wholes_[{group, likeness(claim)}].push_back(claim);
    if (claim.row().measure() == Measure::level) {
      totals_.insert({group, claim.leader.metric, claim.row().period()});
    }
  }
  return {};
}

Result<void> GroupCheck::add_part(std::span<const Claim> claims, const ConflictContext& context) {
  for (const Claim& claim : claims) {
    CAPEXDB_TRY(context.found.step());
    if (context.found.wants(Finding::part_above_whole) && stays_below(claim, context)) {
      CAPEXDB_TRY(compare_with_wholes(claim, context));
    }
    if (context.found.wants(Finding::parts_and_total)) {
      CAPEXDB_TRY(keep_for_totals(claim, context));
    }
  }
  if (context.found.wants(Finding::part_above_whole)) return compare_within(claims, context);
  return {};
}

Result<void> GroupCheck::compare_with_wholes(const Claim& part, const ConflictContext& context) {
  if (wholes_.empty() || !part.value().low) return {};
  const std::uint32_t subject = part.row().ordinal(Column::subject);
  for (const std::uint32_t group : context.parties.wholes_of(subject)) {
    const auto wholes = wholes_.find({group, likeness(part)});
    if (wholes == wholes_.end()) continue;
    for (const Claim& whole : wholes->second) {
      CAPEXDB_TRY(context.found.step());
      if (days_cover(whole.row(), part.row()) && is_above(part.value(), whole.value()) &&
          dimensions_cover(whole.row(), part.row(), context.parties)) {
        CAPEXDB_TRY(report_above(whole, part, context));
      }
    }
  }
  return {};
}

Result<void> GroupCheck::compare_within(std::span<const Claim> claims,
                                        const ConflictContext& context) {
  using Dimensions = std::pair<std::int64_t, std::int64_t>;
  std::map<Likeness, std::map<Dimensions, std::vector<const Claim*>>> alike;
  for (const Claim& claim : claims) {
    if (!stays_below(claim, context)) continue;
    const Row& row = claim.row();
    alike[likeness(claim)][{row[Column::product], row[Column::counterparties]}].push_back(&claim);
  }
  for (const auto& [key, dimensions] : alike) {
    if (dimensions.size() < 2) continue;
    for (const auto& [whole_dimensions, wholes] : dimensions) {
      for (const auto& [part_dimensions, parts] : dimensions) {
        CAPEXDB_TRY(context.found.step());
        const Row& whole_row = wholes.front()->row();
        const Row& part_row = parts.front()->row();
        if (same_dimensions(whole_row, part_row) ||
            !dimensions_cover(whole_row, part_row, context.parties) ||
            dimensions_cover(part_row, whole_row, context.parties)) {
          continue;
        }
        for (const Claim* whole : wholes) {
          for (const Claim* part : parts) {
            CAPEXDB_TRY(context.found.step());
            if (days_cover(whole->row(), part->row()) && is_above(part->value(), whole->value())) {
              CAPEXDB_TRY(report_above(*whole, *part, context));
            }
          }
        }
      }
    }
  }
  return {};
}

// A level of the total's period, or a growth and its level a year later.
Result<void> GroupCheck::keep_for_totals(const Claim& claim, const ConflictContext& context) {
  const Measure measure = claim.row().measure();
  if (totals_.empty() || (measure != Measure::level && measure != Measure::growth_yoy)) return {};
  const std::uint32_t subject = claim.row().ordinal(Column::subject);
  const std::uint16_t metric = claim.leader.metric;
  const Period period = claim.row().period();
  const Period before = shifted_by_years(period, -1);
  const auto groups = context.parties.wholes_of(subject);
  const bool wanted = std::any_of(groups.begin(), groups.end(), [&](std::uint32_t group) {
    return totals_.contains({group, metric, period}) || totals_.contains({group, metric, before});
  });
  if (!wanted) return {};
  CAPEXDB_TRY(context.found.keep(1 + claim.others.size()));
  members_[{subject, metric, period}].push_back(claim);
  return {};
}

Result<void> GroupCheck::compare_total(const Claim& total, const ConflictContext& context) {
  const Row& row = total.row();
  const auto claims_at = [&](std::uint32_t member, const Period& period) {
    const auto found = members_.find({member, total.leader.metric, period});
    return found == members_.end() ? std::span<const Claim>{} : std::span(found->second);
  };
  const auto first_of = [&](std::span<const Claim> claims, Measure measure) -> const Claim* {
    const Claim* first = nullptr;
    for (const Claim& c : claims) {
      const bool alike =
          c.row().measure() == measure && same_dimensions(c.row(), row) &&
          sort_of(c.row().status()) == sort_of(row.status()) &&
          (measure != Measure::level || (c.row()[Column::unit] == row[Column::unit] &&
                                         c.row()[Column::currency] == row[Column::currency]));
      if (alike && (first == nullptr || says_before(c.leader, first->leader, context))) first = &c;
    }
    return first;
  };
  std::vector<const Claim*> sides = {&total};
  std::optional<Interval> sum;
  std::vector<std::pair<std::string, std::string>> terms;  // id, text
  for (const std::uint32_t member : context.parties.leaves(row.ordinal(Column::subject))) {
    CAPEXDB_TRY(context.found.step());
    std::optional<Interval> level;
    bool implied = false;
    if (const Claim* stated = first_of(claims_at(member, row.period()), Measure::level)) {
      level = stated->value();
      sides.push_back(stated);
    } else {
      const Period later = shifted_by_years(row.period(), 1);
      const Claim* now = first_of(claims_at(member, later), Measure::level);
      const Claim* grown = first_of(claims_at(member, later), Measure::growth_yoy);
      if (now == nullptr || grown == nullptr) return {};
      const auto before = level_before(now->value(), grown->value());
      if (!before) return {};
      level = *before;
      implied = true;
      sides.push_back(now);
      sides.push_back(grown);
    }
    const auto size = nominal(*level);
    if (!size) return {};
    terms.emplace_back(
        context.catalogue.text(NameKind::party, member),
        implied
            ? "(" +
                  value_text(Interval{
                      .point = round_significant(*size, 4, Rounding::half_even).value_or(*size)}) +
                  " by its growth)"
            : value_text(*level));
    const auto more = sum ? add(*sum, *level) : Result<Interval>(*level);
    if (!more) return {};
    sum = *more;
  }
  if (!sum || meet(*sum, total.value())) return {};
  std::sort(terms.begin(), terms.end());
  constexpr std::size_t kTermsNamed = 6;
  std::string reason;
  for (std::size_t i = 0; i < terms.size() && i < kTermsNamed; ++i) {
    reason += (i == 0 ? "" : " + ") + terms[i].second;
  }
  if (terms.size() > kTermsNamed) {
    reason += " + " + std::to_string(terms.size() - kTermsNamed) + " more";
  }
  Interval printed = *sum;
  if (printed.point) {
    printed.point = round_significant(*printed.point, 6, Rounding::half_even).value_or(*sum->point);
  }
  reason += " = " + with_unit(value_text(printed), row, context.catalogue) +
            " for the members as catalogued, but " + stated_text(total.leader, context.catalogue) +
            " is stated for " + party_id(row, context.catalogue) + times_text(total.value(), *sum);
  return context.found.add({Finding::parts_and_total, sides_of(sides), std::move(reason)});
}

Result<void> GroupCheck::finish(const ConflictContext& context) {
  if (!context.found.wants(Finding::parts_and_total)) return {};
  for (const auto& [key, wholes] : wholes_) {
    for (const Claim& whole : wholes) {
      if (whole.row().measure() == Measure::level) CAPEXDB_TRY(compare_total(whole, context));
    }
  }
  return {};
}

}  // namespace capexdb::storage
