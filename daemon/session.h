// The protocol of one connection, without sockets, threads or clocks: bytes,
// ends, replies and ticks go in; bytes to send and actions to take come out.
//
//   expect_hello -> greeting -> open -> closing -> lingering -> closed
//
// A fault of the client (and of no other) puts an Error behind the replies
// that are already on their way and ends the connection: once everything is
// sent, the sending side is shut down and input is discarded until the peer
// closes or a deadline passes, so that the Error arrives.
//
// Memory is bounded: one message is parsed at a time, and nothing is read
// while a batch waits for the commit queue, too many requests are in flight,
// or too many bytes of questions wait to be answered or of replies to be sent.
// What is large (a message, a batch, a question) asks for its part of what all
// connections share, `Memory`. A message that was let in is read and taken to
// its end, and its peer has kMessageDeadline for it, so that the part comes back.
//
// One thread. After every call, perform take_actions() and look at
// has_output(), wants_read() and wants_work() again.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "daemon/batch_builder.h"
#include "daemon/envelope.h"
#include "daemon/memory.h"
#include "proto/model/limits.h"
#include "proto/wire/frame.h"

namespace capexdb::daemon {

using TimePoint = std::chrono::steady_clock::time_point;

struct SessionLimits {
  std::size_t message_bytes_max = limits::kMessageBytesMax;  // of the client's
  std::size_t reply_bytes_max = limits::kMessageBytesMax;    // of one message
  std::size_t batch_events_max = limits::kBatchEventsMax;
  std::size_t requests_in_flight_max = limits::kRequestsInFlightMax;
  std::size_t requests_running_max = 1;  // queries and the like; the others wait their turn
  std::size_t reply_bytes_queued_max = limits::kReplyBytesQueuedMax;       // above: reads nothing
  std::size_t reply_bytes_queued_to_ask = limits::kReplyBytesQueuedToAsk;  // above: runs no more
  // The first of these when there are too many on all connections.
  std::size_t reply_bytes_if_crowded = limits::kReplyBytesQueuedIfCrowded;
  std::uint32_t query_rows_max = limits::kQueryRowsMax;
  // Done before others get their turn: messages, and of a batch what is validated.
  std::size_t messages_per_turn = 16;
  BatchBuilder::Slice slice{500, std::size_t{256} << 10U};
};

// Names a request within its session; never 0.
using Ticket = std::uint64_t;
using CancelFlag = std::shared_ptr<std::atomic<bool>>;
using Request = std::variant<v1::QueryRequest, v1::ShowRequest, v1::CatalogRequest,
                             v1::StatusRequest, v1::QuarantineRequest, v1::CursorRequest>;

// Look up what Welcome says; answer with on_welcome.
struct Greet {
  v1::Hello hello;
};
// Hand over to the commit queue; when it took the batch, call on_submitted,
// and when it is committed, on_ingest_reply. One at a time.
struct SubmitBatch {
  Ticket ticket = 0;
  storage::Batch batch;
  std::size_t bytes = 0;
};
// Answer with on_reply, parts of it first with on_part_of_reply. `cancelled` is set
// when nobody waits any more.
struct RunRequest {
  Ticket ticket = 0;
  std::uint64_t request_id = 0;
  Request request;
  CancelFlag cancelled;
};
// Hand over to the commit queue; answer with on_ack_reply.
struct MoveCursor {
  Ticket ticket = 0;
  std::uint64_t request_id = 0;
  v1::Ack ack;
};
// Answer with on_feed, any number of times, and at last, perhaps, on_feed_end.
struct Subscribe {
  Ticket ticket = 0;
  std::uint64_t request_id = 0;
  v1::SubscribeRequest request;
};
struct AddCredit {
  Ticket ticket = 0;
  std::uint32_t changes = 0;
};
// Nobody waits for it any more.
struct Unsubscribe {
  Ticket ticket = 0;
};
// Everything is sent; shut the sending side down.
struct ShutdownSend {};
// The connection is over. Nothing follows.
struct Close {};
using Action = std::variant<Greet, SubmitBatch, RunRequest, MoveCursor, Subscribe, AddCredit,
                            Unsubscribe, ShutdownSend, Close>;

class Session {
 public:
  // `memory` must outlive the session. `on_memory_granted` is called while
  // another session speaks; call on_memory() once that has ended.
  Session(const SessionLimits& limits, TimePoint now, Memory& memory,
          std::function<void()> on_memory_granted);
  // This connection is only told why it is refused.
  void refuse(const Error& refusal, TimePoint now);

  // From the connection.
  void on_bytes(std::string_view bytes, TimePoint now);
  void on_end_of_stream(TimePoint now);  // the peer sends no more; it may still read
  void on_disconnected();
  void on_sent(std::size_t bytes, TimePoint now);

  // From the rest of the daemon. Replies to requests that are gone are ignored.
  void on_welcome(Result<v1::Welcome> welcome, TimePoint now);
  void on_submitted(TimePoint now);
  void on_ingest_reply(Ticket ticket, Result<v1::IngestReply> reply, TimePoint now);
  void on_reply(Ticket ticket, std::string frame, TimePoint now);
  void on_part_of_reply(Ticket ticket, std::string frame, TimePoint now);  // more will follow
  void on_ack_reply(Ticket ticket, std::string frame, TimePoint now);
  void on_feed(Ticket ticket, std::string frames, TimePoint now);
  void on_feed_end(Ticket ticket, std::string frames, TimePoint now);
  void on_work(TimePoint now);    // the next turn of what is more than one
  void on_memory(TimePoint now);  // what it waited for is there
  void on_tick(TimePoint now);
  void fence();  // a newer connection ingests as this producer
  // Take no more requests, answer those begun, close. After `grace` what still
  // runs is cancelled; after twice that the connection ends, whatever the peer
  // does. A later call can only shorten the time.
  void on_stop(TimePoint now, std::chrono::milliseconds grace);

  std::vector<Action> take_actions();
  // The next bytes to send; they count as queued until on_sent.
  std::string take_output();
  bool has_output() const { return !output_.empty(); }
  bool wants_read() const;
  std::size_t read_bytes_max() const;  // that it takes at once
  bool wants_work() const { return reads_messages() && (builder_.has_value() || turn_over_); }

  std::size_t queued_bytes() const { return queued_bytes_; }  // of replies; 0 once closed
  // Built and not handed out; above the bound no further message is taken.
  std::size_t waiting_bytes() const;

  bool is_closed() const { return state_ == State::closed; }
  // For logs: who it is, and the fault that ended it, if one did.
  const std::string& client_name() const { return client_name_; }
  const std::string& producer_id() const { return producer_.id; }
  const std::string& fault_text() const { return fault_text_; }

 private:
  enum class State { expect_hello, greeting, open, closing, lingering, closed };

  struct InFlight {
    std::uint64_t request_id = 0;
    CancelFlag cancelled;            // of a request; empty for an ingest
    bool is_question = false;        // whose answer comes in parts
    std::optional<Request> waiting;  // not started yet
    std::size_t bytes = 0;           // of the request
    std::unique_ptr<Budget::Share> share;
  };

  bool may_parse() const;
  bool may_queue_replies() const;
  bool reads_messages() const;
  void parse(TimePoint now);
  void await_rest(TimePoint now);
  bool has_room_for(const Outline& outline, std::size_t bytes);
  bool has_room_for_batch(std::size_t memory);
  void handle(Incoming incoming, std::uint64_t request_id, TimePoint now);
  void handle_hello(v1::Hello hello, std::uint64_t request_id, TimePoint now);
  void handle_ingest(internal::v1::RawIngestRequest request, std::uint64_t request_id,
                     TimePoint now);
  void handle_request(Request request, std::size_t bytes, std::uint64_t request_id);
  void handle_ack(v1::Ack ack, std::uint64_t request_id);
  void handle_subscribe(v1::SubscribeRequest request, std::uint64_t request_id, TimePoint now);
  void handle_credit(const v1::Credit& credit);
  void end_subscriptions(const std::function<bool(std::uint64_t request_id)>& which);
  void handle_cancel(std::uint64_t request_id, TimePoint now);
  void validate_slice();
  void start_waiting();
  void settle(TimePoint now);
  void check_message_deadline(TimePoint now);
  bool takes_replies_in_time(TimePoint now);
  void probe_peer(TimePoint now);
  bool holds_what_others_want() const;

  void send(std::string bytes, TimePoint now);
  void send_error(std::uint64_t request_id, const Error& error, TimePoint now);
  void fault(std::uint64_t request_id, const Error& error, TimePoint now);
  void begin_closing();
  void forget_input();
  void cancel_all();
  void close();

  const SessionLimits limits_;
  Memory& memory_;
  const std::function<void()> on_memory_granted_;
  State state_ = State::expect_hello;
  wire::FrameReader reader_{limits::kMessageBytesMaxBeforeHello};
  bool ended_ = false;     // the peer sends no more
  bool stopping_ = false;  // the daemon does not want more requests
  bool fenced_ = false;

  std::uint64_t hello_request_id_ = 0;
  std::string client_name_;
  Producer producer_;
  std::string fault_text_;

  Ticket last_ticket_ = 0;
  std::map<Ticket, InFlight> in_flight_;
  std::map<Ticket, std::uint64_t> subscriptions_;  // their request ids
  std::size_t running_ = 0;                        // of in_flight_, requests handed out
  std::optional<BatchBuilder> builder_;            // a batch that is being validated
  Ticket builder_ticket_ = 0;
  bool submitting_ = false;  // a batch that the commit queue has not taken yet
  bool turn_over_ = false;   // there may be more messages in reader_
  bool held_back_ = false;   // a large batch, until fewer replies wait everywhere

  Budget::Share message_share_;                    // of the message that is being received
  Budget::Share batch_share_;                      // of builder_, until the commit queue has it
  std::unique_ptr<Budget::Share> question_share_;  // of one that is not built yet

  std::deque<std::string> output_;
  std::size_t queued_bytes_ = 0;  // of output_ and of what was taken but is not sent
  std::vector<Action> actions_;

  TimePoint hello_deadline_;
  std::optional<TimePoint> message_begun_at_;  // the message whose rest is missing
  TimePoint progress_at_;                      // of sending
  std::optional<TimePoint> many_replies_since_;
  std::size_t taken_since_ = 0;  // bytes that the peer took since then
  TimePoint linger_deadline_;
  TimePoint stop_deadline_ = TimePoint::max();  // then requests that still run are cancelled
  TimePoint end_deadline_ = TimePoint::max();   // then the connection ends
};

}  // namespace capexdb::daemon
