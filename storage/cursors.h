// Named cursors of the feed: positions that the store keeps for subscribers. They lie in
// `meta`, under 'C' and their name; see docs/storage-format.md.
#pragma once

#include <optional>
#include <string>

#include "capexdb/disk/v1/log.pb.h"
#include "capexdb/v1/feed.pb.h"
#include "proto/model/error.h"

namespace capexdb::storage {

struct StoreState;

std::string cursor_key(const std::string& name);

// Error: invalid_argument.
Result<void> check_cursor_name(const std::string& name);

// Empty where there is none of that name. Errors: data_loss, internal.
Result<std::optional<disk::v1::CursorState>> find_cursor(const StoreState& state,
                                                         const std::string& name);

// How many are on disk.
Result<std::size_t> count_cursors(const StoreState& state);

// See EventStore::cursors().
Result<v1::CursorReply> list_cursors(const StoreState& state, const std::string& name);

}  // namespace capexdb::storage
