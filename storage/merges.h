// Parties that turned out to be one, as of any sequence; and back again.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "proto/model/catalog.h"
#include "storage/row.h"

namespace capexdb::storage {

// By ordinal. Not thread-safe.
class PartyMerges {
 public:
  void merge(std::uint32_t party, std::uint32_t into, std::uint64_t sequence);
  // Ends the merge of `party` that is in force.
  void undo(std::uint32_t party, std::uint64_t sequence);

  // Whom `party` answers as: the end of the chain of merges, or itself.
  std::uint32_t canonical(std::uint32_t party, std::uint64_t at) const;
  // Into whom `party` was merged directly; 0: nobody.
  std::uint32_t into(std::uint32_t party, std::uint64_t at) const;
  // The sequence of the last merge or undo; 0: there was none.
  std::uint64_t changed_at() const { return changed_at_; }
  // The sequence of the last one up to `at`: from there on merged(at) is the same.
  std::uint64_t changed_at(std::uint64_t at) const;
  // Those that answer as others at `at`, ascending.
  std::vector<std::uint32_t> merged(std::uint64_t at) const;

 private:
  struct Merge {
    std::uint32_t party;
    std::uint32_t into;
    std::uint64_t since;
    std::optional<std::uint64_t> until = {};

    bool holds(std::uint64_t at) const { return since <= at && (!until || at < *until); }
  };
  std::vector<Merge> merges_;  // few
  std::uint64_t changed_at_ = 0;
};

// The merges in force at one sequence, and what they make of rows: rows stay with
// the party that was named, and are read as those of the one it was merged into.
// Empty in almost every store. Immutable once made; any thread.
struct MergedParties {
  std::unordered_map<std::uint32_t, std::uint32_t> canonical;           // of merged parties
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> parts;  // by canonical, with it
  std::unordered_map<std::uint32_t, std::uint32_t> lists;  // of counterparties, with merged ones

  bool empty() const { return canonical.empty(); }
  bool has(std::uint32_t party) const { return canonical.contains(party) || parts.contains(party); }
  // Whom `party` is read as: the one that it was merged into, or itself.
  std::uint32_t of(std::uint32_t party) const {
    const auto other = canonical.find(party);
    return other == canonical.end() ? party : other->second;
  }
  // Whether anything in it changed.
  bool relabel(Row& row) const;
  // Relabels all of them, and puts those of one cell together again. Rows that
  // both ends of a trade have, now one party, stay once.
  void relabel(std::vector<Row>& rows) const;
  // Sorts rows by cell and sequence, each statement once.
  static void sort(std::vector<Row>& rows);
};

// Whether the last day of a period is in one of these times; what has no last day
// always is.
bool belongs_on(const std::vector<Validity>& days, const Period& period);

}  // namespace capexdb::storage
