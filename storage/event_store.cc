#include "storage/event_store.h"

#include <chrono>

#include "capexdb/v1/event.pb.h"
#include "proto/codec/catalog_codec.h"
#include "proto/codec/validate.h"
#include "storage/catalogue.h"
#include "storage/commit.h"
#include "storage/cursors.h"
#include "storage/key.h"
#include "storage/naming.h"
#include "storage/read_view.h"
#include "storage/rocks/database.h"
#include "storage/rocks/status.h"
#include "storage/store_state.h"

namespace capexdb::storage {
namespace {

Result<void> check_format(StoreState& state) {
  rocksdb::DB& db = state.database->db();
  std::string text;
  const auto status = db.Get({}, state.database->meta(), kFormatVersionKey, &text);
  if (status.ok()) {
    if (text != std::to_string(kFormatVersion)) {
      return fail(Errc::failed_precondition,
                  state.options.path + " has the storage format version " + text +
                      "; this program knows " + std::to_string(kFormatVersion) +
                      ". Use the program that wrote it, or a newer one");
    }
    return {};
  }
  if (!status.IsNotFound()) return fail(to_error(status, "cannot read the format version"));
  if (state.options.read_only) {
    return fail(Errc::failed_precondition, state.options.path + " is not a capexdb store");
  }
  rocksdb::WriteOptions sync;
  sync.sync = true;
  const auto written =
      db.Put(sync, state.database->meta(), kFormatVersionKey, std::to_string(kFormatVersion));
  if (!written.ok()) return fail(to_error(written, "cannot write the format version"));
  return {};
}

Result<void> load_names(StoreState& state) {
  std::vector<Dictionary::Entry> entries;
  const std::unique_ptr<rocksdb::Iterator> it(
      state.database->db().NewIterator({}, state.database->names()));
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    const std::string key = it->key().ToString();
    if (key.empty() || key.front() == kCatalogEventKey) continue;
    if (it->value().size() != 4) return fail(Errc::data_loss, "the names are damaged");
    entries.push_back({static_cast<NameKind>(key.front()),
                       static_cast<std::uint32_t>(read_big_endian(it->value().ToStringView())),
                       key.substr(1)});
  }
  if (!it->status().ok()) return fail(to_error(it->status(), "names"));
  return state.catalogue.load_names(std::move(entries));
}

Result<void> load_catalogue(StoreState& state, const ReadView& view) {
  CAPEXDB_ASSIGN(const auto sequences, view.catalogue_events());
  for (const std::uint64_t sequence : sequences) {
    CAPEXDB_ASSIGN(const StoredEvent stored, view.event(sequence));
    v1::Event event;
    if (!event.ParseFromString(stored.bytes) || !event.has_catalog_change()) {
      return fail(Errc::data_loss,
                  "sequence " + std::to_string(sequence) + " is no catalogue event");
    }
    state.catalogue.apply(stored_change(event.catalog_change()), sequence);
  }
  // What merges make of lists that came after them is written with the next batch.
  return {};
}

// The log's last batch ends where `meta` says.
Result<void> check_last_sequence(const ReadView& view) {
  if (view.sequence() == 0) return {};
  CAPEXDB_TRY(view.event(view.sequence()));
  std::uint64_t end = 0;
  CAPEXDB_TRY(view.log(view.sequence(), [&](std::uint64_t first, const disk::v1::LogBatch& batch) {
    end = first + static_cast<std::uint64_t>(batch.events_size()) - 1;
    return Result<void>();
  }));
  if (end == view.sequence()) return {};
  return fail(Errc::data_loss, "the log ends at sequence " + std::to_string(end) + ", not at " +
                                   std::to_string(view.sequence()));
}

Result<void> check_acknowledged(const StoreState& state) {
  const auto acknowledged = AcknowledgedMark::read(state.options.path);
  if (!acknowledged || *acknowledged <= state.last_sequence) return {};
  return fail(Errc::data_loss, state.options.path + " is damaged: sequences up to " +
                                   std::to_string(*acknowledged) +
                                   " were acknowledged, but the store ends at " +
                                   std::to_string(state.last_sequence) +
                                   "; restore a backup, or see \"Damage\" in docs/operations.md");
}

// What came last, for telling which numbers have been said already.
Result<void> remember_recent(StoreState& state, const ReadView& view) {
  const PlausibilityRules& rules = state.options.plausibility;
  if (!rules.looks_at(Rule::other_company)) return {};
  state.recent = std::make_unique<RecentValues>(rules.other_company_statements);
  const std::uint64_t last = view.sequence();
  if (last == 0) return {};
  const std::uint64_t from =
      last > rules.other_company_statements ? last - rules.other_company_statements + 1 : 1;
  return view.log(from, [&](std::uint64_t first, const disk::v1::LogBatch& batch) -> Result<void> {
    std::uint64_t sequence = first;
    for (const disk::v1::LogEvent& entry : batch.events()) {
      const auto event = validate(entry.event());
      const auto* statement = event ? std::get_if<Statement>(&event->fact()) : nullptr;
      if (statement != nullptr) {
        CAPEXDB_ASSIGN(const auto rows, rows_of(*statement, sequence, state.catalogue));
        for (const FactRow& fact : rows) {
          auto value = recent_value_of(fact);
          if (!value) continue;
          value->subject = state.catalogue.canonical(value->subject, kNow);
          state.recent->add(*value);
        }
      }
      ++sequence;
    }
    return {};
  });
}

}  // namespace

StoreState::StoreState(StoreOptions its_options)
    : options(std::move(its_options)),
      series(options.scratch ? limits::kSeriesBytesMax / 8 : limits::kSeriesBytesMax) {}
StoreState::~StoreState() = default;

std::int64_t StoreState::now_us() const {
  if (options.now_us) return options.now_us();
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string producer_key(const std::string& producer_id) { return "P" + producer_id; }

std::string answer_prefix(const std::string& producer_id) {
  return "A" + producer_id + std::string(1, '\0');
}

std::string answer_key(const std::string& producer_id, std::uint64_t batch_number) {
  std::string key = answer_prefix(producer_id);
  append_big_endian(key, batch_number, 8);
  return key;
}

std::string event_id_key(const std::string& producer_id, const std::string& event_id) {
  return producer_id + std::string(1, '\0') + event_id;
}

EventStore::EventStore(std::unique_ptr<StoreState> state) : state_(std::move(state)) {}
EventStore::~EventStore() = default;

Result<std::unique_ptr<EventStore>> EventStore::open(StoreOptions options) {
  auto state = std::make_unique<StoreState>(std::move(options));
  CAPEXDB_ASSIGN(state->database, Database::open(state->options));
  CAPEXDB_TRY(check_format(*state));
  CAPEXDB_TRY(load_names(*state));
  {
    const ReadView view(*state);
    CAPEXDB_TRY(view.status());
    CAPEXDB_TRY(check_last_sequence(view));
    CAPEXDB_TRY(load_catalogue(*state, view));
    state->last_sequence = view.sequence();
    // Offline verbs look at the quarantine themselves, damaged or not.
    if (!state->options.read_only) {
      CAPEXDB_TRY(state->quarantine.load(*state->database));
      CAPEXDB_TRY(remember_recent(*state, view));
    }
  }
  CAPEXDB_TRY(check_acknowledged(*state));
  if (!state->options.read_only && !state->options.scratch) {
    state->acknowledged.open(state->options.path);
    state->acknowledged.set(state->last_sequence);
  }
  if (state->last_sequence == 0 && !state->options.seed.empty() && !state->options.read_only) {
    CAPEXDB_TRY(commit_seed(*state, state->options.seed));
  }
  return std::unique_ptr<EventStore>(new EventStore(std::move(state)));
}

std::vector<Result<v1::IngestReply>> EventStore::commit(std::span<Batch> group) {
  return commit_group(*state_, group);
}

Result<v1::QuarantineReply> EventStore::review(const v1::QuarantineRequest& request) {
  return review_held(*state_, request);
}

Result<v1::QuarantineReply> EventStore::quarantine(const v1::QuarantineRequest& request) const {
  return list_quarantine(*state_, request);
}

std::uint64_t EventStore::quarantined() const { return state_->quarantine.held(); }

bool EventStore::failed() const { return state_->failed; }
std::uint64_t EventStore::last_sequence() const { return state_->last_sequence; }

Result<EventStore::ProducerPosition> EventStore::producer_position(
    const std::string& producer_id) const {
  std::string value;
  disk::v1::ProducerState producer;
  const auto status =
      state_->database->db().Get({}, state_->database->meta(), producer_key(producer_id), &value);
  if (status.IsNotFound()) return ProducerPosition{};
  if (!status.ok()) return fail(to_error(status, "producers"));
  if (!producer.ParseFromString(value)) {
    return fail(Errc::data_loss, "the state of producer " + producer_id + " is damaged");
  }
  return ProducerPosition{producer.last_batch_number(), producer.checkpoint()};
}

Result<v1::CursorReply> EventStore::cursors(const std::string& name) const {
  if (!name.empty()) CAPEXDB_TRY(check_cursor_name(name));
  return list_cursors(*state_, name);
}

ReadView EventStore::view() const { return ReadView(*state_); }
const Catalogue& EventStore::catalogue() const { return state_->catalogue; }
std::uint64_t EventStore::disk_bytes() const { return state_->database->disk_bytes(); }

}  // namespace capexdb::storage
