// The ordered stream of validated batches, and the one thread that commits it.
//
// Every connection's batches meet here. The thread takes whatever waits (up to
// a bound), hands it to `commit` as one group, so that a single fsync serves
// them all, and then answers each batch. While it waits for the disk, the next
// group collects by itself: no timer, no tuning.
//
// Decisions about held records go the same way: each by itself, in its turn.
//
// Invariants
//   1. `commit` and `review` are called by this thread only, and see batches and
//      decisions in the order in which they were accepted.
//   2. `done` is called exactly once for whatever was accepted, after it is durable,
//      in order, on this thread. It must not block.
//   3. The queue is bounded by bytes. A full queue refuses; whoever is refused
//      is called back once when there is room, so nobody polls.
//   4. stop() lets what was accepted finish, then joins.
//
// Nothing but this queue knows who orders the batches: a replicated log may
// take its place.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "storage/event_store.h"

namespace capexdb::storage {

class CommitQueue {
 public:
  using Replies = std::vector<Result<v1::IngestReply>>;
  using Commit = std::function<Replies(std::span<Batch>)>;
  using Done = std::function<void(Result<v1::IngestReply>)>;
  using Review = std::function<Result<v1::QuarantineReply>(const v1::QuarantineRequest&)>;
  using ReviewDone = std::function<void(Result<v1::QuarantineReply>)>;

  struct Bounds {
    std::size_t queue_bytes_max;
    std::size_t group_bytes_max;
  };

  // Without `review` decisions are refused as unimplemented.
  CommitQueue(Commit commit, Bounds bounds, Review review = {});
  ~CommitQueue();  // stops

  // Takes `batch` (of about `bytes` in memory) and returns true; or, when the
  // queue is full, leaves `batch` and `done` as they are, keeps `on_room` to
  // call it once, on the commit thread, when there is room, and returns false.
  // A batch is always taken when the queue is empty. After stop(): `done` gets
  // `unavailable` at once. Any thread.
  bool try_submit(Batch& batch, std::size_t bytes, Done& done, std::function<void()> on_room);

  // The same for a batch that is small; it is always taken.
  void submit(Batch batch, std::size_t bytes, Done done);

  // The same for a decision. It is always taken: whoever sends one waits for it.
  void submit(v1::QuarantineRequest request, std::size_t bytes, ReviewDone done);

  void stop();

  std::size_t queued_bytes() const;

 private:
  struct Entry {
    Batch batch;
    std::size_t bytes = 0;
    Done done;
    // A decision instead of a batch.
    v1::QuarantineRequest request;
    ReviewDone review_done;
  };

  void push(Entry entry);
  void run();
  // What is next: a decision alone, or all the batches before the next one.
  std::vector<Entry> take_group(std::size_t& bytes);
  void commit(std::vector<Entry> group);
  void decide(Entry entry);

  const Commit commit_;
  const Bounds bounds_;
  const Review review_;

  mutable std::mutex mutex_;  // guards everything below
  std::condition_variable work_;
  std::deque<Entry> entries_;
  std::vector<std::function<void()>> waiting_for_room_;
  std::size_t queued_bytes_ = 0;  // of entries waiting and of the group being committed
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace capexdb::storage
