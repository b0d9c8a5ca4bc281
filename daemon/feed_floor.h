// The first sequence that the feed still has, found anew now and then.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>

#include "storage/event_store.h"
#include "storage/feed/retention.h"

namespace capexdb::daemon {

class FeedFloor {
 public:
  // The store must outlive it.
  FeedFloor(const storage::EventStore& store, storage::Retention retention)
      : store_(store), retention_(retention) {}

  // Any thread. Where it cannot be found the last one counts, and the log says so.
  std::uint64_t now();

 private:
  const storage::EventStore& store_;
  const storage::Retention retention_;
  std::mutex mutex_;  // guards what follows
  std::uint64_t floor_ = 1;
  std::chrono::steady_clock::time_point looked_at_;
};

}  // namespace capexdb::daemon
