// What an event of the log did to the answers: of its cells, and of what contradicts
// it. The later ones play no part, so that it is the same whenever it is asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "capexdb/v1/feed.pb.h"
#include "proto/model/interval.h"
#include "storage/event_store.h"
#include "storage/naming.h"

namespace capexdb::storage {

// Of one row of the event.
struct CellEffect {
  std::vector<v1::Meaning> meanings;
  // What answered before and answers now, where both are points.
  std::optional<Decimal> before;
  std::optional<Decimal> after;

  bool has(v1::Meaning meaning) const;
  // Whether the answer changed by more than so many percent, whatever its sign; from
  // zero any change is more.
  bool changed_by_more_than(const Decimal& percent) const;
};

struct CellEffects {
  std::vector<CellEffect> cells;  // by row
  std::string bytes;              // a capexdb.v1.Change with the cells only
};

struct ConflictEffects {
  bool opened = false;
  bool closed = false;
  std::string bytes;  // a capexdb.v1.Change with these conflicts only
};

// `rows` are those of the event at `sequence`, which comes behind what the store had
// before. Any thread. Errors of all: data_loss, internal.
Result<CellEffects> cell_effects_of(StoreState& state, const std::vector<FactRow>& rows,
                                    std::uint64_t sequence);
// The same of an event that comes behind what was published before, of all that the
// store has up to sequence `at`.
Result<CellEffects> cell_effects_in_replay(StoreState& state, const std::vector<FactRow>& rows,
                                           std::uint64_t at);
// The contradictions that `capex conflicts` finds about the event's subject in its
// metrics, before and after.
Result<ConflictEffects> conflict_effects_of(StoreState& state, const std::vector<FactRow>& rows,
                                            std::uint64_t sequence);

}  // namespace capexdb::storage
