// A file or standard input of an ingest: a stream that ends early on Ctrl-C,
// also while it waits for a slow pipe, and the importer that reads it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <istream>
#include <memory>
#include <optional>
#include <string>

#include "client/importers/importer.h"
#include "proto/model/error.h"

namespace capexdb::cli {

class IngestInput {
 public:
  // What a read does that finds nothing at hand.
  enum class Wait { until_ready, briefly, no_more };

  // "-" is standard input. Error: invalid_argument, with the file's name.
  static Result<std::unique_ptr<IngestInput>> open(const std::string& file);
  ~IngestInput();
  IngestInput(const IngestInput&) = delete;
  IngestInput& operator=(const IngestInput&) = delete;

  // Made by the first call, which waits for the first bytes; valid as long as
  // the input. Errors: those of open_importer().
  Result<importers::Importer*> importer(importers::Format format,
                                        const importers::AskMetrics& metrics,
                                        const importers::ImportOptions& options);

  // `decide` is asked before a read waits, and again after each brief wait;
  // no_more ends the stream. Without it reads wait until there is something.
  void on_idle(std::function<Wait()> decide) { buffer_.on_idle(std::move(decide)); }

  // How far the file is read, and how large it is; nothing for a pipe or a terminal.
  struct Extent {
    std::uint64_t read = 0;
    std::uint64_t size = 0;
  };
  std::optional<Extent> extent() const;

  // Whether `path` names the very file that is read; a device or a pipe is none.
  bool reads_file(const std::string& path) const;

 private:
  class Buffer : public std::streambuf {
   public:
    explicit Buffer(int descriptor) : descriptor_(descriptor) {}
    int descriptor() const { return descriptor_; }
    std::uint64_t bytes_read() const { return bytes_read_; }
    void on_idle(std::function<Wait()> decide) { decide_ = std::move(decide); }

   protected:
    // A fault of the file sets the stream's badbit.
    int_type underflow() override;

   private:
    int descriptor_;
    std::function<Wait()> decide_;
    std::array<char, 65536> bytes_{};
    std::uint64_t bytes_read_ = 0;
  };

  IngestInput(std::string file, int descriptor)
      : file_(std::move(file)), buffer_(descriptor), stream_(&buffer_) {}

  std::string file_;
  Buffer buffer_;
  std::istream stream_;
  std::optional<Result<std::unique_ptr<importers::Importer>>> importer_;
};

}  // namespace capexdb::cli
