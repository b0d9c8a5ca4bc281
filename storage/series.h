// What is already said about the cells of a subject's metric: the commit
// thread's memory of `history`, for telling duplicates and what is superseded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "storage/block.h"
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

// The rows of one block of history. The block stays as it was stored; only cells
// that are asked about or added to are taken out of it.
class Series {
 public:
  // Before anything else. Error: data_loss.
  Result<void> open(std::string block);
  void add(const Row& row, const Policy& policy) {
    cell(cell_key(row), policy).add(row, policy);
    ++size_;
  }
  void rerank(const Policy& policy);
  // The cell that `row` is about; null if nothing is said about it. Valid until
  // rows are added.
  const CellStatements* cell_of(const Row& row, const Policy& policy);
  std::size_t size() const { return size_; }  // rows

 private:
  CellStatements& cell(const CellKey& key, const Policy& policy);

  std::string block_;
  BlockReader reader_;  // of block_
  std::unordered_map<CellKey, CellStatements, CellKeyHash> cells_;
  std::size_t size_ = 0;
};

// Series read from the store and kept up to date with what is committed.
// Commit thread only.
class SeriesCache {
 public:
  // Valid until the next call of trim() or clear(). Error: data_loss, internal.
  Result<Series*> get(const Database& database, const HistoryKey& key);
  // Notes what is about to be committed; it is not forgotten before
  // committed() is called. Error: as above.
  Result<void> add(const Database& database, const HistoryKey& key, const Row& row,
                   const Policy& policy);
  void committed() { staged_.clear(); }
  // After the ranks of sources have changed.
  void rerank(const Policy& policy);
  // Between batches: forgets what is in the store too when there are too many rows.
  void trim();
  void clear();

 private:
  std::unordered_map<HistoryKey, Series, HistoryKeyHash> series_;
  // With rows that are not in the store yet.
  std::unordered_set<HistoryKey, HistoryKeyHash> staged_;
  std::size_t rows_ = 0;
};

}  // namespace capexdb::storage
