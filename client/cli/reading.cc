#include "client/cli/reading.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <iostream>

#include "client/cli/explanation.h"
#include "client/cli/plot.h"
#include "proto/model/date.h"
#include "proto/model/limits.h"

namespace capexdb::cli {
namespace {

std::vector<std::string> status_words() {
  std::vector<std::string> words;
  for (const Status status :
       {Status::actual, Status::estimate, Status::guidance, Status::commitment, Status::target}) {
    words.emplace_back(to_string(status));
  }
  return words;
}

std::vector<std::string> measure_words() {
  std::vector<std::string> words;
  for (int number = 1; number <= static_cast<int>(Measure::direction); ++number) {
    words.emplace_back(to_string(static_cast<Measure>(number)));
  }
  return words;
}

// CSV has no column for the reason of a row: they go beside it.
void print_reasons(const Answer& answer) {
  constexpr std::size_t kReasonsMax = 20;
  std::size_t count = 0;
  for (const AnswerRow& row : answer.rows) {
    if (row.reason.empty() || ++count > kReasonsMax) continue;
    std::cerr << "reason: " << printable(row.company + " " + row.metric + " " + row.period + ": ")
              << printable(row.reason) << '\n';
  }
  if (count > kReasonsMax) {
    std::cerr << "reason: " << count - kReasonsMax << " more rows have one; -o json has them all\n";
  }
}

void print_notes(const Answer& answer, Rows rows, Output output) {
  if (output == Output::json) return;  // they are in the object
  if (output == Output::csv && rows != Rows::conflicts) print_reasons(answer);
  for (const std::string& note : answer.notes) {
    std::cerr << "note: " << printable(note) << '\n';
  }
  const auto& coverage = answer.coverage;
  if (!coverage || (output != Output::table && coverage->reported == coverage->of)) return;
  std::cerr << "coverage: " << coverage->reported << " of " << coverage->of << " reported";
  for (std::size_t i = 0; i < coverage->missing.size(); ++i) {
    std::cerr << (i == 0 ? "; missing: " : ", ") << printable(coverage->missing[i]);
  }
  std::cerr << '\n';
}

bool contradicts(const AnswerRow& row) { return row.finding && is_contradiction(*row.finding); }

}  // namespace

void declare_reading(CLI::App& app, ReadingOptions& options) {
  app.add_option("--as-of", options.as_of, "Only what the world could know on that day (UTC)")
      ->type_name("YYYY-MM-DD")
      ->check([](const std::string& text) {
        const auto day = parse_date(text);
        return day ? std::string{} : day.error().message;
      });
  app.add_option("--at", options.at_sequence, "What this store would have answered then")
      ->type_name("SEQ")
      ->check(sequence_fault);
  app.add_option("--status", options.statuses,
                 "actual, estimate, guidance, commitment, target; may be repeated")
      ->delimiter(',')
      ->type_size(1)
      ->allow_extra_args(false)
      ->type_name("STATUS")
      ->check(one_of("status", parse_status, status_words()));
  app.add_option("--measure", options.measure, "level, growth, share, ...; the metric's default")
      ->type_name("MEASURE")
      ->check(one_of("measure", parse_measure, measure_words()));
  app.add_option("--policy", options.policy, "Which statement of a cell answers")
      ->type_name("POLICY");
  app.add_option("--definition", options.definition, "Only this XBRL concept")->type_name("NAME");
  app.add_option("--limit", options.limit, "Rows at most")
      ->type_name("N")
      ->check(CLI::Range(std::uint32_t{1}, limits::kQueryRowsMax));
  app.add_flag("--fail-empty", options.fail_empty, "Exit with 1 when nothing matches");
}

void declare_figures(CLI::App& app, ReadingOptions& options) {
  app.add_option("--every", options.every,
                 "reported, or each quarter, half, year, ttm: derived where it was not stated")
      ->type_name("PERIOD")
      ->check(one_of("series", parse_every, {"reported", "quarter", "half", "year", "ttm"}));
  app.add_option("--growth", options.growth, "yoy, qoq or cagr, computed from the levels")
      ->type_name("BASIS")
      ->check(one_of("growth", parse_growth, {"yoy", "qoq", "cagr"}));
  app.add_option("--currency", options.currency, "Converted into this one, as USD")
      ->type_name("CCY");
  app.add_flag("--first-print", options.first_print, "The same as --policy first-print");
  app.add_flag("--no-implied", options.no_implied,
               "Without levels that only follow from a growth and another level");
  app.add_flag("--explain", options.explain, "With the statements behind each value");
  app.add_flag("--plot", options.plot, "A chart instead of the table");
}

namespace {

Rows rows_of(const Query& query) {
  switch (query.kind) {
    case QueryKind::statements:
      return Rows::statements;
    case QueryKind::shipments:
      return Rows::shipments;
    case QueryKind::changes:
      return Rows::changes;
    case QueryKind::conflicts:
      return Rows::conflicts;
    default:
      return query.share ? Rows::shares : Rows::cells;
  }
}

bool is_negative(const Query& query, const Answer& answer, const Show& show) {
  if (answer.rows.empty()) return show.fail_empty;
  const bool diff = query.kind == QueryKind::changes && !query.from_as_of.empty();
  return diff || std::any_of(answer.rows.begin(), answer.rows.end(), contradicts);
}

}  // namespace

int ask(const Globals& globals, Query query, const Show& show) {
  Style style = globals.style();
  if (show.plot && globals.output_word.empty()) style.output = Output::table;
  if (show.plot && style.output != Output::table) {
    std::cerr << "capex: --plot draws for people; leave out -o " << globals.output_word << '\n';
    return kUsage;
  }
  const Deadline deadline = after(globals.timeout());
  if (globals.timeout_given) query.deadline = globals.timeout();
  auto client = Client::connect(globals.client_options(), deadline);
  if (!client) return report(client.error());
  const auto answer = client->query(query, deadline);
  if (!answer) return report(answer.error());
  const Rows rows = rows_of(query);
  if (show.plot) {
    plot(*answer, style.color, terminal_width(), std::cout);
  } else {
    print(answer_table(*answer, rows, style.output), answer_tail(*answer), style, std::cout);
  }
  if (show.explain && (style.output == Output::table || style.output == Output::markdown)) {
    print_explanation(*answer, std::cout);
  }
  std::cout.flush();
  if (show.explain && style.output == Output::csv) print_explanation(*answer, std::cerr);
  print_notes(*answer, rows, style.output);
  return is_negative(query, *answer, show) ? kNegative : kOk;
}

Query question(const ReadingOptions& options, Query query) {
  if (!options.selection.empty()) query.select = {options.selection};
  query.metric = options.metric;
  query.periods = options.periods;
  query.as_of = options.as_of;
  query.at_sequence = options.at_sequence;
  for (const std::string& word : options.statuses) {
    if (const auto status = parse_status(word)) query.statuses.push_back(*status);
  }
  query.measure = options.measure;
  query.policy = options.first_print ? "first-print" : options.policy;
  query.definition = options.definition;
  query.limit = options.limit;
  query.every = parse_every(options.every).value_or(Every::reported);
  query.growth = parse_growth(options.growth).value_or(Growth::none);
  query.currency = options.currency;
  query.no_implied = options.no_implied;
  query.explain = options.explain;
  return query;
}

int ask(const Globals& globals, const ReadingOptions& options, Query query) {
  if (options.first_print && !options.policy.empty()) {
    std::cerr << "capex: --first-print is a policy; leave out --policy\n";
    return kUsage;
  }
  return ask(globals, question(options, std::move(query)),
             Show{options.explain, options.plot, options.fail_empty});
}

}  // namespace capexdb::cli
