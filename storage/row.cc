#include "storage/row.h"

#include <algorithm>

#include "proto/model/text.h"

namespace capexdb::storage {
namespace {

constexpr std::array kContentColumns = {Column::published_begin,
                                        Column::published_length,
                                        Column::document,
                                        Column::status,
                                        Column::flags,
                                        Column::scale,
                                        Column::value,
                                        Column::value_upper,
                                        Column::low,
                                        Column::low_upper,
                                        Column::high,
                                        Column::high_upper,
                                        Column::stated_decimals};

int128 join(std::int64_t low, std::int64_t upper) {
  return static_cast<int128>(low) + static_cast<int128>(upper) * (static_cast<int128>(1) << 64);
}

struct Words {
  std::int64_t low;
  std::int64_t upper;
};

Words take_apart(int128 mantissa) {
  const auto low = static_cast<std::int64_t>(static_cast<std::uint64_t>(mantissa));
  const auto upper = static_cast<std::int64_t>((mantissa - low) >> 64);
  return {low, upper};
}

std::optional<Decimal> decimal_of(const Row& row, std::int64_t bit, Column low, Column upper) {
  if (!row.has(bit)) return std::nullopt;
  auto number = Decimal::make(join(row[low], row[upper]), static_cast<int>(row[Column::scale]));
  return number ? std::optional(number->normalized()) : std::nullopt;  // of a shared scale
}

BoundKind kind_of(const Row& row, std::int64_t open, std::int64_t approximate) {
  if (row.has(open)) return BoundKind::open;
  return row.has(approximate) ? BoundKind::approximate : BoundKind::closed;
}

}  // namespace

Period Row::period() const {
  return {static_cast<PeriodKind>((*this)[Column::period_kind]),
          static_cast<Day>((*this)[Column::period_start]),
          static_cast<Day>((*this)[Column::period_end])};
}

TimeRange Row::published() const {
  const std::int64_t begin = (*this)[Column::published_begin];
  return {begin, begin + (*this)[Column::published_length]};
}

void Row::set_period(const Period& period) {
  (*this)[Column::period_kind] = static_cast<std::int64_t>(period.kind);
  (*this)[Column::period_start] = period.start;
  (*this)[Column::period_end] = period.end;
}

void Row::set_published(const TimeRange& published) {
  (*this)[Column::published_begin] = published.begin;
  (*this)[Column::published_length] = published.end - published.begin;
}

Interval Row::value() const {
  Interval value;
  value.point = decimal_of(*this, flag::kValue, Column::value, Column::value_upper);
  if (const auto low = decimal_of(*this, flag::kLow, Column::low, Column::low_upper)) {
    value.low = Bound{*low, kind_of(*this, flag::kLowOpen, flag::kLowApproximate)};
  }
  if (const auto high = decimal_of(*this, flag::kHigh, Column::high, Column::high_upper)) {
    value.high = Bound{*high, kind_of(*this, flag::kHighOpen, flag::kHighApproximate)};
  }
  value.approx = has(flag::kApprox);
  if (has(flag::kDecimals))
    value.stated_decimals = static_cast<int>((*this)[Column::stated_decimals]);
  return value;
}

Result<void> Row::set_value(const Interval& value) {
  std::array<std::optional<Decimal>, 3> numbers;
  if (value.point) numbers[0] = value.point->normalized();
  if (value.low) numbers[1] = value.low->value.normalized();
  if (value.high) numbers[2] = value.high->value.normalized();
  int scale = 0;
  for (const auto& number : numbers) {
    if (number) scale = std::max(scale, number->scale());
  }
  constexpr std::array kLows = {Column::value, Column::low, Column::high};
  constexpr std::array kUppers = {Column::value_upper, Column::low_upper, Column::high_upper};
  constexpr std::array kBits = {flag::kValue, flag::kLow, flag::kHigh};
  std::int64_t flags = (*this)[Column::flags];
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (!numbers[i]) continue;
    CAPEXDB_ASSIGN(const Decimal scaled, numbers[i]->with_scale(scale));
    const Words words = take_apart(scaled.mantissa());
    (*this)[kLows[i]] = words.low;
    (*this)[kUppers[i]] = words.upper;
    flags |= kBits[i];
  }
  (*this)[Column::scale] = scale;
  const auto mark = [&flags](const std::optional<Bound>& bound, std::int64_t open,
                             std::int64_t approximate) {
    if (!bound) return;
    if (bound->kind == BoundKind::open) flags |= open;
    if (bound->kind == BoundKind::approximate) flags |= approximate;
  };
  mark(value.low, flag::kLowOpen, flag::kLowApproximate);
  mark(value.high, flag::kHighOpen, flag::kHighApproximate);
  if (value.approx) flags |= flag::kApprox;
  if (value.stated_decimals) {
    flags |= flag::kDecimals;
    (*this)[Column::stated_decimals] = *value.stated_decimals;
  }
  (*this)[Column::flags] = flags;
  return {};
}

Result<void> Row::replace_value(const Interval& value) {
  Row row = *this;
  for (const Column c :
       {Column::scale, Column::value, Column::value_upper, Column::low, Column::low_upper,
        Column::high, Column::high_upper, Column::stated_decimals}) {
    row[c] = 0;
  }
  row[Column::flags] &=
      ~(flag::kValue | flag::kLow | flag::kHigh | flag::kLowOpen | flag::kHighOpen |
        flag::kLowApproximate | flag::kHighApproximate | flag::kApprox | flag::kDecimals);
  CAPEXDB_TRY(row.set_value(value));
  *this = row;
  return {};
}

bool same_cell(const Row& a, const Row& b) {
  return std::all_of(kCellColumns.begin(), kCellColumns.end(),
                     [&](Column c) { return a[c] == b[c]; });
}

bool same_content(const Row& a, const Row& b) {
  return same_cell(a, b) && std::all_of(kContentColumns.begin(), kContentColumns.end(),
                                        [&](Column c) { return a[c] == b[c]; });
}

bool content_less(const Row& a, const Row& b) {
  for (const Column c : kContentColumns) {
    if (a[c] != b[c]) return a[c] < b[c];
  }
  return false;
}

CellKey cell_key(const Row& row) {
  CellKey key{};
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = row[kCellColumns[i]];
  return key;
}

std::uint64_t content_hash(const Row& row) {
  std::array<std::int64_t, kCellColumns.size() + kContentColumns.size()> words{};
  std::size_t n = 0;
  for (const Column c : kCellColumns) words[n++] = row[c];
  for (const Column c : kContentColumns) words[n++] = row[c];
  return hash64({reinterpret_cast<const char*>(words.data()), sizeof words});
}

std::int64_t currency_code(std::string_view letters) {
  std::int64_t code = 0;
  for (const char c : letters) code = code * 27 + (c - 'A' + 1);
  return code;
}

std::string currency_letters(std::int64_t code) {
  std::string letters;
  for (; code > 0; code /= 27) letters.push_back(static_cast<char>('A' + code % 27 - 1));
  std::reverse(letters.begin(), letters.end());
  return letters;
}

}  // namespace capexdb::storage
