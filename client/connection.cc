#include "client/connection.h"

#include <algorithm>

namespace capexdb::client {

Result<std::unique_ptr<Connection>> Connection::open(const ClientOptions& options,
                                                     Deadline deadline) {
  CAPEXDB_ASSIGN(const Endpoint endpoint, parse_endpoint(options.server));
  deadline = std::min(deadline, after(options.connect_timeout));
  v1::Hello hello;
  hello.set_client_name(options.client_name);
  hello.set_token(options.token);
  hello.set_producer_id(options.producer_id);
  hello.set_ephemeral_producer(options.ephemeral_producer);
  CAPEXDB_ASSIGN(auto transport, Transport::connect(endpoint, deadline));
  std::unique_ptr<Connection> connection(new Connection(hello, std::move(transport)));
  while (connection->fsm_.state() == ConnectionFsm::State::greeting) {
    if (!connection->transport_->step(connection->fsm_, deadline)) {
      return fail(Errc::deadline_exceeded, options.server +
                                               " takes connections but sends no "
                                               "Welcome; is it a capexd?");
    }
  }
  if (connection->is_broken()) return fail(connection->fsm_.error());
  return connection;
}

Result<std::optional<Reply>> Connection::wait(Deadline deadline) {
  for (;;) {
    if (auto reply = fsm_.next_reply()) return std::optional<Reply>(std::move(*reply));
    if (is_broken()) return fail(fsm_.error());
    if (!transport_->step(fsm_, deadline)) return std::optional<Reply>{};
  }
}

}  // namespace capexdb::client
