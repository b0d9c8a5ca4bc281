// The checks: each looks for its classes of conflicts among statements that
// stand, and adds what it finds. None depends on the order of its input.
// Errors of all: cancelled, deadline_exceeded, resource_exhausted.
#pragma once

#include <map>
#include <set>
#include <span>
#include <tuple>
#include <vector>

#include "storage/query/conflict.h"
#include "storage/read_view.h"

namespace capexdb::storage {

// Of one cell: duplicates of all three classes, and lost bounds.
Result<void> check_cell(std::span<const Stated> cell, const ConflictContext& context);

// Of one subject: stated growth against two stated levels (broken_identity).
Result<void> check_growth(std::span<const Claim> claims, const ConflictContext& context);

// A publisher's conversions, all that one subject's statements hold: at one rate
// for money of different years, or at two rates for one period.
Result<void> check_conversions(std::span<const Stated> statements, const ConflictContext& context);

// One number under two metrics. Statements that have a root in common with
// another one of the subject's are kept; what a document itself called its
// number is read from the log in the end.
class ScopeCheck {
 public:
  Result<void> add_subject(std::span<const Stated> statements, const ConflictContext& context);
  Result<void> finish(const ReadView& view, const ConflictContext& context);

 private:
  std::vector<std::vector<Stated>> alike_;  // one subject, unit, number and root
};

// Totals and their parts: of groups their members, of one subject narrower
// products and counterparties.
class GroupCheck {
 public:
  // Of every group first: the claims of one subject.
  Result<void> add_whole(std::span<const Claim> claims, const ConflictContext& context);
  // Then of every subject, groups again.
  Result<void> add_part(std::span<const Claim> claims, const ConflictContext& context);
  Result<void> finish(const ConflictContext& context);

 private:
  // What totals and parts have in common: metric, measure, unit, currency, sort.
  using Likeness = std::tuple<std::uint16_t, std::int64_t, std::int64_t, std::int64_t, ClaimSort>;
  static Likeness likeness(const Claim& claim);
  Result<void> compare_with_wholes(const Claim& part, const ConflictContext& context);
  Result<void> compare_within(std::span<const Claim> claims, const ConflictContext& context);
  Result<void> keep_for_totals(const Claim& claim, const ConflictContext& context);
  Result<void> compare_total(const Claim& total, const ConflictContext& context);

  std::map<std::pair<std::uint32_t, Likeness>, std::vector<Claim>> wholes_;  // by group
  std::set<std::tuple<std::uint32_t, std::uint16_t, Period>> totals_;        // group, metric
  // Levels and growth of members, for the totals of their groups.
  std::map<std::tuple<std::uint32_t, std::uint16_t, Period>, std::vector<Claim>> members_;
};

// Sales of chips: units x price against value, and prices against one another.
class TradeCheck {
 public:
  explicit TradeCheck(const ConflictContext& context);
  Result<void> add(std::span<const Claim> claims, const ConflictContext& context);
  Result<void> finish(const ConflictContext& context);

 private:
  struct Sale {
    Claim claim;
    PartyTree::Trade trade;
  };
  Result<void> compare_prices(std::span<const Sale> prices, const ConflictContext& context) const;
  Result<void> multiply_out(const Sale& units, const Sale& value,
                            const ConflictContext& context) const;

  struct Metrics {  // 0 where the catalogue has none
    std::uint16_t shipments = 0;
    std::uint16_t purchases = 0;
    std::uint16_t price = 0;
    std::uint16_t shipment_value = 0;
    std::uint16_t purchase_value = 0;
  };
  // What a sale's numbers have in common beside its parties: product and sort.
  using Goods = std::pair<std::int64_t, ClaimSort>;
  static Goods goods(const Claim& claim);

  Metrics metrics_;
  std::map<std::pair<Goods, Period>, std::vector<Sale>> units_;
  std::map<std::pair<Goods, Period>, std::vector<Sale>> values_;
  std::map<std::tuple<Goods, std::int64_t, std::int64_t>, std::vector<Sale>>
      prices_;  // unit, currency
};

}  // namespace capexdb::storage
