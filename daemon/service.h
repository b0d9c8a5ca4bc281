// Requests that read: run against the store, answered as frames ready to send.
// Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "daemon/counters.h"
#include "daemon/session.h"
#include "storage/query/engine.h"

namespace capexdb::daemon {

struct ServiceOptions {
  std::string data_dir;
  std::uint64_t started_at_us = 0;  // since 1970-01-01 UTC
  std::uint32_t query_rows_max = limits::kQueryRowsMax;
  std::chrono::milliseconds query_deadline = limits::kQueryDeadline;
  std::size_t query_bytes_max_of_all = limits::kQueryBytesMaxOfAll;  // one may take half
};

using Duration = std::chrono::steady_clock::duration;

// What a request needs of those around it while it is answered.
struct Answering {
  TimePoint received;  // when the request came: its deadline counts from then
  // Takes a part of the reply; waits while its peer has enough of them, and says how
  // long. The deadline is moved by that. Error: resource_exhausted.
  std::function<Result<Duration>(std::string frame)> send;
  // Called now and then; may wait, to let others go first, but not past the deadline.
  std::function<void(TimePoint deadline)> pause;
};

class Service {
 public:
  // Both must outlive the service.
  Service(const storage::EventStore& store, Counters& counters, ServiceOptions options);

  // Error: of the store, which cannot be read.
  Result<v1::Welcome> welcome(const std::string& producer_id) const;

  // The last frame of the reply; an Error for a request that fails.
  std::string answer(const RunRequest& request, const Answering& answering);

 private:
  std::string run(std::uint64_t request_id, const v1::QueryRequest& request,
                  const std::atomic<bool>& cancelled, const Answering& answering);
  Result<v1::ServerMessage> run(const v1::ShowRequest& request) const;
  Result<v1::ServerMessage> run(const v1::CatalogRequest& request) const;
  Result<v1::ServerMessage> run(const v1::StatusRequest& request) const;
  Result<v1::ServerMessage> run(const v1::QuarantineRequest& request) const;  // no decision
  Result<v1::ServerMessage> run(const v1::CursorRequest& request) const;

  const storage::EventStore& store_;
  Counters& counters_;
  const ServiceOptions options_;
  storage::QueryMemory query_memory_;
};

}  // namespace capexdb::daemon
