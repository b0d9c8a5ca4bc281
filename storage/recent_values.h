// The last statements that came, by what they say: who else has stated this
// very number on this day?
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "proto/model/period.h"
#include "storage/figures.h"
#include "storage/naming.h"

namespace capexdb::storage {

// A statement, by a hash of what must be equal: metric, unit, currency, value and the
// day of publication.
struct RecentValue {
  std::uint64_t same = 0;
  std::uint64_t sequence = 0;
  std::int64_t document = 0;
  std::uint32_t subject = 0;
  Period period;
};

// Of a level that is a point, not zero, and published on one day; else none.
std::optional<RecentValue> recent_value_of(const FactRow& fact);

// A ring: the oldest one makes room. Numbers go round at 2^32, which is far beyond any
// capacity. Not for two threads at a time.
class RecentValues {
 public:
  explicit RecentValues(std::size_t capacity);

  void add(const RecentValue& value);
  // The newest one that says the same about another subject; of the same period or
  // document, where there is one. Null if there is none among the last few.
  const RecentValue* find_other(const RecentValue& value) const;
  // Brings what find_other() looks at first into the processor's cache.
  void prefetch(const RecentValue& value) const {
    __builtin_prefetch(&chains_[value.same & (chains_.size() - 1)]);
  }
  std::size_t capacity() const { return capacity_; }

 private:
  struct Entry {
    RecentValue value;
    std::uint32_t before = 0;  // number of the earlier one in the same chain
  };
  static constexpr int kLookedAtMax = 64;

  std::size_t capacity_;
  std::uint64_t count_ = 0;  // ever added; the entry of number n is at (n - 1) % capacity_
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> chains_;  // number of the newest entry; 0: none
};

}  // namespace capexdb::storage
