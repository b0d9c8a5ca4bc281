// A frozen view of a store: a RocksDB snapshot and the sequence it ends at.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "capexdb/disk/v1/log.pb.h"
#include "proto/model/period.h"
#include "storage/event_store.h"
#include "storage/key.h"
#include "storage/row.h"

namespace rocksdb {
class Snapshot;
}

namespace capexdb::storage {

class ReadView {
 public:
  explicit ReadView(StoreState& state);
  ~ReadView();
  ReadView(ReadView&& other) noexcept;
  ReadView(const ReadView&) = delete;
  ReadView& operator=(const ReadView&) = delete;
  ReadView& operator=(ReadView&&) = delete;

  // Error (data_loss, internal): the last sequence cannot be read.
  Result<void> status() const;
  // Everything up to it, and nothing after, is in the view.
  std::uint64_t sequence() const { return sequence_; }
  StoreState& state() const { return *state_; }  // for the modules of storage

  // The buckets that may hold periods inside `range`, widened by one on each
  // side, and the sentinels.
  // Each visitor returns an error to stop; blocks are valid for the call only.
  using HistoryVisitor = std::function<Result<void>(const HistoryKey&, std::string_view block)>;
  using FrameVisitor = std::function<Result<void>(const FrameKey&, std::string_view block)>;
  Result<void> history(std::uint32_t subject, std::uint16_t metric, const PeriodRange& range,
                       const HistoryVisitor& visit) const;
  // Of one bucket alone.
  Result<void> history(std::uint32_t subject, std::uint16_t metric, Bucket bucket,
                       const HistoryVisitor& visit) const;
  Result<void> frames(std::uint16_t metric, const PeriodRange& range,
                      const FrameVisitor& visit) const;
  // The same for buckets [first, last], and which of these a range takes.
  struct Buckets {
    Bucket first = 0;
    Bucket last = 0xFFFF;
  };
  static std::vector<Buckets> frame_buckets(const PeriodRange& range);
  Result<void> frames(std::uint16_t metric, const Buckets& buckets,
                      const FrameVisitor& visit) const;
  // Every block there is, in order of key.
  Result<void> all_history(const HistoryVisitor& visit) const;
  Result<void> all_frames(const FrameVisitor& visit) const;

  // The log's batches from the one that holds `from` on. The visitor gets the
  // batch's first sequence.
  using LogVisitor = std::function<Result<void>(std::uint64_t first, const disk::v1::LogBatch&)>;
  Result<void> log(std::uint64_t from, const LogVisitor& visit) const;
  // One event. Error: not_found for a sequence the view does not hold.
  Result<StoredEvent> event(std::uint64_t sequence) const;
  // The same for many: events that lie together are decoded together.
  // `cached` belongs to this view; start with an empty one.
  struct CachedBatch {
    std::uint64_t first = 0;
    disk::v1::LogBatch batch;
  };
  Result<StoredEvent> event(std::uint64_t sequence, CachedBatch& cached) const;

  // Sequences of the log's catalogue events, ascending.
  Result<std::vector<std::uint64_t>> catalogue_events() const;

 private:
  Result<void> history(std::uint32_t subject, std::uint16_t metric, const Buckets& buckets,
                       const HistoryVisitor& visit) const;

  StoreState* state_;
  const rocksdb::Snapshot* snapshot_;
  std::uint64_t sequence_ = 0;
  Error broken_;  // set when the view itself could not be read
};

}  // namespace capexdb::storage
