// capex cursors
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "client/cli/verb.h"
#include "proto/model/time_range.h"

namespace capexdb::cli {
namespace {

struct CursorOptions {
  std::string name;
  std::string forget;
};

void print_cursors(const FeedCursors& found, const Style& style) {
  Table table;
  table.columns = {{"name"}, {"sequence", true}, {"lag", true}, {"moved_at"}};
  table.row_count = found.cursors.size();
  table.row = [&found](std::size_t index) {
    const FeedCursor& cursor = found.cursors[index];
    const std::uint64_t lag =
        found.sequence > cursor.sequence ? found.sequence - cursor.sequence : 0;
    return Row{cursor.name, cursor.sequence, lag, timestamp_to_string(cursor.moved_at_us)};
  };
  print(table, Json{{"sequence", found.sequence}}, style, std::cout);
}

tl::unexpected<Error> no_cursor(const std::string& name) {
  return fail(Errc::not_found,
              "there is no cursor \"" + name + "\"; capex cursors lists those there are");
}

// Where it stood is told where that can be read: one that is damaged goes too.
Result<void> forget(Client& client, const std::string& name, Deadline deadline) {
  const auto found = client.cursors(name, deadline);
  CAPEXDB_TRY(client.forget_cursor(name, deadline));
  if (found && found->cursors.empty()) return no_cursor(name);
  std::cerr << "forgotten: " << printable(name);
  if (found) std::cerr << ", which stood at " << found->cursors.front().sequence;
  std::cerr << '\n';
  return {};
}

Result<void> list(Client& client, const std::string& name, const Style& style, Deadline deadline) {
  CAPEXDB_ASSIGN(const FeedCursors found, client.cursors(name, deadline));
  if (!name.empty() && found.cursors.empty()) return no_cursor(name);
  print_cursors(found, style);
  return {};
}

int cursors(const Globals& globals, const CursorOptions& options) {
  const Deadline deadline = after(globals.timeout());
  auto client = Client::connect(globals.client_options(), deadline);
  if (!client) return report(client.error());
  const auto done = options.forget.empty() ? list(*client, options.name, globals.style(), deadline)
                                           : forget(*client, options.forget, deadline);
  return done ? kOk : report(done.error());
}

}  // namespace

Run declare_cursors(CLI::App& app, const Globals& globals) {
  auto options = std::make_shared<CursorOptions>();
  CLI::Option* name = app.add_option("NAME", options->name, "Only this one");
  app.add_option("--forget", options->forget, "Remove this one")->type_name("NAME")->excludes(name);
  return [options, &globals] { return cursors(globals, *options); };
}

}  // namespace capexdb::cli
