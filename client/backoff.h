// Pauses between attempts: doubled each time up to a limit, with jitter so that many
// clients do not come at once. No clock of its own.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace capexdb::client {

class Backoff {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  Backoff(std::chrono::milliseconds min, std::chrono::milliseconds max, std::uint32_t seed)
      : min_(min), max_(max), jitter_(seed) {}

  // An attempt failed at `now`: when the next one is due.
  TimePoint failed(TimePoint now) {
    const auto ceiling = std::min(max_, min_ * (1 << attempts_));
    attempts_ = std::min(attempts_ + 1, 16);
    std::uniform_int_distribution<std::int64_t> pause(ceiling.count() / 2, ceiling.count());
    return now + std::chrono::milliseconds(pause(jitter_));
  }
  // The other side does its work: the next pause is short again.
  void succeeded() { attempts_ = 0; }

 private:
  std::chrono::milliseconds min_;
  std::chrono::milliseconds max_;
  std::minstd_rand jitter_;
  int attempts_ = 0;  // without success
};

}  // namespace capexdb::client
