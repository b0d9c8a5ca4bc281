// The steps from a plan to the figures of its answer: scan, resolve, derive,
// convert, fold, shape. Each reads the view that it is given and nothing else.
#pragma once

#include <string>
#include <vector>

#include "storage/query/cross_section_cache.h"
#include "storage/query/engine.h"
#include "storage/query/fold.h"
#include "storage/query/scan.h"
#include "storage/read_view.h"

namespace capexdb::storage {

// What the steps share.
struct Reading {
  const ReadView& view;
  const Catalogue& catalogue;
  const QueryLimits& limits;
  CrossSectionCache* cross_sections = nullptr;  // may be null
};

// Bounds what one question holds in memory.
inline constexpr std::size_t kStatementsMax = 200'000;
// Above it, one pass over the cross-sections is cheaper than many histories.
inline constexpr std::size_t kHistoriesMax = 64;
Error too_much(std::size_t count_max, const char* what);

// Every cell of the plan that has an answer; of regular series, what they are
// derived from. Levels that growth implies are among them. Errors: those of
// run_query.
Result<ScanReport> collect_cells(const Reading& reading, const Plan& plan,
                                 std::vector<ResolvedCell>& cells);

struct Figures {
  std::vector<Figure> list;  // in the order of the answer
  std::optional<Coverage> coverage;
  std::vector<std::string> notes;
  ScanReport report;
};
// The figures of a plan of kind cells, shipments or sum.
Result<Figures> collect_figures(const Reading& reading, const Plan& plan);

}  // namespace capexdb::storage
