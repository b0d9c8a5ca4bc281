// The feed's messages, and the values that callers see.
#pragma once

#include "capexdb/subscription.h"
#include "capexdb/v1/envelope.pb.h"

namespace capexdb::client {

// Errors: invalid_argument for texts that a message cannot carry, a window of none, and
// fields that exclude each other.
Result<void> check(const SubscriptionOptions& options);

// Without where it begins and without credit.
v1::SubscribeRequest to_proto(const SubscriptionOptions& options);

// Error: internal (protocol) for what no server says.
Result<FeedChange> from_proto(v1::Change message);

}  // namespace capexdb::client
