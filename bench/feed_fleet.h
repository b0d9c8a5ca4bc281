// Many subscribers in a few processes.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/child_process.h"
#include "bench/feed_filters.h"
#include "bench/feed_subscriber.h"
#include "bench/latency.h"

namespace capexdb::bench {

// When the answer about each batch came, by its number; 0: not yet.
using AckTimes = SharedArray<std::atomic<std::int64_t>>;

struct FleetOptions {
  std::uint16_t port = 0;
  std::size_t processes = 2;
  std::string directory = {};    // for what the processes leave
  std::string producer_id = {};  // whose batches are timed
};

class SubscriberFleet {
 public:
  SubscriberFleet(FleetOptions options, const std::vector<LoadFilter>& filters,
                  const AckTimes& acks);

  // Starts one of the processes, or starts it again after it was killed. Its subscribers
  // are those whose number leaves `process` when divided by the number of processes.
  void launch(std::size_t process);
  void launch_all();
  ChildProcess& process(std::size_t process) { return children_[process]; }

  // Until each subscriber has begun, or stands at `sequence`. Throws after `seconds`, or
  // when the server refuses one.
  void await_begun(double seconds) const;
  void await_position(std::uint64_t sequence, double seconds) const;

  // Ends the processes; then the time from each acknowledgement to each delivery.
  std::vector<Latency> stop();

  double cpu_seconds() const;
  std::uint64_t deliveries() const;
  std::vector<Tally> tallies() const;

 private:
  int follow(std::size_t process) const;
  template <typename Reached>
  void await(const std::string& what, double seconds, const Reached& reached) const;

  FleetOptions options_;
  const std::vector<LoadFilter>& filters_;
  const AckTimes& acks_;
  SharedArray<TallySlot> slots_;
  SharedArray<std::atomic<bool>> stopping_;
  std::vector<ChildProcess> children_;
};

}  // namespace capexdb::bench
