#include "storage/commit_queue.h"

#include <utility>

namespace capexdb::storage {

CommitQueue::CommitQueue(Commit commit, Bounds bounds)
    : commit_(std::move(commit)), bounds_(bounds), thread_([this] { run(); }) {}

CommitQueue::~CommitQueue() { stop(); }

bool CommitQueue::try_submit(Batch& batch, std::size_t bytes, Done& done,
                             std::function<void()> on_room) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      if (queued_bytes_ > 0 && queued_bytes_ + bytes > bounds_.queue_bytes_max) {
        waiting_for_room_.push_back(std::move(on_room));
        return false;
      }
      queued_bytes_ += bytes;
      entries_.push_back({std::move(batch), bytes, std::move(done)});
      work_.notify_one();
      return true;
    }
  }
  done(fail(Errc::unavailable, "the server is stopping; retry"));
  return true;
}

void CommitQueue::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    work_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

std::size_t CommitQueue::queued_bytes() const {
  const std::lock_guard lock(mutex_);
  return queued_bytes_;
}

void CommitQueue::run() {
  for (;;) {
    std::vector<Batch> group;
    std::vector<Done> dones;
    std::size_t bytes = 0;
    {
      std::unique_lock lock(mutex_);
      work_.wait(lock, [this] { return stopping_ || !entries_.empty(); });
      if (entries_.empty()) break;
      while (!entries_.empty() &&
             (group.empty() || bytes + entries_.front().bytes <= bounds_.group_bytes_max)) {
        Entry& entry = entries_.front();
        bytes += entry.bytes;
        group.push_back(std::move(entry.batch));
        dones.push_back(std::move(entry.done));
        entries_.pop_front();
      }
    }
    Replies replies = commit_(group);
    for (std::size_t i = 0; i < dones.size(); ++i) dones[i](std::move(replies[i]));
    std::vector<std::function<void()>> woken;
    {
      const std::lock_guard lock(mutex_);
      queued_bytes_ -= bytes;
      woken.swap(waiting_for_room_);
    }
    for (const auto& wake : woken) wake();
  }
  // Whoever waited for room learns that none comes: their next try is refused.
  std::vector<std::function<void()>> woken;
  {
    const std::lock_guard lock(mutex_);
    woken.swap(waiting_for_room_);
  }
  for (const auto& wake : woken) wake();
}

}  // namespace capexdb::storage
