// A buffered stream of bytes that can look ahead without seeking.
#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <string_view>

namespace capexdb::importers {

// `input` must outlive the source. One thread.
class ByteSource {
 public:
  static constexpr int kEnd = -1;

  explicit ByteSource(std::istream& input) : input_(input) {}

  // The next byte as 0..255, or kEnd.
  int get() {
    if (at_ == buffer_.size() && !fill(1)) return kEnd;
    ++offset_;
    return static_cast<unsigned char>(buffer_[at_++]);
  }
  int peek() {
    if (at_ == buffer_.size() && !fill(1)) return kEnd;
    return static_cast<unsigned char>(buffer_[at_]);
  }
  // Up to `bytes` bytes that lie ahead; fewer only at the end. Valid until the
  // next call.
  std::string_view ahead(std::size_t bytes) {
    fill(bytes);
    return std::string_view(buffer_).substr(at_, bytes);
  }
  // The next `lines` lines that are not blank, with what lies before them; at
  // most `bytes_max` bytes. Waits for no more of a pipe than that.
  std::string_view ahead_lines(std::size_t lines, std::size_t bytes_max);
  // Up to `bytes` bytes; fewer only at the end.
  std::size_t read(char* to, std::size_t bytes);
  std::uint64_t offset() const { return offset_; }
  // Reading stopped for a fault of the input, not at its end.
  bool broken() const { return input_.bad(); }

 private:
  // Holds at least `bytes` unread bytes, if there are so many. Takes what the
  // stream has at hand, so that records of a slow pipe pass as they come.
  bool fill(std::size_t bytes);

  std::istream& input_;
  std::string buffer_;
  std::size_t at_ = 0;
  std::uint64_t offset_ = 0;
};

}  // namespace capexdb::importers
