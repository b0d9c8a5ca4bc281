#include "daemon/session.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "daemon/replies.h"

namespace capexdb::daemon {
namespace {

constexpr std::size_t kOutputChunkBytes = 64U << 10U;  // small replies share one write

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

Error error_of(Errc code, std::string message) { return Error{code, std::move(message)}; }

// A client takes no message above the limit that it was told; the verdicts'
// codes and fields say enough without their texts.
void fit(v1::IngestReply& reply, std::size_t bytes_max) {
  if (reply.ByteSizeLong() <= bytes_max) return;
  for (v1::Verdict& verdict : *reply.mutable_verdicts()) verdict.clear_message();
}

}  // namespace

Session::Session(const SessionLimits& limits, TimePoint now)
    : limits_(limits),
      hello_deadline_(now + limits::kHelloDeadline),
      progress_at_(now),
      linger_deadline_(now) {}

Session::Session(const SessionLimits& limits, TimePoint now, const Error& refusal)
    : Session(limits, now) {
  fault(0, refusal, now);
}

// ---- From the connection.

void Session::on_bytes(std::string_view bytes, TimePoint now) {
  if (!reads_messages() && state_ != State::greeting) return;  // discarded
  reader_.append(bytes);
  parse(now);
  settle(now);
}

void Session::on_end_of_stream(TimePoint now) {
  if (state_ == State::closed) return;
  ended_ = true;
  parse(now);
  settle(now);
}

void Session::on_disconnected() {
  if (state_ == State::closed) return;
  cancel_all();
  close();
}

void Session::on_sent(std::size_t bytes, TimePoint now) {
  if (state_ == State::closed) return;
  queued_bytes_ -= bytes;
  progress_at_ = now;
  parse(now);
  settle(now);
}

// ---- From the rest of the daemon.

void Session::on_welcome(Result<v1::Welcome> welcome, TimePoint now) {
  if (state_ != State::greeting) return;
  if (!welcome) {
    fault(hello_request_id_, welcome.error(), now);
    return settle(now);
  }
  welcome->set_protocol_version(kProtocolVersion);
  v1::Limits& limits = *welcome->mutable_limits();
  limits.set_message_bytes_max(limits_.message_bytes_max);
  limits.set_batch_events_max(static_cast<std::uint32_t>(limits_.batch_events_max));
  limits.set_requests_in_flight_max(static_cast<std::uint32_t>(limits_.requests_in_flight_max));
  limits.set_query_rows_max(limits_.query_rows_max);
  send(reply_frame(hello_request_id_,
                   [&](v1::ServerMessage& m) { *m.mutable_welcome() = std::move(*welcome); }),
       now);
  reader_.set_message_bytes_max(limits_.message_bytes_max);
  state_ = State::open;
  parse(now);
  settle(now);
}

void Session::on_submitted(TimePoint now) {
  submitting_ = false;
  parse(now);
  settle(now);
}

void Session::on_ingest_reply(Ticket ticket, Result<v1::IngestReply> reply, TimePoint now) {
  const auto found = in_flight_.find(ticket);
  if (found == in_flight_.end()) return;
  const std::uint64_t request_id = found->second.request_id;
  in_flight_.erase(found);
  if (reply) {
    fit(*reply, limits_.message_bytes_max);
    send(reply_frame(request_id,
                     [&](v1::ServerMessage& m) { *m.mutable_ingest() = std::move(*reply); }),
         now);
  } else {
    send_error(request_id, reply.error(), now);
  }
  parse(now);
  settle(now);
}

void Session::on_reply(Ticket ticket, std::vector<std::string> frames, TimePoint now) {
  const auto found = in_flight_.find(ticket);
  if (found == in_flight_.end()) return;
  in_flight_.erase(found);
  --running_;
  for (std::string& frame : frames) send(std::move(frame), now);
  parse(now);
  settle(now);
}

void Session::on_work(TimePoint now) {
  if (!wants_work()) return;
  validate_slice();
  settle(now);
}

void Session::on_tick(TimePoint now) {
  if (now >= end_deadline_ && state_ != State::closed) {
    fault_text_ = "the peer did not take its replies before the server stopped";
    return on_disconnected();
  }
  switch (state_) {
    case State::expect_hello:
      if (now >= hello_deadline_) {
        fault(0, error_of(Errc::deadline_exceeded, "no Hello came within 5 seconds"), now);
      }
      break;
    case State::lingering:
      if (now >= linger_deadline_) close();
      return;
    case State::closed:
      return;
    default:
      break;
  }
  if (message_begun_at_ && reads_messages()) {
    if (!may_parse()) {
      message_begun_at_ = now;  // it is this side that does not read
    } else if (now - *message_begun_at_ >= limits::kMessageDeadline) {
      fault(0,
            error_of(Errc::deadline_exceeded,
                     "only " + reader_.describe_pending() + " of a message came within 10 seconds"),
            now);
    }
  }
  if (now >= stop_deadline_) {
    for (auto& [ticket, in_flight] : in_flight_) {
      if (in_flight.cancelled) *in_flight.cancelled = true;
    }
  }
  if (queued_bytes_ > 0 && now - progress_at_ >= limits::kWriteDeadline) {
    fault_text_ = "the peer took no bytes for 30 seconds";
    return on_disconnected();
  }
  settle(now);
}

void Session::fence() { fenced_ = true; }

void Session::on_stop(TimePoint now, std::chrono::milliseconds grace) {
  if (state_ == State::closed) return;
  stopping_ = true;
  stop_deadline_ = std::min(stop_deadline_, now + grace);
  end_deadline_ = std::min(end_deadline_, now + 2 * grace);
  for (auto it = in_flight_.begin(); it != in_flight_.end();) {
    if (!it->second.waiting) {
      ++it;
      continue;
    }
    send_error(it->second.request_id,
               error_of(Errc::unavailable, "the server is stopping; ask again later"), now);
    it = in_flight_.erase(it);
  }
  settle(now);
}

// ---- What it wants.

std::vector<Action> Session::take_actions() { return std::exchange(actions_, {}); }

std::string Session::take_output() {
  if (output_.empty()) return {};
  std::string bytes = std::move(output_.front());
  output_.pop_front();
  return bytes;
}

bool Session::wants_read() const {
  if (ended_) return false;
  return state_ == State::closing || state_ == State::lingering || may_parse();
}

// ---- Messages.

bool Session::reads_messages() const {
  return state_ == State::expect_hello || state_ == State::open;
}

bool Session::may_parse() const {
  return reads_messages() && !stopping_ && !builder_ && !submitting_ &&
         in_flight_.size() < limits_.requests_in_flight_max &&
         queued_bytes_ <= limits_.reply_bytes_queued_max;
}

void Session::parse(TimePoint now) {
  while (may_parse()) {
    std::string_view bytes;
    const auto next = reader_.next(bytes);
    if (!next) return fault(0, next.error(), now);
    if (*next == wire::FrameReader::State::incomplete) {
      if (reader_.pending() == 0) return;
      if (!message_begun_at_) message_begun_at_ = now;
      if (ended_) {
        fault(
            0,
            error_of(Errc::invalid_argument, "the stream ended in the middle of a message, after " +
                                                 reader_.describe_pending()),
            now);
      }
      return;
    }
    message_begun_at_.reset();
    std::uint64_t request_id = 0;
    auto incoming = read_envelope(bytes, limits_.batch_events_max, request_id);
    if (!incoming) return fault(request_id, incoming.error(), now);
    handle(std::move(*incoming), request_id, now);
  }
}

void Session::handle(Incoming incoming, std::uint64_t request_id, TimePoint now) {
  if (auto* hello = std::get_if<v1::Hello>(&incoming)) {
    return handle_hello(std::move(*hello), request_id, now);
  }
  if (state_ == State::expect_hello) {
    return fault(request_id, error_of(Errc::failed_precondition, "the first message must be Hello"),
                 now);
  }
  std::visit(Overloaded{
                 [](v1::Hello&) {},
                 [&](Refused& refused) { send_error(request_id, refused.error, now); },
                 [&](internal::v1::RawIngestRequest& ingest) {
                   if (fenced_) {
                     return send_error(
                         request_id,
                         error_of(Errc::aborted, "a newer connection uses this producer id"), now);
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
                 [&](v1::Cancel& cancel) { handle_cancel(cancel.request_id(), now); },
                 [&](auto& request) {
                   InFlight& in_flight = in_flight_[++last_ticket_];
                   in_flight.request_id = request_id;
                   in_flight.cancelled = std::make_shared<std::atomic<bool>>(false);
                   in_flight.waiting = std::move(request);
                   start_waiting();
                 },
             },
             incoming);
}

void Session::handle_hello(v1::Hello hello, std::uint64_t request_id, TimePoint now) {
  if (state_ != State::expect_hello) {
    return fault(request_id, error_of(Errc::failed_precondition, "Hello comes once, at the start"),
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
  if (!builder) return send_error(request_id, builder.error(), now);
  builder_ticket_ = ++last_ticket_;
  in_flight_[builder_ticket_].request_id = request_id;
  builder_ = std::move(*builder);
  validate_slice();
}

void Session::validate_slice() {
  if (!builder_->step(limits_.events_per_slice)) return;
  actions_.emplace_back(SubmitBatch{builder_ticket_, builder_->take(), builder_->bytes()});
  builder_.reset();
  submitting_ = true;
}

void Session::handle_cancel(std::uint64_t request_id, TimePoint now) {
  for (auto it = in_flight_.begin(); it != in_flight_.end();) {
    InFlight& in_flight = it->second;
    if (in_flight.request_id == request_id && in_flight.waiting) {
      send_error(request_id, error_of(Errc::cancelled, "cancelled before it ran"), now);
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

// ---- Sending and ending.

void Session::settle(TimePoint now) {
  if (state_ == State::open && !stopping_) start_waiting();

  const bool idle = in_flight_.empty() && !builder_;
  const bool heard_all = ended_ && may_parse() && reader_.pending() == 0;
  if (reads_messages() && idle && (stopping_ || heard_all)) begin_closing();

  if (state_ == State::closing && queued_bytes_ == 0) {
    if (ended_) return close();
    actions_.emplace_back(ShutdownSend{});
    linger_deadline_ = now + limits::kLingerDeadline;
    state_ = State::lingering;
  } else if (state_ == State::lingering && ended_) {
    close();
  }
}

void Session::send(std::string bytes, TimePoint now) {
  if (bytes.empty()) return;
  if (queued_bytes_ == 0) progress_at_ = now;
  queued_bytes_ += bytes.size();
  if (!output_.empty() && output_.back().size() + bytes.size() <= kOutputChunkBytes) {
    output_.back() += bytes;
  } else {
    output_.push_back(std::move(bytes));
  }
}

void Session::send_error(std::uint64_t request_id, const Error& error, TimePoint now) {
  send(error_frame(request_id, error), now);
}

void Session::fault(std::uint64_t request_id, const Error& error, TimePoint now) {
  fault_text_ = error.message;
  send_error(request_id, error, now);
  begin_closing();
}

void Session::begin_closing() {
  cancel_all();
  builder_.reset();
  message_begun_at_.reset();
  reader_ = wire::FrameReader(0);
  state_ = State::closing;
}

void Session::cancel_all() {
  for (auto& [ticket, in_flight] : in_flight_) {
    if (in_flight.cancelled) *in_flight.cancelled = true;
  }
  in_flight_.clear();
  running_ = 0;
}

void Session::close() {
  state_ = State::closed;
  builder_.reset();
  output_.clear();
  queued_bytes_ = 0;
  actions_.emplace_back(Close{});
}

}  // namespace capexdb::daemon
