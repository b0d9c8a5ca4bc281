#include "storage/merges.h"

#include <algorithm>
#include <tuple>

namespace capexdb::storage {

void PartyMerges::merge(std::uint32_t party, std::uint32_t into, std::uint64_t sequence) {
  undo(party, sequence);
  merges_.push_back({party, into, sequence});
  changed_at_ = sequence;
}

void PartyMerges::undo(std::uint32_t party, std::uint64_t sequence) {
  for (Merge& merge : merges_) {
    if (merge.party == party && !merge.until) merge.until = changed_at_ = sequence;
  }
}

std::uint32_t PartyMerges::into(std::uint32_t party, std::uint64_t at) const {
  for (const Merge& merge : merges_) {
    if (merge.party == party && merge.holds(at)) return merge.into;
  }
  return 0;
}

std::uint32_t PartyMerges::canonical(std::uint32_t party, std::uint64_t at) const {
  // Merges that would close a circle are refused, but a bound costs nothing.
  for (std::size_t steps = 0; steps <= merges_.size(); ++steps) {
    const std::uint32_t next = into(party, at);
    if (next == 0) break;
    party = next;
  }
  return party;
}

std::uint64_t PartyMerges::changed_at(std::uint64_t at) const {
  std::uint64_t last = 0;
  for (const Merge& merge : merges_) {
    if (merge.since <= at) last = std::max(last, merge.since);
    if (merge.until && *merge.until <= at) last = std::max(last, *merge.until);
  }
  return last;
}

std::vector<std::uint32_t> PartyMerges::merged(std::uint64_t at) const {
  std::vector<std::uint32_t> parties;
  for (const Merge& merge : merges_) {
    if (merge.holds(at)) parties.push_back(merge.party);
  }
  std::sort(parties.begin(), parties.end());
  return parties;
}

bool MergedParties::relabel(Row& row) const {
  bool changed = false;
  if (const auto party = canonical.find(row.ordinal(Column::subject)); party != canonical.end()) {
    row[Column::subject] = party->second;
    changed = true;
  }
  if (row[Column::counterparties] == 0) return changed;
  if (const auto list = lists.find(row.ordinal(Column::counterparties)); list != lists.end()) {
    row[Column::counterparties] = list->second;
    changed = true;
  }
  return changed;
}

void MergedParties::sort(std::vector<Row>& rows) {
  const auto order = [](const Row& row) {
    return std::tuple(cell_key(row), row[Column::sequence], row[Column::fact_index]);
  };
  std::sort(rows.begin(), rows.end(),
            [&](const Row& a, const Row& b) { return order(a) < order(b); });
  const auto same = [](const Row& a, const Row& b) {
    return a[Column::sequence] == b[Column::sequence] &&
           a[Column::fact_index] == b[Column::fact_index] && same_cell(a, b);
  };
  rows.erase(std::unique(rows.begin(), rows.end(), same), rows.end());
}

void MergedParties::relabel(std::vector<Row>& rows) const {
  bool changed = false;
  for (Row& row : rows) changed = relabel(row) || changed;
  if (changed) sort(rows);
}

bool belongs_on(const std::vector<Validity>& days, const Period& period) {
  if (period.kind != PeriodKind::span && period.kind != PeriodKind::instant) return true;
  return std::any_of(days.begin(), days.end(),
                     [&](const Validity& when) { return when.holds(period.end - 1); });
}

}  // namespace capexdb::storage
