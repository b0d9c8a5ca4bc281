// The sum over many companies, made of folded frames.
#pragma once

#include <optional>

#include "storage/query/cross_section_cache.h"
#include "storage/query/fold.h"
#include "storage/query/plan.h"
#include "storage/query/query_limits.h"
#include "storage/query/sum.h"
#include "storage/read_view.h"

namespace capexdb::storage {

// Whether cross_section_sum() may be asked: a plain sum by period, perhaps by
// company too, of what was reported.
bool is_cross_section_sum(const Plan& plan);

// What sum_answer() gives for the cells of the plan's frames, digit by digit.
// Empty where the sum has to be made of the cells: nothing is there to add, or
// figures differ in unit, or are too large, or growth may imply levels. `cache` may be null.
// Errors: as sum_answer().
Result<std::optional<SumAnswer>> cross_section_sum(const ReadView& view, const Plan& plan,
                                                   const Catalogue& catalogue,
                                                   const QueryLimits& limits,
                                                   CrossSectionCache* cache);

}  // namespace capexdb::storage
