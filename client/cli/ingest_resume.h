// Where an ingest stands in a file, so that a later run goes on behind what is stored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace capexdb::cli {

// So many records of a file were read, and these. The text is a producer's checkpoint
// ("3 9f86d081884c7d65 /data/new.csv").
struct FilePosition {
  std::string file;  // absolute; empty: no file that could be read again
  std::uint64_t records = 0;
  std::uint64_t hash = 0;  // of the records as they stand

  void advance(std::string_view raw);
  std::string to_text() const;
  static std::optional<FilePosition> parse(std::string_view text);
};

// The absolute path of a regular file; empty for anything else.
std::string resumable_path(const std::string& file);

}  // namespace capexdb::cli
