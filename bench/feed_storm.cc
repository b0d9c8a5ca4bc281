#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <utility>
#include <vector>

#include "bench/capexd_process.h"
#include "bench/feed_fleet.h"
#include "bench/feed_ingest.h"
#include "bench/feed_runs.h"
#include "bench/temporary_directory.h"

namespace capexdb::bench {
namespace {

// What happens once so many events are answered.
struct Step {
  double share = 0;  // of all events
  std::function<void()> act;
};

class Storm {
 public:
  Storm(CapexdProcess& daemon, SubscriberFleet& fleet, std::size_t processes, std::uint64_t kills) {
    // A fifth of the processes stand still for a while, and half of these are killed there.
    const std::size_t stopped = std::max<std::size_t>(1, processes / 5);
    const std::size_t killed = std::max<std::size_t>(1, stopped / 2);
    for (std::uint64_t kill = 0; kill < kills; ++kill) {
      add(static_cast<double>(kill + 1) / static_cast<double>(kills + 1), "daemon killed", [&] {
        daemon.kill();
        daemon.start();
      });
    }
    add(0.10, "subscribers stopped", [&fleet, stopped] {
      for (std::size_t i = 0; i < stopped; ++i) fleet.process(i).signal(SIGSTOP);
    });
    add(0.40, "stopped ones killed", [&fleet, killed] {
      for (std::size_t i = 0; i < killed; ++i) fleet.process(i).kill();
    });
    add(0.60, "killed ones started", [&fleet, killed] {
      for (std::size_t i = 0; i < killed; ++i) fleet.launch(i);
    });
    add(0.75, "stopped ones go on", [&fleet, killed, stopped] {
      for (std::size_t i = killed; i < stopped; ++i) fleet.process(i).signal(SIGCONT);
    });
    std::stable_sort(steps_.begin(), steps_.end(),
                     [](const Step& a, const Step& b) { return a.share < b.share; });
  }

  void advance(double share) {
    for (; next_ < steps_.size() && steps_[next_].share <= share; ++next_) steps_[next_].act();
  }

 private:
  void add(double share, const char* what, std::function<void()> act) {
    steps_.push_back({share, [share, what, act = std::move(act)] {
                        std::printf("  at %3.0f %%: %s\n", share * 100, what);
                        std::fflush(stdout);
                        act();
                      }});
  }

  std::vector<Step> steps_;
  std::size_t next_ = 0;
};

}  // namespace

Findings run_storm(const FeedLoadOptions& options, const std::vector<LoadFilter>& filters,
                   std::uint64_t kills) {
  const TemporaryDirectory directory;
  CapexdProcess daemon(options.capexd, directory.path() + "/store");
  const AckTimes acks(static_cast<std::size_t>(options.events) + 2);
  ingest_catalogue(daemon.server());
  SubscriberFleet fleet({.port = daemon.port(),
                         .processes = options.processes,
                         .directory = directory.path(),
                         .producer_id = kFeedProducer},
                        filters, acks);
  fleet.launch_all();
  fleet.await_begun(options.wait_seconds);
  Storm storm(daemon, fleet, options.processes, kills);
  IngestPlan plan;
  plan.server = daemon.server();
  plan.seed = options.seed;
  plan.events = options.events;
  plan.batch_events = options.batch_events;
  plan.on_progress = [&](std::uint64_t answered) {
    storm.advance(static_cast<double>(answered) / static_cast<double>(options.events));
  };
  const IngestOutcome outcome = ingest(plan, acks);
  std::printf("  ingest: %.1f s\n", outcome.seconds);
  std::fflush(stdout);
  const std::int64_t answered = now_ns();
  fleet.await_position(outcome.last_sequence, options.wait_seconds);
  std::printf("  all caught up %.1f s later\n", static_cast<double>(now_ns() - answered) * 1e-9);
  fleet.stop();
  return verify(
      daemon.port(),
      {.seed = options.seed, .statements = options.events, .last_sequence = outcome.last_sequence},
      filters, fleet.tallies(), options.wait_seconds);
}

}  // namespace capexdb::bench
