// Where a server listens.
#pragma once

#include <string>
#include <string_view>

#include "proto/model/error.h"

namespace capexdb::client {

struct Endpoint {
  std::string host;  // a name or an address, without brackets
  std::string port;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// "localhost:7411", "127.0.0.1:7411", "[::1]:7411". Error: invalid_argument.
Result<Endpoint> parse_endpoint(std::string_view text);

}  // namespace capexdb::client
