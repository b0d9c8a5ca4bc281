// The command line: options that all verbs share, the verbs, and what is said
// about a line that cannot be understood.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <iostream>
#include <optional>
#include <string_view>

#include "client/cli/verb.h"
#include "proto/model/text.h"

namespace capexdb::cli {
namespace {

int usage(const std::string& message) {
  std::cerr << "capex: " << message << '\n';
  return kUsage;
}

void declare_globals(CLI::App& app, Globals& globals) {
  app.add_option("--server", globals.server, "HOST:PORT of capexd")
      ->envname("CAPEXDB_SERVER")
      ->capture_default_str()
      ->type_name("HOST:PORT");
  app.add_option("-o,--output", globals.output_word,
                 "table, csv, json, jsonl or markdown; a table on a terminal, else csv")
      ->type_name("FORMAT")
      ->check([](const std::string& word) {
        return parse_output(word) ? std::string{}
                                  : unknown_word("output format", word, output_words());
      });
  app.add_flag("--no-color", globals.no_color, "No colours on a terminal");
  app.add_option("--timeout", globals.timeout_seconds, "Seconds to wait for the server")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 1e6))
      ->type_name("SECONDS")
      ->each([&globals](const std::string&) { globals.timeout_given = true; });
}

// The words of the line that are no options and no values of those that all verbs have:
// first the verb, then for some verbs what of it.
std::string plain_word(const std::vector<std::string>& words, std::size_t which) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--server" || word == "--output" || word == "-o" || word == "--timeout") {
      ++i;
    } else if (!word.starts_with('-') && which-- == 0) {
      return word;
    }
  }
  return {};
}

// The words of `capex parse`: "-5%" is a text and no option, and so is whatever stands
// behind "--". Blanks around a text mean nothing.
std::vector<std::string> with_texts(const std::vector<std::string>& words) {
  std::vector<std::string> shown;
  bool texts_only = false;
  for (const std::string& word : words) {
    if (word == "--" && !texts_only) {
      texts_only = true;
      continue;
    }
    const auto starts_option = [&] {
      return word[1] == '-' || (word[1] >= 'a' && word[1] <= 'z') ||
             (word[1] >= 'A' && word[1] <= 'Z');
    };
    const bool text = texts_only || (word.size() > 1 && word[0] == '-' && !starts_option());
    shown.push_back(text ? " " + word : word);
  }
  return shown;
}

// Which of the words is no UTF-8; nothing carries its bytes to the server.
std::optional<std::size_t> foreign_word(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string text;
    for (std::size_t at = 0; at < words[i].size(); ++at) {
      // Control characters are clean enough here: U+0000..1F, U+007F, U+0080..9F.
      const auto byte = static_cast<unsigned char>(words[i][at]);
      const auto next =
          at + 1 < words[i].size() ? static_cast<unsigned char>(words[i][at + 1]) : 0U;
      if (byte < 0x20 || byte == 0x7F) continue;
      if (byte == 0xC2 && next >= 0x80 && next < 0xA0) {
        ++at;
        continue;
      }
      text.push_back(words[i][at]);
    }
    if (!is_clean_text(text)) return i;
  }
  return std::nullopt;
}

std::string verb_of(const std::vector<std::string>& words) { return plain_word(words, 0); }

// What is wrong with the second word of a verb that has verbs of its own.
std::string complaint_about_part(const CLI::App& verb, const std::vector<std::string>& words) {
  if (verb.get_require_subcommand_min() == 0) return {};
  std::vector<std::string> parts;
  for (const CLI::App* part : verb.get_subcommands({})) parts.push_back(part->get_name());
  const std::string word = plain_word(words, 1);
  if (std::find(parts.begin(), parts.end(), word) != parts.end()) return {};
  if (!word.empty()) return unknown_word(verb.get_name() + " verb", word, parts);
  std::string list;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    list += (i == 0 ? "" : i + 1 == parts.size() ? " or " : ", ") + parts[i];
  }
  return "say which: capex " + verb.get_name() + " " + list;
}

std::vector<std::string> option_names(const CLI::App& app, const CLI::App* verb) {
  std::vector<std::string> names;
  const auto collect = [&names](const CLI::App& from) {
    for (const CLI::Option* option : from.get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  };
  collect(app);
  if (verb == nullptr) return names;
  collect(*verb);
  for (const CLI::App* part : verb->get_subcommands({})) {
    if (part->parsed()) collect(*part);
  }
  return names;
}

// CLI11's own words, with a suggestion for a mistyped option.
std::string complaint(const CLI::ParseError& error, const CLI::App& app,
                      const std::vector<std::string>& words) {
  const CLI::App* verb = nullptr;
  const std::string name = verb_of(words);
  if (name.empty()) return "say what to do; capex --help lists the verbs";
  for (const CLI::App* candidate : app.get_subcommands({})) {
    if (candidate->get_name() == name) verb = candidate;
  }
  if (verb != nullptr) {
    if (std::string about_part = complaint_about_part(*verb, words); !about_part.empty()) {
      return about_part;
    }
  }
  const std::vector<std::string> known = option_names(app, verb);
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError)) {
    for (const std::string& word : words) {
      if (word == "--") break;
      if (!word.starts_with("--")) continue;
      const std::string option = word.substr(0, word.find('='));
      if (std::find(known.begin(), known.end(), option) != known.end()) continue;
      const std::string near = nearest(option, known);
      return "unknown option " + option +
             (near.empty() ? "; capex " + name + " --help lists them"
                           : "; did you mean " + near + "?");
    }
    return std::string(error.what()) + "; capex " + name + " --help says what is";
  }
  return error.what();
}

}  // namespace

int run_main(int argc, char** argv) {
  Globals globals;
  CLI::App app("Questions to capexd, the store of capex and chip-shipment statements", "capex");
  app.set_version_flag("--version", "capex " CAPEXDB_VERSION);
  app.require_subcommand(1);
  declare_globals(app, globals);
  std::vector<std::pair<CLI::App*, Run>> runs;
  std::vector<std::string> names;
  for (const Verb& verb : verbs()) {
    CLI::App* sub = app.add_subcommand(verb.name, verb.summary);
    sub->fallthrough();
    sub->footer("--server, --output, --no-color and --timeout: see capex --help");
    runs.emplace_back(sub, verb.declare(*sub, globals));
    names.emplace_back(verb.name);
  }
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (const auto foreign = foreign_word(words)) {
    std::string shown;
    for (const char c : words[*foreign]) shown.push_back(c >= 0x20 && c < 0x7F ? c : '?');
    return usage("argument " + std::to_string(*foreign + 1) + ", " + capexdb::quoted(shown) +
                 ", is no UTF-8: write it in UTF-8; a file of such a name goes in as '-'");
  }
  const std::string wanted = verb_of(words);
  if (!wanted.empty() && std::find(names.begin(), names.end(), wanted) == names.end()) {
    return usage(unknown_word("verb", wanted, names));
  }
  try {
    std::vector<std::string> last_first = wanted == "parse" ? with_texts(words) : words;
    std::reverse(last_first.begin(), last_first.end());
    app.parse(std::move(last_first));
  } catch (const CLI::Success& success) {  // --help, --version
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    return usage(complaint(error, app, words));
  } catch (const std::exception& error) {
    return usage(error.what());
  }
  // It is outside of no range, so that CLI11 lets it pass.
  if (std::isnan(globals.timeout_seconds)) return usage("--timeout: nan is no number of seconds");
  for (const auto& [sub, run] : runs) {
    if (sub->parsed()) return finish(run());
  }
  return kInternal;  // CLI11 asked for a verb and got one
}

}  // namespace capexdb::cli
