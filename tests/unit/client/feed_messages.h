// Messages of a feed, as tests need them.
#pragma once

#include "tests/unit/client/messages.h"

namespace capexdb::client {

inline v1::ServerMessage progress(std::uint64_t request_id, std::uint64_t sequence) {
  v1::ServerMessage message;
  message.set_request_id(request_id);
  message.mutable_progress()->set_sequence(sequence);
  return message;
}

inline v1::ServerMessage change(std::uint64_t request_id, std::uint64_t sequence) {
  v1::ServerMessage message;
  message.set_request_id(request_id);
  message.mutable_change()->set_sequence(sequence);
  message.mutable_change()->set_recorded_at_us(1'724'630'400'000'000);
  message.mutable_change()->mutable_event()->set_event_id("e" + std::to_string(sequence));
  return message;
}

inline v1::ServerMessage caught_up(std::uint64_t request_id, std::uint64_t sequence,
                                   bool end = false) {
  v1::ServerMessage message;
  message.set_request_id(request_id);
  message.mutable_caught_up()->set_sequence(sequence);
  message.mutable_caught_up()->set_end(end);
  return message;
}

inline v1::ServerMessage gap(std::uint64_t request_id, std::uint64_t first, std::uint64_t last) {
  v1::ServerMessage message;
  message.set_request_id(request_id);
  message.mutable_gap()->set_first(first);
  message.mutable_gap()->set_last(last);
  return message;
}

inline v1::ServerMessage ack_reply(std::uint64_t request_id, const std::string& cursor,
                                   std::uint64_t sequence) {
  v1::ServerMessage message;
  message.set_request_id(request_id);
  message.mutable_ack()->set_cursor(cursor);
  message.mutable_ack()->set_sequence(sequence);
  return message;
}

}  // namespace capexdb::client
