// What two times answer differently: what became known, was revised, or was
// withdrawn in between.
#pragma once

#include <cstdint>

#include "storage/query/collect.h"
#include "storage/query/plan.h"
#include "storage/query/row_writer.h"

namespace capexdb::storage {

// Writes a row for each cell whose answer changed its value or status between
// the plan's earlier time (query.from_as_of, from_sequence, from_recorded) and its
// own. `derivation` is "new", "revised" or "withdrawn", `parts` holds the earlier
// answer, `reason` says what it was. In order of company, period, dimensions.
// Errors: invalid_argument when the earlier time is missing or a later one; those
// of run_query. Since the same time nothing has changed.
Result<void> answer_changes(const Reading& reading, const Plan& plan, const Query& query,
                            RowWriter& writer);

// The last sequence that the store recorded before that day began, by its own
// clock; 0 when there is none.
Result<std::uint64_t> last_recorded_before(const ReadView& view, Day day);

}  // namespace capexdb::storage
