#include "bench/feed_runs.h"

#include <algorithm>

#include "bench/capexd_process.h"
#include "bench/cpu_burner.h"
#include "bench/feed_fleet.h"
#include "bench/feed_ingest.h"
#include "bench/temporary_directory.h"

namespace capexdb::bench {
namespace {

// Numbers of batches: a paced one may be of a single event.
std::size_t batches_max(std::uint64_t events) { return static_cast<std::size_t>(events) + 2; }

IngestPlan plan_of(const FeedLoadOptions& options, const CapexdProcess& daemon) {
  IngestPlan plan;
  plan.server = daemon.server();
  plan.seed = options.seed;
  plan.events = options.events;
  plan.batch_events = options.batch_events;
  return plan;
}

IngestRun measured(const IngestPlan& plan, const CapexdProcess& daemon, const AckTimes& acks,
                   IngestOutcome& outcome) {
  const double cpu = daemon.process().cpu_seconds();
  outcome = ingest(plan, acks);
  return {.rows_per_second = static_cast<double>(plan.events) / outcome.seconds,
          .daemon_cpu_seconds = daemon.process().cpu_seconds() - cpu};
}

}  // namespace

IngestRun run_alone(const FeedLoadOptions& options, const Burned& burned) {
  const TemporaryDirectory directory;
  const CapexdProcess daemon(options.capexd, directory.path() + "/store");
  const AckTimes acks(batches_max(options.events));
  const SharedArray<Progress> progress(1);
  progress[0].total = options.events;
  ingest_catalogue(daemon.server());
  std::vector<ChildProcess> burners;
  for (const double seconds : {burned.by_daemon, burned.by_subscribers}) {
    if (seconds > 0) burners.push_back(burn(seconds, progress));
  }
  IngestPlan plan = plan_of(options, daemon);
  plan.on_progress = [&](std::uint64_t answered) { progress[0].done.store(answered); };
  IngestOutcome outcome;
  return measured(plan, daemon, acks, outcome);
}

SubscribedRun run_subscribed(const FeedLoadOptions& options, const std::vector<LoadFilter>& filters,
                             std::uint64_t events, double rate) {
  const TemporaryDirectory directory;
  const CapexdProcess daemon(options.capexd, directory.path() + "/store");
  const AckTimes acks(batches_max(events));
  ingest_catalogue(daemon.server());
  SubscriberFleet fleet({.port = daemon.port(),
                         .processes = options.processes,
                         .directory = directory.path(),
                         .producer_id = kFeedProducer},
                        filters, acks);
  SubscribedRun run;
  const std::size_t memory = daemon.process().resident_bytes();
  const std::int64_t opening = now_ns();
  fleet.launch_all();
  fleet.await_begun(options.wait_seconds);
  run.open_seconds = static_cast<double>(now_ns() - opening) * 1e-9;
  run.idle_kib_each =
      (static_cast<double>(daemon.process().resident_bytes()) - static_cast<double>(memory)) /
      1024 / static_cast<double>(filters.size());
  const double cpu = fleet.cpu_seconds();
  IngestPlan plan = plan_of(options, daemon);
  plan.events = events;
  plan.rate = rate;
  IngestOutcome outcome;
  run.ingest = measured(plan, daemon, acks, outcome);
  run.subscribers_cpu_seconds = fleet.cpu_seconds() - cpu;
  const std::int64_t answered = now_ns();
  fleet.await_position(outcome.last_sequence, options.wait_seconds);
  const std::vector<Tally> tallies = fleet.tallies();
  // Subscribers whom nothing concerned hear only later how far the log is: no part of it.
  std::int64_t delivered = answered;
  for (const Tally& tally : tallies) delivered = std::max(delivered, tally.last_change_ns);
  run.tail_seconds = static_cast<double>(delivered - answered) * 1e-9;
  run.deliveries_per_second =
      static_cast<double>(fleet.deliveries()) / (outcome.seconds + run.tail_seconds);
  run.latencies = fleet.stop();
  run.findings =
      verify(daemon.port(),
             {.seed = options.seed, .statements = events, .last_sequence = outcome.last_sequence},
             filters, tallies, options.wait_seconds);
  return run;
}

}  // namespace capexdb::bench
