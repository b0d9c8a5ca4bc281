#include "storage/series.h"

#include <algorithm>

#include "proto/model/text.h"
#include "storage/block.h"
#include "storage/rocks/database.h"
#include "storage/rocks/status.h"

namespace capexdb::storage {
namespace {

constexpr std::size_t kFewRows = 16;             // of a cell
constexpr std::size_t kCachedRowsMax = 400'000;  // about 150 MB

}  // namespace

void CellStatements::add(const Row& row, const Policy& policy) {
  const std::size_t index = rows_.size();
  rows_.push_back(row);
  if (rows_.size() > kFewRows) {
    for (std::size_t i = by_content_.size(); i < rows_.size(); ++i) {
      by_content_.emplace(content_hash(rows_[i]), static_cast<std::uint32_t>(i));
    }
  }
  if (row.has(flag::kRetraction)) {
    has_retraction_ = true;
  } else if (!leader_ || goes_before(row, rows_[*leader_], policy)) {
    leader_ = index;
  }
}

void CellStatements::rerank(const Policy& policy) {
  leader_.reset();
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (rows_[i].has(flag::kRetraction)) continue;
    if (!leader_ || goes_before(rows_[i], rows_[*leader_], policy)) leader_ = i;
  }
}

const Row* CellStatements::find_same(const Row& row) const {
  if (by_content_.empty()) {
    const auto same = std::find_if(rows_.begin(), rows_.end(),
                                   [&](const Row& said) { return same_content(said, row); });
    return same == rows_.end() ? nullptr : &*same;
  }
  const auto [first, last] = by_content_.equal_range(content_hash(row));
  for (auto it = first; it != last; ++it) {
    if (same_content(rows_[it->second], row)) return &rows_[it->second];
  }
  return nullptr;
}

std::size_t CellKeyHash::operator()(const CellKey& key) const {
  return hash64({reinterpret_cast<const char*>(key.data()), sizeof key});
}

void Series::rerank(const Policy& policy) {
  for (auto& [key, cell] : cells_) cell.rerank(policy);
}

const CellStatements* Series::cell_of(const Row& row) const {
  const auto cell = cells_.find(cell_key(row));
  return cell == cells_.end() ? nullptr : &cell->second;
}

Result<Series*> SeriesCache::load(const Database& database, const HistoryKey& key,
                                  const Policy& policy) {
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
  for (std::size_t i = 0; i < block->rows(); ++i) at->second.add(block->row(i), policy);
  rows_ += block->rows();
  return &at->second;
}

Result<const Series*> SeriesCache::get(const Database& database, const HistoryKey& key,
                                       const Policy& policy) {
  CAPEXDB_ASSIGN(const Series* series, load(database, key, policy));
  return series;
}

Result<void> SeriesCache::add(const Database& database, const HistoryKey& key, const Row& row,
                              const Policy& policy) {
  CAPEXDB_ASSIGN(Series * series, load(database, key, policy));
  series->add(row, policy);
  staged_.insert(key);
  ++rows_;
  return {};
}

void SeriesCache::rerank(const Policy& policy) {
  for (auto& [key, series] : series_) series.rerank(policy);
}

void SeriesCache::trim() {
  if (rows_ + series_.size() <= kCachedRowsMax) return;
  std::erase_if(series_, [&](const auto& entry) {
    if (staged_.contains(entry.first)) return false;
    rows_ -= entry.second.size();
    return true;
  });
}

void SeriesCache::clear() {
  series_.clear();
  staged_.clear();
  rows_ = 0;
}

}  // namespace capexdb::storage
