// Moves a ConnectionFsm's bytes over TCP, blocking with deadlines. The only
// file of the client that knows sockets. One thread.
#pragma once

#include <memory>

#include "capexdb/client.h"
#include "client/connection_fsm.h"
#include "client/endpoint.h"

namespace capexdb::client {

class Transport {
 public:
  // Errors: unavailable (refused, unknown host, ...), deadline_exceeded.
  static Result<std::unique_ptr<Transport>> connect(const Endpoint& endpoint, Deadline deadline);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  // Sends what `fsm` has to say and gives it what came in; waits for one of the
  // two. False when the deadline passed and nothing happened. A deadline that
  // has passed already still moves what can move without waiting. The end of
  // the connection goes into `fsm`.
  bool step(ConnectionFsm& fsm, Deadline deadline);

 private:
  struct Impl;
  explicit Transport(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace capexdb::client
