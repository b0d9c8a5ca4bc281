// Names of one kind of thing, and whom they mean: since which sequence, and on
// which days.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <unordered_map>
#include <vector>

#include "proto/model/catalog.h"

namespace capexdb::storage {

// Of names that passed from one to another: whoever held it last.
inline constexpr Day kNewestDay = std::numeric_limits<Day>::max() - 1;

// Not thread-safe.
class NameIndex {
 public:
  // How well a name fits: the id itself, the name, or any other.
  enum class Fit : std::uint8_t { id, name, alias };
  struct Use {
    std::uint32_t ordinal;
    std::uint64_t since;
    Fit fit;
    Validity validity = {};
  };

  // Of a name that a thing has already with that fit, the newer days count from
  // `use.since` on.
  void note(const std::string& name, const Use& use);

  // Whom `name` means at sequence `at`: those it fits best among those that held it
  // on `day`; where nobody did, among all who ever held it.
  std::vector<std::uint32_t> best(const std::string& name, std::uint64_t at, Day day) const;

  // Who holds `name` on any of `days`, by the newest word on each.
  std::vector<std::uint32_t> holders(const std::string& name, const Validity& days) const;

  // Whose id it is; 0: nobody's.
  std::uint32_t of_id(const std::string& name) const;

  // Names that were in use at `at`, sorted.
  std::vector<std::string> names(std::uint64_t at) const;

 private:
  // The newest word on each one's use of `name` that counts at `at`.
  std::vector<Use> uses_of(const std::string& name, std::uint64_t at) const;

  std::unordered_map<std::string, std::vector<Use>> uses_;
};

}  // namespace capexdb::storage
