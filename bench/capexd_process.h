// The real daemon on a store of its own.
#pragma once

#include <cstdint>
#include <string>

#include "bench/child_process.h"

namespace capexdb::bench {

class CapexdProcess {
 public:
  // Starts it on a free port and returns when it serves. It logs into DIRECTORY.log.
  CapexdProcess(std::string program, std::string directory);

  void start();  // again, on the same port and store
  void kill() { process_.kill(); }
  bool running() { return process_.running(); }
  const ChildProcess& process() const { return process_; }
  std::uint16_t port() const { return port_; }
  std::string server() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  std::string program_;
  std::string directory_;
  std::uint16_t port_;
  ChildProcess process_;
};

}  // namespace capexdb::bench
