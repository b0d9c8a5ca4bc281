// capex diff SELECTION METRIC --from DAY --to DAY, by when the world could know,
// and capex changes --since SEQ|DAY, by when this store was told.
#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>

#include "client/cli/reading.h"
#include "proto/model/date.h"
#include "proto/model/text.h"

namespace capexdb::cli {
namespace {

struct DiffOptions : ReadingOptions {
  std::string from;
  std::string to;
};

std::string day_fault(const std::string& text) {
  const auto day = parse_date(text);
  return day ? std::string{} : day.error().message;
}

std::string since_fault(const std::string& text) {
  if (parse_unsigned(text).value_or(0) > 0) return {};
  if (const auto day = parse_date(text)) {
    // A day's grace, for a clock that is not the store's.
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto today = std::chrono::duration_cast<std::chrono::hours>(now).count() / 24;
    return *day <= today + 1 ? std::string{} : text + " is in the future; name a day gone by";
  }
  return "\"" + text + "\" is neither a sequence, a whole number from 1, nor a day as 2024-08-26";
}

void declare_selection(CLI::App& app, DiffOptions& options) {
  app.add_option("SELECTION", options.selection, "Company or group, or a comma list; else all");
  app.add_option("METRIC", options.metric, "As capex metrics lists them; else all");
  app.add_option("PERIODS", options.periods, "2024-Q2, 2020..2024, 2023-H1.., ..2024");
  app.add_flag("--explain", options.explain, "With the documents that said it");
  declare_reading(app, options);
}

}  // namespace

Run declare_diff(CLI::App& app, const Globals& globals) {
  auto options = std::make_shared<DiffOptions>();
  declare_selection(app, *options);
  app.add_option("--from", options->from, "What was known on that day ...")
      ->type_name("YYYY-MM-DD")
      ->required()
      ->check(day_fault);
  app.add_option("--to", options->to, "... against that day; today's knowledge without it")
      ->type_name("YYYY-MM-DD")
      ->check(day_fault);
  return [options, &globals] {
    Query query;
    query.kind = QueryKind::changes;
    query.from_as_of = options->from;
    if (!options->to.empty()) options->as_of = options->to;
    return ask(globals, *options, std::move(query));
  };
}

Run declare_changes(CLI::App& app, const Globals& globals) {
  auto options = std::make_shared<DiffOptions>();
  declare_selection(app, *options);
  app.add_option("--since", options->from,
                 "After that sequence, or from that day on by the store's clock (UTC)")
      ->type_name("SEQ|YYYY-MM-DD")
      ->required()
      ->check(since_fault);
  return [options, &globals] {
    Query query;
    query.kind = QueryKind::changes;
    if (const auto sequence = parse_unsigned(options->from)) {
      query.from_sequence = *sequence;
    } else {
      query.from_recorded = options->from;
    }
    return ask(globals, *options, std::move(query));
  };
}

}  // namespace capexdb::cli
