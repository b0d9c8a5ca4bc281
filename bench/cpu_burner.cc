#include "bench/cpu_burner.h"

#include <time.h>

#include <chrono>
#include <thread>
#include <vector>

namespace capexdb::bench {
namespace {

double own_cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// About 50 us, through as much memory as a second-level cache has.
std::uint64_t burn_a_little(std::vector<std::uint64_t>& memory, std::uint64_t state) {
  for (int i = 0; i < 20'000; ++i) {
    state ^= state << 13U;
    state ^= state >> 7U;
    state ^= state << 17U;
    memory[state % memory.size()] += state;
  }
  return state;
}

}  // namespace

ChildProcess burn(double cpu_seconds, const SharedArray<Progress>& progress) {
  return ChildProcess([cpu_seconds, &progress] {
    std::vector<std::uint64_t> memory(1U << 17U);
    for (std::uint64_t state = 88172645463325252U;;) {
      const double share =
          static_cast<double>(progress[0].done.load()) / static_cast<double>(progress[0].total);
      if (own_cpu_seconds() < cpu_seconds * share) {
        state = burn_a_little(memory, state);
      } else {
        std::this_thread::sleep_for(std::chrono::microseconds(500));
      }
    }
    return 0;
  });
}

}  // namespace capexdb::bench
