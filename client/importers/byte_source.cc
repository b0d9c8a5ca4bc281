#include "client/importers/byte_source.h"

#include <algorithm>

namespace capexdb::importers {

bool ByteSource::fill(std::size_t bytes) {
  static constexpr std::streamsize kChunk = 64 << 10;
  while (buffer_.size() - at_ < bytes && input_.good()) {
    buffer_.erase(0, at_);
    at_ = 0;
    const int first = input_.get();
    if (first == std::istream::traits_type::eof()) break;
    buffer_.push_back(static_cast<char>(first));
    const std::streamsize at_hand = std::min(kChunk, input_.rdbuf()->in_avail());
    if (at_hand <= 0) continue;
    const std::size_t held = buffer_.size();
    buffer_.resize(held + static_cast<std::size_t>(at_hand));
    const std::streamsize got = input_.readsome(buffer_.data() + held, at_hand);
    buffer_.resize(held + static_cast<std::size_t>(std::max<std::streamsize>(0, got)));
  }
  return buffer_.size() - at_ >= bytes;
}

std::size_t ByteSource::read(char* to, std::size_t bytes) {
  std::size_t done = 0;
  while (done < bytes && (at_ < buffer_.size() || fill(1))) {
    const std::size_t part = std::min(bytes - done, buffer_.size() - at_);
    std::copy_n(buffer_.data() + at_, part, to + done);
    at_ += part;
    done += part;
  }
  offset_ += done;
  return done;
}

std::string_view ByteSource::ahead_lines(std::size_t lines, std::size_t bytes_max) {
  bool blank = true;
  std::size_t at = 0;
  for (; lines > 0 && at < bytes_max && fill(at + 1); ++at) {
    const char c = buffer_[at_ + at];
    if (c == '\n') {
      if (!blank) --lines;
      blank = true;
    } else if (c != ' ' && c != '\t' && c != '\r') {
      blank = false;
    }
  }
  return std::string_view(buffer_).substr(at_, at);
}

}  // namespace capexdb::importers
