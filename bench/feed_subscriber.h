// Subscribers that do little more than count: many in one thread, over the protocol.
// What each has is in memory that outlives its process, and it goes on behind that.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/latency.h"
#include "capexdb/v1/feed.pb.h"

namespace capexdb::bench {

// What came to one subscriber.
struct Tally {
  std::uint64_t position = 0;  // to go on behind
  std::uint64_t last_change = 0;
  std::int64_t last_change_ns = 0;  // when it came
  std::uint64_t count = 0;
  std::uint64_t hash = 0;     // of the sequences, in their order
  std::uint64_t doubles = 0;  // changes that came before, or out of order
  std::uint64_t gaps = 0;
  std::uint64_t sessions = 0;  // subscriptions that were begun

  void add_change(std::uint64_t sequence);
};

// A Tally that is there whole even if its writer is killed at any time.
class TallySlot {
 public:
  const Tally& read() const { return tallies_[current_.load(std::memory_order_acquire)]; }
  void write(const Tally& tally) {
    const std::uint32_t next = 1 - current_.load(std::memory_order_relaxed);
    tallies_[next] = tally;
    current_.store(next, std::memory_order_release);
  }
  void write_error(std::int32_t code) { error_.store(code, std::memory_order_relaxed); }
  // The code of an Error that trying again does not help; 0: none.
  std::int32_t error() const { return error_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint32_t> current_;
  std::atomic<std::int32_t> error_;
  Tally tallies_[2];
};

struct Subscriber {
  v1::FeedFilter filter;
  TallySlot* slot = nullptr;
};

// When changes of a batch came to one subscriber.
struct Arrival {
  std::uint64_t batch_number = 0;
  std::int64_t ns = 0;
  std::uint64_t changes = 0;
};

struct SubscriberRun {
  std::uint16_t port = 0;
  std::string producer_id = {};   // whose batches are timed; empty: nobody's
  std::function<bool()> is_over;  // asked now and then
  std::function<void(const v1::Change&)> on_change = {};
};

// Keeps them all subscribed until it is over, whatever becomes of the server.
std::vector<Arrival> run_subscribers(const SubscriberRun& run,
                                     const std::vector<Subscriber>& subscribers);

}  // namespace capexdb::bench
