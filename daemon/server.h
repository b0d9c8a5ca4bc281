// The daemon while it serves: listens, keeps its connections apart, and joins
// them to the commit thread and the query threads.
//
// Threads: `net` (the one that calls run(): connections and timers; it never
// touches the store), `commit` (one), `query` (some). Work crosses by value
// through two bounded queues and comes back by a post to net.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "daemon/config.h"
#include "daemon/service.h"
#include "storage/feed/retention.h"

namespace capexdb::daemon {

struct ServerOptions {
  ListenAddress listen;
  SessionLimits session;
  std::size_t connections_max = limits::kConnectionsMax;
  std::size_t query_threads = 2;
  ServiceOptions service;
  storage::Retention retention;  // of the feed
};

class Server {
 public:
  // The store must outlive the server.
  Server(storage::EventStore& store, ServerOptions options);
  ~Server();

  // "127.0.0.1:7411", with the port that was chosen. Error: unavailable (the
  // address is in use), invalid_argument.
  Result<std::string> listen();

  enum class End { signal, store_failed };
  // Serves on this thread until SIGTERM or SIGINT, or until the store fails;
  // then takes no more requests, answers those it has, and returns: within
  // about 10 seconds after a signal, 2 after a failure, whatever peers do. A
  // second signal ends the process at once. After store_failed, leave without
  // destroying the server or the store.
  End run();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace capexdb::daemon
