// Rows of either form into events; the columns' names tell the form.
#pragma once

#include <string>
#include <vector>

#include "capexdb/v1/event.pb.h"
#include "client/importers/rich_row.h"
#include "client/importers/row.h"

namespace capexdb::importers {

class RowMapper {
 public:
  // Error: invalid_argument that names what the columns lack.
  static Result<RowMapper> make(std::vector<std::string> names);

  // One cell per name, in the same order. Line ends inside a cell become '\n'.
  // Error: invalid_argument; `field` is the column.
  Result<v1::Event> event(std::vector<std::string> cells, const Place& place) const;

  std::size_t columns() const { return layout_.names().size(); }

 private:
  RowMapper(Layout layout, bool rich) : layout_(std::move(layout)), rich_(rich) {}

  Layout layout_;
  bool rich_;
};

}  // namespace capexdb::importers
