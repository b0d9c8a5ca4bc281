// One measured run each: a fresh daemon on a fresh store.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/feed_filters.h"
#include "bench/feed_verify.h"
#include "bench/latency.h"

namespace capexdb::bench {

struct FeedLoadOptions {
  std::string capexd = {};
  std::uint64_t seed = 1;  // of the statements
  std::size_t processes = 0;
  std::uint64_t events = 0;
  std::uint64_t batch_events = 0;
  double wait_seconds = 0;  // for subscribers to come to the end
};

struct IngestRun {
  double rows_per_second = 0;
  double daemon_cpu_seconds = 0;  // until the last answer
};

struct SubscribedRun {
  IngestRun ingest;
  double subscribers_cpu_seconds = 0;  // until the last answer
  double tail_seconds = 0;             // from then to the last delivery
  double open_seconds = 0;             // until all subscribers had begun
  double idle_kib_each = 0;            // memory of the daemon for each idle subscriber
  double deliveries_per_second = 0;
  std::vector<Latency> latencies;
  Findings findings;
};

// What burns beside an ingest, in processes of their own.
struct Burned {
  double by_daemon = 0;  // what it took more than without subscribers
  double by_subscribers = 0;
};

// Without subscribers, beside as much other work as `burned` says.
IngestRun run_alone(const FeedLoadOptions& options, const Burned& burned);
// `rate` events a second; 0: as fast as can be.
SubscribedRun run_subscribed(const FeedLoadOptions& options, const std::vector<LoadFilter>& filters,
                             std::uint64_t events, double rate);
// Processes of subscribers are stopped and killed, the daemon is killed `kills` times.
Findings run_storm(const FeedLoadOptions& options, const std::vector<LoadFilter>& filters,
                   std::uint64_t kills);

}  // namespace capexdb::bench
