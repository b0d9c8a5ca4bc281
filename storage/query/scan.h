// Reads what a plan may see, cell by cell.
#pragma once

#include <functional>
#include <span>

#include "storage/query/filter.h"
#include "storage/query/plan.h"
#include "storage/query/query_limits.h"
#include "storage/read_view.h"

namespace capexdb::storage {

// Rows of one cell, visible ones only, retractions included, in order of
// sequence. Valid for the call.
using CellVisitor = std::function<Result<void>(std::span<const Row> cell)>;

// Sorted rows cell by cell. Error: the visitor's.
Result<void> visit_cells(std::span<const Row> rows, const CellVisitor& visit);

// The histories of the plan's subjects, mirrors included. A statement that two
// of the subjects share comes once.
Result<ScanReport> scan_histories(const ReadView& view, const Plan& plan,
                                  const Catalogue& catalogue, const QueryLimits& limits,
                                  const CellVisitor& visit);

// Every subject's histories of the metrics that `wanted` takes, in order of key;
// no mirrors.
using KeyFilter = std::function<bool(const HistoryKey&)>;
using KeyedCellVisitor = std::function<Result<void>(const HistoryKey&, std::span<const Row> cell)>;
Result<void> scan_every_history(const ReadView& view, const Plan& plan, const Catalogue& catalogue,
                                const QueryLimits& limits, const KeyFilter& wanted,
                                const KeyedCellVisitor& visit);

// The cross-sections of the plan's metric; only the plan's subjects.
Result<ScanReport> scan_frames(const ReadView& view, const Plan& plan, const Catalogue& catalogue,
                               const QueryLimits& limits, const CellVisitor& visit);

}  // namespace capexdb::storage
