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

namespace {

// The rows of a block that the plan may see, as they are stored.
class BlockFilter {
 public:
  BlockFilter(const Plan& plan, const Catalogue& catalogue, bool mirrors)
      : filter_(plan, catalogue), mirrors_(mirrors) {}

  Result<void> append(std::string_view bytes, std::vector<Row>& rows) {
    CAPEXDB_TRY(columns_.open(bytes));
    filter_.open(columns_);
    const ColumnView flags = columns_.column(Column::flags);
    for (std::size_t i = 0; i < columns_.rows(); ++i) {
      const bool mirror = (flags[i] & flag::kMirror) != 0;
      if ((mirror && !mirrors_) || !filter_.sees(i, report)) continue;
      rows.push_back(columns_.row(i));
      rows.back()[Column::flags] &= ~flag::kMirror;
    }
    return {};
  }

  ScanReport report;

 private:
  Filter filter_;
  BlockColumns columns_;
  const bool mirrors_;
};

// Everything about a party and those that were merged into it; one cell may be
// said by several of them.
Result<std::vector<Row>> rows_of_merged(const ReadView& view, const Plan& plan,
                                        std::uint16_t metric, std::uint32_t subject,
                                        const QueryLimits& limits, BlockFilter& filter) {
  std::vector<Row> rows;
  HeldMemory held(limits);
  for (const std::uint32_t part : plan.merged->parts.at(subject)) {
    CAPEXDB_TRY(
        view.history(part, metric, plan.read_range(),
                     [&](const HistoryKey& /*key*/, std::string_view bytes) -> Result<void> {
                       CAPEXDB_TRY(check_limits(limits));
                       const std::size_t before = rows.size();
                       CAPEXDB_TRY(filter.append(bytes, rows));
                       return held.add((rows.size() - before) * sizeof(Row));
                     }));
  }
  for (Row& row : rows) plan.merged->relabel(row);
  MergedParties::sort(rows);
  return rows;
}

}  // namespace

Result<ScanReport> scan_histories(const ReadView& view, const Plan& plan,
                                  const Catalogue& catalogue, const QueryLimits& limits,
                                  const CellVisitor& visit) {
  const bool mirrors = plan.kind != QueryKind::sum;
  BlockFilter filter(plan, catalogue, mirrors);
  // With several subjects a statement may be met from both of its ends.
  const bool may_repeat = mirrors && plan.subjects.size() > 1;
  std::set<std::pair<std::int64_t, std::int64_t>> met;
  const auto visit_new = [&](std::vector<Row>& rows) {
    if (may_repeat) {
      std::erase_if(rows, [&](const Row& row) {
        return row[Column::counterparties] != 0 &&
               !met.insert({row[Column::sequence], row[Column::fact_index]}).second;
      });
    }
    return visit_cells(rows, visit);
  };
  std::vector<Row> rows;
  for (const std::uint32_t subject : plan.subjects) {
    if (plan.is_merged(subject)) {
      CAPEXDB_ASSIGN(rows, rows_of_merged(view, plan, plan.metric, subject, limits, filter));
      CAPEXDB_TRY(visit_new(rows));
      continue;
    }
    CAPEXDB_TRY(
        view.history(subject, plan.metric, plan.read_range(),
                     [&](const HistoryKey& /*key*/, std::string_view bytes) -> Result<void> {
                       CAPEXDB_TRY(check_limits(limits));
                       rows.clear();
                       CAPEXDB_TRY(filter.append(bytes, rows));
                       if (plan.merged) plan.merged->relabel(rows);
                       return visit_new(rows);
                     }));
  }
  return std::move(filter.report);
}

Result<void> scan_every_history(const ReadView& view, const Plan& plan, const Catalogue& catalogue,
                                const QueryLimits& limits, const KeyFilter& wanted,
                                const KeyedCellVisitor& visit) {
  BlockFilter filter(plan, catalogue, /*mirrors=*/false);
  std::vector<Row> rows;
  const auto visit_as = [&](const HistoryKey& key) {
    return visit_cells(rows, [&](std::span<const Row> cell) { return visit(key, cell); });
  };
  CAPEXDB_TRY(view.all_history([&](const HistoryKey& key, std::string_view bytes) -> Result<void> {
    CAPEXDB_TRY(check_limits(limits));
    if (!wanted(key) || (plan.merged && plan.merged->has(key.subject))) return {};
    rows.clear();
    CAPEXDB_TRY(filter.append(bytes, rows));
    if (plan.merged) plan.merged->relabel(rows);
    return visit_as(key);
  }));
  if (!plan.merged) return {};
  const std::uint32_t metrics = catalogue.size(NameKind::metric);
  for (const auto& [subject, parts] : plan.merged->parts) {
    for (std::uint32_t ordinal = 1; ordinal <= metrics; ++ordinal) {
      const auto metric = static_cast<std::uint16_t>(ordinal);
      const HistoryKey key{subject, metric, 0, 0};
      if (!wanted(key)) continue;
      CAPEXDB_ASSIGN(rows, rows_of_merged(view, plan, metric, subject, limits, filter));
      CAPEXDB_TRY(visit_as(key));
    }
  }
  return {};
}

Result<ScanReport> scan_frames(const ReadView& view, const Plan& plan, const Catalogue& catalogue,
                               const QueryLimits& limits, const CellVisitor& visit) {
  BlockFilter merged_filter(plan, catalogue, /*mirrors=*/false);
  ScanReport& report = merged_filter.report;
  Filter filter(plan, catalogue);
  BlockColumns columns;
  std::unordered_set<std::int64_t> wanted;
  std::vector<Row> rows;
  for (const std::uint32_t subject : plan.subjects) {
    if (!plan.is_merged(subject)) {
      wanted.insert(subject);
      continue;
    }
    CAPEXDB_ASSIGN(rows, rows_of_merged(view, plan, plan.metric, subject, limits, merged_filter));
    CAPEXDB_TRY(visit_cells(rows, visit));
  }
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
                            if (plan.merged) plan.merged->relabel(rows);
                            return visit_cells(rows, visit);
                          }));
  return std::move(report);
}

}  // namespace capexdb::storage
