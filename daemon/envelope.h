// One message of a client, told apart. Sans-I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "capexdb/internal/v1/raw.pb.h"
#include "capexdb/v1/envelope.pb.h"
#include "proto/model/error.h"

namespace capexdb::daemon {

// A request too large to be built in memory; answered with its error.
struct Refused {
  Error error;
};
// Ingest comes as its raw form, in which each event is still its own bytes.
using Incoming =
    std::variant<v1::Hello, internal::v1::RawIngestRequest, v1::QueryRequest, v1::ShowRequest,
                 v1::CatalogRequest, v1::StatusRequest, v1::Ping, v1::Cancel, Refused>;

// Reads a serialized ClientMessage. `request_id` receives its id as far as it
// could be read, 0 otherwise. Error (invalid_argument): these bytes are no
// ClientMessage, or one without a request that this server knows.
Result<Incoming> read_envelope(std::string_view bytes, std::size_t batch_events_max,
                               std::uint64_t& request_id);

inline constexpr std::uint32_t kProtocolVersion = 1;

// Error: failed_precondition (another protocol version), invalid_argument.
Result<void> check_hello(const v1::Hello& hello);

}  // namespace capexdb::daemon
