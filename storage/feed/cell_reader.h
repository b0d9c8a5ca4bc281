// What the store has of cells, read once for several events.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "storage/key.h"
#include "storage/read_view.h"
#include "storage/row.h"

namespace capexdb::storage {

// First everything is announced that will be read, so that each part of a history is
// read once for all of it. One thread.
class CellReader {
 public:
  // The view must outlive it.
  explicit CellReader(const ReadView& view) : view_(view) {}

  // Statements of `subject` in a metric about a period of just these days.
  void announce(std::uint32_t subject, std::uint16_t metric, const Period& period);
  // Every one that the view has, unless it is a mirror; by sequence. Valid as long as
  // this. Errors: data_loss, internal.
  Result<std::span<const Row>> rows(std::uint32_t subject, std::uint16_t metric,
                                    const Period& period);

 private:
  using Days = std::pair<std::int64_t, std::int64_t>;  // as a row has them
  struct Part {
    bool is_read = false;
    std::map<Days, std::vector<Row>> rows;  // of what was announced
  };
  using PartKey = std::tuple<std::uint32_t, std::uint16_t, Bucket>;
  Result<void> read(const PartKey& key, Part& part);

  const ReadView& view_;
  std::map<PartKey, Part> parts_;
};

}  // namespace capexdb::storage
