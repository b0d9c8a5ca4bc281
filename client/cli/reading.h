// What the verbs that ask questions have in common.
#pragma once

#include "client/cli/answer_table.h"
#include "client/cli/verb.h"

namespace capexdb::cli {

// What the verbs' options say, as words; checked when they are parsed.
struct ReadingOptions {
  std::string selection;
  std::string metric;
  std::string periods;
  std::string as_of;
  std::uint64_t at_sequence = 0;
  std::vector<std::string> statuses;
  std::string measure;
  std::string policy;
  std::string definition;
  std::string every;
  std::string growth;
  std::string currency;
  std::uint32_t limit = 0;
  bool first_print = false;
  bool no_implied = false;
  bool explain = false;
  bool plot = false;
  bool fail_empty = false;
};

// How an answer is shown, beside the output format.
struct Show {
  bool explain = false;
  bool plot = false;
  bool fail_empty = false;
};

// A check of an option's word: `parse` knows the right ones, which are `choices`.
template <class Parse>
auto one_of(const char* what, Parse parse, std::vector<std::string> choices) {
  return [what, parse, choices = std::move(choices)](const std::string& word) {
    return parse(word) ? std::string{} : unknown_word(what, word, choices);
  };
}

// --as-of, --at, --status, --measure, --policy, --definition, --limit, --fail-empty.
void declare_reading(CLI::App& app, ReadingOptions& options);

// --every, --growth, --currency, --first-print, --no-implied, --explain, --plot: of
// the verbs that answer with figures.
void declare_figures(CLI::App& app, ReadingOptions& options);

// `query` with what the options say.
Query question(const ReadingOptions& options, Query query);

// Asks within the time that --timeout gives, prints the answer, and returns the
// exit code: kNegative too where conflicts contradict one another or a diff is not
// empty.
int ask(const Globals& globals, Query query, const Show& show);

// The same with the question that the options make.
int ask(const Globals& globals, const ReadingOptions& options, Query query);

}  // namespace capexdb::cli
