// Statements for loads on the feed: companies x metrics x quarters from several sources,
// each figure guided, estimated, reported and revised. The same for the same number.
#pragma once

#include <cstdint>
#include <string>

#include "capexdb/v1/event.pb.h"

namespace capexdb::bench {

inline constexpr std::uint32_t kFeedCompanies = 500;
inline constexpr std::uint32_t kFeedGroups = 20;  // of as many companies each
inline constexpr std::uint32_t kFeedMembers = kFeedCompanies / kFeedGroups;
inline constexpr std::uint32_t kFeedMetrics = 4;
inline constexpr std::uint32_t kFeedQuarters = 40;  // from 2015-Q1
inline constexpr std::uint32_t kFeedSources = 8;

std::string feed_company(std::uint32_t company);
std::string feed_group(std::uint32_t group);
std::string feed_metric(std::uint32_t metric);
std::string feed_source(std::uint32_t source);

// The companies, groups and sources, to be stored before anybody subscribes to them.
v1::Event feed_catalogue();
v1::Event feed_event(std::uint64_t seed, std::uint64_t index);

// What simple filters look at.
struct FeedFacts {
  bool is_statement = false;  // and not a change of the catalogue
  std::uint32_t company = 0;
  std::uint32_t metric = 0;
  std::uint32_t source = 0;
  std::uint32_t status = 0;
};

// Read from an event of the generator. Throws where it is none of these.
FeedFacts facts_of(const v1::Event& event);

}  // namespace capexdb::bench
