// What an open store consists of; shared by the modules of storage only.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "proto/model/limits.h"
#include "storage/acknowledged.h"
#include "storage/catalogue.h"
#include "storage/event_store.h"
#include "storage/known_rates.h"
#include "storage/quarantine.h"
#include "storage/query/cross_section_cache.h"
#include "storage/recent_values.h"
#include "storage/series.h"

namespace capexdb::storage {

class Database;

struct StoreState {
  StoreOptions options;
  std::unique_ptr<Database> database;
  Catalogue catalogue;
  SeriesCache series;  // the commit thread's
  CrossSectionCache cross_sections{limits::kCrossSectionBytesMax};
  AcknowledgedMark acknowledged;
  Quarantine quarantine;
  KnownRates rates;                      // the commit thread's, as what follows
  std::unique_ptr<RecentValues> recent;  // where a rule looks at them
  std::optional<std::size_t> cursors;    // named ones, once they were counted
  std::atomic<std::uint64_t> last_sequence{0};
  std::atomic<bool> failed{false};
  std::int64_t producers_pruned_at_us = 0;

  explicit StoreState(StoreOptions its_options);
  ~StoreState();

  std::int64_t now_us() const;
};

// Keys of `meta`; part of the storage format.
inline constexpr const char* kFormatVersionKey = "format_version";  // decimal text
inline constexpr const char* kLastSequenceKey = "last_sequence";    // u64 big-endian
std::string producer_key(const std::string& producer_id);           // 'P' producer
std::string answer_prefix(const std::string& producer_id);          // 'A' producer 0
std::string answer_key(const std::string& producer_id, std::uint64_t batch_number);
// Key of `ids`: producer 0 event_id -> sequence:u64be content:u64be
std::string event_id_key(const std::string& producer_id, const std::string& event_id);

}  // namespace capexdb::storage
