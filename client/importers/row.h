// Rows of named cells, as CSV records and flat JSON objects give them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proto/model/error.h"

namespace capexdb::importers {

// Whether some name is that column's, as a Layout compares them.
bool has_column(std::span<const std::string> names, std::string_view column);

// Where the columns of a form stand in a row. Names are compared without
// regard to case, "published at" is published_at.
class Layout {
 public:
  // `known` are the form's columns. Error: invalid_argument when a column comes
  // twice.
  static Result<Layout> make(std::span<const std::string_view> known,
                             std::vector<std::string> names);

  bool has(std::size_t column) const { return at_[column] >= 0; }
  std::size_t position(std::size_t column) const { return static_cast<std::size_t>(at_[column]); }
  const std::vector<std::string>& names() const { return names_; }
  // Positions of columns that the form does not know.
  const std::vector<std::size_t>& others() const { return others_; }

 private:
  std::vector<std::string> names_;  // as written
  std::vector<int> at_;             // -1: not there
  std::vector<std::size_t> others_;
};

// One row of a layout. Both must outlive it.
class Row {
 public:
  Row(const Layout& layout, const std::vector<std::string>& cells)
      : layout_(layout), cells_(cells) {}

  const Layout& layout() const { return layout_; }
  std::string_view cell(std::size_t position) const { return cells_[position]; }
  bool has(std::size_t column) const { return layout_.has(column); }
  // As written; empty where the column is not there.
  std::string_view raw(std::size_t column) const {
    return has(column) ? std::string_view(cells_[layout_.position(column)]) : std::string_view();
  }
  // Without blanks around it.
  std::string_view get(std::size_t column) const;
  std::string text(std::size_t column) const { return std::string(get(column)); }

 private:
  const Layout& layout_;
  const std::vector<std::string>& cells_;
};

// "yes", "true", "1" and their opposites; empty is no. Error: invalid_argument.
Result<bool> yes_or_no(std::string_view column, std::string_view text);

// An error about one column.
tl::unexpected<Error> bad_cell(std::string_view column, const char* reason, std::string message);

}  // namespace capexdb::importers
