// capex sum SELECTION METRIC [PERIODS] [--by ...] and capex top METRIC PERIOD
#include <CLI/CLI.hpp>
#include <memory>

#include "client/cli/reading.h"
#include "proto/model/limits.h"

namespace capexdb::cli {
namespace {

struct SumOptions : ReadingOptions {
  std::vector<std::string> by;
  std::string fold;
  std::uint32_t top = 0;
  bool share = false;
  bool cumulative = false;
};

std::vector<std::string> dimension_words() {
  std::vector<std::string> words;
  for (const Dimension dimension :
       {Dimension::period, Dimension::company, Dimension::product, Dimension::counterparty,
        Dimension::status, Dimension::source, Dimension::group}) {
    words.emplace_back(to_string(dimension));
  }
  return words;
}

}  // namespace

Run declare_sum(CLI::App& app, const Globals& globals) {
  auto options = std::make_shared<SumOptions>();
  app.add_option("SELECTION", options->selection, "Group or company, or a comma list")->required();
  app.add_option("METRIC", options->metric, "As capex metrics lists them")->required();
  app.add_option("PERIODS", options->periods, "2024-Q2, 2020..2024, 2023-H1.., ..2024");
  app.add_option("--by", options->by,
                 "One row for each period, company, group, product, counterparty, status, source")
      ->delimiter(',')
      ->type_size(1)
      ->allow_extra_args(false)
      ->type_name("LIST")
      ->check(one_of("dimension", parse_dimension, dimension_words()));
  app.add_option("--fn", options->fold, "sum, avg, min, max, median or count of the figures")
      ->type_name("FUNCTION")
      ->check(one_of("function", parse_fold, {"sum", "avg", "min", "max", "median", "count"}));
  app.add_flag("--share", options->share, "With each row's share of its period, in percent");
  app.add_flag("--cumulative", options->cumulative, "Added up from the first period on");
  app.add_option("--top", options->top, "Only the N largest rows of each period")
      ->type_name("N")
      ->check(CLI::Range(std::uint32_t{1}, limits::kQueryRowsMax));
  declare_figures(app, *options);
  declare_reading(app, *options);
  return [options, &globals] {
    Query query;
    query.kind = QueryKind::sum;
    for (const std::string& word : options->by) {
      if (const auto dimension = parse_dimension(word)) query.by.push_back(*dimension);
    }
    query.fold = parse_fold(options->fold).value_or(Fold::sum);
    query.top = options->top;
    query.share = options->share;
    query.cumulative = options->cumulative;
    return ask(globals, *options, std::move(query));
  };
}

Run declare_top(CLI::App& app, const Globals& globals) {
  auto options = std::make_shared<SumOptions>();
  options->top = 10;
  app.add_option("METRIC", options->metric, "As capex metrics lists them")->required();
  app.add_option("PERIOD", options->periods, "2024-Q2, 2024-H1, 2024; of several each one")
      ->required();
  app.add_option("-n", options->top, "How many companies")
      ->type_name("N")
      ->capture_default_str()
      ->check(CLI::Range(std::uint32_t{1}, limits::kQueryRowsMax));
  app.add_option("--group", options->selection, "Only companies of this group; else all")
      ->type_name("GROUP");
  app.add_flag("--share", options->share, "With each one's share of all, in percent");
  declare_figures(app, *options);
  declare_reading(app, *options);
  return [options, &globals] {
    Query query;
    query.kind = QueryKind::sum;
    query.by = {Dimension::period, Dimension::company};
    query.top = options->top;
    query.share = options->share;
    if (options->selection.empty()) query.select = {"all"};
    return ask(globals, *options, std::move(query));
  };
}

}  // namespace capexdb::cli
