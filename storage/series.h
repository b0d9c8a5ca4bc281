// What is already said about the cells of a subject's metric: the commit
// thread's memory of `history`, for telling duplicates and what is superseded.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <unordered_map>
#include <vector>

#include "storage/key.h"
#include "storage/row.h"

namespace capexdb::storage {

class Database;

// The rows of one block of history, by cell.
class Series {
 public:
  void add(const Row& row) { cells_[cell_hash(row)].push_back(row); }
  // All rows of the cell that `row` is about.
  std::vector<Row> cell_of(const Row& row) const;
  // The statement of the same content; null if there is none.
  const Row* find_same(const Row& row) const;

 private:
  std::unordered_map<std::uint64_t, std::vector<Row>> cells_;
};

// Series read from the store and kept up to date with what is committed.
// Commit thread only.
class SeriesCache {
 public:
  // Valid until the next call of trim(). Error: data_loss, internal.
  Result<Series*> get(const Database& database, const HistoryKey& key);
  // Between groups: forgets everything when it holds too many rows.
  void trim();
  void clear();

 private:
  std::map<HistoryKey, Series> series_;
  std::size_t rows_ = 0;
};

}  // namespace capexdb::storage
