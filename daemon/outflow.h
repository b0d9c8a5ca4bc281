// How many bytes of replies one connection holds, for those that make more of them
// to wait until it has sent some. Any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>

namespace capexdb::daemon {

class Outflow {
 public:
  // On their way from whoever makes them to the connection, and there.
  void add_under_way(std::size_t bytes);
  void arrived(std::size_t bytes);
  void set_queued(std::size_t bytes);

  std::size_t bytes() const { return under_way_ + queued_; }

  // Until it holds no more than `bytes_max()`, or `give_up` says that nobody waits
  // any more.
  void wait(const std::function<std::size_t()>& bytes_max, const std::function<bool()>& give_up);

 private:
  std::atomic<std::size_t> under_way_{0};
  std::atomic<std::size_t> queued_{0};
  std::mutex mutex_;
  std::condition_variable less_;
};

}  // namespace capexdb::daemon
