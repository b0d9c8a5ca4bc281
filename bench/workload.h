// The workload of the comparison with other stores: companies x 4 metrics x 40
// quarters x 3.125 revisions (1 to 5 of each figure), in order of publication.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "proto/model/period.h"

namespace capexdb::bench {

inline constexpr std::array kWorkloadMetrics = {"capex", "revenue", "research_and_development",
                                                "inventory"};
inline constexpr int kWorkloadQuarters = 40;  // from 2015-Q1
inline constexpr std::size_t kRowsPerCompany = 500;

struct Observed {
  std::int64_t published = 0;  // seconds since 1970-01-01 UTC; no two of a figure are equal
  std::int64_t cents = 0;
  std::uint32_t company = 0;
  std::uint8_t metric = 0;
  std::uint8_t quarter = 0;
  std::uint8_t source = 0;  // of 50
};

// The same for the same number of companies, which is a multiple of 8.
std::vector<Observed> make_workload(std::uint32_t companies);

Period period_of(const Observed& observed);
std::string source_of(const Observed& observed);
// A capexdb.v1.Event, serialized.
std::string event_of(const Observed& observed);

}  // namespace capexdb::bench
