// capexd serve: directory, store, socket; serve; and the same backwards.
#include <google/protobuf/stubs/logging.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>

#include "daemon/catalog_file.h"
#include "daemon/commands.h"
#include "daemon/data_dir.h"
#include "daemon/exit_codes.h"
#include "daemon/server.h"
#include "proto/model/text.h"

namespace capexdb::daemon {
namespace {

void start_logging(const std::string& level) {
  auto logger = spdlog::stderr_logger_mt("capexd");
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  logger->set_level(spdlog::level::from_str(level));
  spdlog::set_default_logger(std::move(logger));
  // It says what its callers report anyway, once for every bad message.
  google::protobuf::SetLogHandler(
      [](google::protobuf::LogLevel, const char*, int, const std::string& text) {
        spdlog::debug("protobuf {}", text);
      });
}

// RocksDB says much that matters only when something is wrong.
void log_store(storage::LogLevel level, const std::string& line) {
  const std::string_view text = trim(line);
  switch (level) {
    case storage::LogLevel::error:
      return spdlog::error("rocksdb {}", text);
    case storage::LogLevel::warn:
      return spdlog::warn("rocksdb {}", text);
    case storage::LogLevel::info:
    case storage::LogLevel::debug:
      return spdlog::debug("rocksdb {}", text);
  }
}

// A connection is a file descriptor, and so is an open table of the store.
void allow_many_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

Result<storage::StoreOptions> store_options(const Config& config, const DataDir& directory) {
  storage::StoreOptions options;
  options.path = directory.store_path();
  CAPEXDB_ASSIGN(options.seed, load_catalog(config.catalog));
  options.block_cache_bytes = config.block_cache_mib << 20U;
  options.write_buffer_bytes = config.write_buffer_mib << 20U;
  options.log = log_store;
  options.plausibility = config.plausibility;
  return options;
}

Result<ServerOptions> server_options(const Config& config, const DataDir& directory) {
  using std::chrono::system_clock;
  ServerOptions options;
  CAPEXDB_ASSIGN(options.listen, parse_listen(config.listen));
  options.connections_max = config.connections_max;
  options.retention = {config.feed.retention_events, config.feed.retention_days};
  options.query_threads = config.query_threads;
  // One client leaves a thread to the others.
  options.session.requests_running_max = std::max<std::size_t>(options.query_threads, 2) - 1;
  options.session.message_bytes_max = config.message_bytes_max;
  options.session.query_rows_max = static_cast<std::uint32_t>(config.query_rows_max);
  options.service.data_dir = directory.path();
  options.service.started_at_us = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(system_clock::now().time_since_epoch())
          .count());
  options.service.query_rows_max = options.session.query_rows_max;
  options.service.query_bytes_max_of_all = config.query_memory_mib << 20U;
  options.service.query_deadline = std::chrono::milliseconds(config.query_deadline_ms);
  return options;
}

}  // namespace

int serve(const Config& config) {
  ::umask(077);
  std::signal(SIGPIPE, SIG_IGN);
  allow_many_files();
  start_logging(config.log_level);

  const auto directory = DataDir::open(config.data_dir, Missing::create);
  if (!directory) return report(directory.error());
  directory->remove_endpoint();  // of a daemon that was killed

  auto for_store = store_options(config, *directory);
  if (!for_store) return report(for_store.error());
  const auto store = storage::EventStore::open(std::move(*for_store));
  if (!store) return report(store.error());

  auto for_server = server_options(config, *directory);
  if (!for_server) return report(for_server.error());
  Server server(**store, std::move(*for_server));
  const auto address = server.listen();
  if (!address) return report(address.error());
  if (const auto written = directory->write_endpoint(*address); !written) {
    return report(written.error());
  }
  spdlog::info("listening address={} data_dir={} sequence={} version={}", *address,
               directory->path(), (*store)->last_sequence(), CAPEXDB_VERSION);

  if (server.run() == Server::End::store_failed) {
    // RocksDB aborts when a store whose write failed is synced or closed, so it
    // is left as a crash would leave it.
    spdlog::critical("ending code={}", kExitInternal);
    spdlog::default_logger()->flush();
    std::_Exit(kExitInternal);
  }
  directory->remove_endpoint();
  spdlog::info("stopped sequence={}", (*store)->last_sequence());
  return kExitOk;
}

}  // namespace capexdb::daemon
