// RocksDB's outcomes as ours, in one place.
#pragma once

#include <rocksdb/status.h>

#include "proto/model/error.h"

namespace capexdb::storage {

Error to_error(const rocksdb::Status& status, const std::string& what);

}  // namespace capexdb::storage
