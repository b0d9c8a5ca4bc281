#include "client/cli/verb.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "proto/model/text.h"

namespace capexdb::cli {

const std::vector<Verb>& verbs() {
  static const std::vector<Verb> kVerbs = {
      {"ingest", "Send the statements of files to the store", declare_ingest},
      {"get", "What a company's figures are, one row per cell", declare_get},
      {"sum", "Companies' own figures added up, with coverage", declare_sum},
      {"top", "The companies with the largest figures", declare_top},
      {"shipments", "Chips on their way from sellers to buyers", declare_shipments},
      {"history", "Every statement about one cell, with sources and roots", declare_history},
      {"conflicts", "Statements that cannot all be true, with their sides", declare_conflicts},
      {"diff", "What became known between two days", declare_diff},
      {"changes", "What the store answers differently since a sequence or a day", declare_changes},
      {"watch", "Changes as they are recorded, or the past again", declare_watch},
      {"cursors", "Where watchers with a name stand", declare_cursors},
      {"replay", "An earlier answer again, by its token", declare_replay},
      {"parse", "How numbers, periods and units are understood", declare_parse},
      {"show", "One event as it came, by its sequence", declare_show},
      {"retract", "Withdraw a statement in the name of its source", declare_retract},
      {"companies", "The companies of the catalogue; add, alias, merge, split", declare_companies},
      {"groups", "The groups of the catalogue and their members; set", declare_groups},
      {"metrics", "The metrics of the catalogue; add", declare_metrics},
      {"sources", "The sources of the catalogue and their ranks; set", declare_sources},
      {"products", "The products of the catalogue; add", declare_products},
      {"quarantine", "Records that are held for review, and decisions about them",
       declare_quarantine},
      {"status", "The server and its store", declare_status},
  };
  return kVerbs;
}

bool stdout_is_terminal() { return isatty(STDOUT_FILENO) == 1; }
bool stderr_is_terminal() { return isatty(STDERR_FILENO) == 1; }

int terminal_width() {
  constexpr int kUsual = 80;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsual;
  return size.ws_col;
}

Style Globals::style() const {
  Style style;
  style.output =
      parse_output(output_word).value_or(stdout_is_terminal() ? Output::table : Output::csv);
  const char* no_color_variable = std::getenv("NO_COLOR");
  const bool unwanted = no_color || (no_color_variable != nullptr && *no_color_variable != '\0');
  style.color = stdout_is_terminal() && !unwanted;
  return style;
}

std::chrono::milliseconds Globals::timeout() const {
  return std::chrono::milliseconds(static_cast<std::int64_t>(timeout_seconds * 1000));
}

ClientOptions Globals::client_options() const {
  ClientOptions options;
  options.server = server;
  options.client_name = "capex " CAPEXDB_VERSION;
  return options;
}

std::string unknown_word(const std::string& what, const std::string& word,
                         const std::vector<std::string>& choices) {
  std::string text = "unknown " + what + " \"" + word + "\"; ";
  const std::string near = nearest(word, choices);
  if (!near.empty()) return text + "did you mean \"" + near + "\"?";
  text += "choose one of ";
  for (std::size_t i = 0; i < choices.size(); ++i) text += (i == 0 ? "" : ", ") + choices[i];
  return text;
}

std::string sequence_fault(const std::string& word) {
  if (parse_unsigned(word).value_or(0) > 0) return {};
  return "\"" + word + "\" is no sequence; they are whole numbers from 1";
}

int finish(int code) {
  std::cout.flush();
  if (std::cout) return code;
  std::cerr << "capex: the output could not be written\n";
  return code == kOk ? kInternal : code;
}

}  // namespace capexdb::cli
