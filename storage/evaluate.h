// What a batch would do: its verdicts, new names, sequences, rows, and what of it is
// held for review. Nothing is written; only the catalogue that is passed in grows.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/naming.h"
#include "storage/quarantine.h"
#include "storage/resolution.h"
#include "storage/store_state.h"

namespace capexdb::storage {

// An accepted event on its way to the log.
struct AcceptedEvent {
  std::string bytes;
  std::string event_id;
  std::uint64_t content = 0;  // what an event_id stands for: a hash over the rows, or the bytes
  std::vector<FactRow> rows;
  std::vector<std::uint64_t> supersedes;  // by row
  bool is_catalogue = false;
  bool changes_ranks = false;    // a catalogue change that speaks of sources
  bool changes_parties = false;  // one that speaks of parties, and is no automatic one
};

// Where an observation's row lies in history.
HistoryKey history_key_of(const FactRow& fact);
// The default policy, with the source ranks of now.
Policy default_policy(const Catalogue& catalogue);

struct EventIdEntry {
  std::uint64_t sequence = 0;
  std::uint64_t content = 0;
  std::vector<FactRow> rows;  // of an event that is not stored yet
};

struct Evaluation {
  v1::IngestReply reply;
  std::uint64_t first_sequence = 0;   // of `events`
  std::vector<AcceptedEvent> events;  // dense sequences; an automatic change first
  // event_ids that came with content which is stored under another one.
  std::vector<std::pair<std::string, EventIdEntry>> other_names;
  std::vector<HeldRecord> held;
  std::vector<RecentValue> recent;  // of the events' rows
  bool any_refused = false;         // rejected or in conflict
};

// What evaluation may look at: the store, and what earlier batches of the same
// group have staged but not written.
struct Staged {
  StoreState& state;
  std::uint64_t next_sequence;
  std::unordered_map<std::string, EventIdEntry> event_ids;  // by event_id_key
};

// Whether what comes of it is going to be staged. Of a trial nothing must remain.
enum class Purpose { commit, trial };

// Errors: the store cannot be read.
Result<Evaluation> evaluate(const Batch& batch, Staged& staged, Catalogue& catalogue,
                            Purpose purpose);

}  // namespace capexdb::storage
