// Sales of chips: units x price against value, and prices against one another.
#include <algorithm>
#include <limits>
#include <numeric>

#include "proto/model/arithmetic.h"
#include "storage/query/conflict_checks.h"

namespace capexdb::storage {
namespace {

using Lie = PartyTree::Lie;

constexpr Day kPriceHolds = 366;  // days that a loosely stated price reaches

// Days between two statements; 0 where they overlap. What has no span counts by
// its publication.
Day days_apart(const Row& a, const Row& b) {
  const auto of = [](const Row& row) {
    if (const auto days = days_of(row)) return *days;
    const Day published = row.published().last_day();
    return Days{published, published + 1, false};
  };
  const Days x = of(a);
  const Days y = of(b);
  return std::max({Day{0}, x.start - y.end, y.start - x.end});
}

bool same_document(const Row& a, const Row& b) {
  return a[Column::document] == b[Column::document];
}

// The value as printed, its point without the room that rounding leaves.
Interval as_printed(const Stated& stated) {
  Interval value = stated.row.value();
  if (value.point)
    value = {.point = value.point,
             .low = Bound{*value.point},
             .high = Bound{*value.point},
             .approx = value.approx};
  return value;
}

// Whether a group of unsaid members is among those who buy.
bool is_vague(const std::vector<std::uint32_t>& parties, const PartyTree& tree) {
  return std::any_of(parties.begin(), parties.end(),
                     [&](std::uint32_t party) { return tree.is_opaque(party); });
}

}  // namespace

TradeCheck::TradeCheck(const ConflictContext& context) {
  for (const auto& [ordinal, metric] : context.metrics) {
    if (metric.id == "unit_shipments") metrics_.shipments = ordinal;
    if (metric.id == "unit_purchases") metrics_.purchases = ordinal;
    if (metric.id == "unit_price") metrics_.price = ordinal;
    if (metric.id == "shipment_value") metrics_.shipment_value = ordinal;
    if (metric.id == "purchase_value") metrics_.purchase_value = ordinal;
  }
}

TradeCheck::Goods TradeCheck::goods(const Claim& claim) {
  return {claim.row()[Column::product], sort_of(claim.row().status())};
}

Result<void> TradeCheck::add(std::span<const Claim> claims, const ConflictContext& context) {
  for (const Claim& claim : claims) {
    const std::uint16_t metric = claim.leader.metric;
    const Row& row = claim.row();
    const bool level = row.measure() == Measure::level;
    const bool units = level && (metric == metrics_.shipments || metric == metrics_.purchases);
    const bool value =
        level && (metric == metrics_.shipment_value || metric == metrics_.purchase_value);
    const bool price = metric == metrics_.price && row.measure() == Measure::price;
    if (!units && !value && !price) continue;
    CAPEXDB_TRY(context.found.step());
    CAPEXDB_TRY(context.found.keep(1 + claim.others.size()));
    const bool buys = metric == metrics_.purchases || metric == metrics_.purchase_value;
    Sale sale{claim, context.parties.trade_of(row, buys)};
    if (price) {
      prices_[{goods(claim), row[Column::unit], row[Column::currency]}].push_back(std::move(sale));
    } else {
      (units ? units_ : values_)[{goods(claim), row.period()}].push_back(std::move(sale));
    }
  }
  return {};
}

// Prices of one product, currency and sort. Those that contradict one another,
// directly or by way of others, make one conflict: a series of prices would
// make very many.
Result<void> TradeCheck::compare_prices(std::span<const Sale> prices,
                                        const ConflictContext& context) const {
  std::vector<std::size_t> linked(prices.size());
  std::iota(linked.begin(), linked.end(), std::size_t{0});
  const auto head = [&](std::size_t i) {
    while (linked[i] != i) i = linked[i] = linked[linked[i]];
    return i;
  };
  for (std::size_t i = 0; i < prices.size(); ++i) {
    const Row& a = prices[i].claim.row();
    for (std::size_t k = i + 1; k < prices.size(); ++k) {
      CAPEXDB_TRY(context.found.step());
      const Row& b = prices[k].claim.row();
      const bool apart =
          a[Column::source] != b[Column::source] && a[Column::root] != b[Column::root];
      if (!apart || days_apart(a, b) > kPriceHolds) continue;
      if (meet(prices[i].claim.value(), prices[k].claim.value())) continue;
      if (PartyTree::lie_of(prices[i].trade.sellers, prices[k].trade.sellers) == Lie::apart ||
          PartyTree::lie_of(prices[i].trade.buyers, prices[k].trade.buyers) == Lie::apart) {
        continue;
      }
      linked[head(k)] = head(i);
    }
  }
  std::map<std::size_t, std::vector<const Claim*>> clusters;
  for (std::size_t i = 0; i < prices.size(); ++i) clusters[head(i)].push_back(&prices[i].claim);
  for (auto& [first, claims] : clusters) {
    if (claims.size() < 2) continue;
    std::sort(claims.begin(), claims.end(), [&](const Claim* a, const Claim* b) {
      return says_before(a->leader, b->leader, context);
    });
    const auto size = [](const Claim* c) { return nominal(c->value()).value_or(Decimal()); };
    const auto [least, most] =
        std::minmax_element(claims.begin(), claims.end(),
                            [&](const Claim* a, const Claim* b) { return size(a) < size(b); });
    const std::string factor = factor_text((*most)->value(), (*least)->value());
    CAPEXDB_TRY(
        context.found.add({Finding::inconsistent_duplicate, sides_of(claims),
                           "within a year, " + stated_text((*most)->leader, context.catalogue) +
                               " against " + stated_text((*least)->leader, context.catalogue) +
                               (factor.empty() ? "" : ", apart by a factor of " + factor)}));
  }
  return {};
}

Result<void> TradeCheck::multiply_out(const Sale& units, const Sale& value,
                                      const ConflictContext& context) const {
  const Row& units_row = units.claim.row();
  const Row& value_row = value.claim.row();
  const bool one_document = same_document(units_row, value_row);
  if (PartyTree::lie_of(units.trade.sellers, value.trade.sellers) == Lie::apart) return {};
  Lie lie = PartyTree::lie_of(units.trade.buyers, value.trade.buyers);
  const bool vague = is_vague(units.trade.buyers, context.parties) ||
                     is_vague(value.trade.buyers, context.parties);
  // One document that names its buyers in two ways means the same ones.
  if (lie == Lie::apart && one_document && vague) lie = Lie::same;
  if (lie == Lie::apart) return {};
  std::vector<const Claim*> broken;
  std::set<std::int64_t> fitting;  // documents that have a price which fits
  constexpr std::int64_t kFirst = std::numeric_limits<std::int64_t>::min();
  const Goods wanted = goods(value.claim);
  for (auto at = prices_.lower_bound({wanted, kFirst, kFirst}); at != prices_.end(); ++at) {
    const auto& [key, prices] = *at;
    if (std::get<0>(key) != wanted) break;
    if (std::get<2>(key) != value_row[Column::currency]) continue;
    for (const Sale& price : prices) {
      CAPEXDB_TRY(context.found.step());
      const Row& row = price.claim.row();
      const bool own = same_document(row, units_row) || same_document(row, value_row);
      if (!own && days_apart(row, value_row) > kPriceHolds) continue;
      const bool other_buyers =
          PartyTree::lie_of(price.trade.buyers, value.trade.buyers) == Lie::apart;
      if (other_buyers && !(own && (vague || is_vague(price.trade.buyers, context.parties)))) {
        continue;
      }
      if (PartyTree::lie_of(price.trade.sellers, value.trade.sellers) == Lie::apart) continue;
      const auto amount = multiply(units.claim.value(), price.claim.value());
      if (!amount) continue;
      // Units of fewer buyers may be worth less, and of more buyers more.
      const Interval& stated = value.claim.value();
      const bool fits = lie == Lie::same ? meet(*amount, stated)
                        : lie == Lie::within
                            ? meet(Interval{.low = amount->low}, Interval{.high = stated.high})
                            : meet(Interval{.high = amount->high}, Interval{.low = stated.low});
      if (fits) fitting.insert(row[Column::document]);
      if (!fits) broken.push_back(&price.claim);
    }
  }
  // A price is one however often it was printed.
  std::map<std::string, std::vector<const Claim*>> by_price;
  for (const Claim* price : broken) {
    if (fitting.contains(price->row()[Column::document])) continue;
    by_price[value_text(as_printed(price->leader))].push_back(price);
  }
  for (auto& [text, prices] : by_price) {
    std::sort(prices.begin(), prices.end(), [&](const Claim* a, const Claim* b) {
      return says_before(a->leader, b->leader, context);
    });
    const Claim& price = *prices.front();
    const Interval count = as_printed(units.claim.leader);
    const auto printed = multiply(count, as_printed(price.leader));
    if (!printed) continue;
    std::vector<const Claim*> sides = {&value.claim, &units.claim};
    sides.insert(sides.end(), prices.begin(), prices.end());
    const Interval stated = as_printed(value.claim.leader);
    const Catalogue& names = context.catalogue;
    CAPEXDB_TRY(context.found.add({Finding::broken_identity, sides_of(sides),
                                   value_text(count) + " x " + with_unit(text, price.row(), names) +
                                       " = " + with_unit(value_text(*printed), value_row, names) +
                                       ", but " + with_unit(value_text(stated), value_row, names) +
                                       " is stated" + times_text(stated, *printed)}));
  }
  return {};
}

Result<void> TradeCheck::finish(const ConflictContext& context) {
  if (context.found.wants(Finding::inconsistent_duplicate)) {
    for (const auto& [key, prices] : prices_) CAPEXDB_TRY(compare_prices(prices, context));
  }
  if (!context.found.wants(Finding::broken_identity)) return {};
  for (const auto& [key, values] : values_) {
    const auto units = units_.find(key);
    if (units == units_.end()) continue;
    for (const Sale& value : values) {
      for (const Sale& count : units->second) CAPEXDB_TRY(multiply_out(count, value, context));
    }
  }
  return {};
}

}  // namespace capexdb::storage
