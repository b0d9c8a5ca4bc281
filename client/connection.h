// A connection whose handshake is done: requests out, replies in.
#pragma once

#include <memory>
#include <optional>

#include "client/transport.h"

namespace capexdb::client {

class Connection {
 public:
  // Connects and shakes hands, within options.connect_timeout and the deadline.
  // Errors: unavailable (also when that takes too long), the server's refusal,
  // or a broken protocol.
  static Result<std::unique_ptr<Connection>> open(const ClientOptions& options, Deadline deadline);

  // The same piece by piece, for callers that cannot wait so long: begin() does
  // not wait and finish_opening() goes on; true once the connection is open,
  // false when the deadline passes first. Errors: as open().
  static Result<std::unique_ptr<Connection>> begin(const ClientOptions& options);
  Result<bool> finish_opening(Deadline deadline);

  const v1::Welcome& welcome() const { return fsm_.welcome(); }
  bool is_broken() const { return fsm_.state() == ConnectionFsm::State::failed; }

  std::uint64_t send(v1::ClientMessage& message) { return fsm_.send(message); }

  // The next reply. Empty when the deadline passes first, however many bytes
  // come; one in the past still moves what can move without waiting. Error: the
  // connection is broken.
  Result<std::optional<Reply>> wait(Deadline deadline);
  // The next wait() has one without waiting.
  bool has_reply() const { return fsm_.has_reply(); }

  // When wait() last saw bytes of the server; at first when the handshake was done.
  Deadline heard_at() const { return heard_at_; }

 private:
  Connection(const v1::Hello& hello, std::unique_ptr<Transport> transport, std::string server,
             Deadline give_up_at)
      : fsm_(hello),
        transport_(std::move(transport)),
        server_(std::move(server)),
        give_up_at_(give_up_at) {}

  ConnectionFsm fsm_;
  std::unique_ptr<Transport> transport_;
  std::string server_;
  Deadline give_up_at_;  // of the opening
  Deadline heard_at_{};
};

}  // namespace capexdb::client
