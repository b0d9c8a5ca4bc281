// The answer of `conflicts`: what the store's statements say against one another.
#pragma once

#include <vector>

#include "proto/model/query.h"
#include "storage/query/plan.h"
#include "storage/query/query_limits.h"
#include "storage/read_view.h"

namespace capexdb::storage {

// A row for each conflict, its sides as parts, in an order that does not depend
// on when they arrived; at most `rows_max`, and `truncated` says whether there
// were more. Of the parts, document, root and attribution are left to be filled
// in. Errors: cancelled, deadline_exceeded, data_loss, and resource_exhausted
// where the conflicts, or what has to be compared, are too many to hold.
Result<std::vector<AnswerRow>> conflicts_answer(const ReadView& view, const Plan& plan,
                                                const Catalogue& catalogue,
                                                const QueryLimits& limits, std::uint32_t rows_max,
                                                bool& truncated);

}  // namespace capexdb::storage
