#include "storage/load.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "capexdb/v1/event.pb.h"
#include "proto/codec/validate.h"
#include "proto/model/limits.h"
#include "proto/model/text.h"
#include "proto/model/time_range.h"
#include "storage/read_view.h"

namespace capexdb::storage {
namespace {

constexpr std::size_t kGroupEventsMax = 10'000;  // of one synced write
constexpr std::size_t kRefusedListed = 100;
constexpr std::size_t kDepthMax = 32;
// An event has 1 MiB; its JSON names every field.
constexpr std::size_t kLineBytesMax = limits::kMessageBytesMax;

// One line of a dump.
struct DumpedEvent {
  std::uint64_t line = 0;
  std::uint64_t sequence = 0;  // 0: of a canonical dump
  std::int64_t recorded_at_us = 0;
  std::string producer_id;
  std::uint64_t batch_number = 0;
  bool is_catalogue = false;
  bool is_retraction = false;
  bool automatic = false;
  std::string bytes;
};

// How deep its objects and arrays lie in one another; brackets in texts do not count.
std::size_t depth_of(const std::string& json) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_text) {
      if (c == '\\') ++i;
      if (c == '"') in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return deepest;
}

Result<DumpedEvent> parse_line(const std::string& text, std::uint64_t line) {
  const auto refuse = [&](const std::string& why) {
    return fail(Error{Errc::invalid_argument,
                      "line " + std::to_string(line) + " is no event of a dump: " + why,
                      {},
                      "bad_dump"});
  };
  if (depth_of(text) > kDepthMax) return refuse("its objects lie too deep in one another");
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("event")) return refuse("it has no event");
  DumpedEvent dumped;
  dumped.line = line;
  if (json.contains("sequence")) {
    const auto is_number = [&](const char* key) {
      return json.contains(key) && json[key].is_number_unsigned();
    };
    const auto is_text = [&](const char* key) {
      return json.contains(key) && json[key].is_string();
    };
    if (!is_number("sequence") || !is_number("batch_number") || !is_text("producer_id") ||
        !is_text("recorded_at")) {
      return refuse("sequence, recorded_at, producer_id and batch_number are not all there");
    }
    dumped.sequence = json["sequence"].get<std::uint64_t>();
    dumped.batch_number = json["batch_number"].get<std::uint64_t>();
    dumped.producer_id = json["producer_id"].get<std::string>();
    const auto recorded = parse_timestamp(json["recorded_at"].get<std::string>());
    if (!recorded) return refuse(recorded.error().message);
    dumped.recorded_at_us = *recorded;
  }
  v1::Event event;
  const auto status = google::protobuf::util::JsonStringToMessage(json["event"].dump(), &event);
  if (!status.ok()) return refuse(std::string(status.message()));
  dumped.is_catalogue = event.has_catalog_change();
  dumped.is_retraction = event.has_retraction();
  dumped.automatic = dumped.is_catalogue && event.catalog_change().automatic();
  dumped.bytes = event.SerializeAsString();
  return dumped;
}

class Loader {
 public:
  Loader(StoreOptions options, const NextLine& next_line)
      : options_(std::move(options)), next_line_(next_line) {}

  Result<LoadReport> run() {
    CAPEXDB_TRY(read());
    if (event_ && event_->sequence == 1) options_.seed = {};
    CAPEXDB_ASSIGN(store_, EventStore::open(std::move(options_)));
    CAPEXDB_TRY(begin());
    while (event_) {
      if (!report_.exact && event_->automatic) {
        // New names come with the statements that need them.
        CAPEXDB_TRY(read());
        continue;
      }
      if (!report_.exact && event_->is_retraction) {
        // What it withdraws may stand behind it where lines are sorted.
        retractions_.push_back(std::move(*event_));
      } else {
        CAPEXDB_TRY(add(std::move(*event_)));
      }
      CAPEXDB_TRY(read());
    }
    for (DumpedEvent& event : retractions_) CAPEXDB_TRY(add(std::move(event)));
    CAPEXDB_TRY(commit());
    report_.sequence = store_->last_sequence();
    return std::move(report_);
  }

 private:
  // The next event, or none at the end.
  Result<void> read() {
    event_.reset();
    std::string text;
    do {
      auto more = next_line_(text);
      if (!more) {
        Error& error = more.error();
        if (error.code == Errc::invalid_argument) {
          error.message = "line " + std::to_string(line_ + 1) + " " + error.message;
        }
        return fail(std::move(error));
      }
      if (!*more) return {};
      ++line_;
    } while (trim(text).empty());
    CAPEXDB_ASSIGN(event_, parse_line(text, line_));
    return {};
  }

  // Whether the load is exact; passes over what an earlier run has loaded.
  Result<void> begin() {
    const std::uint64_t last = store_->last_sequence();
    if (!event_ || event_->sequence != 1) return {};
    // The dump has to go on where the store ends, with the same events before.
    const ReadView view = store_->view();
    ReadView::CachedBatch cached;
    for (std::uint64_t sequence = 1; event_ && sequence <= last; ++sequence) {
      CAPEXDB_ASSIGN(const StoredEvent stored, view.event(sequence, cached));
      const bool same = event_->sequence == sequence && stored.bytes == event_->bytes &&
                        stored.recorded_at_us == event_->recorded_at_us &&
                        stored.producer_id == event_->producer_id;
      if (!same) return {};
      ++report_.duplicates;
      CAPEXDB_TRY(read());
    }
    report_.exact = true;
    return {};
  }

  // Whether the event goes into the last batch: catalogue changes stand alone.
  bool joins_batch(const DumpedEvent& event) const {
    if (batches_.empty() || event.is_catalogue || last_is_catalogue_) return false;
    const Batch& batch = batches_.back();
    return batch.producer_id == event.producer_id && batch.batch_number == number_of(event) &&
           (!report_.exact || batch.restored_at_us == event.recorded_at_us) &&
           batch.records.size() < limits::kBatchEventsMax;
  }
  std::uint64_t number_of(const DumpedEvent& event) const {
    return report_.exact ? event.batch_number : 0;
  }

  Result<void> add(DumpedEvent event) {
    if (report_.exact && last_sequence_ != 0 && event.sequence != last_sequence_ + 1) {
      return fail(Error{Errc::failed_precondition,
                        "line " + std::to_string(event.line) + ": sequence " +
                            std::to_string(event.sequence) + " comes behind " +
                            std::to_string(last_sequence_) +
                            "; the dump is not whole, or not in order",
                        {},
                        "bad_dump"});
    }
    last_sequence_ = event.sequence;
    if (events_ >= kGroupEventsMax || bytes_ >= limits::kCommitGroupBytesMax) CAPEXDB_TRY(commit());
    if (!joins_batch(event)) {
      Batch& batch = batches_.emplace_back();
      batch.producer_id = event.producer_id;
      batch.batch_number = number_of(event);
      if (report_.exact) batch.restored_at_us = event.recorded_at_us;
      lines_.emplace_back();
    }
    last_is_catalogue_ = event.is_catalogue;
    lines_.back().emplace_back(event.line, event.sequence);
    bytes_ += event.bytes.size();
    batches_.back().records.push_back(validate(std::move(event.bytes)));
    ++events_;
    return {};
  }

  Result<void> commit() {
    if (batches_.empty()) return {};
    const auto replies = store_->commit(batches_);
    for (std::size_t i = 0; i < replies.size(); ++i) {
      if (!replies[i]) return fail(replies[i].error());
      CAPEXDB_TRY(take(*replies[i], lines_[i]));
    }
    batches_.clear();
    lines_.clear();
    events_ = 0;
    bytes_ = 0;
    return {};
  }

  using Lines = std::vector<std::pair<std::uint64_t, std::uint64_t>>;  // line, sequence

  Result<void> take(const v1::IngestReply& reply, const Lines& lines) {
    report_.accepted += reply.accepted();
    report_.duplicates += reply.duplicates();
    report_.rejected += reply.rejected();
    for (const v1::Verdict& verdict : reply.verdicts()) {
      if (verdict.outcome() == v1::OUTCOME_ACCEPTED || verdict.outcome() == v1::OUTCOME_DUPLICATE ||
          report_.refused.size() >= kRefusedListed) {
        continue;
      }
      report_.refused.push_back("line " + std::to_string(lines[verdict.index()].first) + ": " +
                                verdict.code() + ": " + verdict.message());
    }
    if (!report_.exact) return {};
    if (reply.accepted() == lines.size() && reply.first_sequence() == lines.front().second) {
      return {};
    }
    return fail(Error{Errc::failed_precondition,
                      "lines " + std::to_string(lines.front().first) + " to " +
                          std::to_string(lines.back().first) +
                          " do not give the sequences that they name" +
                          (report_.refused.empty() ? "" : ": " + report_.refused.back()) +
                          "; the dump is not whole, or not one of this version",
                      {},
                      "bad_dump"});
  }

  StoreOptions options_;
  const NextLine& next_line_;
  std::unique_ptr<EventStore> store_;
  std::uint64_t line_ = 0;
  std::optional<DumpedEvent> event_;
  std::vector<Batch> batches_;
  std::vector<Lines> lines_;  // of the records of `batches_`
  std::size_t events_ = 0;    // of `batches_`
  std::size_t bytes_ = 0;
  bool last_is_catalogue_ = false;
  std::uint64_t last_sequence_ = 0;       // of the dump, that was added
  std::vector<DumpedEvent> retractions_;  // to be added last
  LoadReport report_;
};

}  // namespace

NextLine lines_of(std::istream& input, const std::string& name) {
  return [&input, name](std::string& line) -> Result<bool> {
    line.clear();
    std::streambuf& bytes = *input.rdbuf();
    try {
      for (int c = bytes.sbumpc(); c != std::char_traits<char>::eof(); c = bytes.sbumpc()) {
        if (c == '\n') return true;
        if (line.size() >= kLineBytesMax) {
          return fail(
              Error{Errc::invalid_argument,
                    "is no event of a dump: it has more than " + grouped(kLineBytesMax) + " bytes",
                    {},
                    "bad_dump"});
        }
        line.push_back(static_cast<char>(c));
      }
    } catch (const std::ios_base::failure&) {
      return fail(Errc::unavailable, name + " could not be read to its end");
    }
    return !line.empty();
  };
}

Result<LoadReport> load(StoreOptions options, const NextLine& next_line) {
  return Loader(std::move(options), next_line).run();
}

}  // namespace capexdb::storage
