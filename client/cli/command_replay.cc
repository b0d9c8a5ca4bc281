// capex replay TOKEN
#include <CLI/CLI.hpp>
#include <memory>

#include "client/cli/reading.h"

namespace capexdb::cli {

Run declare_replay(CLI::App& app, const Globals& globals) {
  auto token = std::make_shared<std::string>();
  app.add_option("TOKEN", *token, "As an answer gave it (-o json)")->required();
  return [token, &globals] {
    const Deadline deadline = after(globals.timeout());
    auto query = Client::question_of(*token);
    if (!query) return report(query.error());
    if (globals.timeout_given) query->deadline = globals.timeout();
    auto client = Client::connect(globals.client_options(), deadline);
    if (!client) return report(client.error());
    const auto answer = client->query(*query, deadline);
    if (!answer) return report(answer.error());
    const Rows rows = query->kind == QueryKind::statements ? Rows::statements : Rows::cells;
    return print_answer(globals, *answer, rows, /*fail_empty=*/false);
  };
}

}  // namespace capexdb::cli
