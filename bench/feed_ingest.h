// Statements of the generator into a daemon, by the client library.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "bench/feed_fleet.h"

namespace capexdb::bench {

inline constexpr const char* kFeedProducer = "feed-load";

struct IngestPlan {
  std::string server = {};
  std::uint64_t seed = 0;
  std::uint64_t events = 0;
  std::uint64_t batch_events = 1000;
  double rate = 0;  // events a second; 0: as fast as can be
  // Called with the events that are answered, often, also while nothing comes.
  std::function<void(std::uint64_t)> on_progress = [](std::uint64_t) {};
};

struct IngestOutcome {
  double seconds = 0;               // from the first event to the last answer
  std::uint64_t last_sequence = 0;  // of the store
};

// What filters name. Returns the store's last sequence.
std::uint64_t ingest_catalogue(const std::string& server);

// Throws unless every event is accepted. Keeps when each answer came.
IngestOutcome ingest(const IngestPlan& plan, const AckTimes& acks);

}  // namespace capexdb::bench
