// Requests that read: run against the store, answered as frames ready to send.
// Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/counters.h"
#include "daemon/session.h"

namespace capexdb::daemon {

struct ServiceOptions {
  std::string data_dir;
  std::uint64_t started_at_us = 0;  // since 1970-01-01 UTC
  std::uint32_t query_rows_max = limits::kQueryRowsMax;
  std::chrono::milliseconds query_deadline = limits::kQueryDeadline;
};

class Service {
 public:
  // Both must outlive the service.
  Service(const storage::EventStore& store, Counters& counters, ServiceOptions options);

  // Error: of the store, which cannot be read.
  Result<v1::Welcome> welcome(const std::string& producer_id) const;

  // The reply's frames; for a request that fails, one Error. `received` is when
  // the request came: its deadline counts from then.
  std::vector<std::string> answer(const RunRequest& request, TimePoint received) const;

 private:
  std::vector<std::string> run(std::uint64_t request_id, const v1::QueryRequest& request,
                               const std::atomic<bool>& cancelled, TimePoint received) const;
  Result<v1::ServerMessage> run(const v1::ShowRequest& request) const;
  Result<v1::ServerMessage> run(const v1::CatalogRequest& request) const;
  Result<v1::ServerMessage> run(const v1::StatusRequest& request) const;

  const storage::EventStore& store_;
  Counters& counters_;
  const ServiceOptions options_;
};

}  // namespace capexdb::daemon
