// capex ingest FILE...
#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

#include "client/cli/ingest_run.h"
#include "client/cli/interrupt.h"
#include "client/cli/verb.h"
#include "proto/model/date.h"

namespace capexdb::cli {
namespace {

// A file that is written must not be one that is read.
Result<void> check_no_input(const char* option, const std::string& file, const Inputs& inputs) {
  for (const auto& input : inputs) {
    if (!file.empty() && input->reads_file(file)) {
      return fail(Errc::invalid_argument, std::string(option) + " " + file +
                                              " would overwrite an input; name another file");
    }
  }
  return {};
}

// Whether an earlier run of the producer stopped in one of the files.
bool goes_on(const Producer& producer, const IngestOptions& options) {
  const auto stored = FilePosition::parse(producer.welcome_checkpoint());
  if (!stored || options.atomic || options.dry_run) return false;
  return std::any_of(options.files.begin(), options.files.end(),
                     [&](const std::string& file) { return resumable_path(file) == stored->file; });
}

// What an earlier run has left there is forgotten, unless this one goes on behind it.
Result<void> open_output(std::ofstream& output, const std::string& file, bool append) {
  if (file.empty()) return {};
  output.open(file, std::ios::binary | (append ? std::ios::app : std::ios::trunc));
  if (output) return {};
  return fail(Errc::invalid_argument, "cannot write " + file);
}

// The file of rejects has to be fit to be read itself once it is mended: with one header, or in one
// format without any.
Result<void> check_rejects(const IngestOptions& options, Inputs& inputs, StoreMetrics& metrics) {
  const importers::Importer* first = nullptr;
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
  StoreMetrics metrics(globals);
  for (const auto& [option, file] :
       {std::pair("--rejects", options.rejects), {"--verdicts", options.verdicts}}) {
    if (const auto checked = check_no_input(option, file, inputs); !checked) {
      return report(checked.error());
    }
  }
  std::error_code absent;
  if (!options.rejects.empty() && !options.verdicts.empty() &&
      std::filesystem::weakly_canonical(options.rejects, absent) ==
          std::filesystem::weakly_canonical(options.verdicts, absent)) {
    return report(Error{Errc::invalid_argument,
                        "--rejects and --verdicts are one file; name two different ones"});
  }
  if (!options.rejects.empty()) {
    if (const auto checked = check_rejects(options, inputs, metrics); !checked) {
      return report(checked.error());
    }
  }
  ClientOptions client = globals.client_options();
  client.producer_id = options.producer_id;
  ProducerOptions producer_options;
  if (options.batch != 0) producer_options.batch_events_max = options.batch;
  producer_options.atomic = options.atomic;
  producer_options.dry_run = options.dry_run;
  if (globals.timeout_given) producer_options.give_up_after = globals.timeout();
  auto producer = Producer::open(std::move(client), producer_options, after(globals.timeout()));
  if (!producer) return report(producer.error());
  const bool appends = goes_on(*producer, options);
  std::ofstream rejects;
  std::ofstream verdicts;
  for (const auto& opened : {open_output(rejects, options.rejects, appends),
                             open_output(verdicts, options.verdicts, appends)}) {
    if (!opened) return report(opened.error());
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
  report_options.rejects_go_on = appends && rejects.seekp(0, std::ios::end).tellp() > 0;
  report_options.verdicts = options.verdicts.empty() ? nullptr : &verdicts;
  catch_interrupts();
  IngestRun run(globals, options, std::move(*producer), metrics, std::move(report_options));
  const auto done = run.run(inputs);
  run.finish();
  std::cout << (json ? json_line(run.report().summary()) : run.report().summary_line()) << '\n';
  for (const auto& [written, file] :
       {std::pair(&rejects, options.rejects), {&verdicts, options.verdicts}}) {
    written->close();
    if (!file.empty() && !*written) {
      return report(Error{Errc::internal, file + " could not be written"});
    }
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
        return unknown_word("format", word, format_words());
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
  app.add_flag(
      "--retract-vanished", options->retract_vanished,
      "Withdraw what an earlier file of the same data set said and this one no longer has");
  app.add_option("--rejects", options->rejects, "Write the refused records to this file")
      ->type_name("FILE");
  app.add_option("--verdicts", options->verdicts,
                 "Write what became of each record to this file, as JSON lines")
      ->type_name("FILE");
  app.add_option("--batch", options->batch, "Records to a batch: 1000; of a dry run 100000")
      ->type_name("N")
      ->check(CLI::Range(1, 100'000));
  app.add_flag("--verbose", options->verbose, "A message for every record that has one");
  return [options, &globals] { return ingest(globals, *options); };
}

}  // namespace capexdb::cli
