// A session with both its ends: the client's bytes and the daemon's replies.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "daemon/session.h"

namespace capexdb::daemon {

// Performs the session's actions the way the daemon does, but only when told
// to where that matters. Time moves when the test says so.
class Script {
 public:
  explicit Script(SessionLimits limits = {}) : Script(limits, std::make_shared<Memory>()) {}
  // One of several sessions.
  Script(SessionLimits limits, std::shared_ptr<Memory> memory)
      : memory_(std::move(memory)), session_(limits, now_, *memory_, [this] { granted_ = true; }) {}

  // ---- The client's end.

  void bytes(std::string_view text) {
    session_.on_bytes(text, now_);
    perform();
  }
  void send(const v1::ClientMessage& message) { bytes(wire::frame(message)); }
  void end() {
    session_.on_end_of_stream(now_);
    perform();
  }
  void hello(const std::string& producer_id = "p") { send(hello_message(producer_id)); }

  // ---- The daemon's end.

  void reply_ingest(Ticket ticket, std::uint64_t batch_number) {
    v1::IngestReply reply;
    reply.set_batch_number(batch_number);
    session_.on_ingest_reply(ticket, reply, now_);
    perform();
  }
  // A part of an answer, which is not the last one.
  void part_of_reply(const RunRequest& request) {
    v1::ServerMessage message;
    message.set_request_id(request.request_id);
    message.mutable_query_chunk()->add_rows()->set_company("alibaba");
    session_.on_part_of_reply(request.ticket, wire::frame(message), now_);
    perform();
  }
  // Answers a request with one QueryDone of about `bytes`.
  void reply_query(const RunRequest& request, std::size_t bytes = 1) {
    v1::ServerMessage message;
    message.set_request_id(request.request_id);
    message.mutable_query_done()->set_token(std::string(bytes, 't'));
    session_.on_reply(request.ticket, wire::frame(message), now_);
    perform();
  }
  // What the feed sends of a subscription.
  void progress(const Subscribe& subscription, std::uint64_t sequence) {
    v1::ServerMessage message;
    message.set_request_id(subscription.request_id);
    message.mutable_progress()->set_sequence(sequence);
    session_.on_feed(subscription.ticket, wire::frame(message), now_);
    perform();
  }
  void end_of_feed(const Subscribe& subscription) {
    session_.on_feed_end(subscription.ticket, error_of(subscription.request_id), now_);
    perform();
  }
  void reply_ack(const MoveCursor& move) {
    v1::ServerMessage message;
    message.set_request_id(move.request_id);
    message.mutable_ack()->set_sequence(move.ack.sequence());
    session_.on_ack_reply(move.ticket, wire::frame(message), now_);
    perform();
  }
  void submitted() {
    session_.on_submitted(now_);
    perform();
  }
  void pass(std::chrono::milliseconds time) {
    now_ += time;
    session_.on_tick(now_);
    perform();
  }
  void stop() {
    session_.on_stop(now_, std::chrono::seconds(5));
    perform();
  }
  void work() {
    session_.on_work(now_);
    perform();
  }
  // What the daemon posts when memory comes free; true if that was so.
  bool take_memory() {
    if (!std::exchange(granted_, false)) return false;
    session_.on_memory(now_);
    perform();
    return true;
  }

  bool takes_batches = true;  // the commit queue has room
  bool peer_reads = true;     // the client takes what is sent

  // ---- What happened.

  Session& session() { return session_; }
  TimePoint now() const { return now_; }
  std::vector<v1::ServerMessage> received;
  std::vector<SubmitBatch> batches;
  std::vector<RunRequest> requests;
  std::vector<MoveCursor> acks;
  std::vector<Subscribe> subscribed;
  std::vector<AddCredit> credits;
  std::vector<Ticket> unsubscribed;
  bool send_shut_down = false;
  bool closed = false;

  std::vector<v1::ServerMessage> take_received() { return std::exchange(received, {}); }

  void perform() {
    for (;;) {
      auto actions = session_.take_actions();
      for (Action& action : actions) std::visit([this](auto& it) { act(it); }, action);
      if (peer_reads && session_.has_output()) {
        const std::string output = session_.take_output();
        to_client_.append(output);
        session_.on_sent(output.size(), now_);
      } else if (actions.empty()) {
        break;
      }
    }
    std::string_view message;
    for (;;) {
      const auto next = to_client_.next(message);
      ASSERT_TRUE(next.has_value());
      if (*next == wire::FrameReader::State::incomplete) break;
      ASSERT_TRUE(
          received.emplace_back().ParseFromArray(message.data(), static_cast<int>(message.size())));
    }
  }

  // ---- Messages.

  static std::string error_of(std::uint64_t request_id) {
    v1::ServerMessage message;
    message.set_request_id(request_id);
    message.mutable_error()->set_code(15);
    return wire::frame(message);
  }
  static v1::ClientMessage hello_message(const std::string& producer_id) {
    v1::ClientMessage message;
    message.set_request_id(1);
    message.mutable_hello()->set_protocol_version(1);
    message.mutable_hello()->set_client_name("test");
    message.mutable_hello()->set_producer_id(producer_id);
    return message;
  }
  static v1::ClientMessage ping(std::uint64_t request_id, std::uint64_t nonce = 7) {
    v1::ClientMessage message;
    message.set_request_id(request_id);
    message.mutable_ping()->set_nonce(nonce);
    return message;
  }
  static v1::ClientMessage query(std::uint64_t request_id) {
    v1::ClientMessage message;
    message.set_request_id(request_id);
    message.mutable_query()->set_kind(v1::QUERY_KIND_CELLS);
    message.mutable_query()->add_select("alibaba");
    return message;
  }
  static v1::ClientMessage subscribe(std::uint64_t request_id, std::uint32_t credit = 10) {
    v1::ClientMessage message;
    message.set_request_id(request_id);
    message.mutable_subscribe()->set_credit(credit);
    return message;
  }
  static v1::ClientMessage ack(std::uint64_t request_id) {
    v1::ClientMessage message;
    message.set_request_id(request_id);
    message.mutable_ack()->set_cursor("desk");
    return message;
  }
  static v1::ClientMessage cancel(std::uint64_t request_id, std::uint64_t which) {
    v1::ClientMessage message;
    message.set_request_id(request_id);
    message.mutable_cancel()->set_request_id(which);
    return message;
  }
  static v1::Event event(const std::string& value = "23000000000") {
    v1::Event event;
    event.mutable_source()->set_publisher("Financial Times");
    event.mutable_source()->set_title("Capex doubles");
    event.set_published_at("2024-08-26");
    event.mutable_capex()->mutable_subject()->set_name("alibaba");
    event.mutable_capex()->mutable_period()->set_label("2024-H1");
    event.mutable_capex()->mutable_amount()->set_value(value);
    event.mutable_capex()->mutable_amount()->set_unit("CNY");
    return event;
  }
  static v1::ClientMessage ingest(std::uint64_t request_id, std::uint64_t batch_number,
                                  int events = 1) {
    v1::ClientMessage message;
    message.set_request_id(request_id);
    message.mutable_ingest()->set_producer_id("p");
    message.mutable_ingest()->set_batch_number(batch_number);
    for (int i = 0; i < events; ++i) *message.mutable_ingest()->add_events() = event();
    return message;
  }

 private:
  void act(Greet&) {
    v1::Welcome welcome;
    welcome.set_last_sequence(89);
    welcome.set_last_batch_number(4);
    session_.on_welcome(welcome, now_);
  }
  void act(SubmitBatch& action) {
    batches.push_back(std::move(action));
    if (takes_batches) session_.on_submitted(now_);
  }
  void act(RunRequest& action) { requests.push_back(std::move(action)); }
  void act(MoveCursor& action) { acks.push_back(std::move(action)); }
  void act(Subscribe& action) { subscribed.push_back(std::move(action)); }
  void act(AddCredit& action) { credits.push_back(action); }
  void act(Unsubscribe& action) { unsubscribed.push_back(action.ticket); }
  void act(ShutdownSend&) { send_shut_down = true; }
  void act(Close&) { closed = true; }

  TimePoint now_{std::chrono::hours(1)};
  const std::shared_ptr<Memory> memory_;
  bool granted_ = false;
  Session session_;
  wire::FrameReader to_client_{64U << 20U};
};

}  // namespace capexdb::daemon
