// What a session does with the messages of its client.
#include <algorithm>
#include <utility>

#include "daemon/replies.h"
#include "daemon/session.h"

namespace capexdb::daemon {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

}  // namespace

// ---- Taking them.

bool Session::reads_messages() const {
  return state_ == State::expect_hello || state_ == State::open;
}

bool Session::may_parse() const {
  return reads_messages() && !stopping_ && !turn_over_ && !builder_ && !submitting_ &&
         !message_share_.is_waiting() && !batch_share_.is_waiting() &&
         !(question_share_ && question_share_->is_waiting()) &&
         !(held_back_ && memory_.is_crowded()) &&
         in_flight_.size() < limits_.requests_in_flight_max && may_queue_replies() &&
         waiting_bytes() <= limits::kQuestionBytesWaitingMax;
}

bool Session::may_queue_replies() const {
  if (message_share_.is_held()) return true;  // others may wait for it to end
  return queued_bytes_ <=
         (memory_.is_crowded() ? limits_.reply_bytes_if_crowded : limits_.reply_bytes_queued_max);
}

std::size_t Session::waiting_bytes() const {
  std::size_t bytes = 0;
  for (const auto& [ticket, in_flight] : in_flight_) {
    if (in_flight.waiting) bytes += in_flight.bytes;
  }
  return bytes;
}

void Session::parse(TimePoint now) {
  for (std::size_t taken = 0; may_parse(); ++taken) {
    if (taken == limits_.messages_per_turn) {
      turn_over_ = true;
      return;
    }
    std::string_view bytes;
    const auto next = reader_.next(bytes);
    if (!next) return fault(0, next.error(), now);
    if (*next == wire::FrameReader::State::incomplete) return await_rest(now);
    message_begun_at_.reset();
    const Outline outline = outline_of(bytes);
    if (!has_room_for(outline, bytes.size())) return reader_.unread();
    auto incoming = read_envelope(bytes, outline, limits_.batch_events_max);
    if (message_share_.is_held()) {
      reader_.drop();
      message_share_.release();
    }
    if (!incoming) return fault(outline.request_id, incoming.error(), now);
    handle(std::move(*incoming), outline.request_id, now);
    question_share_.reset();
  }
}

void Session::await_rest(TimePoint now) {
  if (reader_.pending() == 0) return;
  if (ended_) {
    return fault(
        0,
        Error{Errc::invalid_argument,
              "the stream ended in the middle of a message, after " + reader_.describe_pending()},
        now);
  }
  const std::size_t bytes = reader_.announced();
  if (bytes > limits::kUnaskedBytes) {
    Budget& budget = bytes > limits::kQuestionBytesMax ? memory_.large_messages : memory_.messages;
    if (!message_share_.is_held() && !message_share_.take(budget, bytes)) {
      return message_begun_at_.reset();
    }
    reader_.reserve_announced();
  }
  if (!message_begun_at_) message_begun_at_ = now;
}

// What is large takes more memory than its bytes: a batch until it is queued, a
// question until it is answered.
bool Session::has_room_for(const Outline& outline, std::size_t bytes) {
  if (state_ != State::open || !outline.whole) return true;
  if (outline.is_batch()) {
    return outline.events > limits_.batch_events_max ||
           has_room_for_batch(BatchBuilder::memory(outline.events, bytes));
  }
  const std::size_t memory = outline.question_memory(bytes);
  const bool refused =
      bytes > limits::kQuestionBytesMax || outline.others > limits::kQuestionFieldsMax;
  if (memory <= limits::kUnaskedBytes || refused || question_share_) return true;
  question_share_ = std::make_unique<Budget::Share>(on_memory_granted_);
  return question_share_->take(memory_.questions, memory);
}

bool Session::has_room_for_batch(std::size_t memory) {
  held_back_ = false;
  if (memory <= limits::kUnaskedBytes || batch_share_.is_held()) return true;
  if (memory <= limits::kLargeBatchBytes) return batch_share_.take(memory_.batches, memory);
  held_back_ = memory_.is_crowded();  // so may be its reply
  return !held_back_ && batch_share_.take(memory_.large_batches, memory);
}

void Session::handle(Incoming incoming, std::uint64_t request_id, TimePoint now) {
  if (auto* hello = std::get_if<v1::Hello>(&incoming)) {
    return handle_hello(std::move(*hello), request_id, now);
  }
  if (state_ == State::expect_hello) {
    return fault(request_id, Error{Errc::failed_precondition, "the first message must be Hello"},
                 now);
  }
  std::visit(Overloaded{
                 [](v1::Hello&) {},
                 [&](Refused& refused) { send_error(request_id, refused.error, now); },
                 [&](internal::v1::RawIngestRequest& ingest) {
                   if (fenced_) {
                     batch_share_.release();
                     return send_error(request_id, superseded_connection(), now);
                   }
                   handle_ingest(std::move(ingest), request_id, now);
                 },
                 [&](v1::Ping& ping) {
                   send(reply_frame(request_id,
                                    [&](v1::ServerMessage& m) {
                                      m.mutable_pong()->set_nonce(ping.nonce());
                                    }),
                        now);
                 },
                 [&](v1::SubscribeRequest& request) {
                   handle_subscribe(std::move(request), request_id, now);
                 },
                 [&](v1::Credit& credit) { handle_credit(credit); },
                 [&](v1::Ack& ack) { handle_ack(std::move(ack), request_id); },
                 [&](v1::Cancel& cancel) { handle_cancel(cancel.request_id(), now); },
                 [&](auto& request) {
                   const std::size_t bytes = request.SpaceUsedLong();
                   handle_request(std::move(request), bytes, request_id);
                 },
             },
             incoming);
}

void Session::handle_hello(v1::Hello hello, std::uint64_t request_id, TimePoint now) {
  if (state_ != State::expect_hello) {
    return fault(request_id, Error{Errc::failed_precondition, "Hello comes once, at the start"},
                 now);
  }
  if (const auto checked = check_hello(hello); !checked) {
    return fault(request_id, checked.error(), now);
  }
  hello_request_id_ = request_id;
  client_name_ = hello.client_name();
  producer_ = Producer{hello.producer_id(), hello.ephemeral_producer()};
  state_ = State::greeting;
  actions_.emplace_back(Greet{std::move(hello)});
}

void Session::handle_ingest(internal::v1::RawIngestRequest request, std::uint64_t request_id,
                            TimePoint now) {
  auto builder = BatchBuilder::start(std::move(request), producer_);
  if (!builder) {
    batch_share_.release();
    return send_error(request_id, builder.error(), now);
  }
  builder_ticket_ = ++last_ticket_;
  in_flight_[builder_ticket_].request_id = request_id;
  builder_ = std::move(*builder);
  validate_slice();
}

void Session::validate_slice() {
  if (!builder_->step(limits_.slice)) return;
  const std::size_t bytes = builder_->bytes();
  actions_.emplace_back(SubmitBatch{builder_ticket_, builder_->take(), bytes});
  builder_.reset();
  submitting_ = true;
}

void Session::handle_request(Request request, std::size_t bytes, std::uint64_t request_id) {
  InFlight& in_flight = in_flight_[++last_ticket_];
  in_flight.request_id = request_id;
  in_flight.cancelled = std::make_shared<std::atomic<bool>>(false);
  in_flight.is_question = std::holds_alternative<v1::QueryRequest>(request);
  in_flight.waiting = std::move(request);
  in_flight.bytes = bytes;
  in_flight.share = std::move(question_share_);
  start_waiting();
}

void Session::handle_ack(v1::Ack ack, std::uint64_t request_id) {
  in_flight_[++last_ticket_].request_id = request_id;
  actions_.emplace_back(MoveCursor{last_ticket_, request_id, std::move(ack)});
}

void Session::handle_subscribe(v1::SubscribeRequest request, std::uint64_t request_id,
                               TimePoint now) {
  const bool is_used =
      std::any_of(subscriptions_.begin(), subscriptions_.end(),
                  [&](const auto& subscription) { return subscription.second == request_id; });
  if (is_used) {
    return send_error(request_id,
                      Error{Errc::invalid_argument,
                            "a subscription with this request_id is open; use another id"},
                      now);
  }
  if (subscriptions_.size() >= limits::kSubscriptionsMax) {
    return send_error(request_id,
                      Error{Errc::resource_exhausted,
                            "the connection has its " + std::to_string(limits::kSubscriptionsMax) +
                                " subscriptions; open another connection"},
                      now);
  }
  subscriptions_[++last_ticket_] = request_id;
  actions_.emplace_back(Subscribe{last_ticket_, request_id, std::move(request)});
}

void Session::handle_credit(const v1::Credit& credit) {
  for (const auto& [ticket, request_id] : subscriptions_) {
    if (request_id == credit.subscription()) {
      actions_.emplace_back(AddCredit{ticket, credit.changes()});
    }
  }
}

void Session::end_subscriptions(const std::function<bool(std::uint64_t request_id)>& which) {
  for (auto it = subscriptions_.begin(); it != subscriptions_.end();) {
    if (!which(it->second)) {
      ++it;
      continue;
    }
    actions_.emplace_back(Unsubscribe{it->first});
    it = subscriptions_.erase(it);
  }
}

void Session::handle_cancel(std::uint64_t request_id, TimePoint now) {
  end_subscriptions([&](std::uint64_t its) {
    if (its == request_id) send_error(its, Error{Errc::cancelled, "cancelled"}, now);
    return its == request_id;
  });
  for (auto it = in_flight_.begin(); it != in_flight_.end();) {
    InFlight& in_flight = it->second;
    if (in_flight.request_id == request_id && in_flight.waiting) {
      send_error(request_id, Error{Errc::cancelled, "cancelled before it ran"}, now);
      it = in_flight_.erase(it);
      continue;
    }
    if (in_flight.request_id == request_id && in_flight.cancelled) *in_flight.cancelled = true;
    ++it;
  }
}

// Hands requests out in their order, a few at a time, and none while the
// answers to earlier ones wait to be read: one connection neither fills the
// query pool nor the memory.
void Session::start_waiting() {
  for (auto& [ticket, in_flight] : in_flight_) {
    if (running_ >= limits_.requests_running_max ||
        queued_bytes_ > limits_.reply_bytes_queued_to_ask) {
      return;
    }
    if (!in_flight.waiting) continue;
    ++running_;
    actions_.emplace_back(RunRequest{ticket, in_flight.request_id, std::move(*in_flight.waiting),
                                     in_flight.cancelled});
    in_flight.waiting.reset();
  }
}

}  // namespace capexdb::daemon
