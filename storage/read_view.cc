#include "storage/read_view.h"

#include <rocksdb/iterator.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "storage/rocks/database.h"
#include "storage/rocks/status.h"
#include "storage/store_state.h"

namespace capexdb::storage {
namespace {

std::string_view view_of(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

rocksdb::ReadOptions options_of(const rocksdb::Snapshot* snapshot) {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  return options;
}

// Calls `visit` for the keys in [begin, end); an empty end is the end of all.
Result<void> scan(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family,
                  const rocksdb::Snapshot* snapshot, const std::string& begin,
                  const std::string& end, const char* what,
                  const std::function<Result<void>(std::string_view, std::string_view)>& visit) {
  rocksdb::ReadOptions options = options_of(snapshot);
  const rocksdb::Slice upper(end);
  if (!end.empty()) options.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> it(db.NewIterator(options, family));
  for (it->Seek(begin); it->Valid(); it->Next()) {
    CAPEXDB_TRY(visit(view_of(it->key()), view_of(it->value())));
  }
  if (!it->status().ok()) return fail(to_error(it->status(), what));
  return {};
}

// The least key behind all keys that start with `prefix`.
std::string after_prefix(std::string prefix) {
  while (!prefix.empty()) {
    if (static_cast<unsigned char>(prefix.back()) != 0xFF) {
      prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
      return prefix;
    }
    prefix.pop_back();
  }
  return prefix;
}

using Buckets = ReadView::Buckets;

// Dated buckets of `range`, with one more on each side: a period that reaches
// over the edge may count by its calendar quarter.
Buckets buckets_of(const PeriodRange& range, int years_per_bucket) {
  Buckets b;
  if (range.start) {
    const int year = civil_from_day(*range.start).year;
    b.first = static_cast<Bucket>(std::max(0, year / years_per_bucket - 1));
  }
  if (range.end) {
    const int year = civil_from_day(*range.end - 1).year;
    b.last = static_cast<Bucket>(std::max(0, year / years_per_bucket + 1));
  }
  return b;
}

// Ranges of buckets to scan: the dated ones, then the sentinels.
std::vector<Buckets> scans_of(const PeriodRange& range, int years_per_bucket) {
  if (range.is_all()) return {{0, kNoneBucket}};
  const Buckets dated = buckets_of(range, years_per_bucket);
  return {{dated.first, std::min<Bucket>(dated.last, kOpenBucket - 1)}, {kOpenBucket, kOpenBucket}};
}

}  // namespace

ReadView::ReadView(StoreState& state)
    : state_(&state), snapshot_(state.database->db().GetSnapshot()) {
  std::string value;
  const auto status = state.database->db().Get(options_of(snapshot_), state.database->meta(),
                                               kLastSequenceKey, &value);
  if (status.ok()) {
    sequence_ = read_big_endian(value);
  } else if (!status.IsNotFound()) {
    broken_ = to_error(status, "cannot read the last sequence");
  }
}

ReadView::ReadView(ReadView&& other) noexcept
    : state_(other.state_),
      snapshot_(std::exchange(other.snapshot_, nullptr)),
      sequence_(other.sequence_),
      broken_(std::move(other.broken_)) {}

ReadView::~ReadView() {
  if (snapshot_ != nullptr) state_->database->db().ReleaseSnapshot(snapshot_);
}

Result<void> ReadView::status() const {
  if (!broken_.message.empty()) return fail(broken_);
  return {};
}

Result<void> ReadView::history(std::uint32_t subject, std::uint16_t metric,
                               const PeriodRange& range, const HistoryVisitor& visit) const {
  for (const Buckets& buckets : scans_of(range, 10)) {
    CAPEXDB_TRY(history(subject, metric, buckets, visit));
  }
  return {};
}

Result<void> ReadView::history(std::uint32_t subject, std::uint16_t metric, Bucket bucket,
                               const HistoryVisitor& visit) const {
  return history(subject, metric, Buckets{bucket, bucket}, visit);
}

Result<void> ReadView::history(std::uint32_t subject, std::uint16_t metric, const Buckets& buckets,
                               const HistoryVisitor& visit) const {
  CAPEXDB_TRY(status());
  const std::string begin = encode_key(HistoryKey{subject, metric, buckets.first, 0});
  std::string end = history_prefix(subject, metric);
  append_big_endian(end, buckets.last, 2);
  return scan(state_->database->db(), state_->database->history(), snapshot_, begin,
              after_prefix(end), "history",
              [&](std::string_view key, std::string_view block) -> Result<void> {
                CAPEXDB_ASSIGN(const HistoryKey k, decode_history_key(key));
                return visit(k, block);
              });
}

Result<void> ReadView::frames(std::uint16_t metric, const PeriodRange& range,
                              const FrameVisitor& visit) const {
  for (const Buckets& buckets : frame_buckets(range)) {
    CAPEXDB_TRY(frames(metric, buckets, visit));
  }
  return {};
}

std::vector<Buckets> ReadView::frame_buckets(const PeriodRange& range) {
  return scans_of(range, 1);
}

Result<void> ReadView::frames(std::uint16_t metric, const Buckets& buckets,
                              const FrameVisitor& visit) const {
  CAPEXDB_TRY(status());
  const std::string begin = encode_key(FrameKey{metric, buckets.first, 0, 0});
  return scan(state_->database->db(), state_->database->frames(), snapshot_, begin,
              after_prefix(frame_prefix(metric, buckets.last)), "frames",
              [&](std::string_view key, std::string_view block) -> Result<void> {
                CAPEXDB_ASSIGN(const FrameKey k, decode_frame_key(key));
                return visit(k, block);
              });
}

Result<void> ReadView::all_history(const HistoryVisitor& visit) const {
  return scan(state_->database->db(), state_->database->history(), snapshot_, "", "", "history",
              [&](std::string_view key, std::string_view block) -> Result<void> {
                CAPEXDB_ASSIGN(const HistoryKey k, decode_history_key(key));
                return visit(k, block);
              });
}

Result<void> ReadView::all_frames(const FrameVisitor& visit) const {
  return scan(state_->database->db(), state_->database->frames(), snapshot_, "", "", "frames",
              [&](std::string_view key, std::string_view block) -> Result<void> {
                CAPEXDB_ASSIGN(const FrameKey k, decode_frame_key(key));
                return visit(k, block);
              });
}

Result<void> ReadView::log(std::uint64_t from, const LogVisitor& visit) const {
  const std::unique_ptr<rocksdb::Iterator> it(
      state_->database->db().NewIterator(options_of(snapshot_), state_->database->log()));
  it->SeekForPrev(log_key(from));
  if (!it->Valid() && it->status().ok()) it->SeekToFirst();
  disk::v1::LogBatch batch;
  for (; it->Valid(); it->Next()) {
    CAPEXDB_ASSIGN(const std::uint64_t first, decode_log_key(view_of(it->key())));
    if (!batch.ParseFromArray(it->value().data(), static_cast<int>(it->value().size()))) {
      return fail(Errc::data_loss,
                  "the log's batch at sequence " + std::to_string(first) + " does not decode");
    }
    CAPEXDB_TRY(visit(first, batch));
  }
  if (!it->status().ok()) return fail(to_error(it->status(), "log"));
  return {};
}

Result<StoredEvent> ReadView::event(std::uint64_t sequence) const {
  CachedBatch cached;
  return event(sequence, cached);
}

Result<StoredEvent> ReadView::event(std::uint64_t sequence, CachedBatch& cached) const {
  CAPEXDB_TRY(status());
  if (sequence == 0 || sequence > sequence_) {
    return fail(Errc::not_found, "there is no sequence " + std::to_string(sequence) +
                                     "; the last one is " + std::to_string(sequence_));
  }
  const auto holds = [&] {
    const auto count = static_cast<std::uint64_t>(cached.batch.events_size());
    return sequence >= cached.first && sequence - cached.first < count;
  };
  if (!holds()) {
    const std::unique_ptr<rocksdb::Iterator> it(
        state_->database->db().NewIterator(options_of(snapshot_), state_->database->log()));
    it->SeekForPrev(log_key(sequence));
    if (!it->status().ok()) return fail(to_error(it->status(), "log"));
    const auto lost = [&] {
      return fail(Errc::data_loss, "the log does not hold sequence " + std::to_string(sequence));
    };
    if (!it->Valid()) return lost();
    CAPEXDB_ASSIGN(cached.first, decode_log_key(view_of(it->key())));
    const bool parsed =
        cached.batch.ParseFromArray(it->value().data(), static_cast<int>(it->value().size()));
    if (!parsed || !holds()) return lost();
  }
  const disk::v1::LogEvent& event = cached.batch.events(static_cast<int>(sequence - cached.first));
  StoredEvent stored;
  stored.sequence = sequence;
  stored.recorded_at_us = cached.batch.recorded_at_us();
  stored.producer_id = cached.batch.producer_id();
  stored.batch_number = cached.batch.batch_number();
  stored.supersedes = {event.supersedes().begin(), event.supersedes().end()};
  stored.bytes = event.event();
  return stored;
}

Result<std::vector<std::uint64_t>> ReadView::catalogue_events() const {
  std::vector<std::uint64_t> sequences;
  const std::string begin(1, kCatalogEventKey);
  CAPEXDB_TRY(scan(state_->database->db(), state_->database->names(), snapshot_, begin,
                   after_prefix(begin), "names",
                   [&](std::string_view key, std::string_view /*value*/) -> Result<void> {
                     sequences.push_back(read_big_endian(key.substr(1)));
                     return {};
                   }));
  return sequences;
}

}  // namespace capexdb::storage
