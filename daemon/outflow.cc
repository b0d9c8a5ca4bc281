#include "daemon/outflow.h"

#include <algorithm>
#include <iterator>

namespace capexdb::daemon {
namespace {

constexpr std::chrono::milliseconds kLook{10};  // how often one that waits asks whether to give up

}  // namespace

void Outflow::add_under_way(std::size_t bytes) { under_way_ += bytes; }

void Outflow::arrived(std::size_t bytes) {
  under_way_ -= bytes;
  if (has_waiters_) tell_waiters();
}

void Outflow::set_queued(std::size_t bytes) {
  if (queued_.exchange(bytes) > bytes) less_.notify_all();
  if (has_waiters_) tell_waiters();
}

void Outflow::when_below(std::size_t bytes_max, std::function<void()> then) {
  {
    const std::lock_guard lock(waiters_mutex_);
    waiters_.push_back({bytes_max, std::move(then)});
    has_waiters_ = true;
  }
  tell_waiters();  // it may have sent everything before
}

void Outflow::tell_waiters() {
  std::vector<Waiter> told;
  {
    const std::lock_guard lock(waiters_mutex_);
    const std::size_t now = bytes();
    const auto keeps = [&](const Waiter& waiter) { return waiter.bytes_max < now; };
    const auto from = std::stable_partition(waiters_.begin(), waiters_.end(), keeps);
    told.assign(std::make_move_iterator(from), std::make_move_iterator(waiters_.end()));
    waiters_.erase(from, waiters_.end());
    has_waiters_ = !waiters_.empty();
  }
  for (const Waiter& waiter : told) waiter.then();
}

// A notice that comes between the look and the wait is made up for by the next look.
void Outflow::wait(const std::function<std::size_t()>& bytes_max,
                   const std::function<bool()>& give_up) {
  std::unique_lock lock(mutex_);
  while (bytes() > bytes_max() && !give_up()) less_.wait_for(lock, kLook);
}

}  // namespace capexdb::daemon
