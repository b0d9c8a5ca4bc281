#include "storage/group_write.h"

#include <rocksdb/write_batch.h>

#include <algorithm>
#include <numeric>
#include <span>

#include "proto/model/limits.h"
#include "storage/block.h"
#include "storage/cursors.h"
#include "storage/rocks/database.h"
#include "storage/rocks/status.h"

namespace capexdb::storage {
namespace {

constexpr std::size_t kLogEntryBytes = 64U << 10U;  // of events in one value of the log

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

}  // namespace

GroupWrite::GroupWrite(StoreState& state)
    : state_(state),
      write_(std::make_unique<rocksdb::WriteBatch>(0, 0, /*protection_bytes_per_key=*/8, 0)),
      staged_{state, state.last_sequence + 1, {}},
      recorded_at_us_(state.now_us()),
      policy_(default_policy(state.catalogue)),
      rate_metric_(state.catalogue.find(NameKind::metric, kRateMetric)) {}

GroupWrite::~GroupWrite() = default;

void GroupWrite::keep(const rocksdb::Status& status) {
  if (!status.ok() && !failed_) failed_ = to_error(status, "cannot build the write");
}

void GroupWrite::put(rocksdb::ColumnFamilyHandle* family, const std::string& key,
                     const std::string& value) {
  keep(write_->Put(family, key, value));
}

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
  return evaluate(batch, staged_, trial, Purpose::trial);
}

Result<void> GroupWrite::check_room_for_cursor() {
  if (!state_.cursors) {
    CAPEXDB_ASSIGN(state_.cursors, count_cursors(state_));
  }
  if (static_cast<std::ptrdiff_t>(*state_.cursors) + cursors_added_ <
      static_cast<std::ptrdiff_t>(limits::kCursorsMax)) {
    return {};
  }
  return fail(Errc::resource_exhausted, "the store has its " + std::to_string(limits::kCursorsMax) +
                                            " cursors; forget one that nobody uses");
}

// Where the cursor stands, in this group too. One that is damaged must not fail what is
// committed beside it, and can be written anew.
Result<std::optional<disk::v1::CursorState>> GroupWrite::cursor_of(const CursorMove& move) {
  if (const auto own = cursors_.find(move.cursor); own != cursors_.end()) return own->second;
  auto found = find_cursor(state_, move.cursor);
  if (found || found.error().code != Errc::data_loss) return found;
  if (move.forget || move.rewind) return cursors_[move.cursor] = disk::v1::CursorState();
  return fail(Errc::failed_precondition,
              found.error().message + "; forget it, or move it with rewind");
}

Result<v1::IngestReply> GroupWrite::move_cursor(const CursorMove& move) {
  CAPEXDB_TRY(check_cursor_name(move.cursor));
  // What this group writes is not answered yet, so nobody can have dealt with it.
  if (move.sequence > state_.last_sequence) {
    return fail(Errc::out_of_range, "the store is at sequence " +
                                        std::to_string(state_.last_sequence) + ", not " +
                                        std::to_string(move.sequence));
  }
  CAPEXDB_ASSIGN(std::optional<disk::v1::CursorState> cursor, cursor_of(move));
  v1::IngestReply reply;
  if (move.forget) {
    if (cursor) {
      cursors_[move.cursor].reset();
      --cursors_added_;
    }
  } else if (!cursor || move.sequence > cursor->sequence() ||
             (move.rewind && move.sequence < cursor->sequence())) {
    if (!cursor) {
      CAPEXDB_TRY(check_room_for_cursor());
      ++cursors_added_;
    }
    cursor.emplace().set_sequence(move.sequence);
    cursor->set_moved_at_us(recorded_at_us_);
    cursors_[move.cursor] = cursor;
  }
  dirty_ = dirty_ || !cursors_.empty();
  reply.set_last_sequence(move.forget || !cursor ? 0 : cursor->sequence());
  reply.set_store_sequence(state_.last_sequence);
  return reply;
}

Result<v1::IngestReply> GroupWrite::add(Batch& batch) {
  if (batch.cursor_move) return move_cursor(*batch.cursor_move);
  const bool numbered =
      batch.batch_number != 0 && !batch.dry_run && !batch.reviewed && !batch.restored_at_us;
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
    if (batch.dry_run) {
      trial.reply.set_store_sequence(last_sequence());
      return std::move(trial.reply);
    }
  }
  CAPEXDB_ASSIGN(Evaluation evaluation,
                 evaluate(batch, staged_, state_.catalogue, Purpose::commit));
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
  stage_held(batch, std::move(evaluation.held));
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
    if (event.changes_parties) state_.series.forget_home_currencies();
    for (const FactRow& fact : event.rows) {
      stage_row(fact);
      if (fact.metric == rate_metric_) state_.rates.forget();
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
  if (state_.recent) {
    for (const RecentValue& value : evaluation.recent) state_.recent->add(value);
  }
  staged_.next_sequence = sequence;
  return {};
}

void GroupWrite::put_record(std::uint64_t id, disk::v1::QuarantineRecord record) {
  dirty_ = true;
  put(state_.database->meta(), quarantine_key(id), state_.quarantine.stage(id, std::move(record)));
}

void GroupWrite::stage_held(const Batch& batch, std::vector<HeldRecord> held) {
  for (HeldRecord& its : held) {
    disk::v1::QuarantineRecord record;
    record.set_state(disk::v1::QuarantineRecord::STATE_HELD);
    record.set_event(std::move(its.bytes));
    record.set_producer_id(batch.producer_id);
    record.set_batch_number(batch.batch_number);
    record.set_held_at_us(recorded_at_us_);
    record.set_code(std::move(its.code));
    record.set_field(std::move(its.field));
    record.set_message(std::move(its.message));
    record.set_event_id(std::move(its.event_id));
    record.set_content(its.content);
    put_record(its.id, std::move(record));
  }
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
    keep(write_->Delete(
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
    keep(write_->Merge(state_.database->history(), encode_key(key), block));
    if (kept) kept = state_.series.keep(key, std::move(block));
  });
  CAPEXDB_TRY(kept);
  for_each_block<FrameKey>(frames_, [&](const FrameKey& key, std::span<const Row> rows) {
    keep(write_->Merge(state_.database->frames(), encode_key(key), encode_rows(rows)));
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
  for (const auto& [name, cursor] : cursors_) {
    if (cursor) {
      put(state_.database->meta(), cursor_key(name), cursor->SerializeAsString());
    } else {
      keep(write_->Delete(state_.database->meta(), cursor_key(name)));
    }
  }
  put(state_.database->meta(), kLastSequenceKey, big_endian(last_sequence(), 8));
  if (failed_) return fail(*failed_);
  rocksdb::WriteOptions options;
  options.sync = !state_.options.scratch;
  options.disableWAL = state_.options.scratch;
  const auto status = state_.database->db().Write(options, write_.get());
  if (!status.ok()) return fail(to_error(status, "cannot write"));
  state_.series.committed();
  state_.quarantine.committed();
  if (state_.cursors) *state_.cursors += static_cast<std::size_t>(cursors_added_);
  state_.last_sequence = last_sequence();
  state_.acknowledged.set(state_.last_sequence);
  return {};
}

}  // namespace capexdb::storage
