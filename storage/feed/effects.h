// What an event of the log did to the answers: of its cells, and of what contradicts
// it. The later ones play no part, so that it is the same whenever it is asked for.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "capexdb/v1/feed.pb.h"
#include "proto/model/interval.h"
#include "storage/event_store.h"
#include "storage/naming.h"
#include "storage/row.h"

namespace capexdb::storage {

// Of one row of the event.
struct CellEffect {
  std::uint16_t metric = 0;
  Row statement;                     // the row itself
  std::optional<Row> leader_before;  // what answered before, and what answers now
  std::optional<Row> leader_after;
  std::uint32_t meanings = 0;  // a bit for each
  // The values of these, where they are points.
  std::optional<Decimal> before;
  std::optional<Decimal> after;

  void add(v1::Meaning meaning) { meanings |= 1U << static_cast<unsigned>(meaning); }
  bool has(v1::Meaning meaning) const {
    return (meanings & 1U << static_cast<unsigned>(meaning)) != 0;
  }
  // Whether the answer changed by more than so many percent, whatever its sign; from
  // zero any change is more.
  bool changed_by_more_than(const Decimal& percent) const;
};

struct CellEffects {
  std::vector<CellEffect> cells;  // by row
  std::uint64_t at = 0;           // the newest sequence that plays a part
};

struct ConflictEffects {
  // Of each conflict, the metrics of its sides.
  std::vector<std::vector<std::uint32_t>> opened;
  std::vector<std::vector<std::uint32_t>> closed;
  std::string bytes;  // a capexdb.v1.Change with these conflicts only
};

// An event of the log, which comes behind what the store had before.
struct LoggedRows {
  const std::vector<FactRow>& rows;
  std::uint64_t sequence = 0;
};
// Of each of these. Events about the same cells are cheaper together. Any thread. Errors
// of all: data_loss, internal.
Result<std::vector<CellEffects>> cell_effects_of(StoreState& state,
                                                 const std::vector<LoggedRows>& events);
// The same of an event that comes behind what was published before, of all that the
// store has up to sequence `at`.
Result<CellEffects> cell_effects_in_replay(StoreState& state, const std::vector<FactRow>& rows,
                                           std::uint64_t at);
// A capexdb.v1.Change with these cells only, each with its sources. `at_hand` gives an
// event's own bytes where they need not be read from the log, else null.
using EventBytes = std::function<const std::string*(std::uint64_t sequence)>;
Result<std::string> change_of_cells(StoreState& state, const CellEffects& effects,
                                    const EventBytes& at_hand);

// The contradictions that `capex conflicts` finds about an event's subject in its
// metrics, before and after, of a run of events of which each and the next one
// share_conflicts(): what contradicted after the one did so before the other.
Result<std::vector<ConflictEffects>> conflict_effects_of(StoreState& state,
                                                         const std::vector<LoggedRows>& run);
// Whether `next` comes right behind `event` and is of the same subject and metrics.
bool share_conflicts(const StoreState& state, const LoggedRows& event, const LoggedRows& next);

}  // namespace capexdb::storage
