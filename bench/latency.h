// Latencies of many deliveries, with the same one only once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace capexdb::bench {

struct Latency {
  std::int64_t ns = 0;
  std::uint64_t deliveries = 0;
};

struct LatencySummary {
  double p50_ms = 0;
  double p99_ms = 0;
  double max_ms = 0;
  std::uint64_t deliveries = 0;
};

// Nearest ranks; all 0 where there is none.
LatencySummary summarize(std::vector<Latency> latencies);
std::string to_string(const LatencySummary& summary);

// From one process to another.
void write_latencies(const std::string& file, const std::vector<Latency>& latencies);
// Appends what the file has.
void read_latencies(const std::string& file, std::vector<Latency>& latencies);

// The middle one of some figures.
double median(std::vector<double> figures);

}  // namespace capexdb::bench
