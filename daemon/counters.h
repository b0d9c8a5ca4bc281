// What the daemon counts about itself since its start. Any thread.
#pragma once

#include <atomic>
#include <cstdint>

namespace capexdb::daemon {

struct Counters {
  std::atomic<std::uint64_t> connections{0};  // open now
  std::atomic<std::uint64_t> events_accepted{0};
  std::atomic<std::uint64_t> events_duplicate{0};
  std::atomic<std::uint64_t> events_rejected{0};
  std::atomic<std::uint64_t> queries{0};
  std::atomic<std::uint64_t> queries_running{0};  // now
  std::atomic<std::uint64_t> subscriptions{0};    // open now
};

}  // namespace capexdb::daemon
