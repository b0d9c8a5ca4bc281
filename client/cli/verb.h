// A verb of the command line, and the options that all verbs share.
#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "capexdb/client.h"
#include "client/cli/exit_code.h"
#include "client/cli/print.h"

namespace CLI {
class App;
}

namespace capexdb::cli {

struct Globals {
  std::string server = "127.0.0.1:7411";
  std::string output_word;  // empty: a table on a terminal, CSV otherwise
  bool no_color = false;
  double timeout_seconds = 30;
  bool timeout_given = false;

  Style style() const;
  std::chrono::milliseconds timeout() const;
  ClientOptions client_options() const;
};

using Run = std::function<int()>;

struct Verb {
  const char* name;
  const char* summary;
  // Declares the verb's own options and says what it does.
  Run (*declare)(CLI::App& app, const Globals& globals);
};

const std::vector<Verb>& verbs();

Run declare_get(CLI::App& app, const Globals& globals);
Run declare_sum(CLI::App& app, const Globals& globals);
Run declare_conflicts(CLI::App& app, const Globals& globals);
Run declare_history(CLI::App& app, const Globals& globals);
Run declare_top(CLI::App& app, const Globals& globals);
Run declare_shipments(CLI::App& app, const Globals& globals);
Run declare_diff(CLI::App& app, const Globals& globals);
Run declare_changes(CLI::App& app, const Globals& globals);
Run declare_replay(CLI::App& app, const Globals& globals);
Run declare_watch(CLI::App& app, const Globals& globals);
Run declare_cursors(CLI::App& app, const Globals& globals);
Run declare_retract(CLI::App& app, const Globals& globals);
Run declare_parse(CLI::App& app, const Globals& globals);
Run declare_show(CLI::App& app, const Globals& globals);
Run declare_status(CLI::App& app, const Globals& globals);
Run declare_quarantine(CLI::App& app, const Globals& globals);
Run declare_ingest(CLI::App& app, const Globals& globals);
Run declare_companies(CLI::App& app, const Globals& globals);
Run declare_groups(CLI::App& app, const Globals& globals);
Run declare_metrics(CLI::App& app, const Globals& globals);
Run declare_sources(CLI::App& app, const Globals& globals);
Run declare_products(CLI::App& app, const Globals& globals);

// The whole program: parses, runs the verb, returns the exit code.
int run_main(int argc, char** argv);

// "NAME; did you mean "NEAREST"?", or the choices where nothing is near.
std::string unknown_word(const std::string& what, const std::string& word,
                         const std::vector<std::string>& choices);

// Why `word` is no sequence of a store; empty when it may be one.
std::string sequence_fault(const std::string& word);

// Flushes stdout. What could not be written is an error.
int finish(int code);

bool stdout_is_terminal();
bool stderr_is_terminal();
// Columns of the terminal at stdout; 80 where it is none.
int terminal_width();

}  // namespace capexdb::cli
