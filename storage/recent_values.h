// The last statements that came, by what they say: who else has stated this
// very number on this day?
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "proto/model/period.h"
#include "storage/figures.h"
#include "storage/naming.h"

namespace capexdb::storage {

struct RecentValue {
  std::uint16_t metric = 0;
  std::uint32_t subject = 0;
  std::int64_t unit = 0;
  std::int64_t currency = 0;
  Day published = 0;
  std::int64_t document = 0;
  Period period;
  Decimal value;  // without trailing zeros behind the point
  std::uint64_t sequence = 0;
};

// Of a level that is a point, not zero, and published on one day; else none.
std::optional<RecentValue> recent_value_of(const FactRow& fact);

// A ring: the oldest one makes room. Not for two threads at a time.
class RecentValues {
 public:
  explicit RecentValues(std::size_t capacity);

  void add(const RecentValue& value);
  // The newest one of the same metric, unit, currency, day and value about another
  // subject; of the same period or document, where there is one. Null if there is none
  // among the last few of that value and day.
  const RecentValue* find_other(const RecentValue& value) const;
  std::size_t capacity() const { return capacity_; }

 private:
  struct Entry {
    RecentValue value;
    std::uint64_t before = 0;  // number of the earlier one in the same chain
  };
  static constexpr int kLookedAtMax = 64;

  std::size_t chain_of(const RecentValue& value) const;

  std::size_t capacity_;
  std::uint64_t count_ = 0;  // ever added; the entry of number n is at (n - 1) % capacity_
  std::vector<Entry> entries_;
  std::vector<std::uint64_t> chains_;  // number of the newest entry; 0: none
};

}  // namespace capexdb::storage
