// One open RocksDB with capexdb's column families and options.
#pragma once

#include <rocksdb/db.h>

#include <memory>
#include <string>
#include <vector>

#include "storage/event_store.h"

namespace capexdb::storage {

class Database {
 public:
  // Opens in two passes, so that a torn tail of the write-ahead log is
  // repaired but damage that would hide acknowledged writes is refused.
  static Result<std::unique_ptr<Database>> open(const StoreOptions& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  rocksdb::DB& db() const { return *db_; }
  rocksdb::ColumnFamilyHandle* history() const { return families_[1]; }
  rocksdb::ColumnFamilyHandle* frames() const { return families_[2]; }
  rocksdb::ColumnFamilyHandle* log() const { return families_[3]; }
  rocksdb::ColumnFamilyHandle* names() const { return families_[4]; }
  rocksdb::ColumnFamilyHandle* meta() const { return families_[5]; }
  rocksdb::ColumnFamilyHandle* ids() const { return families_[6]; }

  std::uint64_t disk_bytes() const;

  // After a failed write the destructor touches the files no more.
  void abandon() { abandoned_ = true; }

 private:
  Database() = default;
  // Closed in the order of the members' destruction reversed: handles, then db_.
  std::shared_ptr<rocksdb::Logger> logger_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
  bool read_only_ = false;
  bool scratch_ = false;
  bool abandoned_ = false;
};

}  // namespace capexdb::storage
