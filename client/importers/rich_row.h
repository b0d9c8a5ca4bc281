// Rows of the rich form into events.
#pragma once

#include <string>

#include "capexdb/v1/event.pb.h"
#include "client/importers/row.h"

namespace capexdb::importers {

// Where a row stands.
struct Place {
  std::string file;
  std::uint64_t line = 0;
};

// Whether these columns are meant as the rich form.
bool is_rich(const std::vector<std::string>& names);

// Error: invalid_argument that names the columns that are missing.
Result<Layout> rich_layout(std::vector<std::string> names);

// Every cell that the typed fields cannot give back goes to origin.printed
// under its column's name, so that rich_csv.h prints the row as it was.
// Error: invalid_argument; `field` is the column.
Result<v1::Event> rich_event(const Row& row, const Place& place);

}  // namespace capexdb::importers
