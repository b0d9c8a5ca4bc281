// capex retract COMPANY METRIC PERIOD --source S
#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <memory>

#include "client/cli/catalog_change.h"
#include "proto/model/date.h"
#include "proto/model/time_range.h"

namespace capexdb::cli {
namespace {

struct RetractOptions {
  std::string company;
  std::string metric;
  std::string period;
  std::string source;
  std::string measure;
  std::string published_at;
  std::string reason;
  std::vector<std::uint64_t> sequences;
  bool all = false;
  bool dry_run = false;
};

Day today() {
  const auto days = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  return static_cast<Day>(days.time_since_epoch().count());
}

// What is dated later counts at once where no day is asked about, so that it would
// withdraw today what is to be withdrawn then. A day's grace, for other time zones.
std::string published_fault(const std::string& text) {
  const auto published = parse_time_range(text);
  if (!published) return published.error().message;
  if (published->last_day() <= today() + 1) return {};
  return text + " is in the future, and a withdrawal counts once it is stored: retract it then";
}

std::string described(const AnswerRow& row) {
  return std::to_string(row.sequence) + ": " + row.company + " " + row.metric + " " + row.period +
         " = " + interval_to_string(row.value) + " " + row.unit + ", " + row.source + " " +
         row.published_at + (row.document.empty() ? "" : " (" + row.document + ")");
}

Result<std::vector<AnswerRow>> statements_of(Client& client, const RetractOptions& options,
                                             Deadline deadline) {
  Query query;
  query.kind = QueryKind::statements;
  query.select = {options.company};
  query.metric = options.metric;
  query.periods = options.period;
  query.measure = options.measure;
  CAPEXDB_ASSIGN(Answer answer, client.query(query, deadline));
  std::string source = options.source;
  if (!source.empty()) {
    CAPEXDB_ASSIGN(const CatalogAnswer found,
                   client.catalog({CatalogKind::sources, source, 0, {}}, deadline));
    source = found.entries.sources.front().name;
  }
  std::erase_if(answer.rows, [&](const AnswerRow& row) {
    const bool chosen =
        options.sequences.empty() || std::find(options.sequences.begin(), options.sequences.end(),
                                               row.sequence) != options.sequences.end();
    return row.withdrawn || row.retraction || !chosen || (!source.empty() && row.source != source);
  });
  return std::move(answer.rows);
}

int retract(const Globals& globals, const RetractOptions& options) {
  const Deadline deadline = after(globals.timeout());
  auto client = Client::connect(globals.client_options(), deadline);
  if (!client) return report(client.error());
  const auto rows = statements_of(*client, options, deadline);
  if (!rows) return report(rows.error());
  if (rows->empty()) {
    return report(Error{Errc::invalid_argument,
                        "nothing stands there that could be withdrawn; capex history " +
                            options.company + " " + options.metric + " " + options.period +
                            " lists what was said"});
  }
  if (rows->size() > 1 && !options.all) {
    std::cerr << "capex: several statements stand there; name one by --sequence, or --all of "
                 "them:\n";
    for (const AnswerRow& row : *rows) std::cerr << "  " << printable(described(row)) << '\n';
    return kUsage;
  }
  int code = kOk;
  for (const AnswerRow& row : *rows) {
    const auto shown = client->show(row.sequence, after(globals.timeout()));
    if (!shown) return report(shown.error());
    auto event = retraction_of(
        shown->event(), {row.metric, row.measure.value_or(Measure::level), row.start, row.end},
        options.published_at.empty() ? date_to_string(today()) : options.published_at,
        options.reason);
    if (!event) return report(event.error());
    const int sent = send_and_tell(globals, std::move(*event), options.dry_run);
    if (sent != kOk) code = sent;
  }
  return code;
}

}  // namespace

Run declare_retract(CLI::App& app, const Globals& globals) {
  auto options = std::make_shared<RetractOptions>();
  app.add_option("COMPANY", options->company, "Company or group")->required();
  app.add_option("METRIC", options->metric, "As capex metrics lists them")->required();
  app.add_option("PERIOD", options->period, "2024-Q2, 2024-H1, 2024 ...")->required();
  app.add_option("--source", options->source, "Whose statement: only its own source withdraws it")
      ->type_name("NAME");
  app.add_option("--sequence", options->sequences, "Of several only this one; may be repeated")
      ->type_name("SEQ")
      ->check(sequence_fault);
  app.add_option("--measure", options->measure, "As for capex history")->type_name("M");
  app.add_flag("--all", options->all, "Every statement that stands there");
  app.add_option("--published-at", options->published_at,
                 "When the world could know of it; without it today, UTC")
      ->check(published_fault)
      ->type_name("DAY");
  app.add_option("--reason", options->reason, "Why")->type_name("TEXT");
  app.add_flag("--dry-run", options->dry_run, "Say what would happen, store nothing");
  return [options, &globals] { return retract(globals, *options); };
}

}  // namespace capexdb::cli
