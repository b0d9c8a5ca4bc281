#include "client/importers/row_mapper.h"

#include "client/importers/minimal_row.h"
#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

void unify_line_ends(std::string& cell) {
  for (std::size_t at = cell.find("\r\n"); at != std::string::npos; at = cell.find("\r\n", at)) {
    cell.erase(at, 1);
  }
}

}  // namespace

Result<RowMapper> RowMapper::make(std::vector<std::string> names) {
  for (const std::string& name : names) {
    if (!is_clean_text(name)) {
      return bad_cell("", "bad_text", "a column's name is not clean UTF-8 text");
    }
  }
  const bool rich = is_rich(names);
  CAPEXDB_ASSIGN(Layout layout,
                 rich ? rich_layout(std::move(names)) : minimal_layout(std::move(names)));
  return RowMapper(std::move(layout), rich);
}

Result<v1::Event> RowMapper::event(std::vector<std::string> cells, const Place& place) const {
  if (cells.size() != columns()) {
    return bad_cell("", "field_count",
                    "the record has " + std::to_string(cells.size()) + " fields, its header has " +
                        std::to_string(columns()));
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    unify_line_ends(cells[i]);
    if (!is_clean_text(cells[i])) {
      const std::string& name = layout_.names()[i];
      return bad_cell(name, "bad_text",
                      name + " is not clean UTF-8 text (another encoding, control characters?)");
    }
  }
  const Row row(layout_, cells);
  return rich_ ? rich_event(row, place) : minimal_event(row, place);
}

}  // namespace capexdb::importers
