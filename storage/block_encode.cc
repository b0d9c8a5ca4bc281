#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>

#include "proto/model/text.h"
#include "storage/block.h"
#include "storage/block_coding.h"

namespace capexdb::storage {
namespace {

using namespace block_coding;

static_assert(std::endian::native == std::endian::little, "packed columns are little-endian");

// Cell first, so that the statements about one cell lie together; then order
// of arrival.
constexpr std::array kSortColumns = {
    Column::subject,      Column::product,    Column::counterparties, Column::measure,
    Column::definition,   Column::unit,       Column::currency,       Column::period_kind,
    Column::period_start, Column::period_end, Column::sequence,       Column::fact_index,
    Column::flags};

// All columns of the rows to be encoded.
struct Columns {
  struct One {
    const std::int64_t* values = nullptr;  // null: every row has `constant`
    std::int64_t constant = 0;
  };
  std::size_t rows = 0;
  std::array<One, kColumnCount> columns{};

  const One& operator[](Column c) const { return columns[static_cast<std::size_t>(c)]; }
};

void put_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>((value & 0x7FU) | 0x80U));
    value >>= 7U;
  }
  out.push_back(static_cast<char>(value));
}

std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63);
}

// Differences wrap, so that any two 64-bit values are in reach.
std::uint64_t distance(std::int64_t from, std::int64_t to) {
  return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
}

unsigned width_log2(std::uint64_t range) {
  if (range < (1U << 8U)) return 0;
  if (range < (1U << 16U)) return 1;
  return range < (std::uint64_t{1} << 32U) ? 2 : 3;
}

template <class T, class ValueAt>
void put_packed_as(std::string& out, std::size_t count, const ValueAt& value_at) {
  const std::size_t begin = out.size();
  out.resize(begin + count * sizeof(T));
  char* to = out.data() + begin;
  for (std::size_t i = 0; i < count; ++i, to += sizeof(T)) {
    const auto value = static_cast<T>(value_at(i));
    std::memcpy(to, &value, sizeof value);
  }
}

template <class ValueAt>
void put_packed(std::string& out, unsigned log2, std::size_t count, const ValueAt& value_at) {
  if (log2 == 0) return put_packed_as<std::uint8_t>(out, count, value_at);
  if (log2 == 1) return put_packed_as<std::uint16_t>(out, count, value_at);
  if (log2 == 2) return put_packed_as<std::uint32_t>(out, count, value_at);
  put_packed_as<std::uint64_t>(out, count, value_at);
}

// Returns whether there is anything to put: a column of zeros is left out.
bool put_constant(std::string& out, std::uint8_t id, std::int64_t value) {
  if (value == 0) return false;
  out.push_back(static_cast<char>(id));
  out.push_back(static_cast<char>(kConstant));
  put_varint(out, zigzag(value));
  return true;
}

// What all distances from the least value are multiples of.
std::uint64_t common_unit(std::span<const std::int64_t> values, std::int64_t base) {
  std::uint64_t unit = 0;
  for (const std::int64_t value : values) {
    const std::uint64_t d = distance(base, value);
    // Most are multiples of what was found so far, and a division tells.
    if (unit != 0 && d % unit == 0) continue;
    unit = std::gcd(unit, d);
    if (unit == 1) break;
  }
  return unit;
}

// The smallest of constant, offsets and deltas.
bool put_column(std::string& out, std::uint8_t id, std::span<const std::int64_t> values) {
  std::int64_t base = values[0];
  std::int64_t high = values[0];
  for (const std::int64_t value : values) {
    base = std::min(base, value);
    high = std::max(high, value);
  }
  if (base == high) return put_constant(out, id, base);
  const std::uint64_t unit = common_unit(values, base);  // not 0, since they differ
  // NOLINTNEXTLINE(clang-analyzer-core.DivideZero)
  const unsigned width = width_log2(distance(base, high) / unit);

  std::int64_t delta_low = INT64_MAX;
  std::int64_t delta_high = INT64_MIN;
  if (width > 0) {
    for (std::size_t i = 1; i < values.size(); ++i) {
      const auto delta = static_cast<std::int64_t>(distance(values[i - 1], values[i]));
      delta_low = std::min(delta_low, delta);
      delta_high = std::max(delta_high, delta);
    }
    const unsigned delta_width = width_log2(distance(delta_low, delta_high));
    if (delta_width < width) {
      out.push_back(static_cast<char>(id));
      out.push_back(static_cast<char>(kDeltas | (delta_width << 4U)));
      put_varint(out, zigzag(values[0]));
      put_varint(out, zigzag(delta_low));
      put_packed(out, delta_width, values.size() - 1, [&](std::size_t i) {
        return distance(values[i], values[i + 1]) - static_cast<std::uint64_t>(delta_low);
      });
      return true;
    }
  }
  out.push_back(static_cast<char>(id));
  out.push_back(static_cast<char>(kOffsets | (width << 4U)));
  put_varint(out, zigzag(base));
  put_varint(out, unit);
  if (unit == 1) {
    put_packed(out, width, values.size(), [&](std::size_t i) { return distance(base, values[i]); });
  } else {
    put_packed(out, width, values.size(),
               [&](std::size_t i) { return distance(base, values[i]) / unit; });
  }
  return true;
}

// A column that decides the order, with the bits that its values take.
struct SortKey {
  const std::int64_t* values;
  std::int64_t base;
  unsigned bits;
};

std::vector<SortKey> sort_keys(const Columns& columns) {
  std::vector<SortKey> keys;
  for (const Column c : kSortColumns) {
    const std::int64_t* const values = columns[c].values;
    if (values == nullptr) continue;
    const auto [low, high] = std::minmax_element(values, values + columns.rows);
    // One with a single value decides nothing.
    if (*low == *high) continue;
    keys.push_back({values, *low, static_cast<unsigned>(std::bit_width(distance(*low, *high)))});
  }
  return keys;
}

// The order of the rows, without repeats; empty where it is the order they have.
using Order = std::vector<std::uint32_t>;

// Each row's keys side by side in one number.
template <class Packed>
std::optional<Order> packed_order(const std::vector<SortKey>& keys, std::size_t rows) {
  struct Entry {
    Packed key;
    std::uint32_t row;
  };
  std::vector<Entry> entries(rows);
  bool ascending = true;
  for (std::size_t i = 0; i < rows; ++i) {
    Packed packed = 0;
    for (const SortKey& key : keys) {
      packed = static_cast<Packed>(packed << key.bits) | distance(key.base, key.values[i]);
    }
    entries[i] = {packed, static_cast<std::uint32_t>(i)};
    ascending = ascending && (i == 0 || entries[i - 1].key < packed);
  }
  if (ascending) return std::nullopt;
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.key < b.key; });
  Order order;
  order.reserve(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    if (i == 0 || entries[i - 1].key != entries[i].key) order.push_back(entries[i].row);
  }
  return order;
}

std::optional<Order> compared_order(const std::vector<SortKey>& keys, std::size_t rows) {
  Order order(rows);
  std::iota(order.begin(), order.end(), 0U);
  const auto less = [&](std::uint32_t a, std::uint32_t b) {
    for (const SortKey& key : keys) {
      if (key.values[a] != key.values[b]) return key.values[a] < key.values[b];
    }
    return false;
  };
  std::sort(order.begin(), order.end(), less);
  const auto end = std::unique(order.begin(), order.end(),
                               [&](std::uint32_t a, std::uint32_t b) { return !less(a, b); });
  order.erase(end, order.end());
  return order;
}

// Empty where the rows are in order and none stands twice.
std::optional<Order> order_of(const Columns& columns) {
  if (columns.rows < 2) return std::nullopt;
  const std::vector<SortKey> keys = sort_keys(columns);
  if (keys.empty()) return Order{0};
  // A shift by all of a number's bits is none; no key has so many beside others.
  unsigned bits = 0;
  for (const SortKey& key : keys) bits += key.bits;
  if (bits < 64) return packed_order<std::uint64_t>(keys, columns.rows);
  if (bits < 128) return packed_order<uint128>(keys, columns.rows);
  return compared_order(keys, columns.rows);
}

std::string encode_columns(const Columns& columns) {
  const auto order = order_of(columns);
  const std::size_t rows = order ? order->size() : columns.rows;
  std::string out;
  out.reserve(48 + rows * 24);
  out.push_back(static_cast<char>(kBlockVersion));
  put_varint(out, rows);
  const std::size_t count_at = out.size();
  out.push_back(0);
  std::vector<std::int64_t> gathered;
  std::uint8_t count = 0;
  for (std::uint8_t id = 0; rows > 0 && id < kColumnCount; ++id) {
    const Columns::One& column = columns[static_cast<Column>(id)];
    bool put = false;
    if (column.values == nullptr) {
      put = put_constant(out, id, column.constant);
    } else if (!order) {
      put = put_column(out, id, {column.values, rows});
    } else {
      gathered.resize(rows);
      for (std::size_t i = 0; i < rows; ++i) gathered[i] = column.values[(*order)[i]];
      put = put_column(out, id, gathered);
    }
    if (put) ++count;
  }
  out[count_at] = static_cast<char>(count);
  const auto checksum = static_cast<std::uint32_t>(hash64(out));
  char bytes[kChecksumBytes];
  std::memcpy(bytes, &checksum, sizeof bytes);
  out.append(bytes, sizeof bytes);
  return out;
}

// The value that all rows of all blocks have in a column.
std::optional<std::int64_t> common_constant(std::span<const BlockReader> readers, Column c) {
  std::optional<std::int64_t> common;
  for (const BlockReader& reader : readers) {
    if (reader.rows() == 0) continue;
    const auto own = reader.constant(c);
    if (!own || (common && *common != *own)) return std::nullopt;
    common = own;
  }
  return common;
}

}  // namespace

std::string encode_block(const Block& block) {
  Columns columns;
  columns.rows = block.rows();
  for (std::size_t c = 0; c < kColumnCount; ++c) {
    columns.columns[c].values = block.column(static_cast<Column>(c)).data();
  }
  return encode_columns(columns);
}

std::string encode_rows(std::span<const Row> rows) {
  if (rows.size() != 1) return encode_block(Block::from_rows(rows));
  Columns columns;
  columns.rows = 1;
  for (std::size_t c = 0; c < kColumnCount; ++c) {
    columns.columns[c].constant = rows.front().columns[c];
  }
  return encode_columns(columns);
}

Result<std::string> fold_blocks(std::span<const std::string_view> blocks) {
  std::vector<BlockReader> readers;
  readers.reserve(blocks.size());
  std::size_t rows = 0;
  for (const std::string_view bytes : blocks) {
    CAPEXDB_ASSIGN(BlockReader reader, BlockReader::open(bytes));
    rows += reader.rows();
    readers.push_back(reader);
  }
  if (rows > kBlockRowsMax) {
    return fail(Errc::resource_exhausted, "a block would have " + std::to_string(rows) + " rows");
  }
  Columns columns;
  columns.rows = rows;
  std::array<std::vector<std::int64_t>, kColumnCount> decoded;
  for (std::size_t c = 0; c < kColumnCount; ++c) {
    const auto id = static_cast<Column>(c);
    if (const auto constant = common_constant(readers, id)) {
      columns.columns[c].constant = *constant;
      continue;
    }
    decoded[c].resize(rows);
    auto out = std::span(decoded[c]);
    for (const BlockReader& reader : readers) {
      reader.read(id, out.first(reader.rows()));
      out = out.subspan(reader.rows());
    }
    columns.columns[c].values = decoded[c].data();
  }
  return encode_columns(columns);
}

}  // namespace capexdb::storage
