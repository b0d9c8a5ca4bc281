// Dry runs of many batches on their way to their own thread, so that none of them makes
// a commit wait. See storage/trial.h.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_set>

#include "storage/commit_queue.h"
#include "storage/trial.h"

namespace capexdb::daemon {

// The net thread's.
class TrialQueue {
 public:
  // As of storage::Trials.
  TrialQueue(const storage::EventStore& store, std::string directory);
  ~TrialQueue() { stop(); }

  // Whether the batch is one of a trial, and not a dry run that stands for itself.
  static bool takes(const storage::Batch& batch) {
    return batch.dry_run && batch.batch_number != 0;
  }
  // As of CommitQueue.
  bool try_submit(std::uint64_t owner, storage::Batch& batch, std::size_t bytes,
                  storage::CommitQueue::Done& done, std::function<void()> on_room);
  // The connection is gone.
  void end(std::uint64_t owner);
  // From now on batches are answered with an error, those that wait included.
  void abandon() { stopping_ = true; }
  // The same, and joins the thread.
  void stop();

 private:
  storage::CommitQueue::Replies commit(std::span<storage::Batch> group);
  void submit_end(std::uint64_t owner);

  storage::Trials trials_;  // the thread's
  std::unordered_set<std::uint64_t> owners_;
  std::atomic<bool> stopping_{false};
  storage::CommitQueue queue_;
};

}  // namespace capexdb::daemon
