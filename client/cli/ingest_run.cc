#include "client/cli/ingest_run.h"

#include <iostream>
#include <utility>

#include "client/cli/interrupt.h"
#include "proto/model/text.h"

namespace capexdb::cli {
namespace {

using std::chrono::milliseconds;

// How long a wait lasts before Ctrl-C and the progress line get their turn.
constexpr milliseconds kSlice{200};
// How long batches on their way may take after Ctrl-C.
constexpr milliseconds kLastWords{5000};

}  // namespace

IngestRun::IngestRun(const Globals& globals, const IngestOptions& options, Producer producer,
                     StoreMetrics& metrics, IngestReportOptions report)
    : globals_(globals),
      options_(options),
      metrics_(metrics),
      producer_(std::move(producer)),
      report_(std::move(report)),
      progress_(stderr_is_terminal() && !options.verbose),
      keeps_position_(!options.producer_id.empty() && !options.atomic && !options.dry_run) {
  report_.on_store_sequence(producer_.welcome_sequence());
  if (keeps_position_) stored_ = FilePosition::parse(producer_.welcome_checkpoint());
}

Result<void> IngestRun::run(Inputs& inputs) {
  for (const auto& input : inputs) {
    const auto extent = input->extent();
    if (!extent) {
      bytes_ = 0;
      break;
    }
    bytes_ += extent->size;
  }
  for (std::size_t i = 0; i < inputs.size() && !interrupted(); ++i) {
    CAPEXDB_TRY(send_file(i, inputs[i]));
    if (const auto extent = inputs[i]->extent()) bytes_done_ += extent->size;
    input_ = nullptr;
    inputs[i].reset();
  }
  // What was read and not sent is read again by the next run.
  if (interrupted()) producer_.discard();
  if (!interrupted() && keeps_position_) producer_.forget_checkpoint();
  const Deadline last_words = after(kLastWords);
  for (;;) {
    auto done = producer_.drain(after(kSlice));
    take_replies();
    if (!done) return fail(std::move(done.error()));
    if (*done) return {};
    if (interrupted() && std::chrono::steady_clock::now() >= last_words) {
      return fail(Errc::deadline_exceeded, "interrupted before the last batches were answered");
    }
  }
}

void IngestRun::finish() {
  progress_.clear();
  report_.finish_messages();
}

Result<void> IngestRun::send_file(std::size_t index, std::unique_ptr<IngestInput>& input) {
  input->on_idle([this] { return idle(); });
  input_ = input.get();
  const auto opened = input->importer(
      *format_of(options_.format), [this] { return metrics_.get(); }, options_.import);
  if (!opened) {
    if (const Error* failure = metrics_.failure()) return fail(*failure);
    if (!stopped()) refuse({index, 0, {}}, opened.error());
    return outcome();
  }
  importers::Importer& importer = **opened;
  report_.begin_file(index, importer.header());
  added_ = 0;
  spoilt_ = false;
  refused_before_ = report_.refused();
  vintage_.reset();
  if (options_.retract_vanished) vintage_.emplace();
  position_ = {};
  if (keeps_position_) position_.file = resumable_path(options_.files[index]);
  if (stored_ && stored_->file == position_.file && !skip_stored(importer)) {
    std::cerr << "capex: " << options_.files[index]
              << " has changed since it was interrupted, and is sent from its beginning\n";
    stored_.reset();
    CAPEXDB_ASSIGN(input, IngestInput::open(options_.files[index]));
    return send_file(index, input);
  }
  CAPEXDB_TRY(send_records(index, importer));
  progress_.clear();
  for (const importers::LeftOut& left_out : importer.left_out()) {
    report_.on_left_out(index, left_out);
  }
  if (vintage_ && !stopped()) CAPEXDB_TRY(retract_vanished(index));
  if (!options_.atomic || failure_) return outcome();
  if (spoilt_ || interrupted()) {
    producer_.discard();
    report_.on_discarded(added_);
    progress_.clear();
    std::cerr << "capex: nothing of " << options_.files[index] << " was sent\n";
    return {};
  }
  producer_.flush();
  return make_room();
}

bool IngestRun::skip_stored(importers::Importer& importer) {
  importers::Record record;
  while (position_.records < stored_->records && !stopped()) {
    const auto more = importer.next(record);
    if (!more || !*more) break;
    // What became of these records is not known here, so that none seems to be missing.
    if (vintage_) spoilt_ = true;
    position_.advance(record.raw);
  }
  if (stopped()) return true;
  if (position_.records != stored_->records || position_.hash != stored_->hash) return false;
  std::cerr << "capex: going on behind record " << grouped(position_.records) << " of "
            << position_.file << ", where an earlier run stopped\n";
  return true;
}

Result<void> IngestRun::send_records(std::size_t index, importers::Importer& importer) {
  RecordPlace place{index, 0, {}};
  importers::Record record;
  while (!stopped()) {
    const auto more = importer.next(record);
    if (more && !*more) return {};
    if (stopped()) return {};  // which cuts the record short
    place.line = record.line;
    place.raw.clear();
    if (more && !position_.file.empty()) position_.advance(record.raw);
    if (!more) {
      refuse(place, more.error());
      spoilt_ = true;
      return {};
    }
    if (report_.wants_raw()) {
      place.raw = record.raw;
      place.raw += importer.record_end();
    }
    if (!record.event) {
      refuse(place, record.event.error());
      spoilt_ = true;
      continue;
    }
    if (vintage_) vintage_->add(*record.event);
    auto taken = producer_.add(std::move(*record.event), position_.to_text());
    if (!taken) {
      if (taken.error().code != Errc::invalid_argument) return taken;
      refuse(place, taken.error());
      spoilt_ = true;
      // A full atomic batch is dropped whole.
      if (options_.atomic) return {};
      continue;
    }
    report_.on_added(std::move(place));
    place = RecordPlace{index, 0, {}};
    ++added_;
    CAPEXDB_TRY(make_room());
  }
  return {};
}

// A file that was not taken whole would seem to have lost what was refused of it. The
// retractions go with the file's own batch where that is one, else behind it.
Result<void> IngestRun::retract_vanished(std::size_t index) {
  CAPEXDB_ASSIGN(const bool answered, all_answered());
  if (!answered) return {};
  if (spoilt_ || report_.refused() != refused_before_) {
    progress_.clear();
    std::cerr << "capex: nothing that vanished from " << options_.files[index]
              << " is retracted, since not all of it was taken\n";
    return {};
  }
  const RecordPlace place{index, 0, {}};
  CAPEXDB_ASSIGN(Client client,
                 Client::connect(globals_.client_options(), after(globals_.timeout())));
  auto retractions = vintage_->vanished(client, globals_.timeout());
  if (!retractions) {
    if (retractions.error().code != Errc::invalid_argument) {
      return fail(std::move(retractions.error()));
    }
    refuse(place, retractions.error());
    spoilt_ = true;
    return {};
  }
  report_.on_retracted(index, retractions->size());
  for (v1::Event& retraction : *retractions) {
    auto taken = producer_.add(std::move(retraction));
    if (!taken) {
      if (taken.error().code != Errc::invalid_argument) return taken;
      refuse(place, taken.error());
      spoilt_ = true;
      return {};
    }
    report_.on_added(place);
    ++added_;
    CAPEXDB_TRY(make_room());
  }
  return {};
}

// Waits for the answers to all that was sent, but for an atomic batch that is still
// being made. False on Ctrl-C.
Result<bool> IngestRun::all_answered() {
  while (!interrupted()) {
    auto done = options_.atomic ? producer_.settle(after(kSlice)) : producer_.drain(after(kSlice));
    take_replies();
    if (!done) return fail(std::move(done.error()));
    if (*done) return true;
  }
  return false;
}

// The input pauses. What was read so far goes out once all before it is
// answered: records of a slow pipe do not wait until a batch is full, and a
// fast one keeps its full batches.
IngestInput::Wait IngestRun::idle() {
  auto settled = producer_.settle(after(milliseconds(0)));
  if (settled && *settled && !options_.atomic) {
    producer_.flush();
    settled = producer_.settle(after(milliseconds(0)));
  }
  take_replies();
  if (!settled) {
    failure_ = std::move(settled.error());
    return IngestInput::Wait::no_more;
  }
  return *settled ? IngestInput::Wait::until_ready : IngestInput::Wait::briefly;
}

bool IngestRun::stopped() const { return interrupted() || failure_; }

Result<void> IngestRun::outcome() const {
  return failure_ ? Result<void>(fail(*failure_)) : Result<void>();
}

Result<void> IngestRun::make_room() {
  take_replies();
  while (!producer_.has_room() && !interrupted()) {
    auto room = producer_.make_room(after(kSlice));
    take_replies();
    if (!room) return fail(std::move(room.error()));
  }
  return {};
}

void IngestRun::take_replies() {
  while (const auto reply = producer_.next_reply()) {
    if (reply->reply.verdicts_size() > 0) progress_.clear();
    report_.on_reply(*reply);
    report_.flush();
  }
  if (progress_.is_due()) show_progress();
}

void IngestRun::show_progress() {
  IngestProgress progress{report_.answered(), report_.refused(), std::nullopt};
  if (bytes_ > 0) {
    const auto extent = input_ == nullptr ? std::nullopt : input_->extent();
    const std::uint64_t done = bytes_done_ + (extent ? extent->read : 0);
    progress.done = static_cast<double>(done) / static_cast<double>(bytes_);
  }
  progress_.show(progress);
}

void IngestRun::refuse(const RecordPlace& place, const Error& error) {
  progress_.clear();
  report_.on_unreadable(place, error);
}

}  // namespace capexdb::cli
