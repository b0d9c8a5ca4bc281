#include "storage/query/conflict_reader.h"

#include <set>

#include "storage/query/scan.h"

namespace capexdb::storage {
namespace {

constexpr std::size_t kStatementsHeldMax = 400'000;  // about 200 MB

Error too_many_statements() {
  return too_large("the question has to compare more than " + std::to_string(kStatementsHeldMax) +
                   " statements at once; narrow the selection or the metrics");
}

}  // namespace

Result<void> SubjectStatements::for_each_cell(const Visitor& visit) const {
  std::size_t begin = 0;
  for (const std::size_t end : cell_ends) {
    CAPEXDB_TRY(visit(std::span(statements).subspan(begin, end - begin)));
    begin = end;
  }
  return {};
}

Result<void> ConflictReader::add_cell(SubjectStatements& subject, std::uint16_t metric,
                                      std::span<const Row> cell) const {
  const auto add = [&](const Row& row) {
    subject.statements.push_back({metric, row, effective(row.value())});
  };
  if (cell.size() == 1) {
    if (cell.front().has(flag::kRetraction)) return {};
    add(cell.front());
  } else {
    const Verdicts verdicts = resolve(cell, plan_.policy);
    if (verdicts.standing.empty()) return {};
    for (const std::size_t i : verdicts.standing) add(cell[i]);
  }
  subject.cell_ends.push_back(subject.statements.size());
  if (subject.statements.size() > kStatementsHeldMax) return fail(too_many_statements());
  return {};
}

Result<void> ConflictReader::read_everyone(const Visitor& visit) const {
  SubjectStatements subject;
  HeldMemory held(limits_);
  std::uint32_t current = 0;
  const auto flush = [&]() -> Result<void> {
    if (!subject.statements.empty()) CAPEXDB_TRY(visit(subject));
    subject = {};
    held.clear();
    return {};
  };
  CAPEXDB_TRY(scan_every_history(
      view_, plan_, catalogue_, limits_,
      [&](const HistoryKey& key) { return metrics_.contains(key.metric); },
      [&](const HistoryKey& key, std::span<const Row> cell) -> Result<void> {
        if (key.subject != current) CAPEXDB_TRY(flush());
        current = key.subject;
        CAPEXDB_TRY(held.add(cell.size() * sizeof(Stated)));
        return add_cell(subject, key.metric, cell);
      }));
  return flush();
}

Result<void> ConflictReader::read_parties(const std::vector<std::uint32_t>& parties,
                                          const Visitor& visit) const {
  std::map<std::uint32_t, SubjectStatements> subjects;
  std::set<std::pair<std::uint16_t, CellKey>> shared;  // cells that both ends have
  std::size_t count = 0;
  HeldMemory held(limits_);
  for (const std::uint32_t party : parties) {
    Plan one = plan_;
    one.subjects = {party};
    for (const auto& [metric, entry] : metrics_) {
      one.metric = metric;
      CAPEXDB_TRY(scan_histories(
          view_, one, catalogue_, limits_,
          [&, m = metric](std::span<const Row> cell) -> Result<void> {
            const Row& first = cell.front();
            if (first[Column::counterparties] != 0 && !shared.insert({m, cell_key(first)}).second) {
              return {};
            }
            count += cell.size();
            if (count > kStatementsHeldMax) return fail(too_many_statements());
            CAPEXDB_TRY(held.add(cell.size() * sizeof(Stated)));
            return add_cell(subjects[first.ordinal(Column::subject)], m, cell);
          }));
    }
  }
  for (const auto& [subject, statements] : subjects) {
    if (!statements.statements.empty()) CAPEXDB_TRY(visit(statements));
  }
  return {};
}

}  // namespace capexdb::storage
