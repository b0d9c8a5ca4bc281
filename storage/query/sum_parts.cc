#include "storage/query/sum_parts.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "storage/query/reach.h"
#include "storage/query/scan.h"

namespace capexdb::storage {
namespace {

using Parts = std::vector<SumPart>;

// One figure per company, period and dimensions: instants give way to later
// ones, odd spans to those that are exactly the period.
void keep_one_per_company(Parts& parts, const Plan& plan) {
  const auto key = [](const SumPart& part) {
    const Row& r = part.cell.leader;
    return std::tuple(r[Column::subject], part.period, r[Column::product],
                      r[Column::counterparties], r[Column::unit], r[Column::currency]);
  };
  const auto better = [&](const SumPart& a, const SumPart& b) {
    const Period pa = a.cell.leader.period();
    const Period pb = b.cell.leader.period();
    const bool exact_a = pa == a.period;
    const bool exact_b = pb == b.period;
    if (exact_a != exact_b) return exact_a;
    if (pa != pb) return pa.end != pb.end ? pa.end > pb.end : pa < pb;
    return goes_before(a.cell.leader, b.cell.leader, plan.policy);
  };
  std::sort(parts.begin(), parts.end(), [&](const SumPart& a, const SumPart& b) {
    const auto ka = key(a);
    const auto kb = key(b);
    return ka != kb ? ka < kb : better(a, b);
  });
  const auto end = std::unique(parts.begin(), parts.end(), [&](const SumPart& a, const SumPart& b) {
    return key(a) == key(b);
  });
  parts.erase(end, parts.end());
}

// How the figures of one company and period lie to one another: 1m H20 to
// anyone is part of 3m of any product, and overlaps with 2m of any product to
// Chinese companies.
class Overlaps {
 public:
  Overlaps(const Plan& plan, const Catalogue& catalogue)
      : plan_(plan), catalogue_(catalogue), reach_(catalogue, plan.at) {}

  bool contains(const Row& whole, const Row& part) {
    if (alike(whole, part) || !product_covers(whole, part) || !others_cover(whole, part))
      return false;
    // Two that contain one another name the same parties in other words.
    const bool same = product_covers(part, whole) && others_cover(part, whole);
    return !same || text_of(whole) < text_of(part);
  }
  bool overlap(const Row& a, const Row& b) {
    if (alike(a, b)) return false;
    if (!product_covers(a, b) && !product_covers(b, a)) return false;
    if (others(a) == 0 || others(b) == 0) return true;
    const auto& ra = reach_.of(others(a));
    const auto& rb = reach_.of(others(b));
    return std::any_of(ra.begin(), ra.end(), [&](std::uint32_t p) {
      return std::binary_search(rb.begin(), rb.end(), p);
    });
  }
  // Whether the two are about the same chips or money, all or some of it.
  bool touch(const Row& a, const Row& b) { return alike(a, b) || overlap(a, b); }
  // Whether the answer lists the two in different rows, so that of a whole and
  // its part it is the whole which goes.
  bool breaks_down(const Row& whole, const Row& part) const {
    return (plan_.lists(Dimension::product) && product(whole) != product(part)) ||
           (plan_.lists(Dimension::counterparty) && others(whole) != others(part));
  }
  // Decides between figures; that of two lists which name the same parties in other
  // roles is by the roles. No ordinal, which would tell what was said first.
  using Text = std::tuple<std::string, std::string, std::vector<Role>>;
  Text text_of(const Row& row) const {
    const std::uint32_t list = row.ordinal(Column::counterparties);
    std::vector<Role> roles;
    for (const auto& other : catalogue_.counterparties(list)) roles.push_back(other.role);
    return {catalogue_.text(NameKind::product, row.ordinal(Column::product)),
            catalogue_.counterparty_ids(list), std::move(roles)};
  }

 private:
  // The same in another unit.
  static bool alike(const Row& a, const Row& b) {
    return product(a) == product(b) && others(a) == others(b);
  }
  static std::int64_t product(const Row& r) { return r[Column::product]; }
  static std::int64_t others(const Row& r) { return r[Column::counterparties]; }
  static bool product_covers(const Row& whole, const Row& part) {
    return product(whole) == 0 || product(whole) == product(part);
  }
  bool others_cover(const Row& whole, const Row& part) const {
    return reach_.covers(others(whole), others(part));
  }

  const Plan& plan_;
  const Catalogue& catalogue_;
  Reach reach_;
};

// Counts what is left out of a sum, for its notes.
struct LeftOut {
  std::size_t wholes = 0;
  std::size_t overlapping = 0;
};

// Of one company and period, parts[begin, end).
Result<void> mark_left_out(const Parts& parts, std::size_t begin, std::size_t end,
                           Overlaps& overlaps, const QueryLimits& limits, std::vector<bool>& gone,
                           LeftOut& left_out) {
  if (end - begin < 2) return {};
  const auto row = [&](std::size_t i) -> const Row& { return parts[i].cell.leader; };
  for (std::size_t i = begin; i < end; ++i) {
    CAPEXDB_TRY(check_limits(limits));
    for (std::size_t k = begin; k < end; ++k) {
      if (k == i || !overlaps.contains(row(k), row(i))) continue;
      const bool whole_goes = overlaps.breaks_down(row(k), row(i));
      if (whole_goes && !gone[k]) ++left_out.wholes;
      gone[whole_goes ? k : i] = true;
    }
  }
  // Neither of two that overlap contains the other, so their sum is not known; one of
  // them is, the first in order of text.
  std::vector<std::pair<Overlaps::Text, std::size_t>> order;
  for (std::size_t i = begin; i < end; ++i) {
    if (!gone[i]) order.emplace_back(overlaps.text_of(row(i)), i);
  }
  std::sort(order.begin(), order.end());
  for (std::size_t a = 0; a < order.size(); ++a) {
    CAPEXDB_TRY(check_limits(limits));
    const std::size_t i = order[a].second;
    for (std::size_t b = a + 1; b < order.size() && !gone[i]; ++b) {
      const std::size_t k = order[b].second;
      if (gone[k] || overlaps.breaks_down(row(i), row(k)) || !overlaps.overlap(row(i), row(k)))
        continue;
      gone[k] = true;
      ++left_out.overlapping;
    }
  }
  return {};
}

Result<void> leave_out_overlaps(Parts& parts, const Plan& plan, const Catalogue& catalogue,
                                const QueryLimits& limits, std::vector<std::string>& notes) {
  Overlaps overlaps(plan, catalogue);
  std::vector<bool> gone(parts.size());
  LeftOut left_out;
  for (std::size_t begin = 0; begin < parts.size();) {
    std::size_t end = begin;
    while (end < parts.size() && parts[end].period == parts[begin].period &&
           parts[end].cell.leader[Column::subject] == parts[begin].cell.leader[Column::subject]) {
      ++end;
    }
    CAPEXDB_TRY(mark_left_out(parts, begin, end, overlaps, limits, gone, left_out));
    begin = end;
  }
  std::size_t index = 0;
  std::erase_if(parts, [&](const SumPart&) { return gone[index++]; });
  if (left_out.wholes > 0) {
    notes.push_back(std::to_string(left_out.wholes) +
                    " totals are left out where their parts are listed");
  }
  if (left_out.overlapping > 0) {
    notes.push_back(std::to_string(left_out.overlapping) +
                    " figures overlap with others of the same company, neither containing the "
                    "other, and are not added");
  }
  return {};
}

// A company may state one period in several currencies. Of those that every
// reporting company uses, the one whose figures go first under the policy is
// added; the others are left out, and a note says so.
void keep_common_unit(Parts& parts, const Plan& plan, const Catalogue& catalogue,
                      std::vector<std::string>& notes) {
  using Unit = std::pair<std::int64_t, std::int64_t>;
  struct Use {
    std::set<std::int64_t> subjects;
    const Row* first = nullptr;
  };
  const auto unit_of = [](const SumPart& part) {
    return Unit(part.cell.leader[Column::unit], part.cell.leader[Column::currency]);
  };
  std::map<Period, std::map<Unit, Use>> uses;
  std::map<Period, std::set<std::int64_t>> reporting;
  for (const SumPart& part : parts) {
    const Row& row = part.cell.leader;
    Use& use = uses[part.period][unit_of(part)];
    use.subjects.insert(row[Column::subject]);
    if (use.first == nullptr || goes_before(row, *use.first, plan.policy)) use.first = &row;
    reporting[part.period].insert(row[Column::subject]);
  }
  const auto name_of = [&](const Unit& unit) {
    return catalogue.text(NameKind::unit, static_cast<std::uint32_t>(unit.first)) +
           currency_letters(unit.second);
  };
  std::map<Period, Unit> common;
  for (const auto& [period, units] : uses) {
    if (units.size() < 2) continue;
    const Use* chosen = nullptr;
    for (const auto& [unit, use] : units) {
      if (use.subjects.size() != reporting[period].size()) continue;
      const bool first = chosen == nullptr ||
                         goes_before(*use.first, *chosen->first, plan.policy) ||
                         (!goes_before(*chosen->first, *use.first, plan.policy) &&
                          name_of(unit) < name_of(common[period]));
      if (!first) continue;
      chosen = &use;
      common[period] = unit;
    }
  }
  if (common.empty()) return;
  const std::size_t left_out = std::erase_if(parts, [&](const SumPart& part) {
    const auto unit = common.find(part.period);
    return unit != common.end() && unit->second != unit_of(part);
  });
  notes.push_back(std::to_string(left_out) +
                  " figures of the same companies in other units or currencies are not added");
}

}  // namespace

std::optional<Period> sum_period(const Period& period, const Plan& plan) {
  if (period.kind == PeriodKind::none) return std::nullopt;
  Period key = period;
  if (const auto quarter = calendar_quarter(period)) key = quarter_span(*quarter);
  if (!plan.range.exact) return key;
  const Period& asked = *plan.range.exact;
  if (key == asked || period == asked) return asked;
  const bool instant = period.kind == PeriodKind::instant || period.kind == PeriodKind::window;
  const bool stock = plan.metric_entry.aggregation != Aggregation::flow;
  if (instant && stock) return asked;
  return std::nullopt;
}

Result<Parts> sum_parts(std::vector<ResolvedCell> cells, const Plan& plan,
                        const Catalogue& catalogue, const QueryLimits& limits,
                        std::vector<std::string>& notes) {
  Parts parts;
  for (ResolvedCell& cell : cells) {
    if (!cell.leader.value().has_number()) continue;
    const auto period = cell.label ? cell.label : sum_period(cell.leader.period(), plan);
    if (period) parts.push_back({*period, std::move(cell)});
  }
  keep_one_per_company(parts, plan);
  CAPEXDB_TRY(leave_out_overlaps(parts, plan, catalogue, limits, notes));
  keep_common_unit(parts, plan, catalogue, notes);
  return parts;
}

Result<void> check_over_time(const std::vector<SumPart>& parts, const Plan& plan,
                             const Catalogue& catalogue) {
  if (plan.lists(Dimension::period) || plan.fold == Fold::count) return {};
  const bool adds_stocks =
      plan.fold == Fold::sum && plan.metric_entry.aggregation != Aggregation::flow;
  std::vector<const SumPart*> sorted;
  for (const SumPart& part : parts) sorted.push_back(&part);
  std::sort(sorted.begin(), sorted.end(), [](const SumPart* a, const SumPart* b) {
    return std::tie(a->period.start, a->period.end) < std::tie(b->period.start, b->period.end);
  });
  // Of each company, what ends last, by product and counterparties.
  using Subject = std::int64_t;
  std::map<Subject, std::map<std::pair<std::int64_t, std::int64_t>, const SumPart*>> last;
  Overlaps overlaps(plan, catalogue);
  for (const SumPart* part : sorted) {
    const Row& row = part->cell.leader;
    auto& of_company = last[row[Column::subject]];
    for (const auto& [scope, other] : of_company) {
      const Period& before = other->period;
      const Row& earlier = other->cell.leader;
      if (before == part->period || !overlaps.touch(earlier, row)) continue;
      if (overlaps.breaks_down(earlier, row)) continue;
      const std::string company = catalogue.text(NameKind::party, row.ordinal(Column::subject));
      if (adds_stocks) {
        return fail(Error{Errc::invalid_argument,
                          plan.metric_entry.id +
                              " does not add up over time (it is a stock or a rate), and " +
                              company + " has it for " + period_to_string(before) + " and " +
                              period_to_string(part->period) +
                              "; add period to --by, name one period, or ask --fn avg, min, max",
                          "by", "not_over_time"});
      }
      const bool apart =
          before.has_end() && part->period.has_start() && before.end <= part->period.start;
      if (!apart) {
        return fail(Error{Errc::invalid_argument,
                          "periods of " + company + " overlap: " + period_to_string(before) +
                              " and " + period_to_string(part->period) +
                              "; ask --every quarter, half or year, or add period to --by",
                          "by", "overlapping_periods"});
      }
    }
    const auto [at, is_new] =
        of_company.try_emplace({row[Column::product], row[Column::counterparties]}, part);
    if (is_new || !at->second->period.has_end()) continue;
    if (!part->period.has_end() || part->period.end > at->second->period.end) at->second = part;
  }
  return {};
}

}  // namespace capexdb::storage
