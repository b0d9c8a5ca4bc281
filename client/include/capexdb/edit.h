// Single changes by people: of the catalogue, and withdrawals of statements.
#pragma once

#include <string>

#include "capexdb/client.h"
#include "capexdb/v1/event.pb.h"
#include "capexdb/v1/ingest.pb.h"
#include "proto/model/catalog.h"

namespace capexdb {

// The change as an event of its own, for the log.
v1::Event catalog_event(const CatalogChange& change);

// One of the facts that an event states, as `capex history` lists them.
struct StatedFact {
  std::string metric;
  Measure measure = Measure::level;
  // Its days, inclusive, for an event that has a fiscal label in place of them.
  std::string start = {};
  std::string end = {};
};

// The event that withdraws what `event` says of `fact`, in the name of the same
// document, from `published_at` on. Error: invalid_argument, where the event does
// not state that.
Result<v1::Event> retraction_of(const v1::Event& event, const StatedFact& fact,
                                const std::string& published_at, const std::string& reason);

// Sends one event in a batch of its own, and sends it again until it is answered.
// Errors: as of a Producer.
Result<v1::IngestReply> send_event(const ClientOptions& options, v1::Event event, bool dry_run,
                                   Deadline deadline);

}  // namespace capexdb
