// Chips on their way: who sells and who buys in a statement. Pure.
#pragma once

#include <string>
#include <vector>

#include "storage/query/fold.h"

namespace capexdb::storage {

// The metrics of chip shipments, as the registry calls them.
const std::vector<std::string>& shipment_metrics();

struct Sides {
  std::vector<std::uint32_t> sellers;
  std::vector<std::uint32_t> buyers;
};
// The subject is the other side of its counterparties; without any the metric
// tells (units shipped are a seller's), else nobody.
Sides sides_of(const Row& row, const Plan& plan, const Catalogue& catalogue);

// Whether plan.sellers, plan.buyers and plan.product let the statement through.
bool is_asked(const Row& row, const Plan& plan, const Catalogue& catalogue);

}  // namespace capexdb::storage
