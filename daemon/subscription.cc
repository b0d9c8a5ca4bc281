#include "daemon/subscription.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <cmath>

#include "capexdb/v1/envelope.pb.h"
#include "daemon/replies.h"
#include "proto/model/limits.h"
#include "storage/feed/effects.h"

namespace capexdb::daemon {
namespace {

using google::protobuf::io::CodedOutputStream;
using storage::FeedSegment;

constexpr std::uint32_t tag_of(int field) { return static_cast<std::uint32_t>(field) << 3U; }
constexpr std::uint32_t kLengthDelimited = 2;

// Appends a framed ServerMessage with the Change that `head`, the event's own bytes and
// `effects` make together. Written by hand, so that the event stays what it was.
void append_change(std::uint64_t request_id, const v1::Change& head, const std::string& event,
                   const std::string& cells, const std::string& conflicts, std::string& output) {
  const std::size_t head_bytes = head.ByteSizeLong();
  constexpr std::uint32_t kEvent = tag_of(v1::Change::kEventFieldNumber) | kLengthDelimited;
  constexpr std::uint32_t kChange =
      tag_of(v1::ServerMessage::kChangeFieldNumber) | kLengthDelimited;
  constexpr std::uint32_t kRequestId = tag_of(v1::ServerMessage::kRequestIdFieldNumber);
  const std::size_t change_bytes = head_bytes + CodedOutputStream::VarintSize32(kEvent) +
                                   CodedOutputStream::VarintSize64(event.size()) + event.size() +
                                   cells.size() + conflicts.size();
  const std::size_t message_bytes = CodedOutputStream::VarintSize32(kRequestId) +
                                    CodedOutputStream::VarintSize64(request_id) +
                                    CodedOutputStream::VarintSize32(kChange) +
                                    CodedOutputStream::VarintSize64(change_bytes) + change_bytes;
  google::protobuf::io::StringOutputStream stream(&output);
  CodedOutputStream out(&stream);
  out.WriteVarint64(message_bytes);
  out.WriteVarint32(kRequestId);
  out.WriteVarint64(request_id);
  out.WriteVarint32(kChange);
  out.WriteVarint64(change_bytes);
  head.SerializeWithCachedSizes(&out);
  out.WriteVarint32(kEvent);
  out.WriteVarint64(event.size());
  out.WriteString(event);
  out.WriteString(cells);
  out.WriteString(conflicts);
}

v1::Change head_of(const FeedSegment& segment, std::size_t index) {
  v1::Change head;
  head.set_sequence(segment.first() + index);
  head.set_recorded_at_us(segment.batch().recorded_at_us());
  head.set_producer_id(segment.batch().producer_id());
  head.set_batch_number(segment.batch().batch_number());
  return head;
}

const std::string& event_of(const FeedSegment& segment, std::size_t index) {
  return segment.batch().events(static_cast<int>(index)).event();
}

Result<void> check_request(const v1::SubscribeRequest& request) {
  if (!request.has_replay()) return {};
  const auto refuse = [](const char* field, std::string message) {
    return fail(Error{Errc::invalid_argument, std::move(message), field, "bad_replay"});
  };
  if (request.after_sequence() != 0 || request.from_now() || !request.cursor().empty()) {
    return refuse("replay",
                  "a replay has its own beginning; leave out after_sequence, from_now "
                  "and cursor");
  }
  const double speed = request.replay().speed();
  if (!std::isfinite(speed) || speed < 0) {
    return refuse("replay.speed", "a speed is a number of zero or more");
  }
  return {};
}

// Where it begins.
Result<std::uint64_t> start_of(const v1::SubscribeRequest& request, const FeedSource& source) {
  const std::uint64_t last = source.store.last_sequence();
  std::uint64_t start = request.from_now() ? last : request.after_sequence();
  if (!request.cursor().empty()) {
    CAPEXDB_ASSIGN(const v1::CursorReply found, source.store.cursors(request.cursor()));
    if (found.cursors_size() > 0) start = found.cursors(0).sequence();
  }
  if (start <= last) return start;
  return fail(Error{Errc::out_of_range,
                    "the store is at sequence " + std::to_string(last) + ", not " +
                        std::to_string(start) + "; is this position one of another store?",
                    "after_sequence", "future_sequence"});
}

}  // namespace

Result<std::unique_ptr<Subscription>> Subscription::open(std::uint64_t request_id,
                                                         const v1::SubscribeRequest& request,
                                                         const FeedSource& source, TimePoint now,
                                                         std::string& output) {
  CAPEXDB_TRY(check_request(request));
  const std::uint64_t last = source.store.last_sequence();
  CAPEXDB_ASSIGN(storage::FeedFilter filter,
                 storage::FeedFilter::make(request.filter(), source.store.catalogue(), last));
  if (request.has_replay() && filter.looks_at_conflicts()) {
    return fail(Error{Errc::invalid_argument,
                      "a replay does not tell when conflicts opened or closed; leave that out, "
                      "and ask `conflicts` with as_of",
                      "filter.meanings", "bad_filter"});
  }
  std::unique_ptr<Subscription> made(
      new Subscription(request_id, std::move(filter), request.cells()));
  made->sent_at_ = now;
  made->add_credit(request.credit());
  if (request.has_replay()) {
    CAPEXDB_TRY(made->open_replay(request.replay(), source, now));
  } else {
    CAPEXDB_ASSIGN(made->position_, start_of(request, source));
  }
  made->send_progress(output);
  return made;
}

Result<void> Subscription::open_replay(const v1::Replay& replay, const FeedSource& source,
                                       TimePoint now) {
  v1::Replay fixed = replay;
  if (fixed.at_sequence() == 0) fixed.set_at_sequence(source.store.last_sequence());
  CAPEXDB_ASSIGN(order_,
                 storage::ReplayOrder::make(source.store.view(), fixed, limits::kReplayOrderMax));
  replay_at_ = fixed.at_sequence();
  filter_.stay_at(replay_at_);  // as its cells are told
  position_ = replay_at_;       // its Progress tells what is played
  speed_ = replay.speed();
  if (const auto& given = order_->given()) begin_pace(*given, now);
  return {};
}

bool Subscription::is_lengthy() const {
  return order_.has_value() || with_cells_ || filter_.looks_at_cells() ||
         filter_.looks_at_conflicts();
}

void Subscription::add_credit(std::uint32_t changes) {
  credit_ += std::min(changes, limits::kCreditMax - credit_);
  if (credit_ > 0) needs_credit_ = false;
}

void Subscription::send_progress(std::string& output) {
  output += reply_frame(
      request_id_, [&](v1::ServerMessage& m) { m.mutable_progress()->set_sequence(position_); });
  said_ = position_;
}

TimePoint Subscription::tick_at() const {
  return sent_at_ + (position_ != said_ ? limits::kProgressPause : limits::kSignOfLife);
}

void Subscription::tick(TimePoint now, bool takes, std::string& output) {
  if (now < tick_at()) return;
  if (takes) send_progress(output);
  sent_at_ = now;
}

Result<void> Subscription::send_change(const FeedSegment& segment, std::size_t index,
                                       std::string& output) const {
  static const std::string kNone;
  const std::string* cells = nullptr;
  const storage::ConflictEffects* conflicts = nullptr;
  const bool is_statement = !segment.events()[index].rows.empty();
  if (is_statement && (with_cells_ || filter_.looks_at_cells())) {
    CAPEXDB_ASSIGN(cells, segment.cells_in_words(index));
  }
  if (is_statement && filter_.looks_at_conflicts()) {
    CAPEXDB_ASSIGN(conflicts, segment.conflict_effects(index));
  }
  append_change(request_id_, head_of(segment, index), event_of(segment, index),
                cells != nullptr ? *cells : kNone, conflicts != nullptr ? conflicts->bytes : kNone,
                output);
  return {};
}

Result<Subscription::Stop> Subscription::go_on(const FeedSource& source, Turn turn,
                                               std::string& output) {
  const std::size_t before = output.size();
  auto stop = order_ ? replay(source, turn, output) : go_on_in_log(source, turn, output);
  if (output.size() > before) sent_at_ = std::chrono::steady_clock::now();
  return stop;
}

void Subscription::pass_trimmed(std::uint64_t floor, std::string& output) {
  if (position_ + 1 >= floor) return;
  output += reply_frame(request_id_, [&](v1::ServerMessage& m) {
    m.mutable_gap()->set_first(position_ + 1);
    m.mutable_gap()->set_last(floor - 1);
  });
  position_ = said_ = floor - 1;
  needs_credit_ = false;
}

void Subscription::say_caught_up(std::string& output) {
  if (caught_up_) return;
  caught_up_ = true;
  output += reply_frame(
      request_id_, [&](v1::ServerMessage& m) { m.mutable_caught_up()->set_sequence(position_); });
  said_ = position_;
}

Result<Subscription::Stop> Subscription::go_on_in_log(const FeedSource& source, Turn turn,
                                                      std::string& output) {
  for (;;) {
    pass_trimmed(source.floor(), output);
    if (position_ >= source.store.last_sequence()) {
      say_caught_up(output);
      return Stop::head;
    }
    if (needs_credit_) return Stop::credit;
    auto segment = source.log.decoded(position_ + 1);
    if (!segment) {
      if (turn.decode_bytes == 0) return Stop::piece;
      CAPEXDB_ASSIGN(segment, source.log.segment(source.store, position_ + 1));
      turn.decode_bytes -= std::min(turn.decode_bytes, segment->bytes());
    }
    for (const std::uint16_t index : filter_.candidates(*segment, position_ + 1)) {
      const std::uint64_t sequence = segment->first() + index;
      CAPEXDB_ASSIGN(const bool passes, filter_.passes(*segment, index));
      if (passes) {
        if (credit_ == 0) {
          position_ = sequence - 1;
          needs_credit_ = true;
          return Stop::credit;
        }
        CAPEXDB_TRY(send_change(*segment, index, output));
        --credit_;
        position_ = said_ = sequence;
        if (output.size() >= turn.bytes_max) return Stop::room;
      }
      if (is_lengthy() && std::chrono::steady_clock::now() >= turn.ends) {
        position_ = sequence;
        return Stop::time;
      }
    }
    position_ = segment->last();
    if (std::chrono::steady_clock::now() >= turn.ends) return Stop::time;
  }
}

void Subscription::begin_pace(const storage::KnownAt& first, TimePoint now) {
  begun_at_ = first.end;
  begun_ = now;
}

bool Subscription::is_due(const storage::KnownAt& next, TimePoint now) {
  if (speed_ == 0) return true;
  if (!begun_at_) begin_pace(next, now);
  const double seconds = static_cast<double>(next.end - *begun_at_) / speed_;
  constexpr double kFar = 1e9;  // nobody waits so long
  wake_at_ = begun_ + std::chrono::duration_cast<TimePoint::duration>(
                          std::chrono::duration<double>(std::min(seconds, kFar)));
  return wake_at_ <= now;
}

// Whether it passed.
Result<bool> Subscription::send_next_of_replay(const FeedSource& source,
                                               const storage::KnownAt& next, std::string& output) {
  CAPEXDB_ASSIGN(const auto segment, source.log.segment(source.store, next.sequence));
  const std::size_t index = next.sequence - segment->first();
  std::string cells;
  if (with_cells_ || filter_.looks_at_cells()) {
    const storage::FeedEvent& event = segment->events()[index];
    CAPEXDB_ASSIGN(const storage::CellEffects effects,
                   storage::cell_effects_in_replay(source.store.state(), event.rows, replay_at_));
    if (filter_.looks_at_cells() && !filter_.passes(event, effects)) return false;
    CAPEXDB_ASSIGN(cells, segment->in_words(effects));
  }
  append_change(request_id_, head_of(*segment, index), event_of(*segment, index), cells, {},
                output);
  return true;
}

Result<Subscription::Stop> Subscription::replay(const FeedSource& source, const Turn& turn,
                                                std::string& output) {
  for (;;) {
    const TimePoint now = std::chrono::steady_clock::now();
    if (now >= turn.ends) return Stop::time;
    CAPEXDB_ASSIGN(const bool reading, order_->read_on(source.store, source.log, filter_));
    if (reading) continue;
    const auto next = order_->next();
    if (!next) {
      output += reply_frame(request_id_, [&](v1::ServerMessage& m) {
        m.mutable_caught_up()->set_sequence(replay_at_);
        m.mutable_caught_up()->set_end(true);
      });
      return Stop::end;
    }
    if (!is_due(*next, now)) return Stop::pace;
    if (credit_ == 0) return Stop::credit;
    CAPEXDB_ASSIGN(const bool sent, send_next_of_replay(source, *next, output));
    if (sent) --credit_;
    order_->drop_next();
    if (output.size() >= turn.bytes_max) return Stop::room;
  }
}

}  // namespace capexdb::daemon
