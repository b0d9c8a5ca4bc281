#include "bench/latency.h"

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace capexdb::bench {

LatencySummary summarize(std::vector<Latency> latencies) {
  LatencySummary summary;
  if (latencies.empty()) return summary;
  std::sort(latencies.begin(), latencies.end(),
            [](const Latency& a, const Latency& b) { return a.ns < b.ns; });
  for (const Latency& latency : latencies) summary.deliveries += latency.deliveries;
  const auto at = [&](std::uint64_t percent) {
    const std::uint64_t rank = (summary.deliveries * percent + 99) / 100;
    std::uint64_t seen = 0;
    for (const Latency& latency : latencies) {
      seen += latency.deliveries;
      if (seen >= rank) return static_cast<double>(latency.ns) * 1e-6;
    }
    return static_cast<double>(latencies.back().ns) * 1e-6;
  };
  summary.p50_ms = at(50);
  summary.p99_ms = at(99);
  summary.max_ms = at(100);
  return summary;
}

std::string to_string(const LatencySummary& summary) {
  char text[160];
  std::snprintf(text, sizeof text, "p50 %.2f ms, p99 %.2f ms, max %.2f ms (%llu deliveries)",
                summary.p50_ms, summary.p99_ms, summary.max_ms,
                static_cast<unsigned long long>(summary.deliveries));
  return text;
}

void write_latencies(const std::string& file, const std::vector<Latency>& latencies) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  for (const Latency& latency : latencies) out << latency.ns << ' ' << latency.deliveries << '\n';
}

void read_latencies(const std::string& file, std::vector<Latency>& latencies) {
  std::ifstream in(file, std::ios::binary);
  Latency latency;
  while (in >> latency.ns >> latency.deliveries) latencies.push_back(latency);
}

double median(std::vector<double> figures) {
  if (figures.empty()) return 0;
  std::sort(figures.begin(), figures.end());
  const std::size_t middle = figures.size() / 2;
  return figures.size() % 2 == 1 ? figures[middle] : (figures[middle - 1] + figures[middle]) / 2;
}

}  // namespace capexdb::bench
