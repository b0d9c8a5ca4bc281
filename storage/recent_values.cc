#include "storage/recent_values.h"

#include <algorithm>
#include <array>
#include <bit>

#include "proto/model/text.h"

namespace capexdb::storage {
namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::size_t kChainsPerEntry = 4;  // so that most are empty, and cost one look

}  // namespace

std::optional<RecentValue> recent_value_of(const FactRow& fact) {
  const Row& row = fact.row;
  if (row.measure() != Measure::level || !row.has(flag::kValue) ||
      row[Column::published_length] > kSecondsPerDay) {
    return std::nullopt;
  }
  auto low = static_cast<std::uint64_t>(row[Column::value]);
  auto upper = static_cast<std::uint64_t>(row[Column::value_upper]);
  std::int64_t scale = row[Column::scale];
  if (low == 0 && upper == 0) return std::nullopt;
  if (scale != 0) {
    // Shared with bounds, the scale may be larger than the value needs.
    const auto number = stated_number(row);
    if (!number) return std::nullopt;
    const Decimal plain = number->value.normalized();
    low = static_cast<std::uint64_t>(plain.mantissa());
    upper = static_cast<std::uint64_t>((plain.mantissa() - static_cast<std::int64_t>(low)) >> 64);
    scale = plain.scale();
  }
  const std::array<std::uint64_t, 7> words = {
      low,
      upper,
      static_cast<std::uint64_t>(scale),
      fact.metric,
      static_cast<std::uint64_t>(row[Column::unit]),
      static_cast<std::uint64_t>(row[Column::currency]),
      static_cast<std::uint64_t>(row.published().last_day())};
  RecentValue value;
  value.same = hash64({reinterpret_cast<const char*>(words.data()), sizeof words});
  value.sequence = row.sequence();
  value.document = row[Column::document];
  value.subject = row.ordinal(Column::subject);
  value.period = row.period();
  return value;
}

RecentValues::RecentValues(std::size_t capacity)
    : capacity_(std::max<std::size_t>(capacity, 1)),
      chains_(std::bit_ceil(capacity_ * kChainsPerEntry), 0) {
  entries_.reserve(capacity_);
}

void RecentValues::add(const RecentValue& value) {
  std::uint32_t& newest = chains_[value.same & (chains_.size() - 1)];
  const Entry entry{value, newest};
  if (entries_.size() < capacity_) {
    entries_.push_back(entry);
  } else {
    entries_[static_cast<std::size_t>(count_ % capacity_)] = entry;
  }
  newest = static_cast<std::uint32_t>(++count_);
}

const RecentValue* RecentValues::find_other(const RecentValue& value) const {
  const RecentValue* any = nullptr;
  std::uint32_t number = chains_[value.same & (chains_.size() - 1)];
  for (int looked = 0; number != 0 && looked < kLookedAtMax; ++looked) {
    const std::uint32_t age = static_cast<std::uint32_t>(count_) - number;
    if (age >= entries_.size()) break;  // it has made room
    const Entry& entry = entries_[static_cast<std::size_t>((count_ - age - 1) % capacity_)];
    const RecentValue& other = entry.value;
    if (other.same == value.same && other.subject != value.subject) {
      if (other.period == value.period || other.document == value.document) return &other;
      if (any == nullptr) any = &other;
    }
    number = entry.before;
  }
  return any;
}

}  // namespace capexdb::storage
