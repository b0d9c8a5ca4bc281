#include "storage/recent_values.h"

#include <algorithm>
#include <array>
#include <bit>

#include "proto/model/text.h"

namespace capexdb::storage {
namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;

bool says_the_same(const RecentValue& a, const RecentValue& b) {
  return a.metric == b.metric && a.published == b.published && a.currency == b.currency &&
         a.unit == b.unit && a.value == b.value;
}

}  // namespace

std::optional<RecentValue> recent_value_of(const FactRow& fact) {
  const Row& row = fact.row;
  if (row.measure() != Measure::level || !row.has(flag::kValue) ||
      row[Column::published_length] > kSecondsPerDay) {
    return std::nullopt;
  }
  const auto number = stated_number(row);
  if (!number || number->value.is_zero()) return std::nullopt;
  RecentValue value;
  value.metric = fact.metric;
  value.subject = row.ordinal(Column::subject);
  value.unit = row[Column::unit];
  value.currency = row[Column::currency];
  value.published = row.published().last_day();
  value.document = row[Column::document];
  value.period = row.period();
  value.value = number->value.scale() == 0 ? number->value : number->value.normalized();
  value.sequence = row.sequence();
  return value;
}

RecentValues::RecentValues(std::size_t capacity)
    : capacity_(std::max<std::size_t>(capacity, 1)), chains_(std::bit_ceil(capacity_ * 2), 0) {}

std::size_t RecentValues::chain_of(const RecentValue& value) const {
  const auto mantissa = static_cast<uint128>(value.value.mantissa());
  const std::array<std::uint64_t, 4> words = {
      static_cast<std::uint64_t>(mantissa), static_cast<std::uint64_t>(mantissa >> 64U),
      static_cast<std::uint64_t>(value.currency) << 32U ^ static_cast<std::uint64_t>(value.unit),
      std::uint64_t{value.metric} << 40U ^
          static_cast<std::uint64_t>(static_cast<std::uint32_t>(value.published)) << 8U ^
          static_cast<std::uint64_t>(value.value.scale())};
  const std::uint64_t hash = hash64({reinterpret_cast<const char*>(words.data()), sizeof words});
  return static_cast<std::size_t>(hash) & (chains_.size() - 1);
}

void RecentValues::add(const RecentValue& value) {
  std::uint64_t& newest = chains_[chain_of(value)];
  const Entry entry{value, newest};
  if (entries_.size() < capacity_) {
    entries_.push_back(entry);
  } else {
    entries_[static_cast<std::size_t>(count_ % capacity_)] = entry;
  }
  newest = ++count_;
}

const RecentValue* RecentValues::find_other(const RecentValue& value) const {
  if (count_ == 0) return nullptr;
  const RecentValue* any = nullptr;
  std::uint64_t number = chains_[chain_of(value)];
  for (int looked = 0; number != 0 && count_ - number < capacity_ && looked < kLookedAtMax;
       ++looked) {
    const Entry& entry = entries_[static_cast<std::size_t>((number - 1) % capacity_)];
    const RecentValue& other = entry.value;
    if (other.subject != value.subject && says_the_same(other, value)) {
      if (other.period == value.period || other.document == value.document) return &other;
      if (any == nullptr) any = &other;
    }
    number = entry.before;
  }
  return any;
}

}  // namespace capexdb::storage
