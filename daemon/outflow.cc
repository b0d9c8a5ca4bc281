#include "daemon/outflow.h"

namespace capexdb::daemon {
namespace {

constexpr std::chrono::milliseconds kLook{10};  // how often one that waits asks whether to give up

}  // namespace

void Outflow::add_under_way(std::size_t bytes) { under_way_ += bytes; }

void Outflow::arrived(std::size_t bytes) { under_way_ -= bytes; }

void Outflow::set_queued(std::size_t bytes) {
  if (queued_.exchange(bytes) > bytes) less_.notify_all();
}

// A notice that comes between the look and the wait is made up for by the next look.
void Outflow::wait(const std::function<std::size_t()>& bytes_max,
                   const std::function<bool()>& give_up) {
  std::unique_lock lock(mutex_);
  while (bytes() > bytes_max() && !give_up()) less_.wait_for(lock, kLook);
}

}  // namespace capexdb::daemon
