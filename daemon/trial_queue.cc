#include "daemon/trial_queue.h"

#include <utility>

#include "proto/model/limits.h"

namespace capexdb::daemon {

TrialQueue::TrialQueue(const storage::EventStore& store, std::string directory)
    : trials_(store, std::move(directory)),
      queue_([this](std::span<storage::Batch> group) { return commit(group); },
             {limits::kCommitGroupBytesMax, 1}) {}

bool TrialQueue::try_submit(std::uint64_t owner, storage::Batch& batch, std::size_t bytes,
                            storage::CommitQueue::Done& done, std::function<void()> on_room) {
  owners_.insert(owner);
  batch.trial = owner;
  return queue_.try_submit(batch, bytes, done, std::move(on_room));
}

void TrialQueue::end(std::uint64_t owner) {
  if (owners_.erase(owner) > 0) submit_end(owner);
}

// A batch without a number. Any thread.
void TrialQueue::submit_end(std::uint64_t owner) {
  storage::Batch end;
  end.trial = owner;
  storage::CommitQueue::Done done = [](const Result<v1::IngestReply>&) {};
  queue_.try_submit(end, 0, done, [this, owner] { submit_end(owner); });
}

void TrialQueue::stop() {
  abandon();
  queue_.stop();
}

storage::CommitQueue::Replies TrialQueue::commit(std::span<storage::Batch> group) {
  storage::CommitQueue::Replies replies;
  for (storage::Batch& batch : group) {
    if (batch.batch_number == 0) {
      trials_.end(batch.trial);
      replies.emplace_back(v1::IngestReply());
    } else if (stopping_) {
      replies.emplace_back(fail(Errc::aborted, "the server is stopping; begin the dry run again"));
    } else {
      const std::uint64_t owner = batch.trial;
      replies.push_back(trials_.commit(owner, std::move(batch)));
    }
  }
  return replies;
}

}  // namespace capexdb::daemon
