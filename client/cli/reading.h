// What the verbs that ask questions have in common.
#pragma once

#include "client/cli/answer_table.h"
#include "client/cli/verb.h"

namespace capexdb::cli {

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
  std::uint32_t limit = 0;
  bool fail_empty = false;
};

// --as-of, --at, --status, --measure, --policy, --definition, --limit, --fail-empty.
void declare_reading(CLI::App& app, ReadingOptions& options);

// --every, of the verbs whose answers can be made regular.
void declare_every(CLI::App& app, ReadingOptions& options);

// Asks within the time that --timeout gives, prints the answer, and returns the
// exit code: kNegative too where conflicts contradict one another.
int ask(const Globals& globals, Query query, bool fail_empty);

// The same with the question that the options make.
int ask(const Globals& globals, const ReadingOptions& options, Query query);

}  // namespace capexdb::cli
