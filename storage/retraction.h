// The rows of a retraction: they lie where the rows lie that they withdraw.
#pragma once

#include <cstdint>
#include <vector>

#include "storage/naming.h"

namespace capexdb::storage {

// Of a retraction that names a cell. Errors as of rows_of().
Result<std::vector<FactRow>> rows_withdrawing_cell(const Retraction& retraction,
                                                   std::uint64_t sequence, Catalogue& catalogue);

// Of a retraction that names an event: `target` are that event's rows, stored
// under `target_sequence`.
std::vector<FactRow> rows_withdrawing(std::vector<FactRow> target, std::uint64_t target_sequence,
                                      const Retraction& retraction, std::uint64_t sequence);

}  // namespace capexdb::storage
