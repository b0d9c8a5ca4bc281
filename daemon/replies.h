// Replies, framed.
#pragma once

#include <cstdint>
#include <string>

#include "capexdb/v1/envelope.pb.h"
#include "proto/model/error.h"
#include "proto/wire/frame.h"
#include "proto/wire/query_codec.h"

namespace capexdb::daemon {

// The ServerMessage that `fill` completes.
template <class Fill>
std::string reply_frame(std::uint64_t request_id, Fill fill) {
  v1::ServerMessage message;
  message.set_request_id(request_id);
  fill(message);
  return wire::frame(message);
}

inline std::string error_frame(std::uint64_t request_id, const Error& error) {
  return reply_frame(request_id,
                     [&](v1::ServerMessage& m) { *m.mutable_error() = wire::to_proto(error); });
}

// What a batch of a connection gets whose producer has a newer one.
inline Error superseded_connection() {
  return Error{Errc::aborted, "a newer connection uses this producer id"};
}

}  // namespace capexdb::daemon
