#include "daemon/feed.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>

#include "daemon/replies.h"
#include "proto/model/limits.h"

namespace capexdb::daemon {
namespace {

using Stop = Subscription::Stop;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kTurn{2};
constexpr std::chrono::milliseconds kTickTime{250};
// Commits that follow one another closely are read together, so that telling many
// subscribers of each takes no time from who commits.
constexpr std::chrono::milliseconds kPassPauseMax{5};
constexpr std::chrono::seconds kFloorAge{1};

}  // namespace

Feed::Feed(const storage::EventStore& store, Settings settings, std::atomic<std::uint64_t>& count)
    : store_(store),
      retention_(settings.retention),
      count_(count),
      log_(settings.log_bytes_max),
      source_{store, log_, [this] { return floor(); }},
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
  auto entry = std::make_shared<Entry>();
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
  wake(found->second);
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

void Feed::wake(const Handle& entry) {
  if (entry->where == Where::parked) {
    queue(entry);
  } else if (entry->where == Where::in_turn) {
    entry->again = true;
  }
}

void Feed::remove(const Handle& entry) {
  if (entries_.erase(entry->id) > 0 && entry->is_replay) --replays_;
  count_ = entries_.size();
}

void Feed::wake_for_commit() {
  std::vector<Handle> woken;
  woken.swap(at_head_);
  for (const Handle& entry : woken) {
    entry->at_head = false;
    if (!entry->closed && entry->where == Where::parked) queue(entry);
  }
}

void Feed::wake_for_signs_of_life(TimePoint now) {
  for (const auto& [id, entry] : entries_) {
    if (entry->where == Where::parked && entry->subscription->tick_at() <= now) queue(entry);
  }
}

// When the next one is due.
TimePoint Feed::wake_for_pace(TimePoint now) {
  TimePoint next = TimePoint::max();
  std::erase_if(paced_, [&](const Handle& entry) {
    if (entry->closed || entry->where != Where::parked) return true;
    if (entry->subscription->wake_at() > now) {
      next = std::min(next, entry->subscription->wake_at());
      return false;
    }
    queue(entry);
    return true;
  });
  return next;
}

// Gives turns to those whose time has come, and says when it comes for others.
TimePoint Feed::next_wake(Lane lane, TimePoint now) {
  if (lane == Lane::lengthy) return std::min(wake_for_pace(now), now + kTickTime);
  if (now >= next_tick_) {
    next_tick_ = now + kTickTime;
    wake_for_signs_of_life(now);
  }
  if (!committed_ || at_head_.empty()) return next_tick_;
  // Everybody at the head gets a turn; the next pass waits as long as the last one took.
  if (now < pass_may_begin_) return std::min(next_tick_, pass_may_begin_);
  committed_ = false;
  wake_for_commit();
  return next_tick_;
}

// ---- The threads.

void Feed::run(Lane lane) {
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
  const auto give_turn = [&](const Handle& entry, std::size_t pieces_max) {
    if (stopping_ || entry->closed) return;
    entry->where = Where::in_turn;
    entry->again = false;
    lock.unlock();
    take_turn(entry, pieces_max);
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
  for (const ReadingOrder::Place& place : order.of(positions)) {
    give_turn(placed[place.index], place.pieces_max);
  }
}

void Feed::take_turn(const Handle& entry, std::size_t pieces_max) {
  std::string output;
  try {
    auto stop = go_on(*entry, pieces_max, output);
    finish_turn(entry, std::move(stop), std::move(output));
  } catch (const std::exception& failure) {
    spdlog::error("a subscription failed what=\"{}\"", failure.what());
    finish_turn(entry, fail(Errc::internal, std::string("it failed: ") + failure.what()), {});
  }
}

Result<Stop> Feed::go_on(Entry& entry, std::size_t pieces_max, std::string& output) {
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
    entry.request.Clear();
    return Stop::time;  // the rest goes on in its own lane
  }
  Subscription& subscription = *entry.subscription;
  subscription.add_credit(credit);
  const std::size_t ahead = entry.peer.outflow->bytes();
  if (ahead >= limits::kSubscriberBytesAhead) return Stop::room;
  auto stop = subscription.go_on(
      source_, {limits::kSubscriberBytesAhead - ahead, pieces_max, now + kTurn}, output);
  // A peer that takes nothing needs no signs of life.
  if (stop && ahead == 0) subscription.tick(now, output);
  return stop;
}

void Feed::finish_turn(const Handle& entry, Result<Stop> stop, std::string output) {
  if (stop && *stop != Stop::end) {
    if (!output.empty()) entry->peer.send(std::move(output));
  } else {
    if (!stop) output += error_frame(entry->request_id, stop.error());
    const std::lock_guard lock(mutex_);
    if (!entry->closed) entry->peer.end(std::move(output));
    entry->closed = true;
    return remove(entry);
  }
  bool waits_for_room = false;
  {
    const std::lock_guard lock(mutex_);
    if (entry->closed) return;
    entry->lane = entry->subscription->is_lengthy() ? Lane::lengthy : Lane::brief;
    if (*stop == Stop::time || *stop == Stop::piece || entry->again) return queue(entry);
    entry->where = Where::parked;
    if (*stop == Stop::head) {
      if (!std::exchange(entry->at_head, true)) at_head_.push_back(entry);
      // What was committed after the turn looked has not found it there.
      if (store_.last_sequence() > entry->subscription->position()) on_commit();
    } else if (*stop == Stop::pace) {
      paced_.push_back(entry);
      signals_[static_cast<std::size_t>(Lane::lengthy)].notify();
    }
    waits_for_room = *stop == Stop::room;
  }
  if (!waits_for_room) return;
  entry->peer.outflow->when_below(limits::kSubscriberBytesAhead / 2,
                                  [this, weak = std::weak_ptr<Entry>(entry)] {
                                    const auto waiting = weak.lock();
                                    if (!waiting) return;
                                    const std::lock_guard lock(mutex_);
                                    if (!waiting->closed) wake(waiting);
                                  });
}

// Made anew now and then, where anything is trimmed at all.
std::uint64_t Feed::floor() {
  if (retention_.events == 0 && retention_.days == 0) return 1;
  const std::lock_guard lock(floor_mutex_);
  const TimePoint now = steady_clock::now();
  if (now - floor_made_at_ < kFloorAge) return floor_;
  const std::int64_t now_us = std::chrono::duration_cast<std::chrono::microseconds>(
                                  std::chrono::system_clock::now().time_since_epoch())
                                  .count();
  const auto made = storage::feed_floor(store_.view(), retention_, now_us);
  if (made) {
    floor_ = *made;
    floor_made_at_ = now;
  } else {
    spdlog::error("cannot tell what the feed still has what=\"{}\"", made.error().message);
  }
  return floor_;
}

}  // namespace capexdb::daemon
