// Filters of many subscribers, and what they take, worked out as plainly as can be.
#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/feed_events.h"
#include "capexdb/v1/feed.pb.h"

namespace capexdb::bench {

struct LoadFilter {
  v1::FeedFilter wanted;
  // The same again, for takes(). Bits of what passes.
  std::bitset<kFeedCompanies> companies;
  std::uint32_t metrics = 0;
  std::uint32_t sources = 0;
  std::uint32_t statuses = 0;
  bool takes_all = false;
  // By what a change means, which only the store can tell: see feed_verify.h.
  bool has_meaning = false;
};

struct FilterMix {
  std::uint64_t seed = 1;
  std::size_t count = 0;
  std::size_t unfiltered = 2;           // that take everything
  std::uint32_t meanings_percent = 20;  // that ask for a meaning
};

// A mix of the same kinds for any count: by companies, groups, metrics, sources, statuses
// and meanings, narrow ones for the most part.
std::vector<LoadFilter> make_filters(const FilterMix& mix);

// Whether a filter without meaning takes an event.
bool takes(const LoadFilter& filter, const FeedFacts& facts);

}  // namespace capexdb::bench
