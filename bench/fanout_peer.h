// What the comparison asks of each broker: to keep messages and to tell many subscribers.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/child_process.h"

namespace capexdb::bench {

struct FanoutLoad {
  std::vector<std::string> payloads;  // one message each
  std::size_t batch = 500;            // messages until the next answer is waited for
  std::size_t window = 4;             // batches on their way
};

// Called by a publisher just before the first byte of message `first` of a batch leaves.
using OnPublish = std::function<void(std::size_t first)>;
// Called by a subscriber with how many more messages came in one piece.
using OnMessages = std::function<void(std::size_t subscriber, std::size_t messages)>;

// A server of its own in a directory of its own, gone with the object.
class Peer {
 public:
  virtual ~Peer() = default;
  // Returns once every message is answered for as the server's settings say.
  virtual void publish(const FanoutLoad& load, const OnPublish& on_publish) = 0;
  // In a process of its own, one thread: until is_over.
  virtual void subscribe(std::size_t subscribers, const OnMessages& on_messages,
                         const std::function<bool()>& is_over) = 0;
  virtual double cpu_seconds() const = 0;
};

struct PeerKind {
  std::string name;
  std::string program;  // skipped where it is not installed
  std::function<std::unique_ptr<Peer>(const std::string& directory)> start;
};

PeerKind capexd_peer(const std::string& program);
PeerKind nats_peer(const std::string& program);
PeerKind redis_peer(const std::string& program, const std::string& fsync);

}  // namespace capexdb::bench
