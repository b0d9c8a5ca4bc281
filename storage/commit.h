// How batches become durable. Commit thread only.
#pragma once

#include <span>
#include <vector>

#include "storage/event_store.h"

namespace capexdb::storage {

// See EventStore::commit.
std::vector<Result<v1::IngestReply>> commit_group(StoreState& state, std::span<Batch> group);

// Stores the first event of an empty store.
Result<void> commit_seed(StoreState& state, const CatalogChange& seed);

}  // namespace capexdb::storage
