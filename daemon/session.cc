#include "daemon/session.h"

#include <algorithm>
#include <utility>

#include "daemon/replies.h"

namespace capexdb::daemon {
namespace {

constexpr std::size_t kOutputChunkBytes = 64U << 10U;  // small replies share one write

// A client takes no message above the limit; all codes are kept.
void fit(v1::IngestReply& reply, std::size_t bytes_max) {
  auto& verdicts = *reply.mutable_verdicts();
  if (reply.ByteSizeLong() <= bytes_max) return;
  for (v1::Verdict& verdict : verdicts) verdict.clear_message();
  if (reply.ByteSizeLong() <= bytes_max) return;
  for (v1::Verdict& verdict : verdicts) verdict.clear_field();
}

}  // namespace

Session::Session(const SessionLimits& limits, TimePoint now, Memory& memory,
                 std::function<void()> on_memory_granted)
    : limits_(limits),
      memory_(memory),
      on_memory_granted_(std::move(on_memory_granted)),
      message_share_(on_memory_granted_),
      batch_share_(on_memory_granted_),
      hello_deadline_(now + limits::kHelloDeadline),
      progress_at_(now),
      linger_deadline_(now) {}

void Session::refuse(const Error& refusal, TimePoint now) { fault(0, refusal, now); }

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
  taken_since_ += bytes;
  progress_at_ = now;
  if (queued_bytes_ <= limits_.reply_bytes_if_crowded) many_replies_since_.reset();
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
  batch_share_.release();
  parse(now);
  settle(now);
}

void Session::on_ingest_reply(Ticket ticket, Result<v1::IngestReply> reply, TimePoint now) {
  const auto found = in_flight_.find(ticket);
  if (found == in_flight_.end()) return;
  const std::uint64_t request_id = found->second.request_id;
  in_flight_.erase(found);
  if (reply) {
    fit(*reply, limits_.reply_bytes_max);
    send(reply_frame(request_id,
                     [&](v1::ServerMessage& m) { *m.mutable_ingest() = std::move(*reply); }),
         now);
  } else {
    send_error(request_id, reply.error(), now);
  }
  parse(now);
  settle(now);
}

void Session::on_part_of_reply(Ticket ticket, std::string frame, TimePoint now) {
  if (in_flight_.contains(ticket)) send(std::move(frame), now);
}

void Session::on_reply(Ticket ticket, std::string frame, TimePoint now) {
  const auto found = in_flight_.find(ticket);
  if (found == in_flight_.end()) return;
  in_flight_.erase(found);
  --running_;
  send(std::move(frame), now);
  parse(now);
  settle(now);
}

void Session::on_ack_reply(Ticket ticket, std::string frame, TimePoint now) {
  if (in_flight_.erase(ticket) == 0) return;
  send(std::move(frame), now);
  parse(now);
  settle(now);
}

void Session::on_feed(Ticket ticket, std::string frames, TimePoint now) {
  if (subscriptions_.contains(ticket)) send(std::move(frames), now);
}

void Session::on_feed_end(Ticket ticket, std::string frames, TimePoint now) {
  if (subscriptions_.erase(ticket) == 0) return;
  send(std::move(frames), now);
  settle(now);
}

void Session::on_work(TimePoint now) {
  if (!wants_work()) return;
  turn_over_ = false;
  if (builder_) {
    validate_slice();
  } else {
    parse(now);
  }
  settle(now);
}

void Session::on_memory(TimePoint now) {
  parse(now);
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
        fault(0, Error{Errc::deadline_exceeded, "no Hello came within 5 seconds"}, now);
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
  check_message_deadline(now);
  if (now >= stop_deadline_) {
    for (auto& [ticket, in_flight] : in_flight_) {
      if (in_flight.cancelled) *in_flight.cancelled = true;
    }
  }
  if (!takes_replies_in_time(now)) return on_disconnected();
  probe_peer(now);
  parse(now);  // what all connections hold together may have gone down
  settle(now);
}

void Session::check_message_deadline(TimePoint now) {
  if (!message_begun_at_ || !reads_messages()) return;
  if (!may_parse()) {
    message_begun_at_ = now;  // it is this side that does not read
    return;
  }
  const auto age = now - *message_begun_at_;
  if (age >= limits::kMessageDeadline) {
    fault(0,
          Error{Errc::deadline_exceeded,
                "only " + reader_.describe_pending() + " of a message came within 10 seconds"},
          now);
    return;
  }
  const std::chrono::milliseconds earned(reader_.pending() / limits::kMessageBytesPerMs);
  if (message_share_.is_wanted() && age >= limits::kMessagePatience + earned) {
    fault(0,
          Error{Errc::resource_exhausted,
                "only " + reader_.describe_pending() +
                    " of a message came while others wait for its room; send it faster, later "
                    "or in smaller ones"},
          now);
  }
}

bool Session::takes_replies_in_time(TimePoint now) {
  if (queued_bytes_ > 0 && now - progress_at_ >= limits::kWriteDeadline) {
    fault_text_ = "the peer took no bytes for 30 seconds";
    return false;
  }
  if (!many_replies_since_ || now - *many_replies_since_ < limits::kWriteDeadline) return true;
  // Of an answer that is made while it is read there is always more.
  if (taken_since_ >= limits::kReplyBytesMadeAhead) {
    many_replies_since_ = now;
    taken_since_ = 0;
    return true;
  }
  if (holds_what_others_want()) {
    fault_text_ = "the peer took its replies too slowly while others wait for their room";
    return false;
  }
  return true;
}

// A peer that is gone and one that only sends no more look alike until something is
// sent to them: a chunk without rows, while a question of theirs is running.
void Session::probe_peer(TimePoint now) {
  if (!ended_ || queued_bytes_ != 0) return;
  for (const auto& [ticket, in_flight] : in_flight_) {
    if (!in_flight.is_question || in_flight.waiting) continue;
    return send(
        reply_frame(in_flight.request_id, [](v1::ServerMessage& m) { m.mutable_query_chunk(); }),
        now);
  }
}

bool Session::holds_what_others_want() const {
  return memory_.is_crowded() ||
         std::any_of(in_flight_.begin(), in_flight_.end(), [](const auto& entry) {
           return entry.second.share && entry.second.share->is_wanted();
         });
}

void Session::fence() { fenced_ = true; }

void Session::on_stop(TimePoint now, std::chrono::milliseconds grace) {
  if (state_ == State::closed) return;
  stopping_ = true;
  stop_deadline_ = std::min(stop_deadline_, now + grace);
  end_deadline_ = std::min(end_deadline_, now + 2 * grace);
  end_subscriptions([&](std::uint64_t request_id) {
    send_error(request_id,
               Error{Errc::unavailable, "the server is stopping; subscribe again later"}, now);
    return true;
  });
  for (auto it = in_flight_.begin(); it != in_flight_.end();) {
    if (!it->second.waiting) {
      ++it;
      continue;
    }
    send_error(it->second.request_id,
               Error{Errc::unavailable, "the server is stopping; ask again later"}, now);
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

std::size_t Session::read_bytes_max() const {
  if (!message_share_.is_held()) return limits::kUnaskedBytes;
  return std::max<std::size_t>(1, reader_.announced() - reader_.pending());
}

bool Session::wants_read() const {
  if (ended_) return false;
  return state_ == State::closing || state_ == State::lingering || may_parse();
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
  if (queued_bytes_ > limits_.reply_bytes_if_crowded && !many_replies_since_) {
    many_replies_since_ = now;
    taken_since_ = 0;
  }
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
  forget_input();
  state_ = State::closing;
}

// A batch that waits for the commit queue is still there, and so is its share.
void Session::forget_input() {
  builder_.reset();
  turn_over_ = false;
  message_begun_at_.reset();
  reader_ = wire::FrameReader(0);
  message_share_.release();
  question_share_.reset();
  if (!submitting_) batch_share_.release();
}

void Session::cancel_all() {
  for (auto& [ticket, in_flight] : in_flight_) {
    if (in_flight.cancelled) *in_flight.cancelled = true;
  }
  in_flight_.clear();
  running_ = 0;
  end_subscriptions([](std::uint64_t) { return true; });
}

void Session::close() {
  state_ = State::closed;
  forget_input();
  output_.clear();
  queued_bytes_ = 0;
  actions_.emplace_back(Close{});
}

}  // namespace capexdb::daemon
