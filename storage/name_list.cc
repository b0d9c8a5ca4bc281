#include "storage/name_list.h"

#include <algorithm>

#include "proto/model/text.h"

namespace capexdb::storage {

std::vector<std::string> listed_parties(const std::string& text, const Catalogue& catalogue,
                                        std::uint64_t at, Day day) {
  if (text.find(',') == std::string::npos) return {text};
  const auto is_known = [&](const std::string& name) {
    return is_reserved_name(name) ||
           catalogue.find_party({name, {}, {}, {}}, at, day).value_or(1) != 0;
  };
  std::vector<std::string> parts = split(text, ',');
  if (std::all_of(parts.begin(), parts.end(), is_known) || !is_known(text)) return parts;
  return {text};
}

}  // namespace capexdb::storage
