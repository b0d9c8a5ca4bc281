// A row: one observation as the indexes hold it. Everything is an integer;
// names are ordinals of the dictionaries, texts stay in the log.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proto/model/interval.h"
#include "proto/model/period.h"
#include "proto/model/terms.h"
#include "proto/model/time_range.h"

namespace capexdb::storage {

// Columns of a block. The numbers are part of the storage format: new ones are
// appended, none is reused (docs/storage-format.md).
enum class Column : std::uint8_t {
  sequence = 0,
  fact_index = 1,  // which observation of the event, from 0
  subject = 2,     // party ordinal
  period_kind = 3,
  period_start = 4,      // day
  period_end = 5,        // day, exclusive
  published_begin = 6,   // seconds
  published_length = 7,  // seconds; 0 for an instant
  source = 8,            // source ordinal
  document = 9,          // hash
  root = 10,             // hash
  status = 11,
  measure = 12,
  flags = 13,
  scale = 14,        // of value, low and high
  value = 15,        // mantissa, low 64 bits
  value_upper = 16,  // what value, sign-extended, lacks of the 128 bits; nearly always 0
  low = 17,
  low_upper = 18,
  high = 19,
  high_upper = 20,
  stated_decimals = 21,
  unit = 22,            // unit ordinal
  currency = 23,        // three letters, base 27; 0: none
  product = 24,         // product ordinal; 0: none
  counterparties = 25,  // ordinal of a list of (role, party); 0: none
  definition = 26,      // definition ordinal; 0: none
};
inline constexpr std::size_t kColumnCount = 27;

// Bits of Column::flags; part of the storage format.
namespace flag {
inline constexpr std::int64_t kValue = 1 << 0;
inline constexpr std::int64_t kLow = 1 << 1;
inline constexpr std::int64_t kHigh = 1 << 2;
inline constexpr std::int64_t kLowOpen = 1 << 3;
inline constexpr std::int64_t kHighOpen = 1 << 4;
inline constexpr std::int64_t kLowApproximate = 1 << 5;
inline constexpr std::int64_t kHighApproximate = 1 << 6;
inline constexpr std::int64_t kApprox = 1 << 7;
inline constexpr std::int64_t kDecimals = 1 << 8;
inline constexpr std::int64_t kGrowthOnly = 1 << 9;
inline constexpr std::int64_t kUnquantified = 1 << 10;
// The row stands in a counterparty's history; its subject is another party.
inline constexpr std::int64_t kMirror = 1 << 11;
// Withdraws what its document said about its cell ...
inline constexpr std::int64_t kRetraction = 1 << 12;
// ... or, with this bit too, the one statement whose sequence is in `value`.
inline constexpr std::int64_t kRetractsSequence = 1 << 13;
}  // namespace flag

struct Row {
  std::array<std::int64_t, kColumnCount> columns{};

  std::int64_t& operator[](Column c) { return columns[static_cast<std::size_t>(c)]; }
  std::int64_t operator[](Column c) const { return columns[static_cast<std::size_t>(c)]; }

  bool has(std::int64_t bit) const { return ((*this)[Column::flags] & bit) != 0; }
  std::uint64_t sequence() const { return static_cast<std::uint64_t>((*this)[Column::sequence]); }
  std::uint32_t ordinal(Column c) const { return static_cast<std::uint32_t>((*this)[c]); }
  Period period() const;
  TimeRange published() const;
  Status status() const { return static_cast<Status>((*this)[Column::status]); }
  Measure measure() const { return static_cast<Measure>((*this)[Column::measure]); }
  Interval value() const;  // as stated

  void set_period(const Period& period);
  void set_published(const TimeRange& published);
  // Trailing zeros are dropped, and the three numbers share one scale.
  // Error: out_of_range when they do not fit that.
  Result<void> set_value(const Interval& value);
  // The same for a row that has a value already. Unchanged on an error.
  Result<void> replace_value(const Interval& value);

  friend bool operator==(const Row&, const Row&) = default;
};

// What makes a cell: subject, dimensions, period, unit, measure, definition.
// (The metric is in the key.)
inline constexpr std::array kCellColumns = {
    Column::subject,        Column::period_kind, Column::period_start, Column::period_end,
    Column::measure,        Column::unit,        Column::currency,     Column::product,
    Column::counterparties, Column::definition};
bool same_cell(const Row& a, const Row& b);
using CellKey = std::array<std::int64_t, kCellColumns.size()>;
CellKey cell_key(const Row& row);
// Same cell, value, status, published_at and document: the same statement.
bool same_content(const Row& a, const Row& b);
// An order of contents within one cell that no ordinal decides.
bool content_less(const Row& a, const Row& b);
std::uint64_t content_hash(const Row& row);

std::int64_t currency_code(std::string_view letters);  // "" gives 0
std::string currency_letters(std::int64_t code);

}  // namespace capexdb::storage
