#include "daemon/config.h"

#include <arpa/inet.h>
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "daemon/config_options.h"
#include "proto/model/text.h"

namespace capexdb::daemon {
namespace {

std::string variable_of(const Option& option) {
  std::string name = "CAPEXDB_" + to_upper_ascii(option.name);
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

bool is_loopback(const std::string& host) {
  in_addr v4{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24U == 127;
  in6_addr v6{};
  return ::inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

bool is_address(const std::string& host) {
  in6_addr any{};
  return ::inet_pton(AF_INET, host.c_str(), &any) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &any) == 1;
}

Result<void> check(const Config& config) {
  CAPEXDB_TRY(parse_listen(config.listen));
  static const std::vector<std::string> levels = {"debug", "info", "warn", "error"};
  if (std::find(levels.begin(), levels.end(), config.log_level) == levels.end()) {
    return fail(Errc::invalid_argument,
                "log_level is '" + config.log_level + "'; debug, info, warn and error are allowed");
  }
  if (config.plausibility.neighbours_min > config.plausibility.neighbours_max) {
    return fail(Errc::invalid_argument,
                "plausibility.neighbours_min is above plausibility.neighbours_max");
  }
  return {};
}

// The keys of a table of the file, and of those within it. `prefix` is its own name.
Result<void> set_table(Config& config, const toml::table& table, const std::string& prefix,
                       const std::string& file) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    const std::string where = file + ":" + std::to_string(key.source().begin.line);
    const Option* option = find_option(name);
    if (option != nullptr) {
      CAPEXDB_TRY(set_option(config, *option, node, where));
      continue;
    }
    if (is_table(name)) {
      const toml::table* inner = node.as_table();
      if (inner == nullptr) return wrong_setting(where, name + " needs a table: [" + name + "]");
      CAPEXDB_TRY(set_table(config, *inner, name + ".", file));
      continue;
    }
    const std::string near = nearest(name, option_names());
    return wrong_setting(where, "unknown option '" + name + "'" +
                                    (near.empty() ? "" : "; did you mean '" + near + "'?"));
  }
  return {};
}

}  // namespace

std::vector<std::string> option_names() {
  std::vector<std::string> names;
  for (const Option& option : options()) names.emplace_back(option.name);
  return names;
}

Result<Config> parse_config(std::string_view toml, const std::string& name) {
  Config config;
  try {
    const toml::table table = toml::parse(toml, name);
    CAPEXDB_TRY(set_table(config, table, {}, name));
  } catch (const toml::parse_error& error) {
    return wrong_setting(name + ":" + std::to_string(error.source().begin.line),
                         std::string(error.description()));
  }
  return config;
}

Result<Config> load_config(std::string file, const Environment& environment, const Flags& flags) {
  Config config;
  if (file.empty()) file = environment("CAPEXDB_CONFIG").value_or("");
  if (!file.empty()) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    // An empty file leaves `text` failed, but has been read.
    if (in) text << in.rdbuf();
    if (!in || in.bad()) {
      return fail(Errc::invalid_argument, "cannot read the configuration file " + file);
    }
    CAPEXDB_ASSIGN(config, parse_config(text.str(), file));
  }
  for (const Option& option : options()) {
    const std::string variable = variable_of(option);
    if (const auto value = environment(variable)) {
      CAPEXDB_TRY(set_option(config, option, *value, variable));
    }
  }
  for (const auto& [name, value] : flags) {
    const Option* option = find_option(name);
    if (option == nullptr) return fail(Errc::internal, "no option is called " + name);
    CAPEXDB_TRY(set_option(config, *option, value, "command line"));
  }
  CAPEXDB_TRY(check(config));
  if (config.data_dir.empty()) config.data_dir = default_data_dir(environment);
  return config;
}

std::string default_data_dir(const Environment& environment) {
  const auto set = [&](const char* name) { return environment(name).value_or(""); };
  if (std::string state = set("STATE_DIRECTORY"); !state.empty()) return state;
  if (const std::string state = set("XDG_STATE_HOME"); !state.empty()) return state + "/capexdb";
  if (const std::string home = set("HOME"); !home.empty()) return home + "/.local/state/capexdb";
  return "/var/lib/capexdb";
}

Result<ListenAddress> parse_listen(std::string_view text) {
  const std::string quoted = "the listen address '" + std::string(text) + "'";
  const std::size_t colon = text.rfind(':');
  const auto port =
      colon == std::string_view::npos ? std::nullopt : parse_unsigned(text.substr(colon + 1));
  if (!port || *port > 65'535) {
    return fail(Errc::invalid_argument, quoted + " is not HOST:PORT");
  }
  ListenAddress address;
  address.host = text.substr(0, colon);
  address.port = static_cast<std::uint16_t>(*port);
  if (address.host.size() > 2 && address.host.front() == '[' && address.host.back() == ']') {
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  if (address.host == "localhost") address.host = "127.0.0.1";
  if (!is_address(address.host)) {
    return fail(Errc::invalid_argument, quoted + " needs an IP address, such as 127.0.0.1");
  }
  if (!is_loopback(address.host)) {
    return fail(Errc::permission_denied,
                quoted +
                    " can be reached from other machines, and neither TLS nor tokens are "
                    "configured; listen on 127.0.0.1 or [::1] and reach it through a tunnel");
  }
  return address;
}

}  // namespace capexdb::daemon
