// Who ingests as which producer. Sans-I/O; one thread.
//
// The newest connection of a producer owns it. Its Welcome names the last
// batch number, so it waits until the batches that an older connection handed
// over are committed: a number is never given out twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace capexdb::daemon {

using ConnectionId = std::uint64_t;  // never 0

class Producers {
 public:
  // Makes `connection` the owner; returns the connection that owned it before.
  std::optional<ConnectionId> claim(const std::string& producer_id, ConnectionId connection);
  bool owns(const std::string& producer_id, ConnectionId connection) const;
  // The connection is gone; a newer owner keeps what it has.
  void release(const std::string& producer_id, ConnectionId connection);

  void batch_begun(const std::string& producer_id);
  void batch_done(const std::string& producer_id);  // runs what waited

  // Runs `then` once no batch of the producer is under way: now, or in batch_done.
  void when_idle(const std::string& producer_id, std::function<void()> then);

 private:
  struct State {
    ConnectionId owner = 0;
    std::size_t batches = 0;
    std::vector<std::function<void()>> waiting;
  };

  void forget_if_unused(const std::string& producer_id);

  std::map<std::string, State> states_;  // of producers with an owner or a batch under way
};

}  // namespace capexdb::daemon
