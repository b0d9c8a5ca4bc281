// capex ingest FILE...
#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>

#include "client/cli/ingest_input.h"
#include "client/cli/ingest_report.h"
#include "client/cli/interrupt.h"
#include "client/cli/verb.h"
#include "client/importers/importer.h"
#include "proto/model/date.h"

namespace capexdb::cli {
namespace {

using std::chrono::milliseconds;

using Inputs = std::vector<std::unique_ptr<IngestInput>>;

// How long a wait lasts before Ctrl-C and the progress line get their turn.
constexpr milliseconds kSlice{200};
// How long batches on their way may take after Ctrl-C.
constexpr milliseconds kLastWords{5000};

struct IngestOptions {
  std::vector<std::string> files;
  std::string format = "auto";
  importers::ImportOptions import;
  std::string producer_id;
  bool dry_run = false;
  bool atomic = false;
  std::string rejects;
  std::size_t batch = 1000;
  bool verbose = false;
};

const std::vector<std::pair<std::string, importers::Format>>& formats() {
  static const std::vector<std::pair<std::string, importers::Format>> kFormats = {
      {"auto", importers::Format::automatic}, {"csv", importers::Format::csv},
      {"jsonl", importers::Format::jsonl},    {"pb", importers::Format::pb},
      {"edgar", importers::Format::edgar},    {"fsds", importers::Format::fsds},
      {"ecb", importers::Format::ecb},        {"fred", importers::Format::fred},
      {"epoch", importers::Format::epoch}};
  return kFormats;
}

const importers::Format* format_of(const std::string& word) {
  for (const auto& [name, format] : formats()) {
    if (name == word) return &format;
  }
  return nullptr;
}

// The store's metrics, asked for when a file first needs them.
class Metrics {
 public:
  explicit Metrics(const Globals& globals) : globals_(globals) {}

  Result<std::vector<CatalogMetric>> get() {
    if (!answer_) answer_ = ask();
    return *answer_;
  }
  // Why they are not to be had. A file that lacks them is not at fault.
  const Error* failure() const { return answer_ && !*answer_ ? &answer_->error() : nullptr; }

 private:
  Result<std::vector<CatalogMetric>> ask() const {
    const Deadline deadline = after(globals_.timeout());
    CAPEXDB_ASSIGN(Client client, Client::connect(globals_.client_options(), deadline));
    CatalogQuestion question;
    question.kind = CatalogKind::metrics;
    CAPEXDB_ASSIGN(CatalogAnswer answer, client.catalog(question, deadline));
    return std::move(answer.entries.metrics);
  }

  const Globals& globals_;
  std::optional<Result<std::vector<CatalogMetric>>> answer_;
};

// One line on a terminal that is written over and over.
class Progress {
 public:
  explicit Progress(bool wanted) : wanted_(wanted) {}

  void show(std::uint64_t records) {
    const auto now = std::chrono::steady_clock::now();
    if (!wanted_ || now - shown_at_ < kSlice) return;
    shown_at_ = now;
    const auto spent = std::chrono::duration_cast<milliseconds>(now - begun_at_).count();
    const std::uint64_t rate =
        records * 1000 / static_cast<std::uint64_t>(std::max<std::int64_t>(spent, 1));
    std::cerr << "\r\x1b[K" << records << " records, " << rate << "/s" << std::flush;
    visible_ = true;
  }
  void clear() {
    if (visible_) std::cerr << "\r\x1b[K" << std::flush;
    visible_ = false;
  }

 private:
  bool wanted_;
  bool visible_ = false;
  std::chrono::steady_clock::time_point begun_at_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point shown_at_ = begun_at_;
};

class Ingest {
 public:
  Ingest(const IngestOptions& options, Producer producer, Metrics& metrics,
         IngestReportOptions report)
      : options_(options),
        metrics_(metrics),
        producer_(std::move(producer)),
        report_(std::move(report)),
        progress_(stderr_is_terminal() && !options.verbose) {
    report_.on_store_sequence(producer_.welcome_sequence());
  }

  // Error: the rest of the input cannot be sent.
  Result<void> run(Inputs& inputs) {
    for (std::size_t i = 0; i < inputs.size() && !interrupted(); ++i) {
      inputs[i]->on_idle([this] { return idle(); });
      CAPEXDB_TRY(send_file(i, *inputs[i]));
      inputs[i].reset();
    }
    if (interrupted()) producer_.discard();
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

  const IngestReport& report() const { return report_; }
  void finish() {
    progress_.clear();
    report_.finish_messages();
  }

 private:
  Result<void> send_file(std::size_t index, IngestInput& input) {
    RecordPlace place{index, 0, {}};
    const auto opened = input.importer(
        *format_of(options_.format), [this] { return metrics_.get(); }, options_.import);
    if (!opened) {
      if (const Error* failure = metrics_.failure()) return fail(*failure);
      if (!stopped()) refuse(place, opened.error());
      return outcome();
    }
    importers::Importer& importer = **opened;
    report_.begin_file(index, importer.header());
    std::size_t added = 0;  // to the file's atomic batch
    bool spoilt = false;    // something of the file cannot be read
    importers::Record record;
    while (!stopped()) {
      const auto more = importer.next(record);
      if (more && !*more) break;
      if (stopped()) break;  // which cuts the record short
      place.line = record.line;
      place.raw.clear();
      if (!more) {
        refuse(place, more.error());
        spoilt = true;
        break;
      }
      if (report_.wants_raw()) {
        place.raw = record.raw;
        place.raw += importer.record_end();
      }
      if (!record.event) {
        refuse(place, record.event.error());
        spoilt = true;
        continue;
      }
      auto taken = producer_.add(std::move(*record.event));
      if (!taken) {
        if (taken.error().code != Errc::invalid_argument) return taken;
        refuse(place, taken.error());
        spoilt = true;
        // A full atomic batch is dropped whole.
        if (options_.atomic) break;
        continue;
      }
      report_.on_added(std::move(place));
      place = RecordPlace{index, 0, {}};
      ++added;
      CAPEXDB_TRY(make_room());
    }
    progress_.clear();
    for (const importers::LeftOut& left_out : importer.left_out()) {
      report_.on_left_out(index, left_out);
    }
    if (!options_.atomic || failure_) return outcome();
    if (spoilt || interrupted()) {
      producer_.discard();
      report_.on_discarded(added);
      progress_.clear();
      std::cerr << "capex: nothing of " << options_.files[index] << " was sent\n";
      return {};
    }
    producer_.flush();
    return make_room();
  }

  // The input pauses. What was read so far goes out once all before it is
  // answered: records of a slow pipe do not wait until a batch is full, and a
  // fast one keeps its full batches.
  IngestInput::Wait idle() {
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

  bool stopped() const { return interrupted() || failure_; }
  Result<void> outcome() const { return failure_ ? Result<void>(fail(*failure_)) : Result<void>(); }

  Result<void> make_room() {
    take_replies();
    while (!producer_.has_room() && !interrupted()) {
      auto room = producer_.make_room(after(kSlice));
      take_replies();
      if (!room) return fail(std::move(room.error()));
    }
    return {};
  }

  void take_replies() {
    while (const auto reply = producer_.next_reply()) {
      if (reply->reply.verdicts_size() > 0) progress_.clear();
      report_.on_reply(*reply);
    }
    progress_.show(report_.answered());
  }

  void refuse(const RecordPlace& place, const Error& error) {
    progress_.clear();
    report_.on_unreadable(place, error);
  }

  const IngestOptions& options_;
  Metrics& metrics_;
  Producer producer_;
  IngestReport report_;
  Progress progress_;
  std::optional<Error> failure_;  // met while the input paused
};

// The file must not be one that is read, and has to be fit to be read itself
// once it is mended: with one header, or in one format without any.
Result<void> check_rejects(const IngestOptions& options, Inputs& inputs, Metrics& metrics) {
  const importers::Importer* first = nullptr;
  for (const auto& input : inputs) {
    if (input->reads_file(options.rejects)) {
      return fail(Errc::invalid_argument,
                  "--rejects " + options.rejects + " would overwrite an input; name another file");
    }
  }
  if (inputs.size() == 1) return {};
  for (const auto& input : inputs) {
    const auto importer = input->importer(
        *format_of(options.format), [&metrics] { return metrics.get(); }, options.import);
    if (const Error* failure = metrics.failure()) return fail(*failure);
    if (!importer) continue;  // told when it is the file's turn
    if (first == nullptr) first = *importer;
    if ((*importer)->header() != first->header() ||
        (*importer)->record_end() != first->record_end()) {
      return fail(
          Errc::invalid_argument,
          "the files have different headers or formats, so that --rejects could not be read "
          "back; ingest them one by one");
    }
  }
  return {};
}

int ingest(const Globals& globals, const IngestOptions& options) {
  Inputs inputs;
  for (const std::string& file : options.files) {
    auto input = IngestInput::open(file);
    if (!input) return report(input.error());
    inputs.push_back(std::move(*input));
  }
  Metrics metrics(globals);
  if (!options.rejects.empty()) {
    if (const auto checked = check_rejects(options, inputs, metrics); !checked) {
      return report(checked.error());
    }
  }
  ClientOptions client = globals.client_options();
  client.producer_id = options.producer_id;
  ProducerOptions producer_options;
  producer_options.batch_events_max = options.batch;
  producer_options.atomic = options.atomic;
  producer_options.dry_run = options.dry_run;
  if (globals.timeout_given) producer_options.give_up_after = globals.timeout();
  auto producer = Producer::open(std::move(client), producer_options, after(globals.timeout()));
  if (!producer) return report(producer.error());
  // Last of all: it forgets what an earlier run has left there.
  std::ofstream rejects;
  if (!options.rejects.empty()) {
    rejects.open(options.rejects, std::ios::binary | std::ios::trunc);
    if (!rejects) {
      return report(Error{Errc::invalid_argument, "cannot write " + options.rejects});
    }
  }

  const Output output = globals.style().output;
  const bool json = output == Output::json || output == Output::jsonl;
  IngestReportOptions report_options;
  report_options.files = options.files;
  report_options.verbose = options.verbose;
  report_options.dry_run = options.dry_run;
  report_options.keep_verdicts = json;
  report_options.messages = &std::cerr;
  report_options.rejects = options.rejects.empty() ? nullptr : &rejects;
  catch_interrupts();
  Ingest run(options, std::move(*producer), metrics, std::move(report_options));
  const auto done = run.run(inputs);
  run.finish();
  std::cout << (json ? json_line(run.report().summary()) : run.report().summary_line()) << '\n';
  rejects.close();
  if (!options.rejects.empty() && !rejects) {
    return report(Error{Errc::internal, options.rejects + " could not be written"});
  }
  if (!done) {
    const int code = report(done.error());
    return interrupted() ? kInterrupted : code;
  }
  if (interrupted()) return kInterrupted;
  return run.report().all_good() ? kOk : kBadData;
}

}  // namespace

Run declare_ingest(CLI::App& app, const Globals& globals) {
  auto options = std::make_shared<IngestOptions>();
  app.add_option("FILE", options->files, "Files to read; - is standard input")->required();
  app.add_option("--format", options->format,
                 "auto, csv, jsonl, pb, edgar, fsds, ecb, fred or epoch")
      ->capture_default_str()
      ->type_name("FORMAT")
      ->check([](const std::string& word) {
        if (format_of(word) != nullptr) return std::string{};
        std::vector<std::string> words;
        for (const auto& format : formats()) words.push_back(format.first);
        return unknown_word("format", word, words);
      });
  app.add_option("--published-at", options->import.published_at,
                 "The day of publication, of epoch files that do not say it")
      ->type_name("YYYY-MM-DD")
      ->check([](const std::string& text) {
        const auto day = parse_date(text);
        return day ? std::string{} : day.error().message;
      });
  app.add_option("--title", options->import.title,
                 "What the data set of an epoch file is called; else the file's name")
      ->type_name("NAME");
  app.add_option("--producer", options->producer_id,
                 "Who sends; a run that is repeated under one id goes on where it was")
      ->type_name("ID");
  app.add_flag("--dry-run", options->dry_run, "Say what would happen, store nothing");
  app.add_flag("--atomic", options->atomic, "All of a file or nothing of it");
  app.add_option("--rejects", options->rejects, "Write the refused records to this file")
      ->type_name("FILE");
  app.add_option("--batch", options->batch, "Records to a batch")
      ->capture_default_str()
      ->type_name("N")
      ->check(CLI::Range(1, 100'000));
  app.add_flag("--verbose", options->verbose, "A message for every record that has one");
  return [options, &globals] { return ingest(globals, *options); };
}

}  // namespace capexdb::cli
