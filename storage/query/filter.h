// What a plan may see of a block, decided on the columns before a row is put
// together.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "storage/block.h"
#include "storage/query/plan.h"

namespace capexdb::storage {

struct ScanReport {
  // Measures that were there but not asked for, for a hint.
  std::set<Measure> other_measures;
  // For the reasons of a regular series: periods, by subject, of statements that
  // were published after the asked-for day, and of cells with nothing left.
  using Periods = std::map<std::int64_t, std::vector<Period>>;
  Periods later;
  Periods withdrawn;
};

class Filter {
 public:
  // Both must outlive the filter.
  Filter(const Plan& plan, const Catalogue& catalogue);

  // To be called for each block before rows of it are asked about.
  void open(BlockColumns& columns);
  // Notes in `report` why a row is not seen, where that is of interest.
  bool sees(std::size_t row, ScanReport& report);

 private:
  bool covered(const Period& period);

  const Plan& plan_;
  std::int64_t definition_ = 0;     // 0: any; -1: none
  std::int64_t published_end_ = 0;  // of as_of: the first second that is too late
  ColumnView sequence_, published_begin_, published_length_, kind_, start_, end_, definitions_,
      flags_, status_, measure_, source_, subject_;
  // Neighbours are about few periods, and whether one is covered takes calendars.
  Period last_period_;
  bool last_covered_ = false;
  bool has_last_ = false;
};

}  // namespace capexdb::storage
