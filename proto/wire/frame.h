// Framing on a connection: a varint length, then that many bytes. Incremental,
// bounded, without sockets.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "proto/model/error.h"

namespace google::protobuf {
class MessageLite;
}

namespace capexdb::wire {

// Collects bytes as they come and hands out whole messages. Memory grows with
// the bytes received, not with the length that a sender announces.
class FrameReader {
 public:
  explicit FrameReader(std::size_t message_bytes_max) : message_bytes_max_(message_bytes_max) {}

  void set_message_bytes_max(std::size_t bytes) { message_bytes_max_ = bytes; }
  void append(std::string_view bytes) { buffer_.append(bytes); }

  // Gives back the memory of messages that were handed out.
  void drop();

  enum class State { message, incomplete };
  // With State::message, `message` is valid until the next call of next(),
  // append() or drop().
  // Error: resource_exhausted for a length above the limit, invalid_argument
  // for a length that is no varint; the stream cannot be read on after either.
  Result<State> next(std::string_view& message);

  // The next call of next() gives the same message again.
  void unread() { consumed_ -= std::exchange(last_, 0); }

  // Bytes that wait for the rest of their message; 0 between messages.
  std::size_t pending() const { return buffer_.size() - consumed_; }
  // Bytes of the next message, its length before it included, as announced; 0
  // as long as the length is not known.
  std::size_t announced() const;
  // Room for all of it at once, for a caller that has counted it; it does not
  // grow step by step then.
  void reserve_announced() { buffer_.reserve(consumed_ + announced()); }
  // Memory held: pending and handed out.
  std::size_t capacity() const { return buffer_.capacity(); }
  // "12 of 300 bytes", for an error about a message that never ended.
  std::string describe_pending() const;

 private:
  std::string buffer_;
  std::size_t consumed_ = 0;  // handed out; dropped at the next call
  std::size_t last_ = 0;      // of consumed_, the message handed out last
  std::size_t message_bytes_max_;
};

// The message with its length before it.
std::string frame(const google::protobuf::MessageLite& message);

}  // namespace capexdb::wire
