#include "storage/query/reach.h"

#include <algorithm>

namespace capexdb::storage {

const std::vector<std::uint32_t>& Reach::of(std::int64_t list) const {
  const auto [at, is_new] = known_.try_emplace(list);
  std::vector<std::uint32_t>& parties = at->second;
  if (!is_new) return parties;
  for (const auto& other : catalogue_.counterparties(static_cast<std::uint32_t>(list))) {
    const auto leaves = catalogue_.leaves(other.party, at_);
    parties.insert(parties.end(), leaves.begin(), leaves.end());
  }
  std::sort(parties.begin(), parties.end());
  parties.erase(std::unique(parties.begin(), parties.end()), parties.end());
  return parties;
}

bool Reach::covers(std::int64_t whole, std::int64_t part) const {
  if (whole == 0 || whole == part) return true;
  if (part == 0) return false;
  const auto& all = of(whole);
  const auto& some = of(part);
  return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

}  // namespace capexdb::storage
