// How many bytes of replies one connection holds, for those that make more of them
// to wait until it has sent some. Any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <vector>

namespace capexdb::daemon {

class Outflow {
 public:
  // On their way from whoever makes them to the connection, and there.
  void add_under_way(std::size_t bytes);
  void arrived(std::size_t bytes);
  void set_queued(std::size_t bytes);

  std::size_t bytes() const { return under_way_ + queued_; }

  // Calls `then` once, when it holds no more than `bytes_max`: at once, or on the thread
  // that sends. It must not call back.
  void when_below(std::size_t bytes_max, std::function<void()> then);

  // Until it holds no more than `bytes_max()`, or `give_up` says that nobody waits
  // any more.
  void wait(const std::function<std::size_t()>& bytes_max, const std::function<bool()>& give_up);

 private:
  std::atomic<std::size_t> under_way_{0};
  std::atomic<std::size_t> queued_{0};
  struct Waiter {
    std::size_t bytes_max;
    std::function<void()> then;
  };
  void tell_waiters();

  std::mutex mutex_;
  std::condition_variable less_;
  std::mutex waiters_mutex_;
  std::vector<Waiter> waiters_;  // few
  std::atomic<bool> has_waiters_{false};
};

}  // namespace capexdb::daemon
