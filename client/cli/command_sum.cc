// capex sum SELECTION METRIC [PERIODS] [--by ...]
#include <CLI/CLI.hpp>
#include <memory>

#include "client/cli/reading.h"

namespace capexdb::cli {
namespace {

struct SumOptions : ReadingOptions {
  std::vector<std::string> by;
};

std::vector<std::string> dimension_words() {
  std::vector<std::string> words;
  for (const Dimension dimension :
       {Dimension::period, Dimension::company, Dimension::product, Dimension::counterparty,
        Dimension::status, Dimension::source}) {
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
                 "One sum for each period, company, product, counterparty, status or source")
      ->delimiter(',')
      ->type_size(1)
      ->allow_extra_args(false)
      ->type_name("LIST")
      ->check([](const std::string& word) {
        return parse_dimension(word) ? std::string{}
                                     : unknown_word("dimension", word, dimension_words());
      });
  declare_every(app, *options);
  declare_reading(app, *options);
  return [options, &globals] {
    Query query;
    query.kind = QueryKind::sum;
    for (const std::string& word : options->by) {
      if (const auto dimension = parse_dimension(word)) query.by.push_back(*dimension);
    }
    return ask(globals, *options, std::move(query));
  };
}

}  // namespace capexdb::cli
