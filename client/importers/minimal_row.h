// Rows of the minimal form into events: who, what, when, how much, says who,
// known since when.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "capexdb/v1/event.pb.h"
#include "client/importers/rich_row.h"
#include "client/importers/row.h"

namespace capexdb::importers {

// All columns that the form knows.
std::span<const std::string_view> minimal_columns();

// Error: invalid_argument that names the columns that are missing.
Result<Layout> minimal_layout(std::vector<std::string> names);

// Cells of columns that the form does not know go to origin.printed. Error:
// invalid_argument; `field` is the column.
Result<v1::Event> minimal_event(const Row& row, const Place& place);

}  // namespace capexdb::importers
