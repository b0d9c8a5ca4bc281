// The last sequence that anybody was told is durable, kept beside RocksDB's own
// files. It is written after each synced commit and never synced itself, so it
// is a lower bound: a store that ends before it has lost acknowledged data,
// even where the damage looks like the torn tail of an unfinished write.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace capexdb::storage {

class AcknowledgedMark {
 public:
  AcknowledgedMark() = default;
  ~AcknowledgedMark();
  AcknowledgedMark(const AcknowledgedMark&) = delete;
  AcknowledgedMark& operator=(const AcknowledgedMark&) = delete;

  // Empty when there is no mark, or none that can be trusted.
  static std::optional<std::uint64_t> read(const std::string& directory);

  // Opens the file for set(). A directory without room or permission has no
  // mark; nothing else depends on it.
  void open(const std::string& directory);
  void set(std::uint64_t sequence) const;

 private:
  int file_ = -1;
};

}  // namespace capexdb::storage
