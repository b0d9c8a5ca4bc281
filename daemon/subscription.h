// One subscription: where it stands in the log, and what it sends next. It holds no
// queue: whatever it has not sent yet is read from the log when there is room for it.
// Without threads and clocks; one thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "capexdb/v1/feed.pb.h"
#include "storage/event_store.h"
#include "storage/feed/feed_filter.h"
#include "storage/feed/replay.h"
#include "storage/feed/segment.h"

namespace capexdb::daemon {

using TimePoint = std::chrono::steady_clock::time_point;

// What all subscriptions read from.
struct FeedSource {
  const storage::EventStore& store;
  storage::FeedLog& log;
  std::function<std::uint64_t()> floor;  // the first sequence that the feed has
};

class Subscription {
 public:
  // Errors (the request's): not_found, invalid_argument, out_of_range, and those of
  // reading. `output` gets what is sent first.
  static Result<std::unique_ptr<Subscription>> open(std::uint64_t request_id,
                                                    const v1::SubscribeRequest& request,
                                                    const FeedSource& source, TimePoint now,
                                                    std::string& output);

  // Why it goes no further.
  enum class Stop {
    time,    // the turn is over: there may be more
    piece,   // the next piece of the log is not decoded, and it may decode no more
    room,    // `bytes_max` of output are made
    credit,  // more changes need it
    head,    // everything in the log is sent
    pace,    // the next change of a replay is due at wake_at()
    end,     // a replay is over: the subscription is
  };
  struct Turn {
    std::size_t bytes_max = 0;     // of output, about
    std::size_t decode_bytes = 0;  // of the log, about; what a replay decodes does not count
    TimePoint ends;
  };
  // Appends frames to `output`, until there is a reason to stop. Error: the log cannot
  // be read; the subscription is over.
  Result<Stop> go_on(const FeedSource& source, Turn turn, std::string& output);

  void add_credit(std::uint32_t changes);
  TimePoint wake_at() const { return wake_at_; }
  // When a sign of life is due, and that, where it is, and if the peer `takes` what it is
  // sent; else it is put off.
  TimePoint tick_at() const;
  void tick(TimePoint now, bool takes, std::string& output);
  std::uint64_t position() const { return position_; }

  // Its turns may take long: they look at what an event did.
  bool is_lengthy() const;

 private:
  Subscription(std::uint64_t request_id, storage::FeedFilter filter, bool cells)
      : request_id_(request_id), filter_(std::move(filter)), with_cells_(cells) {}

  Result<void> open_replay(const v1::Replay& replay, const FeedSource& source, TimePoint now);
  Result<Stop> go_on_in_log(const FeedSource& source, Turn turn, std::string& output);
  void pass_trimmed(std::uint64_t floor, std::string& output);
  void say_caught_up(std::string& output);
  Result<Stop> replay(const FeedSource& source, const Turn& turn, std::string& output);
  Result<bool> send_next_of_replay(const FeedSource& source, const storage::KnownAt& next,
                                   std::string& output);
  void begin_pace(const storage::KnownAt& first, TimePoint now);
  bool is_due(const storage::KnownAt& next, TimePoint now);
  void send_progress(std::string& output);
  Result<void> send_change(const storage::FeedSegment& segment, std::size_t index,
                           std::string& output) const;

  const std::uint64_t request_id_;
  storage::FeedFilter filter_;
  const bool with_cells_;
  std::uint64_t position_ = 0;  // everything up to it has been dealt with
  std::uint32_t credit_ = 0;
  bool needs_credit_ = false;  // the next event passes, and there was none for it
  bool caught_up_ = false;
  std::uint64_t said_ = 0;  // the position that the subscriber knows
  TimePoint sent_at_;

  std::optional<storage::ReplayOrder> order_;
  std::uint64_t replay_at_ = 0;
  double speed_ = 0;
  // The world's time passes from there on.
  std::optional<std::int64_t> begun_at_;  // seconds since 1970-01-01 UTC
  TimePoint begun_;
  TimePoint wake_at_;
};

}  // namespace capexdb::daemon
