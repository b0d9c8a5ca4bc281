// Messages of a server, as tests need them.
#pragma once

#include <string>

#include "capexdb/v1/envelope.pb.h"
#include "proto/wire/frame.h"

namespace capexdb::client {

inline v1::ServerMessage welcome(std::uint64_t last_batch_number = 0,
                                 std::uint64_t last_sequence = 0) {
  v1::ServerMessage message;
  message.set_request_id(1);
  message.mutable_welcome()->set_protocol_version(1);
  message.mutable_welcome()->set_last_batch_number(last_batch_number);
  message.mutable_welcome()->set_last_sequence(last_sequence);
  return message;
}

inline v1::ServerMessage error(std::uint64_t request_id, Errc code, const std::string& text) {
  v1::ServerMessage message;
  message.set_request_id(request_id);
  message.mutable_error()->set_code(static_cast<std::int32_t>(code));
  message.mutable_error()->set_message(text);
  return message;
}

inline v1::ServerMessage ingest_reply(std::uint64_t request_id, std::uint64_t batch_number) {
  v1::ServerMessage message;
  message.set_request_id(request_id);
  message.mutable_ingest()->set_batch_number(batch_number);
  return message;
}

inline v1::Event event(const std::string& event_id) {
  v1::Event event;
  event.set_event_id(event_id);
  return event;
}

}  // namespace capexdb::client
