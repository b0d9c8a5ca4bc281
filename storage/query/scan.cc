#include "storage/query/scan.h"

#include <algorithm>
#include <unordered_set>

#include "storage/block.h"

namespace capexdb::storage {

// Blocks are sorted by cell, so a cell is a run of rows.
Result<void> visit_cells(std::span<const Row> rows, const CellVisitor& visit) {
  std::size_t begin = 0;
  for (std::size_t i = 1; i <= rows.size(); ++i) {
    if (i < rows.size() && same_cell(rows[begin], rows[i])) continue;
    if (i > begin) CAPEXDB_TRY(visit(rows.subspan(begin, i - begin)));
    begin = i;
  }
  return {};
}

Result<ScanReport> scan_histories(const ReadView& view, const Plan& plan,
                                  const Catalogue& catalogue, const QueryLimits& limits,
                                  const CellVisitor& visit) {
  ScanReport report;
  Filter filter(plan, catalogue);
  BlockColumns columns;
  const bool mirrors = plan.kind != QueryKind::sum;
  // With several subjects a statement may be met from both of its ends.
  const bool may_repeat = mirrors && plan.subjects.size() > 1;
  std::set<std::pair<std::int64_t, std::int64_t>> met;
  std::vector<Row> rows;
  for (const std::uint32_t subject : plan.subjects) {
    CAPEXDB_TRY(
        view.history(subject, plan.metric, plan.read_range(),
                     [&](const HistoryKey& /*key*/, std::string_view bytes) -> Result<void> {
                       CAPEXDB_TRY(check_limits(limits));
                       CAPEXDB_TRY(columns.open(bytes));
                       filter.open(columns);
                       const ColumnView flags = columns.column(Column::flags);
                       rows.clear();
                       for (std::size_t i = 0; i < columns.rows(); ++i) {
                         const bool mirror = (flags[i] & flag::kMirror) != 0;
                         if ((mirror && !mirrors) || !filter.sees(i, report)) continue;
                         Row row = columns.row(i);
                         row[Column::flags] &= ~flag::kMirror;
                         const auto id = std::pair(row[Column::sequence], row[Column::fact_index]);
                         const bool shared = may_repeat && row[Column::counterparties] != 0;
                         if (shared && !met.insert(id).second) continue;
                         rows.push_back(row);
                       }
                       return visit_cells(rows, visit);
                     }));
  }
  return report;
}

Result<void> scan_every_history(const ReadView& view, const Plan& plan, const Catalogue& catalogue,
                                const QueryLimits& limits, const KeyFilter& wanted,
                                const KeyedCellVisitor& visit) {
  ScanReport report;
  Filter filter(plan, catalogue);
  BlockColumns columns;
  std::vector<Row> rows;
  return view.all_history([&](const HistoryKey& key, std::string_view bytes) -> Result<void> {
    CAPEXDB_TRY(check_limits(limits));
    if (!wanted(key)) return {};
    CAPEXDB_TRY(columns.open(bytes));
    filter.open(columns);
    rows.clear();
    const ColumnView flags = columns.column(Column::flags);
    for (std::size_t i = 0; i < columns.rows(); ++i) {
      const bool mirror = (flags[i] & flag::kMirror) != 0;
      if (!mirror && filter.sees(i, report)) rows.push_back(columns.row(i));
    }
    return visit_cells(rows, [&](std::span<const Row> cell) { return visit(key, cell); });
  });
}

Result<ScanReport> scan_frames(const ReadView& view, const Plan& plan, const Catalogue& catalogue,
                               const QueryLimits& limits, const CellVisitor& visit) {
  ScanReport report;
  Filter filter(plan, catalogue);
  BlockColumns columns;
  const std::unordered_set<std::int64_t> wanted(plan.subjects.begin(), plan.subjects.end());
  std::vector<Row> rows;
  CAPEXDB_TRY(view.frames(plan.metric, plan.read_range(),
                          [&](const FrameKey& /*key*/, std::string_view bytes) -> Result<void> {
                            CAPEXDB_TRY(check_limits(limits));
                            CAPEXDB_TRY(columns.open(bytes));
                            filter.open(columns);
                            rows.clear();
                            const ColumnView subjects = columns.column(Column::subject);
                            std::int64_t last = -1;
                            bool keep = false;
                            for (std::size_t i = 0; i < columns.rows(); ++i) {
                              if (subjects[i] != last) {
                                last = subjects[i];
                                keep = wanted.contains(last);
                              }
                              if (keep && filter.sees(i, report)) rows.push_back(columns.row(i));
                            }
                            return visit_cells(rows, visit);
                          }));
  return report;
}

}  // namespace capexdb::storage
