// What is already said about the cells of a subject's metric: the commit
// thread's memory of `history`, for telling duplicates and what is superseded.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "storage/block.h"
#include "storage/figures.h"
#include "storage/key.h"
#include "storage/resolution.h"
#include "storage/row.h"

namespace capexdb::storage {

class Database;

// The statements about one cell, with who leads and an index by content, so
// that a cell of many revisions costs no more than one of a few.
class CellStatements {
 public:
  void add(const Row& row, const Policy& policy);
  // Decides anew who leads, under another policy.
  void rerank(const Policy& policy);
  const std::vector<Row>& rows() const { return rows_; }
  // The statement of the same content; null if there is none.
  const Row* find_same(const Row& row) const;
  // Retractions make the leader a matter of all rows: see resolve().
  bool has_retraction() const { return has_retraction_; }
  // Where nothing is retracted; null for an empty cell.
  const Row* leader() const { return leader_ ? &rows_[*leader_] : nullptr; }

 private:
  std::vector<Row> rows_;
  // Made when there are many rows; a few are looked at one by one.
  std::unordered_multimap<std::uint64_t, std::uint32_t> by_content_;
  std::optional<std::size_t> leader_;
  bool has_retraction_ = false;
};

struct CellKeyHash {
  std::size_t operator()(const CellKey& key) const;
};

// The rows of one block of history, as it is stored and with what was added since.
// Only cells that are asked about or added to are taken out of it.
class Series {
 public:
  // Before anything else. Error: data_loss.
  Result<void> open(std::string block);
  // Errors: data_loss.
  Result<void> add(const Row& row, const Policy& policy);
  // The rows that were added since the last call, as the block that the store gets.
  // Error: data_loss.
  Result<void> keep(std::string block);
  void rerank(const Policy& policy);
  // The cell that `row` is about; null if nothing is said about it. Valid until
  // rows are added. Error: data_loss.
  Result<const CellStatements*> cell_of(const Row& row, const Policy& policy);
  // All its figures in short, whoever asked for them before has added what is not
  // in the series yet. Valid until put_back() or forget_figures(). Error: data_loss.
  Result<SeriesFigures*> figures();
  // After some were added that will not come into the series.
  void forget_figures() { figures_.reset(); }
  // After the catalogue has changed.
  void forget_home_currency() {
    if (figures_) figures_->forget_home_currency();
  }
  // Puts the cells back that were taken out. Of one whose rows are all kept.
  void put_back();
  std::size_t bytes() const;  // about what it takes in memory

 private:
  Result<CellStatements*> cell(const CellKey& key, const Policy& policy);

  std::string block_;
  std::vector<std::string> later_;  // small blocks, until they are folded into block_
  std::size_t later_bytes_ = 0;
  std::size_t block_rows_ = 0;
  std::unique_ptr<BlockReader> reader_;  // of block_, while cells are taken out
  std::unordered_map<CellKey, CellStatements, CellKeyHash> cells_;
  std::size_t rows_out_ = 0;              // in cells_
  std::optional<SeriesFigures> figures_;  // once they are asked for
};

// Series read from the store and kept up to date with what is committed.
// Commit thread only.
class SeriesCache {
 public:
  explicit SeriesCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Valid until the next call of trim() or clear(). Error: data_loss, internal.
  Result<Series*> get(const Database& database, const HistoryKey& key);
  // Notes what is about to be committed; it is not forgotten before
  // committed() is called. Error: as above.
  Result<void> add(const Database& database, const HistoryKey& key, const Row& row,
                   const Policy& policy);
  // All that was noted of `key`, as the block that is about to be written.
  Result<void> keep(const HistoryKey& key, std::string block);
  void committed() { staged_.clear(); }
  // After the ranks of sources have changed.
  void rerank(const Policy& policy);
  // After parties of the catalogue have changed.
  void forget_home_currencies();
  // Between batches: forgets what is in the store too when it takes too much room,
  // what was used longest ago first.
  void trim();
  void clear();
  std::size_t size() const { return series_.size(); }  // series
  std::size_t bytes() const { return bytes_; }         // as of the last trim()

 private:
  struct Entry {
    Series series;
    std::size_t bytes = 0;   // in bytes_
    std::uint64_t used = 0;  // the batch
  };
  void count(Entry& entry);
  void forget_oldest();

  const std::size_t bytes_max_;
  std::unordered_map<HistoryKey, Entry, HistoryKeyHash> series_;
  // With rows that are not in the store yet.
  std::unordered_set<HistoryKey, HistoryKeyHash> staged_;
  std::vector<Entry*> used_;  // of this batch
  std::size_t bytes_ = 0;
  std::uint64_t batch_ = 1;
};

}  // namespace capexdb::storage
