// Which figures a sum adds: one per company, period and dimensions, of one
// unit, and none that is contained in another one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "storage/query/fold.h"
#include "storage/query/query_limits.h"

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

// Without the period among what the plan lists, only flows are added, and no days of
// a company twice: not those of the same products and counterparties, nor of some
// that contain or overlap one another, unless they are listed in rows of their own.
// Errors: not_over_time, overlapping_periods.
Result<void> check_over_time(const std::vector<SumPart>& parts, const Plan& plan,
                             const Catalogue& catalogue);

}  // namespace capexdb::storage
