// Offline work on a store that no daemon has open: check and dump.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "storage/event_store.h"

namespace capexdb::storage {

struct CheckReport {
  std::uint64_t events = 0;
  std::uint64_t observations = 0;  // rows of history, mirrors included
  std::uint64_t blocks = 0;
  std::uint64_t quarantine = 0;     // records that were ever held for review
  std::vector<std::string> faults;  // empty: everything agrees; at most 100 are listed
};

// Every block decodes; sequences are dense; history and frames hold exactly the
// rows that the log gives; the records of the quarantine decode, are numbered without
// gaps, and those that were approved name an event of the log. Error: the store cannot be read at
// all.
Result<CheckReport> check(const EventStore& store);

// Calls `line` with one JSON object per event, in the log's order:
//   {"sequence": N, "recorded_at": "...", "producer_id": "...", "batch_number": N,
//    "supersedes": [...], "event": {protobuf JSON with original field names}}
// Records that are held for review, or were rejected in it, are not in the log.
// Canonical: only {"event": ...} of statements and retractions, each in one form
// (canonical_event.h), sorted, so that two stores can be compared whatever the order,
// the producers and the notations were.
Result<void> dump(const EventStore& store, bool canonical,
                  const std::function<void(const std::string&)>& line);

}  // namespace capexdb::storage
