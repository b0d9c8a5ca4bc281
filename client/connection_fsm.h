// A client's half of the protocol, without sockets, threads or clocks: bytes
// and ends go in; bytes to send and replies come out.
//
//   greeting --Welcome--> open --end, Error or a broken rule--> failed
//
// Hello is queued by the constructor. A request may be sent once the machine is
// open. Each reply is matched with its request; one that fits none is a fault
// of the server. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "capexdb/v1/envelope.pb.h"
#include "proto/model/error.h"
#include "proto/wire/frame.h"

namespace capexdb::client {

struct Reply {
  std::uint64_t request_id = 0;
  // The server's Error to this request comes as an error.
  Result<v1::ServerMessage> message = fail(Errc::internal, "no reply");
  bool last = false;  // nothing more comes for this request
};

class ConnectionFsm {
 public:
  enum class State { greeting, open, failed };

  explicit ConnectionFsm(const v1::Hello& hello);

  // Queues the request under an id of its own, which it sets and returns. Only
  // when open.
  std::uint64_t send(v1::ClientMessage& message);

  void on_bytes(std::string_view bytes);
  // The connection is over; `error` says how. Replies that came before are kept.
  void on_disconnected(Error error);

  // Replies in the order in which they came.
  std::optional<Reply> next_reply();
  bool has_reply() const { return !replies_.empty(); }

  bool has_output() const { return !output_.empty(); }
  std::string take_output();

  State state() const { return state_; }
  const v1::Welcome& welcome() const { return welcome_; }  // once open
  const Error& error() const { return error_; }            // once failed
  std::size_t in_flight() const { return in_flight_.size(); }
  std::uint64_t bytes_heard() const { return bytes_heard_; }

 private:
  using Case = v1::ServerMessage::MessageCase;

  void handle(v1::ServerMessage message);
  void handle_greeting(v1::ServerMessage message);
  void fail_protocol(const std::string& what);

  State state_ = State::greeting;
  wire::FrameReader reader_;
  std::string output_;
  std::deque<Reply> replies_;
  std::unordered_map<std::uint64_t, Case> in_flight_;  // by the reply that ends the request
  std::uint64_t last_request_id_ = 0;
  std::uint64_t bytes_heard_ = 0;
  v1::Welcome welcome_;
  Error error_;
};

}  // namespace capexdb::client
