// RocksDB folds our blocks: each Merge operand is a block, and so is the result.
#pragma once

#include <rocksdb/merge_operator.h>

#include <memory>

namespace capexdb::storage {

// Fails the read or the compaction, loudly, when an operand does not decode;
// it never drops one.
std::shared_ptr<rocksdb::MergeOperator> make_fold_operator();

}  // namespace capexdb::storage
