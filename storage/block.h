// Columnar blocks: the values of `history` and `frames`.
//
//   block   := version:u8 rows:varint columns:u8 column* checksum:u32le
//   column  := id:u8 coding:u8 payload
//   coding  := kind | width << 4            width: 0, 1, 2, 3 for 1, 2, 4, 8 bytes
//   kind 1  constant: zigzag varint                        every row has it
//   kind 2  offsets:  base:zigzag unit:varint packed*      row i = base + unit * packed[i]
//   kind 3  deltas:   first:zigzag base:zigzag packed*     row i = row i-1 + base + packed[i]
//
// A column that is 0 in every row is left out. Columns come in ascending order
// of id. The checksum is the low 32 bits of xxh3 over all bytes before it.
// Rows are sorted by cell and then by sequence, and no row stands twice.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proto/model/error.h"
#include "storage/row.h"

namespace capexdb::storage {

inline constexpr std::uint8_t kBlockVersion = 1;
inline constexpr std::size_t kBlockRowsMax = std::size_t{1} << 24U;

// A decoded block: all columns, column-major.
class Block {
 public:
  Block() = default;
  explicit Block(std::size_t rows) : rows_(rows), cells_(rows * kColumnCount) {}
  static Block from_rows(std::span<const Row> rows);

  std::size_t rows() const { return rows_; }
  std::span<std::int64_t> column(Column c) {
    return {cells_.data() + static_cast<std::size_t>(c) * rows_, rows_};
  }
  std::span<const std::int64_t> column(Column c) const {
    return {cells_.data() + static_cast<std::size_t>(c) * rows_, rows_};
  }
  Row row(std::size_t index) const;

 private:
  std::size_t rows_ = 0;
  std::vector<std::int64_t> cells_;
};

// Sorts the rows, drops repeats, and encodes. An empty input gives a block of
// no rows, which is valid.
std::string encode_block(const Block& block);
std::string encode_rows(std::span<const Row> rows);

// Error: data_loss when the bytes are no sound block of a known version.
Result<Block> decode_block(std::string_view bytes);

// One block with the rows of all. Error: data_loss as above.
Result<std::string> fold_blocks(std::span<const std::string_view> blocks);

// Reads single columns of a block without decoding the rest.
class BlockReader {
 public:
  BlockReader() = default;
  // Checks the checksum and the layout of every column. `bytes` must outlive
  // the reader. Error: data_loss.
  static Result<BlockReader> open(std::string_view bytes);

  std::size_t rows() const { return rows_; }
  // Fills `out`, which has rows() places.
  void read(Column c, std::span<std::int64_t> out) const;
  // The value of a column that has the same in every row.
  std::optional<std::int64_t> constant(Column c) const;

 private:
  struct Source {
    std::uint8_t coding = 0;  // 0: the column is absent, all zero
    std::uint64_t unit = 1;   // of offsets
    std::int64_t base = 0;    // constant, or base of offsets or deltas
    std::int64_t first = 0;   // of deltas
    const char* packed = nullptr;
  };
  std::size_t rows_ = 0;
  std::array<Source, kColumnCount> sources_{};
};

// One column to be read row by row; a constant one is a single number.
class ColumnView {
 public:
  ColumnView() = default;
  ColumnView(const std::int64_t* values, bool constant)
      : values_(values), mask_(constant ? 0 : SIZE_MAX) {}
  std::int64_t operator[](std::size_t row) const { return values_[row & mask_]; }
  bool is_constant() const { return mask_ == 0; }

 private:
  const std::int64_t* values_ = nullptr;
  std::size_t mask_ = 0;
};

// The columns of a block, each decoded when it is first asked for. An object is
// opened for one block after another and keeps its memory.
class BlockColumns {
 public:
  // `bytes` must outlive the use. Error: data_loss.
  Result<void> open(std::string_view bytes);

  std::size_t rows() const { return reader_.rows(); }
  // Valid until the next open().
  ColumnView column(Column c);
  Row row(std::size_t index);

 private:
  BlockReader reader_;
  std::array<std::vector<std::int64_t>, kColumnCount> values_;
  std::array<ColumnView, kColumnCount> views_;
  std::array<bool, kColumnCount> decoded_{};
};

}  // namespace capexdb::storage
