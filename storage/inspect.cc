#include "storage/inspect.h"

#include <google/protobuf/util/json_util.h>
#include <rocksdb/db.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "capexdb/v1/event.pb.h"
#include "proto/codec/validate.h"
#include "proto/model/text.h"
#include "storage/block.h"
#include "storage/canonical_event.h"
#include "storage/event_rows.h"
#include "storage/quarantine.h"
#include "storage/read_view.h"
#include "storage/rocks/database.h"
#include "storage/rocks/status.h"
#include "storage/store_state.h"

namespace capexdb::storage {
namespace {

constexpr std::size_t kFaultsListed = 100;

std::uint64_t row_hash(const Row& row) {
  return hash64({reinterpret_cast<const char*>(row.columns.data()), sizeof row.columns});
}

bool is_catalogue(const std::string& bytes) {
  v1::Event event;
  return event.ParseFromString(bytes) && event.has_catalog_change();
}

// How many rows a key holds and, order aside, which ones.
struct Tally {
  std::uint64_t rows = 0;
  std::uint64_t sum = 0;
  void add(const Row& row) {
    ++rows;
    sum += row_hash(row);
  }
  friend bool operator==(const Tally&, const Tally&) = default;
};

// Rebuilds from the log what history and frames should hold.
class Checker {
 public:
  explicit Checker(const EventStore& store) : store_(store), view_(store.view()) {}

  Result<CheckReport> run() {
    CAPEXDB_TRY(read_log());
    CAPEXDB_TRY(view_.all_history([&](const HistoryKey& key, std::string_view block) {
      compare(expected_history_, key, block,
              "history of " + party(key.subject) + ", " + metric(key.metric), /*mirrors=*/true);
      return Result<void>();
    }));
    CAPEXDB_TRY(view_.all_frames([&](const FrameKey& key, std::string_view block) {
      compare(expected_frames_, key, block,
              "frame of " + metric(key.metric) + ", bucket " + std::to_string(key.bucket),
              /*mirrors=*/false);
      return Result<void>();
    }));
    for (const auto& [key, tally] : expected_history_) {
      fault("history of " + party(key.subject) + ", " + metric(key.metric) + " is missing " +
            std::to_string(tally.rows) + " rows");
    }
    for (const auto& [key, tally] : expected_frames_) {
      fault("frame of " + metric(key.metric) + ", bucket " + std::to_string(key.bucket) +
            " is missing " + std::to_string(tally.rows) + " rows");
    }
    CAPEXDB_TRY(read_quarantine());
    return std::move(report_);
  }

 private:
  void fault(std::string text) {
    if (report_.faults.size() < kFaultsListed) report_.faults.push_back(std::move(text));
  }
  std::string party(std::uint32_t ordinal) const {
    return store_.catalogue().text(NameKind::party, ordinal);
  }
  std::string metric(std::uint16_t ordinal) const {
    return store_.catalogue().text(NameKind::metric, ordinal);
  }

  Result<void> read_log() {
    std::uint64_t next = 1;
    CAPEXDB_TRY(view_.log(1, [&](std::uint64_t first, const disk::v1::LogBatch& batch) {
      if (first != next) {
        fault("the log has a gap: sequence " + std::to_string(next) + " is followed by " +
              std::to_string(first));
      }
      next = first;
      for (const disk::v1::LogEvent& event : batch.events()) expect(event, batch, next++);
      return Result<void>();
    }));
    if (next - 1 != view_.sequence()) {
      fault("the log ends at sequence " + std::to_string(next - 1) + ", not at " +
            std::to_string(view_.sequence()));
    }
    report_.events = next - 1;
    return {};
  }

  Result<void> read_quarantine() {
    const Database& database = *store_.state().database;
    const std::unique_ptr<rocksdb::Iterator> it(database.db().NewIterator({}, database.meta()));
    const std::string prefix = quarantine_prefix();
    for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
      const auto id = decode_quarantine_key(it->key().ToStringView());
      if (!id) {
        fault(id.error().message);
        continue;
      }
      if (*id != ++report_.quarantine) {
        fault("quarantine record " + std::to_string(report_.quarantine) + " is missing");
        report_.quarantine = *id;
      }
      const std::string why = fault_of_record(it->value().ToStringView());
      if (!why.empty()) fault("quarantine record " + std::to_string(*id) + ": " + why);
    }
    if (!it->status().ok()) return fail(to_error(it->status(), "quarantine"));
    return {};
  }

  std::string fault_of_record(std::string_view value) const {
    using Record = disk::v1::QuarantineRecord;
    Record record;
    if (!record.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
      return "it does not decode";
    }
    const auto event = validate(record.event());
    if (!event) return event.error().message;
    const auto* statement = std::get_if<Statement>(&event->fact());
    if (statement == nullptr) return "its event is no statement";
    if (record.content() != content_but_for_names(*statement) ||
        record.event_id() != event->event_id()) {
      return "it does not go with its event";
    }
    const bool approved = record.state() == Record::STATE_APPROVED;
    if (record.state() != Record::STATE_HELD && record.state() != Record::STATE_REJECTED &&
        !approved) {
      return "its state is unknown";
    }
    const bool in_log = record.sequence() >= 1 && record.sequence() <= view_.sequence();
    if (approved != (record.sequence() != 0) || (approved && !in_log)) {
      return "its sequence " + std::to_string(record.sequence()) + " is not that of its event";
    }
    return {};
  }

  void expect(const disk::v1::LogEvent& entry, const disk::v1::LogBatch& batch,
              std::uint64_t sequence) {
    if (is_catalogue(entry.event())) return;
    auto event = validate(entry.event());
    auto rows = event ? rows_of_stored(view_, *event, batch.producer_id(), sequence)
                      : Result<std::vector<FactRow>>(fail(event.error()));
    if (!rows) {
      fault("sequence " + std::to_string(sequence) + ": " + rows.error().message);
      return;
    }
    for (FactRow& fact : *rows) {
      const Bucket bucket = history_bucket(fact.row.period());
      const std::uint32_t subject = fact.row.ordinal(Column::subject);
      expected_history_[{subject, fact.metric, bucket, 0}].add(fact.row);
      expected_frames_[{fact.metric, frame_bucket(fact.row.period()), subject / kSubjectsPerShard,
                        0}]
          .add(fact.row);
      fact.row[Column::flags] |= flag::kMirror;
      for (const std::uint32_t other : fact.mirrors) {
        expected_history_[{other, fact.metric, bucket, 0}].add(fact.row);
      }
    }
  }

  template <class Key>
  void compare(std::map<Key, Tally>& expected, const Key& key, std::string_view bytes,
               const std::string& where, bool mirrors) {
    ++report_.blocks;
    const auto block = decode_block(bytes);
    if (!block) {
      fault(where + ": " + block.error().message);
      expected.erase(key);
      return;
    }
    Tally actual;
    for (std::size_t i = 0; i < block->rows(); ++i) actual.add(block->row(i));
    if (mirrors) report_.observations += actual.rows;
    const auto want = expected.find(key);
    if (want == expected.end() || !(want->second == actual)) {
      const std::uint64_t rows = want == expected.end() ? 0 : want->second.rows;
      fault(where + ": holds " + std::to_string(actual.rows) + " rows, the log gives " +
            std::to_string(rows) + (rows == actual.rows ? ", and they differ" : ""));
    }
    if (want != expected.end()) expected.erase(want);
  }

  const EventStore& store_;
  ReadView view_;
  CheckReport report_;
  std::map<HistoryKey, Tally> expected_history_;
  std::map<FrameKey, Tally> expected_frames_;
};

Result<std::string> event_json(const v1::Event& event, std::uint64_t sequence) {
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  if (!google::protobuf::util::MessageToJsonString(event, &json, options).ok()) {
    return fail(Errc::data_loss, "sequence " + std::to_string(sequence) + " has no JSON");
  }
  return json;
}

Result<std::string> canonical_json(const v1::Event& event, std::uint64_t sequence,
                                   Catalogue& catalogue) {
  auto canonical = canonical_event(event, sequence, catalogue);
  if (!canonical) {
    return fail(Errc::data_loss,
                "sequence " + std::to_string(sequence) + ": " + canonical.error().message);
  }
  return event_json(*canonical, sequence);
}

}  // namespace

Result<CheckReport> check(const EventStore& store) { return Checker(store).run(); }

Result<void> dump(const EventStore& store, bool canonical,
                  const std::function<void(const std::string&)>& line) {
  const ReadView view = store.view();
  std::vector<std::string> sorted;
  CAPEXDB_TRY(
      view.log(1, [&](std::uint64_t first, const disk::v1::LogBatch& batch) -> Result<void> {
        std::uint64_t sequence = first;
        for (const disk::v1::LogEvent& entry : batch.events()) {
          v1::Event event;
          if (!event.ParseFromString(entry.event())) {
            return fail(Errc::data_loss,
                        "sequence " + std::to_string(sequence) + " does not decode");
          }
          if (canonical) {
            if (!event.has_catalog_change()) {
              CAPEXDB_ASSIGN(const std::string json,
                             canonical_json(event, sequence, store.state().catalogue));
              sorted.push_back("{\"event\":" + json + "}");
            }
          } else {
            CAPEXDB_ASSIGN(const std::string json, event_json(event, sequence));
            nlohmann::ordered_json head;
            head["sequence"] = sequence;
            head["recorded_at"] = timestamp_to_string(batch.recorded_at_us());
            head["producer_id"] = batch.producer_id();
            head["batch_number"] = batch.batch_number();
            head["supersedes"] =
                std::vector<std::uint64_t>(entry.supersedes().begin(), entry.supersedes().end());
            std::string text = head.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
            text.pop_back();
            line(text + ",\"event\":" + json + "}");
          }
          ++sequence;
        }
        return {};
      }));
  std::sort(sorted.begin(), sorted.end());
  for (const std::string& text : sorted) line(text);
  return {};
}

}  // namespace capexdb::storage
