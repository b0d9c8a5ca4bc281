#include "storage/feed/cell_reader.h"

#include "storage/block.h"

namespace capexdb::storage {

void CellReader::announce(std::uint32_t subject, std::uint16_t metric, const Period& period) {
  parts_[{subject, metric, history_bucket(period)}].rows.try_emplace({period.start, period.end});
}

Result<std::span<const Row>> CellReader::rows(std::uint32_t subject, std::uint16_t metric,
                                              const Period& period) {
  const PartKey key{subject, metric, history_bucket(period)};
  Part& part = parts_.at(key);
  if (!part.is_read) CAPEXDB_TRY(read(key, part));
  return std::span<const Row>(part.rows.at({period.start, period.end}));
}

Result<void> CellReader::read(const PartKey& key, Part& part) {
  part.is_read = true;
  BlockColumns columns;
  const auto& [subject, metric, bucket] = key;
  return view_.history(subject, metric, bucket,
                       [&](const HistoryKey& /*key*/, std::string_view block) -> Result<void> {
                         CAPEXDB_TRY(columns.open(block));
                         const ColumnView starts = columns.column(Column::period_start);
                         const ColumnView ends = columns.column(Column::period_end);
                         const ColumnView flags = columns.column(Column::flags);
                         for (std::size_t i = 0; i < columns.rows(); ++i) {
                           if ((flags[i] & flag::kMirror) != 0) continue;
                           const auto wanted = part.rows.find({starts[i], ends[i]});
                           if (wanted != part.rows.end()) wanted->second.push_back(columns.row(i));
                         }
                         return {};
                       });
}

}  // namespace capexdb::storage
