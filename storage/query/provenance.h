// Where statements come from, in words: their documents and roots, out of the log.
#pragma once

#include <vector>

#include "proto/model/query.h"
#include "storage/query/engine.h"
#include "storage/read_view.h"

namespace capexdb::storage {

// Fills document, root and attributed_to of rows that are single statements.
// Error: data_loss, cancelled, deadline_exceeded.
Result<void> add_provenance(const ReadView& view, const std::vector<AnswerRow*>& rows,
                            const QueryLimits& limits);

}  // namespace capexdb::storage
