#include "client/subscription_fsm.h"

#include <algorithm>
#include <utility>

#include "proto/model/limits.h"

namespace capexdb::client {
namespace {

using Kind = v1::ServerMessage::MessageCase;

tl::unexpected<Error> broken_rule(const std::string& what) {
  return fail(Error{Errc::internal, "the feed: " + what, {}, kProtocolReason});
}

std::string number(std::uint64_t sequence) { return std::to_string(sequence); }

}  // namespace

SubscriptionFsm::SubscriptionFsm(SubscriptionOptions options) : options_(std::move(options)) {
  options_.window = std::clamp(options_.window, std::uint32_t{1}, limits::kCreditMax);
  if (!is_replay()) return;
  at_sequence_ = options_.replay->at_sequence;
  received_ = position_ = options_.replay->after_sequence;
}

v1::ClientMessage SubscriptionFsm::begin(std::uint64_t last_sequence) {
  v1::ClientMessage message;
  v1::SubscribeRequest& request = *message.mutable_subscribe();
  request = to_proto(options_);
  if (is_replay()) {
    // Fixed at first, so that a later connection plays the same.
    if (at_sequence_ == 0) at_sequence_ = last_sequence;
    request.mutable_replay()->set_at_sequence(at_sequence_);
    request.mutable_replay()->set_after_sequence(received_);
  } else if (has_begun_) {
    request.set_after_sequence(received_);
  } else {
    request.set_after_sequence(options_.after_sequence);
    request.set_from_now(options_.from_now);
    request.set_cursor(options_.cursor);
  }
  credit_ = options_.window - waiting_;
  request.set_credit(credit_);
  caught_up_ = false;
  state_ = State::asked;
  return message;
}

void SubscriptionFsm::on_disconnected() {
  if (state_ != State::ended) state_ = State::apart;
  credit_ = 0;
  request_id_ = 0;
  sent_ack_.reset();  // it is said again
}

Result<void> SubscriptionFsm::on_reply(std::uint64_t request_id, v1::ServerMessage message) {
  if (message.message_case() == Kind::kAck) {
    if (!sent_ack_ || sent_ack_->request_id != request_id) {
      return broken_rule("an AckReply to nothing that was acknowledged");
    }
    return on_ack(message.ack());
  }
  if (request_id != request_id_ || (state_ != State::asked && state_ != State::begun)) {
    return broken_rule("a message for another subscription");
  }
  if (state_ == State::asked) return on_first(message);
  switch (message.message_case()) {
    case Kind::kChange:
      return on_change(std::move(*message.mutable_change()));
    case Kind::kCaughtUp:
      return on_caught_up(message.caught_up());
    case Kind::kGap:
      return on_gap(message.gap());
    case Kind::kProgress:
      return on_progress(message.progress());
    default:
      return broken_rule("a message of another kind");
  }
}

Result<void> SubscriptionFsm::on_first(const v1::ServerMessage& message) {
  if (!message.has_progress()) {
    return broken_rule("its first message does not say where it begins");
  }
  const std::uint64_t start = message.progress().sequence();
  if (is_replay()) {
    if (at_sequence_ == 0) at_sequence_ = start;
    if (start != at_sequence_) {
      return broken_rule("it plays up to " + number(start) + ", not up to " + number(at_sequence_));
    }
  } else {
    // Only where the server chooses may it begin anywhere.
    const bool free = !has_begun_ && (options_.from_now || !options_.cursor.empty());
    const std::uint64_t asked = has_begun_ ? received_ : options_.after_sequence;
    if (!free && start != asked) {
      return broken_rule("it begins behind " + number(start) + ", not behind " + number(asked));
    }
    if (!has_begun_) position_ = start;
    // A cursor that is new stands nowhere until it is moved: a later run would begin
    // elsewhere.
    if (!has_begun_ && !options_.cursor.empty()) wanted_ack_ = start;
    received_ = start;
  }
  has_begun_ = true;
  state_ = State::begun;
  return {};
}

Result<void> SubscriptionFsm::on_change(v1::Change message) {
  const std::uint64_t sequence = message.sequence();
  if (credit_ == 0) return broken_rule("change " + number(sequence) + " came without credit");
  if (is_replay() ? sequence == received_ || sequence > at_sequence_ : sequence <= received_) {
    return broken_rule("change " + number(sequence) + " came behind " + number(received_));
  }
  CAPEXDB_ASSIGN(FeedChange change, from_proto(std::move(message)));
  --credit_;
  ++waiting_;
  put(std::move(change), sequence);
  return {};
}

Result<void> SubscriptionFsm::on_caught_up(const v1::CaughtUp& message) {
  if (message.end() != is_replay()) {
    return broken_rule(message.end() ? "it ends, and is no replay" : "a replay caught up");
  }
  if (caught_up_) return broken_rule("it caught up twice");
  if (!is_replay() && message.sequence() < received_) {
    return broken_rule("it caught up at " + number(message.sequence()) + ", behind " +
                       number(received_));
  }
  caught_up_ = true;
  put(FeedCaughtUp{message.sequence(), message.end()},
      is_replay() ? received_ : message.sequence());
  if (message.end()) state_ = State::ended;
  return {};
}

Result<void> SubscriptionFsm::on_gap(const v1::Gap& message) {
  if (is_replay() || message.first() <= received_ || message.first() > message.last()) {
    return broken_rule("a gap from " + number(message.first()) + " to " + number(message.last()) +
                       ", behind " + number(received_));
  }
  put(FeedGap{message.first(), message.last()}, message.last());
  return {};
}

Result<void> SubscriptionFsm::on_progress(const v1::Progress& message) {
  if (is_replay() || message.sequence() == received_) return {};  // a sign of life
  if (message.sequence() < received_) {
    return broken_rule("its position went from " + number(received_) + " back to " +
                       number(message.sequence()));
  }
  // Only the newest one matters.
  if (!items_.empty() && std::holds_alternative<FeedProgress>(items_.back().item)) {
    items_.pop_back();
  }
  put(FeedProgress{message.sequence()}, message.sequence());
  return {};
}

Result<void> SubscriptionFsm::on_ack(const v1::AckReply& message) {
  if (message.sequence() < sent_ack_->sequence) {
    return broken_rule("cursor " + message.cursor() + " stands at " + number(message.sequence()) +
                       " after " + number(sent_ack_->sequence) + " was acknowledged");
  }
  acked_ = std::max(acked_, std::optional(sent_ack_->sequence));
  sent_ack_.reset();
  return {};
}

void SubscriptionFsm::put(FeedItem item, std::uint64_t position) {
  received_ = position;
  items_.push_back({std::move(item), position});
}

std::optional<v1::ClientMessage> SubscriptionFsm::next_to_send(bool may_ack) {
  if (state_ != State::begun && state_ != State::ended) return std::nullopt;
  v1::ClientMessage message;
  if (may_ack && owes_ack()) {
    message.mutable_ack()->set_cursor(options_.cursor);
    message.mutable_ack()->set_sequence(*wanted_ack_);
    return message;
  }
  const std::uint32_t room_now = room();
  if (state_ == State::begun && room_now > 0 && room_now >= options_.window - room_now) {
    message.mutable_credit()->set_subscription(request_id_);
    message.mutable_credit()->set_changes(room_now);
    return message;
  }
  return std::nullopt;
}

void SubscriptionFsm::on_sent(const v1::ClientMessage& message) {
  if (message.has_credit()) credit_ += message.credit().changes();
  if (message.has_ack()) sent_ack_ = SentAck{message.request_id(), message.ack().sequence()};
}

bool SubscriptionFsm::on_ack_refused(std::uint64_t request_id) {
  if (!sent_ack_ || sent_ack_->request_id != request_id) return false;
  sent_ack_.reset();
  return true;
}

std::optional<FeedItem> SubscriptionFsm::next_item() {
  if (items_.empty()) return std::nullopt;
  Waiting next = std::move(items_.front());
  items_.pop_front();
  position_ = next.position;
  if (std::holds_alternative<FeedChange>(next.item)) --waiting_;
  return std::move(next.item);
}

Result<void> SubscriptionFsm::ack(std::uint64_t sequence) {
  if (options_.cursor.empty()) {
    return fail(Error{Errc::invalid_argument,
                      "there is no cursor to move; name one in SubscriptionOptions::cursor"});
  }
  if (sequence > position_) {
    return fail(Error{Errc::invalid_argument, "sequence " + number(sequence) +
                                                  " has not come yet; the position is " +
                                                  number(position_)});
  }
  wanted_ack_ = std::max(wanted_ack_, std::optional(sequence));
  return {};
}

}  // namespace capexdb::client
