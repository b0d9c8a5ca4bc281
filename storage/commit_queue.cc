#include "storage/commit_queue.h"

#include <utility>

namespace capexdb::storage {
namespace {

tl::unexpected<Error> stopped() { return fail(Errc::unavailable, "the server is stopping; retry"); }

}  // namespace

CommitQueue::CommitQueue(Commit commit, Bounds bounds, Review review)
    : commit_(std::move(commit)),
      bounds_(bounds),
      review_(std::move(review)),
      thread_([this] { run(); }) {}

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
      push({std::move(batch), bytes, std::move(done), {}, {}});
      return true;
    }
  }
  done(stopped());
  return true;
}

void CommitQueue::submit(Batch batch, std::size_t bytes, Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) return push({std::move(batch), bytes, std::move(done), {}, {}});
  }
  done(stopped());
}

void CommitQueue::submit(v1::QuarantineRequest request, std::size_t bytes, ReviewDone done) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) return push({{}, bytes, {}, std::move(request), std::move(done)});
  }
  done(stopped());
}

// With the lock held.
void CommitQueue::push(Entry entry) {
  queued_bytes_ += entry.bytes;
  entries_.push_back(std::move(entry));
  work_.notify_one();
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

std::vector<CommitQueue::Entry> CommitQueue::take_group(std::size_t& bytes) {
  std::vector<Entry> group;
  std::unique_lock lock(mutex_);
  work_.wait(lock, [this] { return stopping_ || !entries_.empty(); });
  while (!entries_.empty()) {
    Entry& entry = entries_.front();
    const bool alone = entry.review_done != nullptr;
    if (!group.empty() && (alone || bytes + entry.bytes > bounds_.group_bytes_max)) break;
    bytes += entry.bytes;
    group.push_back(std::move(entry));
    entries_.pop_front();
    if (alone) break;
  }
  return group;
}

void CommitQueue::commit(std::vector<Entry> group) {
  std::vector<Batch> batches;
  batches.reserve(group.size());
  for (Entry& entry : group) batches.push_back(std::move(entry.batch));
  Replies replies = commit_(batches);
  for (std::size_t i = 0; i < group.size(); ++i) group[i].done(std::move(replies[i]));
}

void CommitQueue::decide(Entry entry) {
  if (!review_) {
    return entry.review_done(fail(Errc::unimplemented, "this store takes no decisions"));
  }
  entry.review_done(review_(entry.request));
}

void CommitQueue::run() {
  for (;;) {
    std::size_t bytes = 0;
    std::vector<Entry> group = take_group(bytes);
    if (group.empty()) break;
    if (group.front().review_done) {
      decide(std::move(group.front()));
    } else {
      commit(std::move(group));
    }
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
