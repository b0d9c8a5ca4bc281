// capex replay TOKEN
#include <CLI/CLI.hpp>
#include <memory>

#include "client/cli/reading.h"

namespace capexdb::cli {

Run declare_replay(CLI::App& app, const Globals& globals) {
  auto token = std::make_shared<std::string>();
  app.add_option("TOKEN", *token, "As an answer gave it (-o json)")->required();
  return [token, &globals] {
    auto query = Client::question_of(*token);
    if (!query) return report(query.error());
    Show show;
    show.explain = query->explain;
    return ask(globals, std::move(*query), show);
  };
}

}  // namespace capexdb::cli
