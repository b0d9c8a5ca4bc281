#include "client/endpoint.h"

#include "proto/model/text.h"

namespace capexdb::client {

Result<Endpoint> parse_endpoint(std::string_view text) {
  const auto wrong = [&] {
    return fail(Errc::invalid_argument, "\"" + std::string(text) +
                                            "\" is no server address; write HOST:PORT, as in "
                                            "127.0.0.1:7411 or [::1]:7411");
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong();
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return wrong();  // an IPv6 address without brackets
  }
  const auto number = parse_unsigned(port);
  if (host.empty() || !number || *number == 0 || *number > 65535) return wrong();
  return Endpoint{std::string(host), std::string(port)};
}

}  // namespace capexdb::client
