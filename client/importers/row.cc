#include "client/importers/row.h"

#include <algorithm>

#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

std::string folded(std::string_view name) {
  std::string s = to_lower_ascii(trim(name));
  std::replace(s.begin(), s.end(), ' ', '_');
  return s;
}

}  // namespace

bool has_column(std::span<const std::string> names, std::string_view column) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return folded(name) == column; });
}

Result<Layout> Layout::make(std::span<const std::string_view> known,
                            std::vector<std::string> names) {
  Layout layout;
  layout.names_ = std::move(names);
  layout.at_.assign(known.size(), -1);
  for (std::size_t i = 0; i < layout.names_.size(); ++i) {
    const std::string name = folded(layout.names_[i]);
    const auto column = std::find(known.begin(), known.end(), name);
    if (column == known.end()) {
      layout.others_.push_back(i);
      continue;
    }
    int& at = layout.at_[static_cast<std::size_t>(column - known.begin())];
    if (at >= 0) return bad_cell(name, "column_twice", "the column " + name + " comes twice");
    at = static_cast<int>(i);
  }
  return layout;
}

std::string_view Row::get(std::size_t column) const { return trim(raw(column)); }

Result<bool> yes_or_no(std::string_view column, std::string_view text) {
  const std::string word = to_lower_ascii(trim(text));
  if (word.empty() || word == "no" || word == "false" || word == "0" || word == "n") return false;
  if (word == "yes" || word == "true" || word == "1" || word == "y") return true;
  return bad_cell(
      column, "bad_flag",
      std::string(column) + " is '" + std::string(text.substr(0, 40)) + "': write yes or no");
}

tl::unexpected<Error> bad_cell(std::string_view column, const char* reason, std::string message) {
  return fail(Error{Errc::invalid_argument, std::move(message), std::string(column), reason});
}

}  // namespace capexdb::importers
