// A connection whose handshake is done: requests out, replies in.
#pragma once

#include <memory>
#include <optional>

#include "client/transport.h"

namespace capexdb::client {

class Connection {
 public:
  // Connects and shakes hands. Errors: unavailable, deadline_exceeded, the
  // server's refusal, or a broken protocol.
  static Result<std::unique_ptr<Connection>> open(const ClientOptions& options, Deadline deadline);

  const v1::Welcome& welcome() const { return fsm_.welcome(); }
  bool is_broken() const { return fsm_.state() == ConnectionFsm::State::failed; }

  std::uint64_t send(v1::ClientMessage& message) { return fsm_.send(message); }

  // The next reply. Empty when the deadline passes first; one in the past still
  // moves what can move without waiting. Error: the connection is broken.
  Result<std::optional<Reply>> wait(Deadline deadline);

 private:
  Connection(const v1::Hello& hello, std::unique_ptr<Transport> transport)
      : fsm_(hello), transport_(std::move(transport)) {}

  ConnectionFsm fsm_;
  std::unique_ptr<Transport> transport_;
};

}  // namespace capexdb::client
