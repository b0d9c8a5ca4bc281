// A store for the verbs that only look at it.
#pragma once

#include <memory>
#include <string>

#include "daemon/data_dir.h"
#include "storage/event_store.h"

namespace capexdb::daemon {

struct OfflineStore {
  DataDir directory;  // locked while the store is open
  std::unique_ptr<storage::EventStore> store;
};

// Error: as DataDir::open and EventStore::open; makes nothing.
inline Result<OfflineStore> open_offline(const std::string& data_dir) {
  CAPEXDB_ASSIGN(DataDir directory, DataDir::open(data_dir, Missing::refuse));
  storage::StoreOptions options;
  options.path = directory.store_path();
  options.create_if_missing = false;
  options.read_only = true;
  CAPEXDB_ASSIGN(auto store, storage::EventStore::open(std::move(options)));
  return OfflineStore{std::move(directory), std::move(store)};
}

}  // namespace capexdb::daemon
