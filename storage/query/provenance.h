// Where statements come from, in words: their documents and roots, out of the log.
#pragma once

#include <string>
#include <vector>

#include "proto/model/query.h"
#include "storage/query/query_limits.h"
#include "storage/read_view.h"

namespace capexdb::storage {

// Fills document, root and attributed_to of rows that are single statements; `held`
// counts the texts. Error: data_loss, cancelled, deadline_exceeded, resource_exhausted.
Result<void> add_provenance(const ReadView& view, const std::vector<AnswerRow*>& rows,
                            const QueryLimits& limits, HeldMemory& held);

// The same of one row whose event's own bytes are at hand. Error: data_loss.
Result<void> add_provenance(AnswerRow& row, const std::string& event_bytes);

}  // namespace capexdb::storage
