// Moves a ConnectionFsm's bytes over TCP, blocking with deadlines. With
// address_lookup.h all that the client knows of sockets. One thread.
#pragma once

#include <memory>

#include "capexdb/client.h"
#include "client/connection_fsm.h"
#include "client/endpoint.h"

namespace capexdb::client {

class Transport {
 public:
  // Begins to connect and does not wait. Error: internal, no socket can be made.
  static Result<std::unique_ptr<Transport>> begin(const Endpoint& endpoint);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  // Goes on connecting; true once the connection stands. False when the
  // deadline passes first; call again then. Error: unavailable (refused,
  // unknown host, ...).
  Result<bool> connect(Deadline deadline);

  // Of a connection that stands: sends what `fsm` has to say and gives it what
  // came in; waits for one of the two. False when the deadline passed and
  // nothing happened. A deadline that has passed already still moves what can
  // move without waiting. The end of the connection goes into `fsm`.
  bool step(ConnectionFsm& fsm, Deadline deadline);

 private:
  struct Impl;
  explicit Transport(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace capexdb::client
