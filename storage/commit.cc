#include "storage/commit.h"

#include <rocksdb/write_batch.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "capexdb/disk/v1/log.pb.h"
#include "proto/codec/catalog_codec.h"
#include "proto/codec/validate.h"
#include "proto/model/limits.h"
#include "storage/block.h"
#include "storage/evaluate.h"
#include "storage/rocks/database.h"
#include "storage/rocks/status.h"

namespace capexdb::storage {
namespace {

constexpr std::size_t kLogEntryBytes = 64U << 10U;  // of events in one value of the log
constexpr std::int64_t kHourUs = 3'600'000'000;
constexpr std::int64_t kEphemeralProducerIdleUs = 24 * kHourUs;

std::string big_endian(std::uint64_t value, unsigned bytes) {
  std::string out;
  append_big_endian(out, value, bytes);
  return out;
}

// The rows of each key together, keys ascending, rows in order of arrival.
template <class Key, class Visit>
void for_each_block(std::span<const std::pair<Key, Row>> staged, const Visit& visit) {
  std::vector<std::uint32_t> order(staged.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const auto by_key = staged[a].first <=> staged[b].first;
    return by_key != 0 ? by_key < 0 : a < b;
  });
  std::vector<Row> rows;
  for (std::size_t begin = 0; begin < order.size();) {
    const Key& key = staged[order[begin]].first;
    rows.clear();
    std::size_t end = begin;
    while (end < order.size() && staged[order[end]].first == key) {
      rows.push_back(staged[order[end++]].second);
    }
    visit(key, std::span<const Row>(rows));
    begin = end;
  }
}

// Everything that one group writes, in one WriteBatch.
class GroupWrite {
 public:
  explicit GroupWrite(StoreState& state)
      : state_(state),
        write_(0, 0, /*protection_bytes_per_key=*/8, 0),
        staged_{state, state.last_sequence + 1, {}},
        recorded_at_us_(state.now_us()),
        policy_(default_policy(state.catalogue)) {}

  // Error: this batch alone is refused, or (fatal) the store cannot be read.
  Result<v1::IngestReply> add(Batch& batch);
  // Durable when it returns without an error.
  Result<void> write();
  std::uint64_t last_sequence() const { return staged_.next_sequence - 1; }

 private:
  Result<v1::IngestReply> replay(const Batch& batch) const;
  Result<disk::v1::ProducerState> producer_of(const Batch& batch);
  Result<Evaluation> evaluate_on_trial(const Batch& batch);
  Result<void> stage(const Batch& batch, Evaluation& evaluation);
  void stage_row(const FactRow& fact);
  Result<void> stage_number(const Batch& batch);
  Result<void> stage_answer(const Batch& batch, const v1::IngestReply& reply);
  void put(rocksdb::ColumnFamilyHandle* family, const std::string& key, const std::string& value) {
    failed_.keep(write_.Put(family, key, value));
  }

  // Keeps the first failure of a WriteBatch operation.
  struct FirstFailure {
    rocksdb::Status status;
    void keep(const rocksdb::Status& s) {
      if (status.ok()) status = s;
    }
  };

  StoreState& state_;
  rocksdb::WriteBatch write_;
  FirstFailure failed_;
  Staged staged_;
  std::int64_t recorded_at_us_;
  const Policy policy_;
  // In order of arrival.
  std::vector<std::pair<HistoryKey, Row>> history_;
  std::vector<std::pair<FrameKey, Row>> frames_;
  std::map<std::string, disk::v1::ProducerState> producers_;
  std::map<std::string, disk::v1::BatchAnswer> answers_;
  bool dirty_ = false;
};

Result<disk::v1::ProducerState> GroupWrite::producer_of(const Batch& batch) {
  if (const auto known = producers_.find(batch.producer_id); known != producers_.end()) {
    return known->second;
  }
  disk::v1::ProducerState producer;
  std::string value;
  const auto status = state_.database->db().Get({}, state_.database->meta(),
                                                producer_key(batch.producer_id), &value);
  if (status.IsNotFound()) return producer;
  if (!status.ok()) return fail(to_error(status, "producers"));
  if (!producer.ParseFromString(value)) {
    return fail(Errc::data_loss, "the state of producer " + batch.producer_id + " is damaged");
  }
  return producer;
}

Result<v1::IngestReply> GroupWrite::replay(const Batch& batch) const {
  const std::string number = std::to_string(batch.batch_number);
  const std::string key = answer_key(batch.producer_id, batch.batch_number);
  disk::v1::BatchAnswer answer;
  if (const auto own = answers_.find(key); own != answers_.end()) {
    answer = own->second;
  } else {
    std::string value;
    const auto status = state_.database->db().Get({}, state_.database->meta(), key, &value);
    if (status.IsNotFound()) {
      return fail(Errc::out_of_range,
                  "batch " + number + " was answered long ago and its verdicts are no longer kept");
    }
    if (!status.ok()) return fail(to_error(status, "answers"));
    if (!answer.ParseFromString(value)) return fail(Errc::data_loss, "an answer is damaged");
  }
  if (answer.request_hash() != batch.request_hash) {
    return fail(Errc::already_exists, "batch " + number +
                                          " was already answered, with other content; new records "
                                          "need a new batch_number");
  }
  v1::IngestReply reply;
  if (!reply.ParseFromString(answer.reply())) return fail(Errc::data_loss, "an answer is damaged");
  reply.set_replayed(true);
  return reply;
}

// On a copy of the catalogue, so that nothing remains of it.
Result<Evaluation> GroupWrite::evaluate_on_trial(const Batch& batch) {
  Catalogue trial(state_.catalogue);
  return evaluate(batch, staged_, trial);
}

Result<v1::IngestReply> GroupWrite::add(Batch& batch) {
  const bool numbered = batch.batch_number != 0 && !batch.dry_run && !batch.restored_at_us;
  if (numbered) {
    CAPEXDB_ASSIGN(const auto producer, producer_of(batch));
    if (batch.batch_number <= producer.last_batch_number()) return replay(batch);
    // A producer made for one run may have been forgotten while it was idle.
    const bool forgotten = batch.ephemeral_producer && producer.last_batch_number() == 0;
    if (batch.batch_number != producer.last_batch_number() + 1 && !forgotten) {
      return fail(Errc::failed_precondition, "batch " + std::to_string(batch.batch_number) +
                                                 " is out of turn; producer " + batch.producer_id +
                                                 " goes on with batch " +
                                                 std::to_string(producer.last_batch_number() + 1));
    }
  }
  if (batch.dry_run || batch.atomic) {
    CAPEXDB_ASSIGN(Evaluation trial, evaluate_on_trial(batch));
    if (batch.atomic && trial.any_refused) {
      trial.reply.set_accepted(0);
      trial.reply.clear_first_sequence();
      trial.reply.clear_last_sequence();
      // Warnings of records that would have been stored.
      auto& verdicts = *trial.reply.mutable_verdicts();
      verdicts.erase(std::remove_if(verdicts.begin(), verdicts.end(),
                                    [](const v1::Verdict& verdict) {
                                      return verdict.outcome() == v1::OUTCOME_ACCEPTED;
                                    }),
                     verdicts.end());
      trial.reply.set_store_sequence(last_sequence());
      if (numbered) CAPEXDB_TRY(stage_answer(batch, trial.reply));
      return std::move(trial.reply);
    }
    if (batch.dry_run) return std::move(trial.reply);
  }
  CAPEXDB_ASSIGN(Evaluation evaluation, evaluate(batch, staged_, state_.catalogue));
  CAPEXDB_TRY(stage(batch, evaluation));
  if (batch.restored_at_us && batch.batch_number != 0) CAPEXDB_TRY(stage_number(batch));
  if (numbered) CAPEXDB_TRY(stage_answer(batch, evaluation.reply));
  return std::move(evaluation.reply);
}

void GroupWrite::stage_row(const FactRow& fact) {
  const Row& row = fact.row;
  const HistoryKey key = history_key_of(fact);
  history_.emplace_back(key, row);
  frames_.emplace_back(FrameKey{fact.metric, frame_bucket(row.period()),
                                row.ordinal(Column::subject) / kSubjectsPerShard, 0},
                       row);
  for (const std::uint32_t other : fact.mirrors) {
    Row mirror = row;
    mirror[Column::flags] |= flag::kMirror;
    history_.emplace_back(HistoryKey{other, fact.metric, key.bucket, 0}, mirror);
  }
}

Result<void> GroupWrite::stage(const Batch& batch, Evaluation& evaluation) {
  for (auto& [key, entry] : evaluation.other_names) {
    dirty_ = true;
    put(state_.database->ids(), key, big_endian(entry.sequence, 8) + big_endian(entry.content, 8));
    staged_.event_ids[key] = std::move(entry);
  }
  if (evaluation.events.empty()) return {};
  dirty_ = true;
  // In pieces, so that one event is read without decoding a large batch.
  disk::v1::LogBatch log;
  std::size_t log_bytes = 0;
  std::uint64_t log_first = evaluation.first_sequence;
  std::uint64_t sequence = evaluation.first_sequence;
  const auto flush_log = [&] {
    log.set_recorded_at_us(batch.restored_at_us.value_or(recorded_at_us_));
    log.set_producer_id(batch.producer_id);
    log.set_batch_number(batch.batch_number);
    put(state_.database->log(), log_key(log_first), log.SerializeAsString());
    log.Clear();
    log_bytes = 0;
    log_first = sequence;
  };
  for (AcceptedEvent& event : evaluation.events) {
    disk::v1::LogEvent& entry = *log.add_events();
    log_bytes += event.bytes.size();
    entry.set_event(std::move(event.bytes));
    for (const std::uint64_t superseded : event.supersedes) entry.add_supersedes(superseded);
    if (event.is_catalogue) {
      put(state_.database->names(), std::string(1, kCatalogEventKey) + big_endian(sequence, 8), "");
    }
    // Ranks decide who leads a cell.
    if (event.changes_ranks) state_.series.rerank(policy_);
    for (const FactRow& fact : event.rows) {
      stage_row(fact);
      CAPEXDB_TRY(state_.series.add(*state_.database, history_key_of(fact), fact.row, policy_));
    }
    if (!event.event_id.empty()) {
      const std::string key = event_id_key(batch.producer_id, event.event_id);
      put(state_.database->ids(), key, big_endian(sequence, 8) + big_endian(event.content, 8));
      staged_.event_ids[key] = {sequence, event.content, std::move(event.rows)};
    }
    ++sequence;
    if (log_bytes >= kLogEntryBytes) flush_log();
  }
  if (log.events_size() > 0) flush_log();
  staged_.next_sequence = sequence;
  return {};
}

// Its producer goes on behind it.
Result<void> GroupWrite::stage_number(const Batch& batch) {
  CAPEXDB_ASSIGN(disk::v1::ProducerState producer, producer_of(batch));
  producer.set_last_batch_number(
      std::max<std::uint64_t>(producer.last_batch_number(), batch.batch_number));
  producer.set_used_at_us(*batch.restored_at_us);
  producers_[batch.producer_id] = producer;
  return {};
}

Result<void> GroupWrite::stage_answer(const Batch& batch, const v1::IngestReply& reply) {
  dirty_ = true;
  CAPEXDB_ASSIGN(disk::v1::ProducerState before, producer_of(batch));
  disk::v1::ProducerState& producer = producers_[batch.producer_id] = std::move(before);
  if (batch.checkpoint) producer.set_checkpoint(*batch.checkpoint);
  producer.set_last_batch_number(batch.batch_number);
  producer.set_used_at_us(recorded_at_us_);
  producer.set_ephemeral(batch.ephemeral_producer);
  disk::v1::BatchAnswer& answer = answers_[answer_key(batch.producer_id, batch.batch_number)];
  answer.set_request_hash(batch.request_hash);
  answer.set_reply(reply.SerializeAsString());
  if (batch.batch_number > limits::kAnsweredBatchesKept) {
    failed_.keep(write_.Delete(
        state_.database->meta(),
        answer_key(batch.producer_id, batch.batch_number - limits::kAnsweredBatchesKept)));
  }
  return {};
}

Result<void> GroupWrite::write() {
  if (!dirty_) return {};
  Result<void> kept;
  for_each_block<HistoryKey>(history_, [&](const HistoryKey& key, std::span<const Row> rows) {
    std::string block = encode_rows(rows);
    failed_.keep(write_.Merge(state_.database->history(), encode_key(key), block));
    if (kept) kept = state_.series.keep(key, std::move(block));
  });
  CAPEXDB_TRY(kept);
  for_each_block<FrameKey>(frames_, [&](const FrameKey& key, std::span<const Row> rows) {
    failed_.keep(write_.Merge(state_.database->frames(), encode_key(key), encode_rows(rows)));
    state_.cross_sections.touch(key.metric, key.bucket, last_sequence());
  });
  for (const Dictionary::Entry& name : state_.catalogue.take_added_names()) {
    put(state_.database->names(), std::string(1, static_cast<char>(name.kind)) + name.text,
        big_endian(name.ordinal, 4));
  }
  for (const auto& [id, producer] : producers_) {
    put(state_.database->meta(), producer_key(id), producer.SerializeAsString());
  }
  for (const auto& [key, answer] : answers_) {
    put(state_.database->meta(), key, answer.SerializeAsString());
  }
  put(state_.database->meta(), kLastSequenceKey, big_endian(last_sequence(), 8));
  if (!failed_.status.ok()) return fail(to_error(failed_.status, "cannot build the write"));
  rocksdb::WriteOptions options;
  options.sync = true;
  const auto status = state_.database->db().Write(options, &write_);
  if (!status.ok()) return fail(to_error(status, "cannot write"));
  return {};
}

// Producers whose ids were made for one run are forgotten when idle.
void prune_producers(StoreState& state, std::span<const Batch> group) {
  const std::int64_t now = state.now_us();
  if (now - state.producers_pruned_at_us < kHourUs) return;
  state.producers_pruned_at_us = now;
  rocksdb::DB& db = state.database->db();
  rocksdb::WriteBatch write;
  const std::unique_ptr<rocksdb::Iterator> it(db.NewIterator({}, state.database->meta()));
  for (it->Seek(producer_key("")); it->Valid() && it->key().starts_with("P"); it->Next()) {
    disk::v1::ProducerState producer;
    const bool parsed =
        producer.ParseFromArray(it->value().data(), static_cast<int>(it->value().size()));
    if (!parsed || !producer.ephemeral() ||
        now - producer.used_at_us() < kEphemeralProducerIdleUs) {
      continue;
    }
    const std::string id = it->key().ToString().substr(1);
    const bool at_work = std::any_of(group.begin(), group.end(),
                                     [&](const Batch& b) { return b.producer_id == id; });
    if (at_work) continue;
    (void)write.Delete(state.database->meta(), it->key());
    for (std::uint64_t back = 0; back < limits::kAnsweredBatchesKept; ++back) {
      if (producer.last_batch_number() <= back) break;
      (void)write.Delete(state.database->meta(),
                         answer_key(id, producer.last_batch_number() - back));
    }
  }
  // Failing here loses nothing; the next hour tries again.
  if (it->status().ok() && write.Count() > 0) (void)db.Write({}, &write);
}

Error unknown_outcome(const std::string& why) {
  return {Errc::unavailable,
          "the outcome of this batch is unknown (" + why +
              "); send it again with the same batch_number once the server is back"};
}

}  // namespace

std::vector<Result<v1::IngestReply>> commit_group(StoreState& state, std::span<Batch> group) {
  std::vector<Result<v1::IngestReply>> replies;
  replies.reserve(group.size());
  const auto fail_all = [&](const std::string& why) {
    state.failed = true;
    state.database->abandon();
    state.series.clear();
    replies.assign(group.size(), fail(unknown_outcome(why)));
  };
  if (state.failed) {
    fail_all("the store has failed");
    return replies;
  }
  prune_producers(state, group);
  GroupWrite write(state);
  for (Batch& batch : group) {
    state.series.trim();
    replies.push_back(write.add(batch));
    if (!replies.back()) {
      const Errc code = replies.back().error().code;
      if (code == Errc::data_loss || code == Errc::internal || code == Errc::unavailable) {
        fail_all(replies.back().error().message);
        return replies;
      }
    }
  }
  const auto written = write.write();
  if (!written) {
    fail_all(written.error().message);
    return replies;
  }
  state.series.committed();
  state.last_sequence = write.last_sequence();
  state.acknowledged.set(state.last_sequence);
  return replies;
}

Result<void> commit_seed(StoreState& state, const CatalogChange& seed) {
  v1::Event event;
  *event.mutable_catalog_change() = to_proto(seed);
  Batch batch;
  batch.records.push_back(validate(event.SerializeAsString()));
  if (!batch.records.front()) return fail(batch.records.front().error());
  auto replies = commit_group(state, {&batch, 1});
  if (!replies.front()) return fail(replies.front().error());
  if (replies.front()->accepted() == 1) return {};
  return fail(Errc::invalid_argument,
              "the seed of the catalogue was refused: " +
                  (replies.front()->verdicts_size() > 0 ? replies.front()->verdicts(0).message()
                                                        : std::string("no reason")));
}

}  // namespace capexdb::storage
