#include "storage/series.h"

#include "storage/block.h"
#include "storage/rocks/database.h"
#include "storage/rocks/status.h"

namespace capexdb::storage {
namespace {

constexpr std::size_t kCachedRowsMax = 400'000;  // about 100 MB

}  // namespace

std::vector<Row> Series::cell_of(const Row& row) const {
  std::vector<Row> rows;
  const auto cell = cells_.find(cell_hash(row));
  if (cell == cells_.end()) return rows;
  for (const Row& other : cell->second) {
    if (same_cell(row, other)) rows.push_back(other);
  }
  return rows;
}

const Row* Series::find_same(const Row& row) const {
  const auto cell = cells_.find(cell_hash(row));
  if (cell == cells_.end()) return nullptr;
  for (const Row& other : cell->second) {
    if (same_content(row, other)) return &other;
  }
  return nullptr;
}

Result<Series*> SeriesCache::get(const Database& database, const HistoryKey& key) {
  const auto [at, is_new] = series_.try_emplace(key);
  if (!is_new) return &at->second;
  rocksdb::PinnableSlice value;
  const auto status = database.db().Get({}, database.history(), encode_key(key), &value);
  if (status.IsNotFound()) return &at->second;
  if (!status.ok()) {
    series_.erase(at);
    return fail(to_error(status, "history"));
  }
  auto block = decode_block({value.data(), value.size()});
  if (!block) {
    series_.erase(at);
    return fail(std::move(block.error()));
  }
  for (std::size_t i = 0; i < block->rows(); ++i) at->second.add(block->row(i));
  rows_ += block->rows();
  return &at->second;
}

void SeriesCache::trim() {
  if (rows_ + series_.size() > kCachedRowsMax) clear();
}

void SeriesCache::clear() {
  series_.clear();
  rows_ = 0;
}

}  // namespace capexdb::storage
