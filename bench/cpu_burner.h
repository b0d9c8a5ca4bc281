// A process that uses up a given amount of processor time as other work proceeds.
#pragma once

#include <atomic>
#include <cstdint>

#include "bench/child_process.h"

namespace capexdb::bench {

struct Progress {
  std::atomic<std::uint64_t> done;
  std::uint64_t total;
};

// By the time that `done` reaches `total` it has burned, or is about to burn, so many
// seconds. Killed with the object.
ChildProcess burn(double cpu_seconds, const SharedArray<Progress>& progress);

}  // namespace capexdb::bench
