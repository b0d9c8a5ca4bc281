#include "storage/block.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "proto/model/text.h"
#include "storage/block_coding.h"

namespace capexdb::storage {
namespace {

using namespace block_coding;

static_assert(std::endian::native == std::endian::little, "packed columns are little-endian");

std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
}

std::int64_t step(std::int64_t from, std::uint64_t by) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(from) + by);
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

}  // namespace capexdb::storage
