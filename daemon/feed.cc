#include "daemon/feed.h"

#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <exception>

#include "daemon/replies.h"
#include "proto/model/limits.h"

namespace capexdb::daemon {
namespace {

using Stop = Subscription::Stop;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kTurn{2};
// A turn decodes this part of what is kept of the log, so that those behind find it.
constexpr std::size_t kTurnsKept = 32;
// Of a pass, for those behind the foremost: news comes to these meanwhile.
constexpr std::chrono::milliseconds kCatchUpTime{10};
constexpr int kLengthyNiceness = 10;
constexpr std::chrono::milliseconds kTickTime{250};
// Commits that follow one another closely are read together, so that telling many
// subscribers of each takes no time from who commits.
constexpr std::chrono::milliseconds kPassPauseMax{5};

}  // namespace

Feed::Feed(const storage::EventStore& store, Settings settings, std::atomic<std::uint64_t>& count)
    : store_(store),
      count_(count),
      decode_bytes_(settings.log_bytes_max / kTurnsKept + 1),
      log_(settings.log_bytes_max),
      floor_(store, settings.retention),
      source_{store, log_, [this] { return floor_.now(); }},
      next_tick_(steady_clock::now()),
      brief_([this] { run(Lane::brief); }),
      lengthy_([this] { run(Lane::lengthy); }) {}

Feed::~Feed() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  for (Signal& signal : signals_) signal.notify();
  brief_.join();
  lengthy_.join();
}

void Feed::Signal::notify() {
  const std::lock_guard lock(mutex_);
  set_ = true;
  noticed_.notify_one();
}

void Feed::Signal::wait_until(TimePoint time) {
  std::unique_lock lock(mutex_);
  noticed_.wait_until(lock, time, [this] { return set_; });
  set_ = false;
}

// ---- From outside.

void Feed::open(Id id, std::uint64_t request_id, v1::SubscribeRequest request, Peer peer) {
  const auto refuse = [&](std::string message) {
    peer.end(error_frame(request_id, Error{Errc::resource_exhausted, std::move(message)}));
  };
  // Apart from its counts, so that a waiter that outlives it holds no more than these.
  const Handle entry(new Entry);
  entry->is_replay = request.has_replay();
  {
    const std::lock_guard lock(mutex_);
    if (entries_.size() >= limits::kSubscriptionsMaxOfAll) {
      return refuse("the server has its " + std::to_string(limits::kSubscriptionsMaxOfAll) +
                    " subscriptions; try again later");
    }
    if (entry->is_replay && replays_ >= limits::kReplaysMax) {
      return refuse("the server has its " + std::to_string(limits::kReplaysMax) +
                    " replays; try again later");
    }
    if (entry->is_replay) ++replays_;
    entry->id = id;
    entry->request_id = request_id;
    entry->request = std::move(request);
    entry->peer = std::move(peer);
    entries_.emplace(id, entry);
    count_ = entries_.size();
    queue(entry);
  }
}

void Feed::add_credit(Id id, std::uint32_t changes) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  Entry& entry = *found->second;
  entry.credit += std::min(changes, limits::kCreditMax - entry.credit);
  if (entry.where == Where::needs_credit) queue(found->second);
}

void Feed::close(Id id) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  const Handle entry = found->second;
  entry->closed = true;
  remove(entry);
}

void Feed::on_commit() {
  const std::uint64_t last = store_.last_sequence();
  if (told_.exchange(last) != last) tell_of_commit();
}

void Feed::tell_of_commit() {
  committed_ = true;
  signals_[static_cast<std::size_t>(Lane::brief)].notify();
}

// ---- With the lock held.

void Feed::queue(const Handle& entry) {
  entry->where = Where::queued;
  const auto lane = static_cast<std::size_t>(entry->lane);
  queues_[lane].push_back(entry);
  signals_[lane].notify();
}

void Feed::remove(const Handle& entry) {
  if (entries_.erase(entry->id) > 0 && entry->is_replay) --replays_;
  count_ = entries_.size();
}

void Feed::wake_for_commit() {
  for (const auto& [id, entry] : entries_) {
    if (entry->where == Where::at_head) queue(entry);
  }
}

// A peer that takes nothing needs no signs of life.
void Feed::wake_for_signs_of_life(TimePoint now) {
  for (const auto& [id, entry] : entries_) {
    const bool waits = entry->where == Where::at_head || entry->where == Where::needs_credit ||
                       entry->where == Where::paced;
    if (waits && entry->subscription->tick_at() <= now) queue(entry);
  }
}

// When the next one is due.
TimePoint Feed::wake_for_pace(TimePoint now) {
  TimePoint next = TimePoint::max();
  if (replays_ == 0) return next;
  for (const auto& [id, entry] : entries_) {
    if (entry->where != Where::paced) continue;
    if (entry->subscription->wake_at() <= now) {
      queue(entry);
    } else {
      next = std::min(next, entry->subscription->wake_at());
    }
  }
  return next;
}

// Gives turns to those whose time has come, and says when it comes for others.
TimePoint Feed::next_wake(Lane lane, TimePoint now) {
  if (lane == Lane::lengthy) return std::min(wake_for_pace(now), now + kTickTime);
  if (now >= next_tick_) {
    next_tick_ = now + kTickTime;
    wake_for_signs_of_life(now);
  }
  if (!committed_) return next_tick_;
  // Everybody at the head gets a turn; the next pass waits as long as the last one took.
  if (now < pass_may_begin_) return std::min(next_tick_, pass_may_begin_);
  committed_ = false;
  wake_for_commit();
  return next_tick_;
}

// ---- The threads.

void Feed::run(Lane lane) {
  // What an event did can be worked out a little later; commits cannot wait for it. On Linux
  // this is of the thread (setpriority(2)).
  if (lane == Lane::lengthy && setpriority(PRIO_PROCESS, 0, kLengthyNiceness) != 0) {
    spdlog::warn("the priority of what subscribers ask about meanings cannot be lowered");
  }
  const auto index = static_cast<std::size_t>(lane);
  ReadingOrder order;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const TimePoint now = steady_clock::now();
    const TimePoint until = next_wake(lane, now);
    if (queues_[index].empty()) {
      lock.unlock();
      signals_[index].wait_until(until);
      lock.lock();
      continue;
    }
    std::vector<Handle> pass;
    pass.swap(queues_[index]);
    take_turns(pass, order, lock);
    if (lane != Lane::brief) continue;
    const TimePoint end = steady_clock::now();
    pass_may_begin_ = end + std::min<TimePoint::duration>(end - now, kPassPauseMax);
  }
}

// With the lock held, but for the turns themselves. Where those stand who are in the
// queue of a lane, only its thread changes.
void Feed::take_turns(const std::vector<Handle>& pass, ReadingOrder& order,
                      std::unique_lock<std::mutex>& lock) {
  const auto give_turn = [&](const Handle& entry, std::size_t decode_bytes) {
    if (stopping_ || entry->closed) return;
    entry->where = Where::in_turn;
    lock.unlock();
    take_turn(entry, decode_bytes);
    lock.lock();
  };
  // Those that are not open yet and replays have no place in the log.
  std::vector<Handle> placed;
  std::vector<std::uint64_t> positions;
  for (const Handle& entry : pass) {
    if (!entry->subscription || entry->is_replay) {
      give_turn(entry, 0);
    } else {
      placed.push_back(entry);
      positions.push_back(entry->subscription->position());
    }
  }
  const TimePoint until = steady_clock::now() + kCatchUpTime;
  for (const ReadingOrder::Place& place : order.of(positions, store_.last_sequence())) {
    const Handle& entry = placed[place.index];
    if (place.is_foremost || steady_clock::now() < until) {
      give_turn(entry, place.decodes ? decode_bytes_ : 0);
    } else if (!entry->closed) {
      queue(entry);
    }
  }
}

void Feed::take_turn(const Handle& entry, std::size_t decode_bytes) {
  std::string output;
  try {
    auto stop = go_on(*entry, decode_bytes, output);
    finish_turn(entry, std::move(stop), std::move(output));
  } catch (const std::exception& failure) {
    spdlog::error("a subscription failed what=\"{}\"", failure.what());
    finish_turn(entry, fail(Errc::internal, std::string("it failed: ") + failure.what()), {});
  }
}

Result<Stop> Feed::go_on(Entry& entry, std::size_t decode_bytes, std::string& output) {
  std::uint32_t credit = 0;
  {
    const std::lock_guard lock(mutex_);
    std::swap(credit, entry.credit);
  }
  const TimePoint now = steady_clock::now();
  if (!entry.subscription) {
    CAPEXDB_ASSIGN(entry.subscription,
                   Subscription::open(entry.request_id, entry.request, source_, now, output));
    entry.subscription->add_credit(credit);
    entry.request = v1::SubscribeRequest();  // which frees what Clear() keeps
    return Stop::time;                       // the rest goes on in its own lane
  }
  Subscription& subscription = *entry.subscription;
  subscription.add_credit(credit);
  const std::size_t ahead = entry.peer.outflow->bytes();
  if (ahead >= limits::kSubscriberBytesAhead) return Stop::room;
  auto stop = subscription.go_on(
      source_, {limits::kSubscriberBytesAhead - ahead, decode_bytes, now + kTurn}, output);
  if (stop) subscription.tick(now, ahead == 0, output);
  return stop;
}

void Feed::finish_turn(const Handle& entry, Result<Stop> stop, std::string output) {
  if (!stop) {
    return end(entry, output + error_frame(entry->request_id, stop.error()));
  }
  if (*stop == Stop::end) return end(entry, std::move(output));
  if (!output.empty()) entry->peer.send(std::move(output));
  {
    const std::lock_guard lock(mutex_);
    if (entry->closed) return;
    entry->lane = entry->subscription->is_lengthy() ? Lane::lengthy : Lane::brief;
    switch (*stop) {
      case Stop::time:
      case Stop::piece:
        return queue(entry);
      case Stop::credit:
        entry->where = Where::needs_credit;
        if (entry->credit > 0) queue(entry);
        return;
      case Stop::head:
        entry->where = Where::at_head;
        // What was committed after the turn looked has not found it there.
        if (store_.last_sequence() > entry->subscription->position()) tell_of_commit();
        return;
      case Stop::pace:
        entry->where = Where::paced;
        return signals_[static_cast<std::size_t>(Lane::lengthy)].notify();
      case Stop::room:
        entry->where = Where::needs_room;
        break;
      case Stop::end:
        return;  // dealt with above
    }
  }
  wait_for_room(entry);
}

void Feed::end(const Handle& entry, std::string output) {
  const std::lock_guard lock(mutex_);
  if (!entry->closed) entry->peer.end(std::move(output));
  entry->closed = true;
  remove(entry);
}

// Nothing else queues it until then, so that it is one waiter at a time.
void Feed::wait_for_room(const Handle& entry) {
  entry->peer.outflow->when_below(limits::kSubscriberBytesAhead / 2,
                                  [this, weak = std::weak_ptr<Entry>(entry)] {
                                    const auto waiting = weak.lock();
                                    if (!waiting) return;
                                    const std::lock_guard lock(mutex_);
                                    if (!waiting->closed) queue(waiting);
                                  });
}

}  // namespace capexdb::daemon
