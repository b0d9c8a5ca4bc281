// What companies say of themselves, folded: added up, or their mean, median,
// smallest, largest, number; by period, company, group and so on.
#pragma once

#include <string>
#include <vector>

#include "storage/query/fold.h"
#include "storage/query/query_limits.h"

namespace capexdb::storage {

struct SumAnswer {
  std::vector<Figure> figures;  // in order of period, company, dimensions
  Coverage coverage;
  std::vector<std::string> notes;
};

// One figure for each combination of what the plan lists. A part of a whole that
// is there too is not added again. Without the period among them it folds over
// time: periods of one company must not overlap then, and only flows are added.
// `absent` are periods without a figure. Errors: mixed units, what does not add
// up over time, overflow, cancelled, deadline_exceeded.
Result<SumAnswer> sum_answer(std::vector<ResolvedCell> cells,
                             const std::vector<AbsentPeriod>& absent, const Plan& plan,
                             const Catalogue& catalogue, const QueryLimits& limits);

}  // namespace capexdb::storage
