// capex get COMPANY METRIC [PERIODS]
#include <CLI/CLI.hpp>
#include <memory>

#include "client/cli/reading.h"

namespace capexdb::cli {

Run declare_get(CLI::App& app, const Globals& globals) {
  auto options = std::make_shared<ReadingOptions>();
  app.add_option("COMPANY", options->selection, "Company or group, or a comma list")->required();
  app.add_option("METRIC", options->metric, "As capex metrics lists them")->required();
  app.add_option("PERIODS", options->periods, "2024-Q2, 2020..2024, 2023-H1.., ..2024");
  declare_figures(app, *options);
  declare_reading(app, *options);
  return [options, &globals] {
    Query query;
    query.kind = QueryKind::cells;
    return ask(globals, *options, std::move(query));
  };
}

}  // namespace capexdb::cli
