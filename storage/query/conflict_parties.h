// Who contains whom, as of one sequence of the catalogue.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "storage/catalogue.h"
#include "storage/query/reach.h"
#include "storage/row.h"

namespace capexdb::storage {

// Not thread-safe: it remembers what it has looked up.
class PartyTree {
 public:
  PartyTree(const Catalogue& catalogue, std::uint64_t at);

  bool is_group(std::uint32_t party) const { return leaves_.contains(party); }
  // A group whose members nobody has said.
  bool is_opaque(std::uint32_t party) const { return opaque_.contains(party); }
  std::vector<std::uint32_t> groups() const;
  // The members of a group down to the last, ascending; of any other party itself.
  const std::vector<std::uint32_t>& leaves(std::uint32_t party) const;
  // The groups that contain all of it; not itself.
  std::vector<std::uint32_t> wholes_of(std::uint32_t party) const;
  // Whether every leaf of `part` is one of `whole`.
  bool contains(std::uint32_t whole, std::uint32_t part) const;
  // The same of lists of counterparties, by ordinal; 0, nobody named, is everyone.
  bool others_cover(std::int64_t whole, std::int64_t part) const {
    return reach_.covers(whole, part);
  }

  // Who sells to whom in a statement; each may be empty where it is not said.
  struct Trade {
    std::vector<std::uint32_t> sellers;  // leaves, ascending
    std::vector<std::uint32_t> buyers;
  };
  // `subject_buys` decides where no role does.
  Trade trade_of(const Row& row, bool subject_buys) const;

  // How two such lists lie to one another; an empty one is everyone.
  enum class Lie : std::uint8_t { same, within, around, apart };
  static Lie lie_of(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b);

 private:
  const Catalogue& catalogue_;
  std::map<std::uint32_t, std::vector<std::uint32_t>> leaves_;               // of groups only
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> groups_of_;  // by leaf
  std::unordered_set<std::uint32_t> opaque_;
  mutable std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> single_;
  Reach reach_;
};

}  // namespace capexdb::storage
