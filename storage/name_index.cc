#include "storage/name_index.h"

#include <algorithm>
#include <limits>

namespace capexdb::storage {

void NameIndex::note(const std::string& name, const Use& use) {
  if (name.empty()) return;
  auto& uses = uses_[name];
  for (auto known = uses.rbegin(); known != uses.rend(); ++known) {
    if (known->ordinal != use.ordinal || known->fit > use.fit) continue;
    if (known->fit < use.fit || known->validity == use.validity) return;
    break;
  }
  uses.push_back(use);
}

std::vector<NameIndex::Use> NameIndex::uses_of(const std::string& name, std::uint64_t at) const {
  const auto found = uses_.find(name);
  if (found == uses_.end()) return {};
  std::vector<Use> uses;
  for (const Use& use : found->second) {
    if (use.since > at) continue;
    const auto known = std::find_if(uses.begin(), uses.end(),
                                    [&](const Use& u) { return u.ordinal == use.ordinal; });
    if (known == uses.end()) {
      uses.push_back(use);
    } else if (use.fit <= known->fit) {
      *known = use;
    }
  }
  return uses;
}

std::vector<std::uint32_t> NameIndex::holders(const std::string& name, const Validity& days) const {
  std::vector<std::uint32_t> ordinals;
  for (const Use& use : uses_of(name, std::numeric_limits<std::uint64_t>::max())) {
    if (use.validity.meets(days)) ordinals.push_back(use.ordinal);
  }
  return ordinals;
}

std::vector<std::uint32_t> NameIndex::best(const std::string& name, std::uint64_t at,
                                           Day day) const {
  std::vector<Use> uses = uses_of(name, at);
  const bool held = std::any_of(uses.begin(), uses.end(),
                                [&](const Use& use) { return use.validity.holds(day); });
  if (held) std::erase_if(uses, [&](const Use& use) { return !use.validity.holds(day); });
  if (!held && day == kNewestDay) {
    // Whoever had it last.
    Day last = std::numeric_limits<Day>::min();
    for (const Use& use : uses) last = std::max(last, use.validity.end);
    std::erase_if(uses, [&](const Use& use) { return use.validity.end != last; });
  }
  Fit fit = Fit::alias;
  for (const Use& use : uses) fit = std::min(fit, use.fit);
  std::vector<std::uint32_t> ordinals;
  for (const Use& use : uses) {
    if (use.fit == fit) ordinals.push_back(use.ordinal);
  }
  return ordinals;
}

std::uint32_t NameIndex::of_id(const std::string& name) const {
  const auto found = uses_.find(name);
  if (found == uses_.end()) return 0;
  for (const Use& use : found->second) {
    if (use.fit == Fit::id) return use.ordinal;
  }
  return 0;
}

std::vector<std::string> NameIndex::names(std::uint64_t at) const {
  std::vector<std::string> names;
  for (const auto& [name, uses] : uses_) {
    if (std::any_of(uses.begin(), uses.end(), [&](const Use& u) { return u.since <= at; })) {
      names.push_back(name);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace capexdb::storage
