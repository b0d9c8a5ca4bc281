// The daemon's settings: flag over CAPEXDB_* over file over default.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/model/error.h"
#include "proto/model/limits.h"
#include "proto/model/plausibility_rules.h"

namespace capexdb::daemon {

// Text, integers, flags and lists only; each field's name is its key in the file, and
// with CAPEXDB_ before it and in upper case its variable. Keys of tables have a point,
// their variables '_' for it: plausibility.hold, CAPEXDB_PLAUSIBILITY_HOLD. Documented
// in config/capexd.toml.
struct Config {
  std::string listen = "127.0.0.1:7411";
  std::string data_dir;  // empty: default_data_dir()
  std::string catalog;   // empty: the one that is built in
  std::string log_level = "info";
  std::uint64_t query_threads = 2;
  std::uint64_t query_rows_max = 1'000'000;
  std::uint64_t query_deadline_ms = 30'000;
  std::uint64_t query_memory_mib = limits::kQueryBytesMaxOfAll >> 20U;
  std::uint64_t connections_max = 2'000;
  std::uint64_t message_bytes_max = 16U << 20U;
  std::uint64_t block_cache_mib = 256;
  std::uint64_t write_buffer_mib = 64;
  struct Feed {
    std::uint64_t retention_events = 0;  // 0: all
    std::uint64_t retention_days = 0;    // 0: all

    friend bool operator==(const Feed&, const Feed&) = default;
  };
  Feed feed;
  PlausibilityRules plausibility;

  friend bool operator==(const Config&, const Config&) = default;
};

// A variable's value, or nothing.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
// Keys and values as the command line gives them.
using Flags = std::vector<std::pair<std::string, std::string>>;

std::vector<std::string> option_names();

// The defaults with a file's settings over them. `name` is for messages.
// Errors (invalid_argument) name the line, and for an unknown key the nearest.
Result<Config> parse_config(std::string_view toml, const std::string& name);

// All of it: `file` (empty: CAPEXDB_CONFIG, or none), environment and flags;
// data_dir is filled in. Error: invalid_argument, or permission_denied for a
// listen address that is not the machine's own.
Result<Config> load_config(std::string file, const Environment& environment, const Flags& flags);

// Where the data is when nobody says: systemd's STATE_DIRECTORY, else
// $XDG_STATE_HOME/capexdb, else ~/.local/state/capexdb, else /var/lib/capexdb.
std::string default_data_dir(const Environment& environment);

// "127.0.0.1:7411", "[::1]:0", "localhost:7411". Errors as load_config's.
struct ListenAddress {
  std::string host;        // an IP address of this machine itself
  std::uint16_t port = 0;  // 0: any free one
};
Result<ListenAddress> parse_listen(std::string_view text);

// As TOML, one line per option.
std::string config_to_string(const Config& config);

}  // namespace capexdb::daemon
