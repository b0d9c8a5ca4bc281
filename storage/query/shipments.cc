#include "storage/query/shipments.h"

#include <algorithm>

namespace capexdb::storage {
namespace {

bool any_of(const std::vector<std::uint32_t>& sorted, const std::vector<std::uint32_t>& parties) {
  return std::any_of(parties.begin(), parties.end(), [&](std::uint32_t party) {
    return std::binary_search(sorted.begin(), sorted.end(), party);
  });
}

}  // namespace

const std::vector<std::string>& shipment_metrics() {
  static const std::vector<std::string> metrics = {"unit_shipments", "unit_purchases", "unit_price",
                                                   "shipment_value", "purchase_value"};
  return metrics;
}

Sides sides_of(const Row& row, const Plan& plan, const Catalogue& catalogue) {
  Sides sides;
  for (const auto& other : catalogue.counterparties(row.ordinal(Column::counterparties))) {
    switch (other.role) {
      case Role::buyer:
      case Role::customer:
        sides.buyers.push_back(other.party);
        break;
      case Role::seller:
      case Role::supplier:
        sides.sellers.push_back(other.party);
        break;
      default:
        break;
    }
  }
  const std::string& metric = plan.metric_entry.id;
  const std::uint32_t subject = row.ordinal(Column::subject);
  const bool sells = metric == "unit_shipments" || metric == "shipment_value";
  const bool buys = metric == "unit_purchases" || metric == "purchase_value";
  if (sides.sellers.empty() && (!sides.buyers.empty() || sells)) {
    sides.sellers.push_back(subject);
  } else if (sides.buyers.empty() && (!sides.sellers.empty() || buys)) {
    sides.buyers.push_back(subject);
  }
  return sides;
}

bool is_asked(const Row& row, const Plan& plan, const Catalogue& catalogue) {
  if (plan.product && row.ordinal(Column::product) != *plan.product) return false;
  if (plan.sellers.empty() && plan.buyers.empty()) return true;
  const Sides sides = sides_of(row, plan, catalogue);
  return (plan.sellers.empty() || any_of(plan.sellers, sides.sellers)) &&
         (plan.buyers.empty() || any_of(plan.buyers, sides.buyers));
}

}  // namespace capexdb::storage
