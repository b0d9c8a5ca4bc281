// Runs `capex watch`: takes changes and writes lines until there is a reason to end.
#pragma once

#include <cstdint>

#include "capexdb/subscription.h"

namespace capexdb::cli {

struct WatchPlan {
  ClientOptions client;
  SubscriptionOptions subscription;
  std::chrono::milliseconds timeout{30'000};  // for the beginning
  bool json = false;                          // lines for programs
  bool color = false;
  std::uint64_t limit = 0;  // changes; 0: any number
  bool until_caught_up = false;
};

// Lines go to stdout, each one flushed; what happens to the connection to stderr.
// Returns the exit code.
int watch(const WatchPlan& plan);

}  // namespace capexdb::cli
