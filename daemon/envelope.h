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
                 v1::CatalogRequest, v1::StatusRequest, v1::Ping, v1::Cancel, v1::QuarantineRequest,
                 v1::SubscribeRequest, v1::Credit, v1::Ack, v1::CursorRequest, Refused>;

// What a message holds, told without building anything of it.
struct Outline {
  bool whole = false;            // the bytes are fields to their end
  std::uint64_t request_id = 0;  // as far as it could be read
  int payload = 0;  // number of the last field that holds a request: in a oneof the last wins
  int unknown = 0;  // number of the last field that this server does not know
  bool has_ingest = false;
  std::size_t events = 0;  // of all ingest fields
  std::size_t others = 0;  // further fields, at the top and one level below

  bool is_batch() const;
  // About how much memory a question of so many bytes takes when it is built.
  std::size_t question_memory(std::size_t bytes) const;
};
Outline outline_of(std::string_view bytes);

// Reads the serialized ClientMessage of which `outline` was taken. Error
// (invalid_argument): these bytes are no ClientMessage, or one without a
// request that this server knows.
Result<Incoming> read_envelope(std::string_view bytes, const Outline& outline,
                               std::size_t batch_events_max);

inline constexpr std::uint32_t kProtocolVersion = 1;

// Error: failed_precondition (another protocol version), invalid_argument.
Result<void> check_hello(const v1::Hello& hello);

}  // namespace capexdb::daemon
