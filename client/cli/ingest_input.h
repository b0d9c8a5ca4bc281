// A file or standard input as a stream that ends early on Ctrl-C, also while
// it waits for a slow pipe.
#pragma once

#include <array>
#include <istream>
#include <memory>
#include <string>

#include "proto/model/error.h"

namespace capexdb::cli {

class IngestInput {
 public:
  // "-" is standard input. Error: invalid_argument, with the file's name.
  static Result<std::unique_ptr<IngestInput>> open(const std::string& file);
  ~IngestInput();
  IngestInput(const IngestInput&) = delete;
  IngestInput& operator=(const IngestInput&) = delete;

  // A fault of the file sets badbit.
  std::istream& stream() { return stream_; }

 private:
  class Buffer : public std::streambuf {
   public:
    explicit Buffer(int descriptor) : descriptor_(descriptor) {}
    int descriptor() const { return descriptor_; }

   protected:
    int_type underflow() override;

   private:
    int descriptor_;
    std::array<char, 65536> bytes_{};
  };

  explicit IngestInput(int descriptor) : buffer_(descriptor), stream_(&buffer_) {}

  Buffer buffer_;
  std::istream stream_;
};

}  // namespace capexdb::cli
