// Which figures a sum adds: one per company, period and dimensions, of one
// unit, and none that is contained in another one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "storage/query/engine.h"
#include "storage/query/fold.h"

namespace capexdb::storage {

struct SumPart {
  Period period;  // that it is added under; the figure's own may be a fiscal quarter of it
  ResolvedCell cell;
};

// The period that a part is added under: fiscal quarters count by their
// calendar quarter; when one period was asked for, instants inside it count
// for it. Empty for one that is not added.
std::optional<Period> sum_period(const Period& period, const Plan& plan);

// Sorted by company and period. `notes` says what is left out. Error:
// cancelled, deadline_exceeded.
Result<std::vector<SumPart>> sum_parts(std::vector<ResolvedCell> cells, const Plan& plan,
                                       const Catalogue& catalogue, const QueryLimits& limits,
                                       std::vector<std::string>& notes);

}  // namespace capexdb::storage
