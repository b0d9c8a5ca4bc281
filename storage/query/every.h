// A regular series out of what was reported: every quarter, half, year or
// twelve months, derived where it was not stated, missing with a reason where
// it cannot be.
#pragma once

#include <string>
#include <vector>

#include "storage/query/fold.h"
#include "storage/query/scan.h"

namespace capexdb::storage {

struct EveryAnswer {
  std::vector<ResolvedCell> cells;  // with label and derivation
  std::vector<AbsentPeriod> absent;
};

// One cell for each period of plan.every inside what was asked for, per company
// and dimensions. Every definition of a metric is derived for itself; the
// catalogue's first one that covers a period answers. A stock's figure is that
// of the last instant. Error: cancelled, deadline_exceeded; invalid_argument
// when too many periods are asked for.
Result<EveryAnswer> every_period(const std::vector<ResolvedCell>& cells, const Plan& plan,
                                 const Catalogue& catalogue, const QueryLimits& limits,
                                 const ScanReport& report);

}  // namespace capexdb::storage
