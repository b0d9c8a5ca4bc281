#include "storage/feed/replay.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "proto/codec/validate.h"
#include "proto/model/time_range.h"
#include "storage/event_rows.h"

namespace capexdb::storage {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;

tl::unexpected<Error> bad_replay(const char* field, std::string message) {
  return fail(Error{Errc::invalid_argument, std::move(message), std::string("replay.") + field,
                    "bad_replay"});
}

// The last second that an event covers, by which as-of questions cut.
std::int64_t last_second(const KnownAt& known) {
  return known.end == known.begin ? known.end : known.end - 1;
}

}  // namespace

KnownAt known_at(const Row& row) {
  const TimeRange published = row.published();
  return {published.end, published.begin, row.sequence()};
}

Result<ReplayOrder> ReplayOrder::make(const ReadView& view, const v1::Replay& replay,
                                      std::size_t events_max) {
  ReplayOrder order;
  order.at_ = replay.at_sequence();
  order.events_max_ = events_max;
  order.from_ = std::numeric_limits<std::int64_t>::min();
  order.to_ = std::numeric_limits<std::int64_t>::max();
  const auto range_of = [](const char* field, const std::string& text) -> Result<TimeRange> {
    const auto range = parse_time_range(text);
    if (!range) return bad_replay(field, range.error().message);
    return *range;
  };
  if (!replay.from().empty()) {
    CAPEXDB_ASSIGN(const TimeRange range, range_of("from", replay.from()));
    order.from_ = std::int64_t{range.first_day()} * kDaySeconds;
  }
  if (!replay.to().empty()) {
    CAPEXDB_ASSIGN(const TimeRange range, range_of("to", replay.to()));
    order.to_ = (std::int64_t{range.last_day()} + 1) * kDaySeconds;
  }
  if (order.from_ >= order.to_) {
    return bad_replay("to", replay.from() + " to " + replay.to() + " runs backwards");
  }
  if (order.at_ > view.sequence() || replay.after_sequence() > order.at_) {
    return fail(Errc::out_of_range,
                "the store is at sequence " + std::to_string(view.sequence()) + ", not " +
                    std::to_string(std::max(order.at_, replay.after_sequence())));
  }
  if (replay.after_sequence() != 0) {
    CAPEXDB_ASSIGN(const auto segment, FeedSegment::read(view, replay.after_sequence()));
    const FeedEvent& event = segment->events()[replay.after_sequence() - segment->first()];
    if (event.rows.empty()) {
      return bad_replay("after_sequence", "sequence " + std::to_string(replay.after_sequence()) +
                                              " is no statement, and none of a replay");
    }
    order.behind_ = known_at(event.rows.front().row);
  }
  return order;
}

Result<bool> ReplayOrder::read_on(const EventStore& store, FeedLog& log, FeedFilter& filter) {
  if (!scanning_) return false;
  if (scanned_to_ < at_) {
    CAPEXDB_ASSIGN(const auto segment, log.segment(store, scanned_to_ + 1));
    for (const std::uint16_t index : filter.candidates(*segment, scanned_to_ + 1)) {
      const FeedEvent& event = segment->events()[index];
      if (event.rows.empty() || segment->first() + index > at_) continue;
      const KnownAt known = known_at(event.rows.front().row);
      const std::int64_t last = last_second(known);
      if (last < from_ || last >= to_ || (behind_ && known <= *behind_)) continue;
      if (heap_.size() == events_max_) {
        more_ = true;
        if (known >= heap_.front()) continue;
        std::pop_heap(heap_.begin(), heap_.end());
        heap_.pop_back();
      }
      heap_.push_back(known);
      std::push_heap(heap_.begin(), heap_.end());
    }
    scanned_to_ = std::min(segment->last(), at_);
    return true;
  }
  std::sort_heap(heap_.begin(), heap_.end());
  std::reverse(heap_.begin(), heap_.end());
  ready_ = std::exchange(heap_, {});
  scanning_ = false;
  return false;
}

std::optional<KnownAt> ReplayOrder::next() const {
  if (ready_.empty()) return std::nullopt;
  return ready_.back();
}

void ReplayOrder::drop_next() {
  behind_ = ready_.back();
  ready_.pop_back();
  if (!ready_.empty() || !more_) return;
  ready_ = {};  // frees what the next round takes
  more_ = false;
  scanning_ = true;
  scanned_to_ = 0;
}

}  // namespace capexdb::storage
