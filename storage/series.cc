#include "storage/series.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>

#include "proto/model/text.h"
#include "storage/block.h"
#include "storage/rocks/database.h"
#include "storage/rocks/status.h"

namespace capexdb::storage {
namespace {

constexpr std::size_t kFewRows = 16;     // of a cell
constexpr std::size_t kFewBlocks = 16;   // beside a large one
constexpr std::size_t kRowBytes = 320;   // taken out, with its part of the tables
constexpr std::size_t kCellBytes = 280;  // without its rows

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

// Appends the rows of one cell.
void read_cell(const BlockReader& reader, const CellKey& key, std::vector<Row>& out) {
  // Rows that are in the cell by each column so far; a cell's rows are few, and
  // the first days of periods tell most of them apart.
  std::vector<std::uint32_t> rows(reader.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  std::vector<std::int64_t> values(reader.rows());
  for (const CellColumn& column : cell_columns_by_use(key)) {
    if (rows.empty()) return;
    if (const auto constant = reader.constant(column.column)) {
      if (*constant != column.value) return;
      continue;
    }
    reader.read(column.column, values);
    std::erase_if(rows, [&](std::uint32_t row) { return values[row] != column.value; });
  }
  const std::size_t first = out.size();
  out.resize(first + rows.size());
  for (std::size_t c = 0; c < kColumnCount && !rows.empty(); ++c) {
    const auto id = static_cast<Column>(c);
    if (const auto constant = reader.constant(id)) {
      for (std::size_t i = first; i < out.size(); ++i) out[i][id] = *constant;
      continue;
    }
    reader.read(id, values);
    for (std::size_t i = 0; i < rows.size(); ++i) out[first + i][id] = values[rows[i]];
  }
}

// Adds the figures of a block's rows.
void read_figures(const BlockReader& reader, SeriesFigures& out) {
  constexpr std::array kNeeded = {Column::sequence,        Column::period_kind,
                                  Column::period_start,    Column::period_end,
                                  Column::published_begin, Column::published_length,
                                  Column::measure,         Column::flags,
                                  Column::scale,           Column::value,
                                  Column::value_upper,     Column::low,
                                  Column::low_upper,       Column::high,
                                  Column::high_upper,      Column::unit,
                                  Column::currency,        Column::product,
                                  Column::counterparties,  Column::definition};
  if (reader.constant(Column::measure).value_or(1) != static_cast<int>(Measure::level)) return;
  Row row;
  std::vector<std::pair<Column, std::vector<std::int64_t>>> varying;
  for (const Column column : kNeeded) {
    if (const auto constant = reader.constant(column)) {
      row[column] = *constant;
    } else {
      reader.read(column, varying.emplace_back(column, reader.rows()).second);
    }
  }
  for (std::size_t i = 0; i < reader.rows(); ++i) {
    for (const auto& [column, values] : varying) row[column] = values[i];
    out.add(row);
  }
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
  CAPEXDB_ASSIGN(const BlockReader reader, BlockReader::open(block_));
  block_rows_ = reader.rows();
  return {};
}

Result<void> Series::add(const Row& row, const Policy& policy) {
  CAPEXDB_ASSIGN(CellStatements * found, cell(cell_key(row), policy));
  found->add(row, policy);
  ++rows_out_;
  return {};
}

Result<void> Series::keep(std::string block) {
  later_bytes_ += block.capacity() + sizeof block;
  later_.push_back(std::move(block));
  // Folding costs what all rows do, so it waits longer where they are many.
  if (later_.size() <= kFewBlocks + block_rows_ / 256) return {};
  std::vector<std::string_view> blocks(later_.begin(), later_.end());
  if (!block_.empty()) blocks.push_back(block_);
  CAPEXDB_ASSIGN(std::string folded, fold_blocks(blocks));
  folded.shrink_to_fit();
  reader_.reset();
  later_.clear();
  later_.shrink_to_fit();
  later_bytes_ = 0;
  return open(std::move(folded));
}

Result<SeriesFigures*> Series::figures() {
  if (figures_) return &*figures_;
  SeriesFigures figures;
  if (!block_.empty()) {
    if (!reader_) {
      CAPEXDB_ASSIGN(BlockReader reader, BlockReader::open(block_));
      reader_ = std::make_unique<BlockReader>(reader);
    }
    read_figures(*reader_, figures);
  }
  for (const std::string& block : later_) {
    CAPEXDB_ASSIGN(const BlockReader reader, BlockReader::open(block));
    read_figures(reader, figures);
  }
  // What was added and is in no block yet.
  for (const auto& [key, cell] : cells_) {
    for (const Row& row : cell.rows()) figures.add(row);
  }
  return &figures_.emplace(std::move(figures));
}

void Series::put_back() {
  figures_.reset();
  cells_ = {};
  rows_out_ = 0;
  reader_.reset();
}

std::size_t Series::bytes() const {
  return sizeof *this + sizeof(HistoryKey) + 64 + block_.capacity() + later_bytes_ +
         (reader_ ? sizeof *reader_ : 0) + cells_.size() * kCellBytes + rows_out_ * kRowBytes +
         (figures_ ? figures_->bytes() : 0);
}

Result<CellStatements*> Series::cell(const CellKey& key, const Policy& policy) {
  if (const auto known = cells_.find(key); known != cells_.end()) return &known->second;
  if (!block_.empty() && !reader_) {
    CAPEXDB_ASSIGN(BlockReader reader, BlockReader::open(block_));
    reader_ = std::make_unique<BlockReader>(reader);
  }
  std::vector<Row> rows;
  if (reader_) read_cell(*reader_, key, rows);
  for (const std::string& block : later_) {
    CAPEXDB_ASSIGN(const BlockReader reader, BlockReader::open(block));
    read_cell(reader, key, rows);
  }
  CellStatements& cell = cells_[key];
  for (const Row& row : rows) cell.add(row, policy);
  rows_out_ += rows.size();
  return &cell;
}

Result<const CellStatements*> Series::cell_of(const Row& row, const Policy& policy) {
  const CellKey key = cell_key(row);
  CAPEXDB_ASSIGN(const CellStatements* found, cell(key, policy));
  if (!found->rows().empty()) return found;
  // Whoever only asks leaves nothing behind.
  cells_.erase(key);
  return nullptr;
}

Result<Series*> SeriesCache::get(const Database& database, const HistoryKey& key) {
  const auto [at, is_new] = series_.try_emplace(key);
  Entry& entry = at->second;
  if (is_new) {
    std::string value;
    const auto status = database.db().Get({}, database.history(), encode_key(key), &value);
    if (!status.ok() && !status.IsNotFound()) {
      series_.erase(at);
      return fail(to_error(status, "history"));
    }
    if (status.ok()) {
      if (auto opened = entry.series.open(std::move(value)); !opened) {
        series_.erase(at);
        return fail(std::move(opened.error()));
      }
    }
  }
  if (entry.used != batch_) used_.push_back(&entry);
  entry.used = batch_;
  return &entry.series;
}

Result<void> SeriesCache::add(const Database& database, const HistoryKey& key, const Row& row,
                              const Policy& policy) {
  CAPEXDB_ASSIGN(Series * series, get(database, key));
  CAPEXDB_TRY(series->add(row, policy));
  staged_.insert(key);
  return {};
}

Result<void> SeriesCache::keep(const HistoryKey& key, std::string block) {
  // A counterparty's series has a mirror of the row, about which nobody asks here.
  if (!staged_.contains(key)) return {};
  return series_.at(key).series.keep(std::move(block));
}

void SeriesCache::rerank(const Policy& policy) {
  for (auto& [key, entry] : series_) entry.series.rerank(policy);
}

void SeriesCache::forget_home_currencies() {
  for (auto& [key, entry] : series_) entry.series.forget_home_currency();
}

void SeriesCache::count(Entry& entry) {
  bytes_ -= entry.bytes;
  entry.bytes = entry.series.bytes();
  bytes_ += entry.bytes;
}

void SeriesCache::trim() {
  for (Entry* const entry : used_) count(*entry);
  used_.clear();
  ++batch_;
  if (bytes_ <= bytes_max_) return;
  for (auto& [key, entry] : series_) {
    if (staged_.contains(key)) continue;
    entry.series.put_back();
    count(entry);
  }
  forget_oldest();
}

// More than needed, so that not every batch has to.
void SeriesCache::forget_oldest() {
  const std::size_t enough = bytes_max_ / 4 * 3;
  if (bytes_ <= enough) return;
  std::vector<std::pair<std::uint64_t, HistoryKey>> by_age;
  for (const auto& [key, entry] : series_) {
    if (!staged_.contains(key)) by_age.emplace_back(entry.used, key);
  }
  std::sort(by_age.begin(), by_age.end());
  for (const auto& [used, key] : by_age) {
    if (bytes_ <= enough) return;
    const auto at = series_.find(key);
    bytes_ -= at->second.bytes;
    series_.erase(at);
  }
}

void SeriesCache::clear() {
  series_.clear();
  staged_.clear();
  used_.clear();
  bytes_ = 0;
}

}  // namespace capexdb::storage
