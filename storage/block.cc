#include "storage/block.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>

#include "proto/model/text.h"

namespace capexdb::storage {
namespace {

constexpr std::uint8_t kConstant = 1;
constexpr std::uint8_t kOffsets = 2;
constexpr std::uint8_t kDeltas = 3;
constexpr std::size_t kChecksumBytes = 4;

// Cell first, so that the statements about one cell lie together; then order
// of arrival.
constexpr std::array kSortColumns = {
    Column::subject,      Column::product,    Column::counterparties, Column::measure,
    Column::definition,   Column::unit,       Column::currency,       Column::period_kind,
    Column::period_start, Column::period_end, Column::sequence,       Column::fact_index,
    Column::flags};

static_assert(std::endian::native == std::endian::little, "packed columns are little-endian");

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

std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
}

// Differences and sums wrap, so that any two 64-bit values are in reach.
std::uint64_t distance(std::int64_t from, std::int64_t to) {
  return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
}
std::int64_t step(std::int64_t from, std::uint64_t by) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(from) + by);
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

// The smaller of offsets and deltas.
void put_column(std::string& out, std::uint8_t id, std::span<const std::int64_t> values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const std::int64_t base = *low;
  if (base == *high) {
    if (base == 0) return;
    out.push_back(static_cast<char>(id));
    out.push_back(static_cast<char>(kConstant));
    put_varint(out, zigzag(base));
    return;
  }
  std::uint64_t unit = 0;
  for (const std::int64_t value : values) {
    unit = std::gcd(unit, distance(base, value));
    if (unit == 1) break;
  }
  const unsigned width = width_log2(distance(base, *high) / unit);

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
      return;
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
}

class Sorter {
 public:
  explicit Sorter(const Block& block) {
    for (const Column c : kSortColumns) {
      const auto column = block.column(c);
      // A column with one value decides nothing.
      if (std::adjacent_find(column.begin(), column.end(), std::not_equal_to<>()) != column.end()) {
        keys_.push_back(column);
      }
    }
  }
  bool operator()(std::uint32_t a, std::uint32_t b) const {
    for (const auto& key : keys_) {
      if (key[a] != key[b]) return key[a] < key[b];
    }
    return false;
  }
  bool equal(std::uint32_t a, std::uint32_t b) const {
    return std::all_of(keys_.begin(), keys_.end(), [&](const auto& k) { return k[a] == k[b]; });
  }

 private:
  std::vector<std::span<const std::int64_t>> keys_;
};

std::string encode_in_order(const Block& block, std::span<const std::uint32_t> order,
                            bool identity) {
  std::string out;
  out.push_back(static_cast<char>(kBlockVersion));
  put_varint(out, order.size());
  const std::size_t count_at = out.size();
  out.push_back(0);
  std::vector<std::int64_t> gathered;
  std::uint8_t columns = 0;
  if (!order.empty()) {
    for (std::uint8_t id = 0; id < kColumnCount; ++id) {
      auto values = block.column(static_cast<Column>(id));
      if (!identity) {
        gathered.resize(order.size());
        for (std::size_t i = 0; i < order.size(); ++i) gathered[i] = values[order[i]];
        values = gathered;
      }
      const std::size_t before = out.size();
      put_column(out, id, values);
      if (out.size() != before) ++columns;
    }
  }
  out[count_at] = static_cast<char>(columns);
  const auto checksum = static_cast<std::uint32_t>(hash64(out));
  char bytes[kChecksumBytes];
  std::memcpy(bytes, &checksum, sizeof bytes);
  out.append(bytes, sizeof bytes);
  return out;
}

tl::unexpected<Error> damaged(const char* what) {
  return fail(Errc::data_loss, std::string("damaged block: ") + what);
}

class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}
  bool u8(std::uint8_t& value) {
    if (at_ >= bytes_.size()) return false;
    value = static_cast<std::uint8_t>(bytes_[at_++]);
    return true;
  }
  bool varint(std::uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      std::uint8_t byte = 0;
      if (!u8(byte)) return false;
      value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
      if ((byte & 0x80U) == 0) return true;
    }
    return false;
  }
  bool signed_varint(std::int64_t& value) {
    std::uint64_t raw = 0;
    if (!varint(raw)) return false;
    value = unzigzag(raw);
    return true;
  }
  bool skip(std::size_t count, const char*& start) {
    if (bytes_.size() - at_ < count) return false;
    start = bytes_.data() + at_;
    at_ += count;
    return true;
  }
  bool at_end() const { return at_ == bytes_.size(); }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

// T is the packed type; the loop is simple enough for the compiler to widen.
template <class T>
void read_offsets(const char* packed, std::int64_t base, std::uint64_t unit,
                  std::span<std::int64_t> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    T value;
    std::memcpy(&value, packed + i * sizeof(T), sizeof(T));
    out[i] = static_cast<std::int64_t>(static_cast<std::uint64_t>(base) + unit * value);
  }
}

template <class T>
void read_deltas(const char* packed, std::int64_t first, std::int64_t base,
                 std::span<std::int64_t> out) {
  std::int64_t value = first;
  out[0] = value;
  for (std::size_t i = 1; i < out.size(); ++i) {
    T delta;
    std::memcpy(&delta, packed + (i - 1) * sizeof(T), sizeof(T));
    value = step(value, static_cast<std::uint64_t>(base) + delta);
    out[i] = value;
  }
}

}  // namespace

Block Block::from_rows(std::span<const Row> rows) {
  Block block(rows.size());
  for (std::size_t c = 0; c < kColumnCount; ++c) {
    auto column = block.column(static_cast<Column>(c));
    for (std::size_t i = 0; i < rows.size(); ++i) column[i] = rows[i].columns[c];
  }
  return block;
}

Row Block::row(std::size_t index) const {
  Row row;
  for (std::size_t c = 0; c < kColumnCount; ++c) {
    row.columns[c] = cells_[c * rows_ + index];
  }
  return row;
}

std::string encode_block(const Block& block) {
  std::vector<std::uint32_t> order(block.rows());
  std::iota(order.begin(), order.end(), 0U);
  const Sorter less(block);
  if (!std::is_sorted(order.begin(), order.end(), less))
    std::sort(order.begin(), order.end(), less);
  const auto end = std::unique(order.begin(), order.end(),
                               [&](std::uint32_t a, std::uint32_t b) { return less.equal(a, b); });
  order.erase(end, order.end());
  bool identity = order.size() == block.rows();
  for (std::uint32_t i = 0; identity && i < order.size(); ++i) identity = order[i] == i;
  return encode_in_order(block, order, identity);
}

std::string encode_rows(std::span<const Row> rows) { return encode_block(Block::from_rows(rows)); }

Result<BlockReader> BlockReader::open(std::string_view bytes) {
  if (bytes.size() < 3 + kChecksumBytes) return damaged("too short");
  const std::string_view body = bytes.substr(0, bytes.size() - kChecksumBytes);
  std::uint32_t checksum = 0;
  std::memcpy(&checksum, bytes.data() + body.size(), sizeof checksum);
  if (checksum != static_cast<std::uint32_t>(hash64(body))) return damaged("checksum");
  Cursor cursor(body);
  std::uint8_t version = 0;
  std::uint64_t rows = 0;
  std::uint8_t columns = 0;
  if (!cursor.u8(version) || version != kBlockVersion) return damaged("unknown version");
  if (!cursor.varint(rows) || rows > kBlockRowsMax) return damaged("row count");
  if (!cursor.u8(columns)) return damaged("column count");
  BlockReader reader;
  reader.rows_ = rows;
  int last_id = -1;
  for (std::uint8_t i = 0; i < columns; ++i) {
    std::uint8_t id = 0;
    if (!cursor.u8(id) || id >= kColumnCount || id <= last_id) return damaged("column id");
    last_id = id;
    Source& source = reader.sources_[id];
    if (!cursor.u8(source.coding)) return damaged("coding");
    const std::uint8_t kind = source.coding & 0x0FU;
    const unsigned log2 = source.coding >> 4U;
    if (log2 > 3) return damaged("width");
    bool ok = rows > 0;
    if (kind == kConstant) {
      ok = ok && log2 == 0 && cursor.signed_varint(source.base);
    } else if (kind == kOffsets) {
      ok = ok && cursor.signed_varint(source.base) && cursor.varint(source.unit) &&
           cursor.skip(rows << log2, source.packed);
    } else if (kind == kDeltas) {
      ok = ok && cursor.signed_varint(source.first) && cursor.signed_varint(source.base) &&
           cursor.skip((rows - 1) << log2, source.packed);
    } else {
      ok = false;
    }
    if (!ok) return damaged("column payload");
  }
  if (!cursor.at_end()) return damaged("bytes behind the last column");
  return reader;
}

void BlockReader::read(Column c, std::span<std::int64_t> out) const {
  const Source& source = sources_[static_cast<std::size_t>(c)];
  const unsigned log2 = source.coding >> 4U;
  switch (source.coding & 0x0FU) {
    case kConstant:
      std::fill(out.begin(), out.end(), source.base);
      return;
    case kOffsets:
      if (log2 == 0)
        return read_offsets<std::uint8_t>(source.packed, source.base, source.unit, out);
      if (log2 == 1)
        return read_offsets<std::uint16_t>(source.packed, source.base, source.unit, out);
      if (log2 == 2)
        return read_offsets<std::uint32_t>(source.packed, source.base, source.unit, out);
      return read_offsets<std::uint64_t>(source.packed, source.base, source.unit, out);
    case kDeltas:
      if (log2 == 0)
        return read_deltas<std::uint8_t>(source.packed, source.first, source.base, out);
      if (log2 == 1)
        return read_deltas<std::uint16_t>(source.packed, source.first, source.base, out);
      if (log2 == 2)
        return read_deltas<std::uint32_t>(source.packed, source.first, source.base, out);
      return read_deltas<std::uint64_t>(source.packed, source.first, source.base, out);
    default:
      std::fill(out.begin(), out.end(), 0);
  }
}

std::optional<std::int64_t> BlockReader::constant(Column c) const {
  const Source& source = sources_[static_cast<std::size_t>(c)];
  if (source.coding == 0) return 0;
  return source.coding == kConstant ? std::optional(source.base) : std::nullopt;
}

Result<void> BlockColumns::open(std::string_view bytes) {
  CAPEXDB_ASSIGN(reader_, BlockReader::open(bytes));
  decoded_.fill(false);
  return {};
}

ColumnView BlockColumns::column(Column c) {
  const auto i = static_cast<std::size_t>(c);
  if (decoded_[i]) return views_[i];
  decoded_[i] = true;
  std::vector<std::int64_t>& values = values_[i];
  if (const auto constant = reader_.constant(c)) {
    if (values.empty()) values.resize(1);
    values[0] = *constant;
    return views_[i] = ColumnView(values.data(), true);
  }
  if (values.size() < rows()) values.resize(rows());
  reader_.read(c, std::span(values).first(rows()));
  return views_[i] = ColumnView(values.data(), false);
}

Row BlockColumns::row(std::size_t index) {
  Row row;
  for (std::size_t c = 0; c < kColumnCount; ++c) {
    row.columns[c] = column(static_cast<Column>(c))[index];
  }
  return row;
}

Result<Block> decode_block(std::string_view bytes) {
  CAPEXDB_ASSIGN(const BlockReader reader, BlockReader::open(bytes));
  Block block(reader.rows());
  for (std::size_t c = 0; c < kColumnCount; ++c) {
    reader.read(static_cast<Column>(c), block.column(static_cast<Column>(c)));
  }
  return block;
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
  Block all(rows);
  for (std::size_t c = 0; c < kColumnCount; ++c) {
    auto out = all.column(static_cast<Column>(c));
    for (const BlockReader& reader : readers) {
      reader.read(static_cast<Column>(c), out.first(reader.rows()));
      out = out.subspan(reader.rows());
    }
  }
  return encode_block(all);
}

}  // namespace capexdb::storage
