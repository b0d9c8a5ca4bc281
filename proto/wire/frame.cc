#include "proto/wire/frame.h"

#include <google/protobuf/message_lite.h>

namespace capexdb::wire {
namespace {

constexpr std::size_t kLengthBytesMax = 5;            // a varint of 32 bits
constexpr std::size_t kCapacityKeptMax = 16U << 10U;  // of a buffer that holds little

struct Length {
  std::size_t value = 0;
  std::size_t bytes = 0;  // 0: more are needed
  bool bad = false;
};

Length read_length(std::string_view bytes) {
  Length length;
  for (std::size_t i = 0; i < bytes.size() && i < kLengthBytesMax; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    length.value |= static_cast<std::size_t>(byte & 0x7FU) << (7 * i);
    if ((byte & 0x80U) == 0) {
      length.bytes = i + 1;
      return length;
    }
  }
  length.bad = bytes.size() >= kLengthBytesMax;
  return length;
}

}  // namespace

Result<FrameReader::State> FrameReader::next(std::string_view& message) {
  last_ = 0;
  if (consumed_ == buffer_.size()) drop();
  const std::string_view rest = std::string_view(buffer_).substr(consumed_);
  const Length length = read_length(rest);
  if (length.bad) {
    return fail(Errc::invalid_argument,
                "the message length is no varint of at most 5 bytes; send messages as "
                "writeDelimitedTo does");
  }
  if (length.bytes != 0 && length.value > message_bytes_max_) {
    return fail(Errc::resource_exhausted, "a message of " + std::to_string(length.value) +
                                              " bytes is over the limit of " +
                                              std::to_string(message_bytes_max_) + " bytes");
  }
  if (length.bytes == 0 || rest.size() - length.bytes < length.value) {
    // Keep the unread tail only, so that the buffer does not creep.
    drop();
    return State::incomplete;
  }
  message = rest.substr(length.bytes, length.value);
  last_ = length.bytes + length.value;
  consumed_ += last_;
  return State::message;
}

void FrameReader::drop() {
  if (consumed_ == 0) return;
  buffer_.erase(0, consumed_);
  consumed_ = 0;
  last_ = 0;
  if (buffer_.capacity() > kCapacityKeptMax + 2 * buffer_.size()) buffer_.shrink_to_fit();
}

std::size_t FrameReader::announced() const {
  const Length length = read_length(std::string_view(buffer_).substr(consumed_));
  return length.bytes == 0 ? 0 : length.bytes + length.value;
}

std::string FrameReader::describe_pending() const {
  const std::string_view rest = std::string_view(buffer_).substr(consumed_);
  const Length length = read_length(rest);
  if (length.bytes == 0) return std::to_string(rest.size()) + " bytes of a message length";
  return std::to_string(rest.size() - length.bytes) + " of " + std::to_string(length.value) +
         " bytes";
}

std::string frame(const google::protobuf::MessageLite& message) {
  const std::size_t size = message.ByteSizeLong();
  std::string bytes;
  bytes.reserve(size + kLengthBytesMax);
  for (std::size_t rest = size;; rest >>= 7U) {
    if (rest < 0x80) {
      bytes.push_back(static_cast<char>(rest));
      break;
    }
    bytes.push_back(static_cast<char>((rest & 0x7FU) | 0x80U));
  }
  const std::size_t head = bytes.size();
  bytes.resize(head + size);
  message.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(bytes.data() + head));
  return bytes;
}

}  // namespace capexdb::wire
