// Runs the subscriptions of all connections: two threads that read the log from each
// one's own position and hand over frames, a turn at a time.
//
// A subscription is queued for a turn, in one, or waits: for more in the log, credit,
// room in its connection, or the time of its next change. Whoever waits costs nothing but
// its own few bytes. Those whose turns may be long (they
// look at what an event did) have a thread of their own, so that the others do not
// wait for them.
//
// Invariants
//   1. A subscription is in one turn at a time, and in at most one queue.
//   2. Only what it waits for queues it, or a sign of life that is due. What came while
//      it had its turn is seen at the turn's end.
//   3. `send` and `end` of one subscription are called in order, and never after
//      close() returned and its turn is over.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/feed_floor.h"
#include "daemon/outflow.h"
#include "daemon/reading_order.h"
#include "daemon/subscription.h"
#include "proto/model/limits.h"

namespace capexdb::daemon {

class Feed {
 public:
  struct Settings {
    storage::Retention retention;
    std::size_t log_bytes_max = limits::kFeedLogBytesMax;  // of the log that are kept decoded
  };
  // The store and `count`, of the subscriptions that there are, must outlive the feed.
  Feed(const storage::EventStore& store, Settings settings, std::atomic<std::uint64_t>& count);
  ~Feed();

  // Names a subscription: of a connection, and of what it asked for.
  using Id = std::pair<std::uint64_t, std::uint64_t>;
  struct Peer {
    std::function<void(std::string frames)> send;      // called by the feed's threads
    std::function<void(std::string last_frames)> end;  // the subscription is over
    std::shared_ptr<Outflow> outflow;                  // of the connection
  };

  // All of these: any thread; of ids that are not there they do nothing.
  void open(Id id, std::uint64_t request_id, v1::SubscribeRequest request, Peer peer);
  void add_credit(Id id, std::uint32_t changes);
  void close(Id id);
  // There may be more in the log.
  void on_commit();

  // How often a piece of the log was decoded.
  std::uint64_t pieces_decoded() const { return log_.pieces_decoded(); }

 private:
  enum class Lane : std::uint8_t { brief = 0, lengthy = 1 };
  enum class Where : std::uint8_t { queued, in_turn, at_head, needs_credit, needs_room, paced };

  struct Entry {
    Id id;
    std::uint64_t request_id = 0;
    v1::SubscribeRequest request;  // until it is opened
    Peer peer;
    std::unique_ptr<Subscription> subscription;
    Lane lane = Lane::brief;
    Where where = Where::queued;
    std::uint32_t credit = 0;  // that came and was not added yet
    bool closed = false;
    bool is_replay = false;
  };
  using Handle = std::shared_ptr<Entry>;

  // Wakes one thread that waits; what comes before the wait counts.
  class Signal {
   public:
    void notify();
    void wait_until(TimePoint time);

   private:
    std::mutex mutex_;
    std::condition_variable noticed_;
    bool set_ = false;
  };

  void run(Lane lane);
  void take_turns(const std::vector<Handle>& pass, ReadingOrder& order,
                  std::unique_lock<std::mutex>& lock);
  void take_turn(const Handle& entry, std::size_t decode_bytes);
  Result<Subscription::Stop> go_on(Entry& entry, std::size_t decode_bytes, std::string& output);
  void end(const Handle& entry, std::string output);
  void wait_for_room(const Handle& entry);
  void finish_turn(const Handle& entry, Result<Subscription::Stop> stop, std::string output);
  void queue(const Handle& entry);  // with the lock held
  void tell_of_commit();
  void wake_for_commit();
  void wake_for_signs_of_life(TimePoint now);
  TimePoint wake_for_pace(TimePoint now);
  TimePoint next_wake(Lane lane, TimePoint now);
  void remove(const Handle& entry);

  const storage::EventStore& store_;
  std::atomic<std::uint64_t>& count_;  // of entries_
  const std::size_t decode_bytes_;     // of one turn
  storage::FeedLog log_;
  FeedFloor floor_;
  FeedSource source_;

  std::array<Signal, 2> signals_;       // by lane
  std::atomic<std::uint64_t> told_{0};  // the last sequence that on_commit() saw
  std::atomic<bool> committed_{false};

  mutable std::mutex mutex_;  // guards everything below
  std::map<Id, Handle> entries_;
  std::array<std::vector<Handle>, 2> queues_;
  std::size_t replays_ = 0;
  bool stopping_ = false;
  TimePoint pass_may_begin_;
  TimePoint next_tick_;
  std::thread brief_;
  std::thread lengthy_;
};

}  // namespace capexdb::daemon
