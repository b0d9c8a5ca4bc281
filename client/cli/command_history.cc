// capex history COMPANY METRIC PERIOD
#include <CLI/CLI.hpp>
#include <memory>

#include "client/cli/reading.h"

namespace capexdb::cli {

Run declare_history(CLI::App& app, const Globals& globals) {
  auto options = std::make_shared<ReadingOptions>();
  app.add_option("COMPANY", options->selection, "Company or group")->required();
  app.add_option("METRIC", options->metric, "As capex metrics lists them")->required();
  app.add_option("PERIOD", options->periods, "2024-Q2, 2024-H1, 2024 ...")->required();
  declare_reading(app, *options);
  return [options, &globals] {
    Query query;
    query.kind = QueryKind::statements;
    return ask(globals, *options, std::move(query));
  };
}

}  // namespace capexdb::cli
