#include "daemon/config.h"

#include <arpa/inet.h>
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <variant>

#include "proto/model/text.h"

namespace capexdb::daemon {
namespace {

using Text = std::string Config::*;
using Number = std::uint64_t Config::*;

struct Option {
  const char* name;
  std::variant<Text, Number> member;
  std::uint64_t min = 0;  // of a number
  std::uint64_t max = 0;
};

// The one table that the file, the environment, the flags and `config show` share.
const std::vector<Option>& options() {
  static const std::vector<Option> table = {
      {"listen", &Config::listen},
      {"data_dir", &Config::data_dir},
      {"catalog", &Config::catalog},
      {"log_level", &Config::log_level},
      {"query_threads", &Config::query_threads, 1, 256},
      {"query_rows_max", &Config::query_rows_max, 1, 10'000'000},
      {"query_deadline_ms", &Config::query_deadline_ms, 1, 3'600'000},
      {"query_memory_mib", &Config::query_memory_mib, 16, 1U << 20U},
      {"connections_max", &Config::connections_max, 1, 100'000},
      {"message_bytes_max", &Config::message_bytes_max, 64U << 10U, 64U << 20U},
      {"block_cache_mib", &Config::block_cache_mib, 8, 1U << 20U},
      {"write_buffer_mib", &Config::write_buffer_mib, 1, 4096},
  };
  return table;
}

const Option* find_option(std::string_view name) {
  const auto& all = options();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Option& option) { return option.name == name; });
  return found == all.end() ? nullptr : &*found;
}

tl::unexpected<Error> wrong(const std::string& where, const std::string& what) {
  return fail(Errc::invalid_argument, where + ": " + what);
}

Result<void> set_number(Config& config, const Option& option, std::uint64_t value,
                        const std::string& where) {
  if (value < option.min || value > option.max) {
    return wrong(where, std::string(option.name) + " is " + std::to_string(value) + "; " +
                            std::to_string(option.min) + " to " + std::to_string(option.max) +
                            " are allowed");
  }
  config.*std::get<Number>(option.member) = value;
  return {};
}

// From a variable or a flag.
Result<void> set_text(Config& config, const Option& option, const std::string& value,
                      const std::string& where) {
  if (const auto* text = std::get_if<Text>(&option.member)) {
    config.** text = value;
    return {};
  }
  const auto number = parse_unsigned(value);
  if (!number) {
    return wrong(where, std::string(option.name) + " is '" + value + "'; a whole number is needed");
  }
  return set_number(config, option, *number, where);
}

Result<void> set_node(Config& config, const Option& option, const toml::node& node,
                      const std::string& where) {
  if (const auto* text = std::get_if<Text>(&option.member)) {
    const auto value = node.value_exact<std::string>();
    if (!value) return wrong(where, std::string(option.name) + " needs a text in quotes");
    config.** text = *value;
    return {};
  }
  const auto value = node.value_exact<std::int64_t>();
  if (!value || *value < 0) {
    return wrong(where, std::string(option.name) + " needs a whole number");
  }
  return set_number(config, option, static_cast<std::uint64_t>(*value), where);
}

std::string variable_of(const Option& option) {
  std::string name = "CAPEXDB_";
  for (const char* c = option.name; *c != '\0'; ++c) {
    name.push_back(*c >= 'a' && *c <= 'z' ? static_cast<char>(*c - 'a' + 'A') : *c);
  }
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
    for (const auto& [key, node] : table) {
      const std::string where = name + ":" + std::to_string(key.source().begin.line);
      const Option* option = find_option(key.str());
      if (option == nullptr) {
        const std::string near = nearest(key.str(), option_names());
        return wrong(where, "unknown option '" + std::string(key.str()) + "'" +
                                (near.empty() ? "" : "; did you mean '" + near + "'?"));
      }
      CAPEXDB_TRY(set_node(config, *option, node, where));
    }
  } catch (const toml::parse_error& error) {
    return wrong(name + ":" + std::to_string(error.source().begin.line),
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
    if (!in || !(text << in.rdbuf())) {
      return fail(Errc::invalid_argument, "cannot read the configuration file " + file);
    }
    CAPEXDB_ASSIGN(config, parse_config(text.str(), file));
  }
  for (const Option& option : options()) {
    const std::string variable = variable_of(option);
    if (const auto value = environment(variable)) {
      CAPEXDB_TRY(set_text(config, option, *value, variable));
    }
  }
  for (const auto& [name, value] : flags) {
    const Option* option = find_option(name);
    if (option == nullptr) return fail(Errc::internal, "no option is called " + name);
    CAPEXDB_TRY(set_text(config, *option, value, "command line"));
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

std::string config_to_string(const Config& config) {
  std::ostringstream out;
  for (const Option& option : options()) {
    out << option.name << " = ";
    if (const auto* text = std::get_if<Text>(&option.member)) {
      out << toml::value<std::string>(config.**text);
    } else {
      out << config.*std::get<Number>(option.member);
    }
    out << '\n';
  }
  return out.str();
}

}  // namespace capexdb::daemon
