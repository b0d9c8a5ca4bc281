#include "storage/block.h"

#include <gtest/gtest.h>

#include <random>

#include "storage/key.h"

namespace capexdb::storage {
namespace {

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text.push_back(kDigits[byte >> 4U]);
    text.push_back(kDigits[byte & 0x0FU]);
  }
  return text;
}

std::vector<Row> rows_of(const Block& block) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < block.rows(); ++i) rows.push_back(block.row(i));
  return rows;
}

// Values of very different sizes, so that every coding is used.
Row random_row(std::mt19937_64& random) {
  Row row;
  for (auto& column : row.columns) {
    const unsigned bits = std::array{0U, 1U, 7U, 15U, 31U, 63U}[random() % 6];
    column = static_cast<std::int64_t>(random() & ((std::uint64_t{1} << bits) - 1));
    if (random() % 4 == 0) column = -column;
  }
  row[Column::sequence] = static_cast<std::int64_t>(random() % 100'000) + 1;
  return row;
}

Row plain_row(std::int64_t sequence, std::int64_t subject, std::int64_t value) {
  Row row;
  row[Column::sequence] = sequence;
  row[Column::subject] = subject;
  row.set_period({PeriodKind::span, 19723, 19905});
  row.set_published({1'724'630'400, 1'724'716'800});
  row[Column::source] = 3;
  row[Column::document] = 0x0123456789abcdef;
  row[Column::root] = 0x0123456789abcdef;
  row[Column::status] = 1;
  row[Column::measure] = 1;
  row[Column::flags] = flag::kValue | flag::kDecimals;
  row[Column::value] = value;
  row[Column::stated_decimals] = -9;
  row[Column::unit] = 1;
  row[Column::currency] = currency_code("CNY");
  return row;
}

// The example of docs/storage-format.md; these bytes may never change.
TEST(Block, ExampleOfTheFormatPageHasItsBytes) {
  const std::vector<Row> rows = {plain_row(91, 7, 23'000'000'000),
                                 plain_row(92, 7, 23'500'000'000)};
  const std::string bytes = encode_rows(rows);
  EXPECT_EQ(hex(bytes),
            "0102100002b60101000102010e040196b402050182b70206018096deec0c070180c60a080106"
            "0901deb7de9af1d9a2a3020a01deb7de9af1d9a2a3020b01020c01020d0182040f028098c1ae"
            "ab0180cab5ee0100011501111601021701bc28b49aef9c");
  const auto decoded = decode_block(bytes);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(rows_of(*decoded), rows);
}

TEST(Block, ExampleKeysOfTheFormatPageHaveTheirBytes) {
  EXPECT_EQ(hex(encode_key(HistoryKey{7, 1, 202, 0})), "00000007000100ca0000");
  EXPECT_EQ(hex(encode_key(FrameKey{1, 2024, 0, 0})), "000107e8000000000000");
  EXPECT_EQ(hex(log_key(91)), "000000000000005b");
  EXPECT_EQ(*decode_history_key(encode_key(HistoryKey{7, 1, 202, 0})), (HistoryKey{7, 1, 202, 0}));
  EXPECT_EQ(*decode_frame_key(encode_key(FrameKey{1, 2024, 5, 0})), (FrameKey{1, 2024, 5, 0}));
}

TEST(Block, WhatWasEncodedIsDecodedInSortedOrderWithoutRepeats) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    std::vector<Row> rows(random() % 40);
    for (Row& row : rows) row = random_row(random);
    if (!rows.empty()) rows.push_back(rows.front());
    const auto decoded = decode_block(encode_rows(rows));
    ASSERT_TRUE(decoded) << decoded.error().message;
    const std::vector<Row> got = rows_of(*decoded);
    ASSERT_EQ(got.size(), rows.empty() ? 0 : rows.size() - 1);
    for (const Row& row : rows) EXPECT_NE(std::find(got.begin(), got.end(), row), got.end());
    EXPECT_EQ(encode_rows(got), encode_rows(rows)) << "one set of rows has one encoding";
  }
}

TEST(Block, FoldingInAnyGroupingGivesTheSameBytes) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    std::vector<Row> all;
    std::vector<std::string> parts;
    for (std::uint64_t part = 0; part < 1 + random() % 6; ++part) {
      std::vector<Row> rows(1 + random() % 10);
      for (Row& row : rows) row = random_row(random);
      all.insert(all.end(), rows.begin(), rows.end());
      parts.push_back(encode_rows(rows));
    }
    std::vector<std::string_view> views(parts.begin(), parts.end());
    const auto at_once = fold_blocks(views);
    ASSERT_TRUE(at_once);
    EXPECT_EQ(*at_once, encode_rows(all));
    std::string one_by_one = parts.front();
    for (std::size_t i = 1; i < parts.size(); ++i) {
      const std::vector<std::string_view> two = {one_by_one, parts[i]};
      auto folded = fold_blocks(two);
      ASSERT_TRUE(folded);
      one_by_one = *folded;
    }
    EXPECT_EQ(one_by_one, *at_once);
    const std::vector<std::string_view> twice = {*at_once, *at_once};
    EXPECT_EQ(*fold_blocks(twice), *at_once) << "the same row twice changes nothing";
  }
}

TEST(Block, SingleColumnsAreReadWithoutTheRest) {
  std::mt19937_64 random(7);
  std::vector<Row> rows(50);
  for (Row& row : rows) row = random_row(random);
  const std::string bytes = encode_rows(rows);
  const auto block = decode_block(bytes);
  const auto reader = BlockReader::open(bytes);
  ASSERT_TRUE(block && reader);
  std::vector<std::int64_t> out(reader->rows());
  for (std::size_t c = 0; c < kColumnCount; ++c) {
    reader->read(static_cast<Column>(c), out);
    const auto want = block->column(static_cast<Column>(c));
    EXPECT_TRUE(std::equal(out.begin(), out.end(), want.begin()));
  }
}

TEST(Block, EveryFlippedBitIsFound) {
  const std::string bytes = encode_rows(std::vector<Row>{plain_row(1, 1, 5), plain_row(2, 1, 6)});
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string bad = bytes;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(decode_block(bad)) << "bit " << bit;
  }
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_block(bytes.substr(0, size)));
  }
}

TEST(Block, ValuesOf128BitsComeBackExactly) {
  const auto number = [](const char* text) { return *Decimal::parse(text); };
  Row row;
  Interval value;
  value.point = number("-99999999999999999999999999999999999999");
  value.low = Bound{number("-99999999999999999999999999999999999999"), BoundKind::approximate};
  value.high = Bound{number("18446744073709551616"), BoundKind::open};
  value.approx = true;
  value.stated_decimals = -3;
  ASSERT_TRUE(row.set_value(value));
  const auto decoded = decode_block(encode_rows(std::vector<Row>{row}));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->row(0).value(), value);
}

TEST(Block, NumbersThatNeedTooManyDigitsTogetherAreRefused) {
  Row row;
  Interval value;
  value.low = Bound{*Decimal::parse("0.00000000000000000001"), BoundKind::closed};
  value.high = Bound{*Decimal::parse("99999999999999999999999999999999999999"), BoundKind::closed};
  const auto set = row.set_value(value);
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error().code, Errc::out_of_range);
}

}  // namespace
}  // namespace capexdb::storage
