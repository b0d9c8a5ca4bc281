// The addresses of a host, found without ever holding up who waits for them.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "capexdb/client.h"
#include "client/endpoint.h"

namespace capexdb::client {

using Addresses = std::vector<boost::asio::ip::tcp::endpoint>;

// Asks the system. Error: unavailable. Blocks for as long as the system likes.
Result<Addresses> resolve(const Endpoint& endpoint);

class AddressLookup {
 public:
  using Resolver = std::function<Result<Addresses>(const Endpoint&)>;

  // A numeric host needs no resolver. Any other is asked for on a thread that
  // nobody waits for: a resolver cannot be interrupted, so an object that is
  // gone leaves it behind with a state of its own.
  explicit AddressLookup(const Endpoint& endpoint, Resolver resolver = resolve);

  // Empty when the deadline passes first; ask again then.
  std::optional<Result<Addresses>> wait(Deadline deadline) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace capexdb::client
