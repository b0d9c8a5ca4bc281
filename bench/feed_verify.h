// Whether every subscriber got exactly what its filter takes from the log.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/feed_filters.h"
#include "bench/feed_subscriber.h"

namespace capexdb::bench {

struct Findings {
  std::uint64_t subscribers = 0;
  std::uint64_t deliveries = 0;
  std::uint64_t sessions = 0;
  std::uint64_t missing = 0;  // changes that did not come
  std::uint64_t surplus = 0;  // that should not have come
  std::uint64_t doubles = 0;  // that came twice, or out of order
  std::uint64_t gaps = 0;     // that the server told of
  std::uint64_t unequal = 0;  // subscribers whose sequences are others, whatever their number

  bool good() const { return missing + surplus + doubles + gaps + unequal == 0; }
};
std::string to_string(const Findings& findings);

// What the log has to be: the first statements of the generator, each once, in order.
struct SentLog {
  std::uint64_t seed = 0;
  std::uint64_t statements = 0;
  std::uint64_t last_sequence = 0;
};

// Reads the whole log once, quietly, and applies each filter to what was sent; filters with
// a meaning are subscribed to once more instead. Throws where the log is not what was sent.
Findings verify(std::uint16_t port, const SentLog& sent, const std::vector<LoadFilter>& filters,
                const std::vector<Tally>& tallies, double seconds);

}  // namespace capexdb::bench
