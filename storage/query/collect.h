// The steps from a plan to the figures of its answer: scan, resolve, derive,
// convert, fold, shape. Each reads the view that it is given and nothing else.
#pragma once

#include <string>
#include <vector>

#include "storage/query/cross_section_cache.h"
#include "storage/query/exchange_rates.h"
#include "storage/query/fold.h"
#include "storage/query/query_limits.h"
#include "storage/query/scan.h"
#include "storage/read_view.h"

namespace capexdb::storage {

// What the steps share.
struct Reading {
  const ReadView& view;
  const Catalogue& catalogue;
  const QueryLimits& limits;
  ExchangeRates& rates;
  CrossSectionCache* cross_sections = nullptr;  // may be null
};

// Above it, one pass over the cross-sections is cheaper than many histories.
inline constexpr std::size_t kHistoriesMax = 64;

// Every cell of the plan that has an answer; of regular series, what they are
// derived from. Levels that growth implies are among them. `held` counts them.
// Errors: those of run_query.
Result<ScanReport> collect_cells(const Reading& reading, const Plan& plan,
                                 std::vector<ResolvedCell>& cells, HeldMemory& held);

struct Figures {
  HeldMemory held;
  std::vector<Figure> list = {};  // in the order of the answer
  std::optional<Coverage> coverage = {};
  std::vector<std::string> notes = {};  // beside those of single figures
  bool any_cell = false;                // something was there, if only for a base
  ScanReport report = {};
};
// The figures of a plan of kind cells, shipments or sum.
Result<Figures> collect_figures(const Reading& reading, const Plan& plan);

}  // namespace capexdb::storage
