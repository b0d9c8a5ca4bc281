// How batches and decisions become durable. Commit thread only, but where it says so.
#pragma once

#include <span>
#include <vector>

#include "storage/event_store.h"

namespace capexdb::storage {

// See EventStore::commit.
std::vector<Result<v1::IngestReply>> commit_group(StoreState& state, std::span<Batch> group);

// See EventStore::review.
Result<v1::QuarantineReply> review_held(StoreState& state, const v1::QuarantineRequest& request);

// See EventStore::quarantine. Any thread.
Result<v1::QuarantineReply> list_quarantine(const StoreState& state,
                                            const v1::QuarantineRequest& request);

// After a write whose outcome is not known, or what was read that cannot be.
void fail_store(StoreState& state);

// Stores the first event of an empty store.
Result<void> commit_seed(StoreState& state, const CatalogChange& seed);

}  // namespace capexdb::storage
