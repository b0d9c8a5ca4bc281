#include "client/connection.h"

#include <algorithm>

namespace capexdb::client {
namespace {

bool has_passed(Deadline deadline) { return std::chrono::steady_clock::now() >= deadline; }

}  // namespace

Result<std::unique_ptr<Connection>> Connection::begin(const ClientOptions& options) {
  CAPEXDB_ASSIGN(const Endpoint endpoint, parse_endpoint(options.server));
  v1::Hello hello;
  hello.set_client_name(options.client_name);
  hello.set_token(options.token);
  hello.set_producer_id(options.producer_id);
  hello.set_ephemeral_producer(options.ephemeral_producer);
  CAPEXDB_ASSIGN(auto transport, Transport::begin(endpoint));
  return std::unique_ptr<Connection>(
      new Connection(hello, std::move(transport), options.server, after(options.connect_timeout)));
}

Result<bool> Connection::finish_opening(Deadline deadline) {
  deadline = std::min(deadline, give_up_at_);
  CAPEXDB_ASSIGN(const bool connected, transport_->connect(deadline));
  if (!connected) {
    if (!has_passed(give_up_at_)) return false;
    return fail(Errc::unavailable, "no connection to " + server_ + " in time");
  }
  while (fsm_.state() == ConnectionFsm::State::greeting) {
    transport_->step(fsm_, deadline);
    if (fsm_.state() != ConnectionFsm::State::greeting || !has_passed(deadline)) continue;
    if (!has_passed(give_up_at_)) return false;
    return fail(Errc::unavailable, server_ +
                                       " takes connections but sends no Welcome in time; is it a "
                                       "capexd?");
  }
  if (is_broken()) return fail(fsm_.error());
  heard_at_ = std::chrono::steady_clock::now();
  return true;
}

Result<std::unique_ptr<Connection>> Connection::open(const ClientOptions& options,
                                                     Deadline deadline) {
  CAPEXDB_ASSIGN(auto connection, begin(options));
  connection->give_up_at_ = std::min(connection->give_up_at_, deadline);
  for (;;) {
    CAPEXDB_ASSIGN(const bool is_open, connection->finish_opening(connection->give_up_at_));
    if (is_open) return connection;
  }
}

Result<std::optional<Reply>> Connection::wait(Deadline deadline) {
  for (bool late = false;;) {
    if (auto reply = fsm_.next_reply()) return std::optional<Reply>(std::move(*reply));
    if (is_broken()) return fail(fsm_.error());
    if (late) return std::optional<Reply>{};
    const std::uint64_t heard = fsm_.bytes_heard();
    late = !transport_->step(fsm_, deadline) || has_passed(deadline);
    if (fsm_.bytes_heard() != heard) heard_at_ = std::chrono::steady_clock::now();
  }
}

}  // namespace capexdb::client
