#include "storage/resolution.h"

#include <algorithm>
#include <map>
#include <set>

namespace capexdb::storage {
namespace {

// -1: a is newer. Knowledge is as new as the last moment it may stem from.
int compare_newest(const TimeRange& a, const TimeRange& b) {
  if (a.end != b.end) return a.end > b.end ? -1 : 1;
  if (a.begin != b.begin) return a.begin > b.begin ? -1 : 1;
  return 0;
}

}  // namespace

int status_rank(Status status) {
  return status == Status::target ? static_cast<int>(Status::commitment) : static_cast<int>(status);
}

bool goes_before(const Row& a, const Row& b, const Policy& policy) {
  const int newest = compare_newest(a.published(), b.published());
  if (policy.kind == PolicyKind::newest && newest != 0) return newest < 0;
  if (policy.kind == PolicyKind::first_print && newest != 0) return newest > 0;
  const int status_a = status_rank(a.status());
  const int status_b = status_rank(b.status());
  if (status_a != status_b) return status_a < status_b;
  if (policy.source_rank && a[Column::source] != b[Column::source]) {
    const std::uint32_t rank_a = policy.source_rank(a.ordinal(Column::source));
    const std::uint32_t rank_b = policy.source_rank(b.ordinal(Column::source));
    if (rank_a != rank_b) return rank_a < rank_b;
  }
  if (newest != 0) return newest < 0;
  const Interval value_a = effective(a.value());
  const Interval value_b = effective(b.value());
  if (narrower(value_a, value_b)) return true;
  if (narrower(value_b, value_a)) return false;
  const auto document = [](const Row& r) {
    return static_cast<std::uint64_t>(r[Column::document]);
  };
  if (document(a) != document(b)) return document(a) < document(b);
  return content_less(a, b);
}

bool withdraws(const Row& by, const Row& row) {
  if (!by.has(flag::kRetraction) || row.has(flag::kRetraction)) return false;
  if (by.has(flag::kRetractsSequence)) return by[Column::value] == row[Column::sequence];
  return by[Column::document] == row[Column::document] && row.published().end <= by.published().end;
}

Verdicts resolve(std::span<const Row> cell, const Policy& policy) {
  Verdicts verdicts;
  std::vector<std::size_t> retractions;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    if (cell[i].has(flag::kRetraction)) retractions.push_back(i);
  }
  const auto is_withdrawn = [&](const Row& row) {
    return std::any_of(retractions.begin(), retractions.end(),
                       [&](std::size_t r) { return withdraws(cell[r], row); });
  };
  for (std::size_t i = 0; i < cell.size(); ++i) {
    if (cell[i].has(flag::kRetraction)) continue;
    (is_withdrawn(cell[i]) ? verdicts.withdrawn : verdicts.standing).push_back(i);
  }
  if (!verdicts.withdrawn.empty()) {
    // The same content said again, beside other facts, is not revived by that.
    const std::vector<std::size_t> withdrawn = verdicts.withdrawn;
    std::erase_if(verdicts.standing, [&](std::size_t i) {
      const bool again = std::any_of(withdrawn.begin(), withdrawn.end(),
                                     [&](std::size_t w) { return same_content(cell[i], cell[w]); });
      if (again) verdicts.withdrawn.push_back(i);
      return again;
    });
  }
  for (const std::size_t i : verdicts.standing) {
    if (policy.kind == PolicyKind::source && cell[i].ordinal(Column::source) != policy.source) {
      continue;
    }
    if (!verdicts.leader || goes_before(cell[i], cell[*verdicts.leader], policy)) {
      verdicts.leader = i;
    }
  }
  return verdicts;
}

void Roots::note(std::int64_t document, std::int64_t cited) {
  std::int64_t& root = cited_.try_emplace(document, cited).first->second;
  if (cited != document && (root == document || cited < root)) root = cited;
}

std::int64_t Roots::of(std::int64_t document) const {
  std::int64_t root = cited_.at(document);
  std::set<std::int64_t> seen = {document};
  while (seen.insert(root).second) {
    const auto next = cited_.find(root);
    if (next == cited_.end()) return root;
    root = next->second;
  }
  std::int64_t least = root;
  for (std::int64_t at = cited_.at(root); at != root; at = cited_.at(at)) {
    least = std::min(least, at);
  }
  return least;
}

Evidence evidence_for(std::span<const Row> cell, const Verdicts& verdicts) {
  Evidence evidence;
  if (!verdicts.leader) return evidence;
  const Interval value = effective(cell[*verdicts.leader].value());
  std::set<std::int64_t> agreeing;
  for (const std::size_t i : verdicts.standing) {
    if (meet(value, effective(cell[i].value()))) {
      agreeing.insert(cell[i][Column::document]);
    } else {
      ++evidence.disagreeing;
    }
  }
  // Of all documents of the cell: one that says something else, or that was
  // withdrawn, copied all the same.
  Roots roots_of;
  for (const Row& row : cell) {
    if (!row.has(flag::kRetraction)) roots_of.note(row[Column::document], row[Column::root]);
  }
  std::set<std::int64_t> roots;
  for (const std::int64_t document : agreeing) {
    roots.insert(roots_of.of(document));
    evidence.document_ids.push_back(document);
  }
  evidence.root_ids.assign(roots.begin(), roots.end());
  evidence.documents = static_cast<std::uint32_t>(agreeing.size());
  evidence.roots = static_cast<std::uint32_t>(roots.size());
  return evidence;
}

}  // namespace capexdb::storage
