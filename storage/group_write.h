// Everything that one group of batches writes. For commit.cc and review.cc only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capexdb/disk/v1/log.pb.h"
#include "storage/evaluate.h"

namespace rocksdb {
class ColumnFamilyHandle;
class Status;
class WriteBatch;
}  // namespace rocksdb

namespace capexdb::storage {

// All of it goes into one WriteBatch.
class GroupWrite {
 public:
  explicit GroupWrite(StoreState& state);
  ~GroupWrite();

  // Error: this batch alone is refused, or (fatal) the store cannot be read.
  Result<v1::IngestReply> add(Batch& batch);
  // What a record of the quarantine is from now on.
  void put_record(std::uint64_t id, disk::v1::QuarantineRecord record);
  // All of it is durable, and what the store goes on from, when this returns without
  // an error.
  Result<void> write();
  std::uint64_t last_sequence() const { return staged_.next_sequence - 1; }

 private:
  Result<v1::IngestReply> replay(const Batch& batch) const;
  Result<disk::v1::ProducerState> producer_of(const Batch& batch);
  Result<Evaluation> evaluate_on_trial(const Batch& batch);
  Result<void> stage(const Batch& batch, Evaluation& evaluation);
  void stage_held(const Batch& batch, std::vector<HeldRecord> held);
  void stage_row(const FactRow& fact);
  Result<void> stage_number(const Batch& batch);
  Result<void> check_room_for_cursor();
  Result<std::optional<disk::v1::CursorState>> cursor_of(const CursorMove& move);
  Result<v1::IngestReply> move_cursor(const CursorMove& move);
  Result<void> stage_answer(const Batch& batch, const v1::IngestReply& reply);
  void put(rocksdb::ColumnFamilyHandle* family, const std::string& key, const std::string& value);
  void keep(const rocksdb::Status& status);  // the first failure

  StoreState& state_;
  std::unique_ptr<rocksdb::WriteBatch> write_;
  std::optional<Error> failed_;
  Staged staged_;
  std::int64_t recorded_at_us_;
  const Policy policy_;
  const std::uint32_t rate_metric_;  // ordinal; 0: there is none
  // In order of arrival.
  std::vector<std::pair<HistoryKey, Row>> history_;
  std::vector<std::pair<FrameKey, Row>> frames_;
  std::map<std::string, disk::v1::ProducerState> producers_;
  std::map<std::string, disk::v1::BatchAnswer> answers_;
  std::map<std::string, std::optional<disk::v1::CursorState>> cursors_;  // empty: forgotten
  std::ptrdiff_t cursors_added_ = 0;  // less those that are forgotten
  bool dirty_ = false;
};

}  // namespace capexdb::storage
