#include "storage/series.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "proto/model/text.h"
#include "storage/block.h"
#include "storage/rocks/database.h"
#include "storage/rocks/status.h"

namespace capexdb::storage {
namespace {

constexpr std::size_t kFewRows = 16;             // of a cell
constexpr std::size_t kCachedRowsMax = 400'000;  // at most 150 MB, if all cells were taken out

struct CellColumn {
  Column column;
  std::int64_t value;
};

// What a cell key says, the column that tells most rows apart first.
std::array<CellColumn, std::tuple_size_v<CellKey>> cell_columns_by_use(const CellKey& key) {
  std::array<CellColumn, std::tuple_size_v<CellKey>> columns{};
  for (std::size_t i = 0; i < key.size(); ++i) columns[i] = {kCellColumns[i], key[i]};
  const auto start = std::find_if(columns.begin(), columns.end(), [](const CellColumn& c) {
    return c.column == Column::period_start;
  });
  std::swap(columns.front(), *start);
  return columns;
}

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

Result<void> Series::open(std::string block) {
  block_ = std::move(block);
  CAPEXDB_ASSIGN(reader_, BlockReader::open(block_));
  size_ = reader_.rows();
  return {};
}

CellStatements& Series::cell(const CellKey& key, const Policy& policy) {
  const auto [at, is_new] = cells_.try_emplace(key);
  CellStatements& cell = at->second;
  if (!is_new || reader_.rows() == 0) return cell;
  // Rows that are in the cell by each column so far; a cell's rows are few, and
  // the first days of periods tell most of them apart.
  std::vector<std::uint32_t> rows(reader_.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  std::vector<std::int64_t> values(reader_.rows());
  for (const CellColumn& column : cell_columns_by_use(key)) {
    if (rows.empty()) return cell;
    if (const auto constant = reader_.constant(column.column)) {
      if (*constant != column.value) rows.clear();
      continue;
    }
    reader_.read(column.column, values);
    std::erase_if(rows, [&](std::uint32_t row) { return values[row] != column.value; });
  }
  std::vector<Row> found(rows.size());
  for (std::size_t c = 0; c < kColumnCount && !rows.empty(); ++c) {
    const auto id = static_cast<Column>(c);
    if (const auto constant = reader_.constant(id)) {
      for (Row& row : found) row[id] = *constant;
      continue;
    }
    reader_.read(id, values);
    for (std::size_t i = 0; i < rows.size(); ++i) found[i][id] = values[rows[i]];
  }
  for (const Row& row : found) cell.add(row, policy);
  return cell;
}

const CellStatements* Series::cell_of(const Row& row, const Policy& policy) {
  const CellKey key = cell_key(row);
  const CellStatements& found = cell(key, policy);
  if (!found.rows().empty()) return &found;
  // Whoever only asks leaves nothing behind.
  cells_.erase(key);
  return nullptr;
}

Result<Series*> SeriesCache::get(const Database& database, const HistoryKey& key) {
  const auto [at, is_new] = series_.try_emplace(key);
  if (!is_new) return &at->second;
  std::string value;
  const auto status = database.db().Get({}, database.history(), encode_key(key), &value);
  if (status.IsNotFound()) return &at->second;
  if (!status.ok()) {
    series_.erase(at);
    return fail(to_error(status, "history"));
  }
  if (auto opened = at->second.open(std::move(value)); !opened) {
    series_.erase(at);
    return fail(std::move(opened.error()));
  }
  rows_ += at->second.size();
  return &at->second;
}

Result<void> SeriesCache::add(const Database& database, const HistoryKey& key, const Row& row,
                              const Policy& policy) {
  CAPEXDB_ASSIGN(Series * series, get(database, key));
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
