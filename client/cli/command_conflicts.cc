// capex conflicts [SELECTION] [METRIC] [PERIODS] [--class NAME]
#include <CLI/CLI.hpp>
#include <memory>

#include "client/cli/reading.h"

namespace capexdb::cli {
namespace {

struct ConflictOptions : ReadingOptions {
  std::vector<std::string> classes;
};

std::string class_fault(const std::string& word) {
  if (word == "all" || parse_finding(word)) return {};
  std::vector<std::string> words = {"all"};
  for (const Finding finding : all_findings()) words.emplace_back(to_string(finding));
  return unknown_word("class", word, words);
}

}  // namespace

Run declare_conflicts(CLI::App& app, const Globals& globals) {
  auto options = std::make_shared<ConflictOptions>();
  app.add_option("SELECTION", options->selection, "Company or group, or a comma list; all");
  app.add_option("METRIC", options->metric, "As capex metrics lists them, or a comma list; all");
  app.add_option("PERIODS", options->periods, "2024-Q2, 2020..2024, 2023-H1.., ..2024");
  app.add_option(
         "--class", options->classes,
         "inconsistent-duplicate, scope-drift, ...; may be repeated; all has duplicates too")
      ->delimiter(',')
      ->type_size(1)
      ->allow_extra_args(false)
      ->type_name("NAME")
      ->check(class_fault);
  declare_reading(app, *options);
  // Here it is what is found that makes the exit code negative.
  app.remove_option(app.get_option("--fail-empty"));
  return [options, &globals] {
    Query query;
    query.kind = QueryKind::conflicts;
    for (const std::string& word : options->classes) {
      if (word == "all") {
        query.findings = all_findings();
        break;
      }
      if (const auto finding = parse_finding(word)) query.findings.push_back(*finding);
    }
    return ask(globals, *options, std::move(query));
  };
}

}  // namespace capexdb::cli
