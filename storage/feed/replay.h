// The log in the order in which the world came to know what it holds.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "capexdb/v1/feed.pb.h"
#include "storage/feed/feed_filter.h"
#include "storage/feed/segment.h"

namespace capexdb::storage {

// When an event could be known: as for as-of questions, the end of what its
// published_at covers decides.
struct KnownAt {
  std::int64_t end = 0;  // seconds since 1970-01-01 UTC
  std::int64_t begin = 0;
  std::uint64_t sequence = 0;

  friend auto operator<=>(const KnownAt&, const KnownAt&) = default;
};
KnownAt known_at(const Row& row);

// Puts the events of a replay in order, as many at a time as memory allows: each round
// reads the log once and keeps those that come next. One thread.
class ReplayOrder {
 public:
  // `replay.at_sequence` must be set. Errors: invalid_argument (days that are none),
  // out_of_range, not_found (no event is at after_sequence), data_loss.
  static Result<ReplayOrder> make(const ReadView& view, const v1::Replay& replay,
                                  std::size_t events_max);

  // Reads a piece of the log, where nothing is in order yet. False: next() may be asked.
  Result<bool> read_on(const EventStore& store, FeedLog& log, FeedFilter& filter);
  // The next one; empty at the end. What it gave is gone with drop_next().
  std::optional<KnownAt> next() const;
  // What was given last, also before after_sequence; empty at the beginning.
  const std::optional<KnownAt>& given() const { return behind_; }
  void drop_next();

 private:
  std::uint64_t at_ = 0;
  std::size_t events_max_ = 0;
  std::int64_t from_ = 0;          // seconds: the last second that an event covers, inclusive
  std::int64_t to_ = 0;            // exclusive
  std::optional<KnownAt> behind_;  // what was given last
  std::uint64_t scanned_to_ = 0;   // of this round
  bool scanning_ = true;
  bool more_ = false;           // this round left some out
  std::vector<KnownAt> heap_;   // of this round, the latest first
  std::vector<KnownAt> ready_;  // the next one is the last
};

}  // namespace capexdb::storage
