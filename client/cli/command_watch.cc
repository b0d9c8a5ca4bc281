// capex watch
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <optional>

#include "client/cli/reading.h"
#include "client/cli/watch_run.h"
#include "proto/model/date.h"
#include "proto/model/text.h"

namespace capexdb::cli {
namespace {

// What the options say, as words; checked when they are parsed.
struct WatchOptions {
  std::optional<std::string> selection;  // an empty text is no leave to send everything
  std::optional<std::string> metric;
  std::string after;
  std::string cursor;
  std::vector<std::string> companies;
  std::vector<std::string> metrics;
  std::vector<std::string> products;
  std::vector<std::string> counterparties;
  std::vector<std::string> statuses;
  std::vector<std::string> sources;
  std::string change_above;
  std::string replay;
  std::string speed;
  bool revisions = false;
  bool first_print = false;
  bool became_actual = false;
  bool conflicts = false;
  bool cells = false;
  std::uint64_t limit = 0;
  bool until_caught_up = false;
  double silence_seconds = 25;
};

constexpr std::string_view kRange = "..";

std::string after_fault(const std::string& word) {
  if (word == "now" || word == "begin" || parse_unsigned(word)) return {};
  return "\"" + word + "\" is no place in the log: a sequence, now or begin";
}

std::string replay_fault(const std::string& word) {
  const std::size_t dots = word.find(kRange);
  if (dots == std::string::npos) {
    return "\"" + word + "\" is no range of days: 2024-01-01.., 2024-01-01..2024-12-31 or ..";
  }
  for (const std::string& day : {word.substr(0, dots), word.substr(dots + kRange.size())}) {
    if (day.empty()) continue;
    if (const auto parsed = parse_date(day); !parsed) return parsed.error().message;
  }
  return {};
}

// "1000x" and "1000"; empty for what is no speed.
std::optional<double> parse_speed(std::string word) {
  if (word.ends_with('x')) word.pop_back();
  // What std::stod takes besides: "inf", "0x10", "1e3", " 1".
  if (word.find_first_not_of("0123456789.") != std::string::npos) return std::nullopt;
  std::size_t read = 0;
  double speed = 0;
  try {
    speed = std::stod(word, &read);
  } catch (const std::exception&) {
    return std::nullopt;
  }
  if (read != word.size()) return std::nullopt;
  return speed;
}

std::string percent_of(const std::string& word) {
  return word.ends_with('%') ? std::string(trim(std::string_view(word).substr(0, word.size() - 1)))
                             : word;
}

std::string percent_fault(const std::string& word) {
  const auto percent = Decimal::parse(percent_of(word));
  if (percent && !percent->is_negative()) return {};
  return "\"" + word + "\" is no number of percent, such as 5 or 2.5";
}

std::string cursor_fault(const std::string& word) {
  return word.empty() ? "a cursor needs a name" : std::string{};
}

FeedFilter filter_of(const WatchOptions& options) {
  Query question;
  if (options.selection) question.select = {*options.selection};
  question.metric = options.metric.value_or("");
  FeedFilter filter = capexdb::filter_of(question);
  if (options.metric && options.metric->empty()) filter.metrics = {""};
  const auto append = [](std::vector<std::string>& to, const std::vector<std::string>& more) {
    to.insert(to.end(), more.begin(), more.end());
  };
  append(filter.companies, options.companies);
  append(filter.metrics, options.metrics);
  filter.products = options.products;
  filter.counterparties = options.counterparties;
  filter.sources = options.sources;
  for (const std::string& word : options.statuses) {
    if (const auto status = parse_status(word)) filter.statuses.push_back(*status);
  }
  if (options.first_print) filter.meanings.push_back(Meaning::first_print);
  if (options.revisions) filter.meanings.push_back(Meaning::revision);
  if (options.became_actual) filter.meanings.push_back(Meaning::became_actual);
  if (options.conflicts) {
    filter.meanings.push_back(Meaning::conflict_opened);
    filter.meanings.push_back(Meaning::conflict_closed);
  }
  filter.change_above_percent = percent_of(options.change_above);
  return filter;
}

SubscriptionOptions subscription_of(const WatchOptions& options, bool json) {
  SubscriptionOptions subscription;
  subscription.filter = filter_of(options);
  // People are told what a change means, unless they asked for conflicts alone; a program
  // is where it asks for that.
  const std::vector<Meaning>& meanings = subscription.filter.meanings;
  const bool conflicts_alone = !meanings.empty() && meanings.front() == Meaning::conflict_opened;
  subscription.cells = options.cells || (!json && !conflicts_alone);
  subscription.silence_max =
      std::chrono::milliseconds(static_cast<std::int64_t>(options.silence_seconds * 1000));
  if (options.limit > 0 && options.limit < subscription.window) {
    subscription.window = static_cast<std::uint32_t>(options.limit);
  }
  if (!options.replay.empty()) {
    const std::size_t dots = options.replay.find(kRange);
    FeedReplay replay;
    replay.from = options.replay.substr(0, dots);
    replay.to = options.replay.substr(dots + kRange.size());
    replay.speed = parse_speed(options.speed).value_or(0);
    subscription.replay = std::move(replay);
    return subscription;
  }
  subscription.cursor = options.cursor;
  subscription.after_sequence = parse_unsigned(options.after).value_or(0);
  // Without a word a cursor that is new begins at the beginning, and others now.
  subscription.from_now = options.after.empty() ? options.cursor.empty() : options.after == "now";
  return subscription;
}

int watch_as_told(const Globals& globals, const WatchOptions& options) {
  const auto output = parse_output(globals.output_word);
  if (output == Output::csv || output == Output::markdown) {
    std::cerr << "capex: watch writes lines as they come: -o table for people, -o jsonl for "
                 "programs\n";
    return kUsage;
  }
  WatchPlan plan;
  plan.json = output ? *output != Output::table : !stdout_is_terminal();
  plan.color = globals.style().color;
  plan.client = globals.client_options();
  plan.timeout = globals.timeout();
  plan.subscription = subscription_of(options, plan.json);
  plan.subscription.give_up_after = globals.timeout();
  plan.limit = options.limit;
  plan.until_caught_up = options.until_caught_up;
  return watch(plan);
}

void declare_watch_filter(CLI::App& app, WatchOptions& options) {
  const auto names = [&app](const char* name, std::vector<std::string>& into, const char* summary,
                            const char* type) {
    return app.add_option(name, into, summary)
        ->type_size(1)
        ->allow_extra_args(false)
        ->type_name(type);
  };
  app.add_option("SELECTION", options.selection, "Companies and groups, parted by commas");
  app.add_option("METRIC", options.metric, "As capex metrics lists them");
  names("--company,--group", options.companies, "Only about these, or members of these", "NAME");
  names("--metric", options.metrics, "Only of these metrics", "METRIC");
  names("--product", options.products, "Only about these products", "NAME");
  names("--counterparty", options.counterparties, "Only with these on the other side", "NAME");
  names("--source", options.sources, "Only said by this source; may be repeated", "NAME");
  names("--status", options.statuses,
        "actual, estimate, guidance, commitment, target; may be repeated", "STATUS")
      ->delimiter(',')
      ->check(one_of("status", parse_status,
                     {"actual", "estimate", "guidance", "commitment", "target"}));
  app.add_flag("--revisions", options.revisions, "Only what changes an answer");
  app.add_flag("--first-print", options.first_print, "Only the first statement of a cell");
  app.add_flag("--became-actual", options.became_actual,
               "Only an actual figure where guidance or an estimate answered");
  app.add_flag("--conflicts", options.conflicts,
               "Only where statements begin or cease to contradict each other");
  app.add_option("--change-above", options.change_above,
                 "Only what changes an answered value by more than so many percent")
      ->type_name("PERCENT")
      ->check(percent_fault);
}

}  // namespace

Run declare_watch(CLI::App& app, const Globals& globals) {
  auto options = std::make_shared<WatchOptions>();
  declare_watch_filter(app, *options);
  CLI::Option* after =
      app.add_option("--after", options->after,
                     "Where to begin: behind this sequence, now, or begin; now without it, and "
                     "with --cursor where that stands")
          ->type_name("SEQ|now|begin")
          ->check(after_fault);
  CLI::Option* cursor =
      app.add_option("--cursor", options->cursor,
                     "Keep the position under this name in the server, and go on from there")
          ->type_name("NAME")
          ->check(cursor_fault);
  CLI::Option* replay =
      app.add_option("--replay", options->replay,
                     "What was published in these days, in that order, instead of what is recorded")
          ->type_name("FROM..TO")
          ->check(replay_fault)
          ->excludes(after)
          ->excludes(cursor);
  app.add_option("--speed", options->speed, "So many seconds of the past in one; 1000x")
      ->type_name("SPEED")
      ->check([](const std::string& word) {
        return parse_speed(word) ? std::string{} : "\"" + word + "\" is no speed, such as 1000x";
      })
      ->needs(replay);
  app.add_flag("--cells", options->cells,
               "With what each change does to its cells; for people always");
  app.add_option("--limit", options->limit, "End after so many changes")
      ->type_name("N")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 62U));
  app.add_flag("--until-caught-up", options->until_caught_up,
               "End when everything that is stored has come");
  app.add_option("--silence", options->silence_seconds,
                 "Seconds without a sign of the server, until the connection is given up")
      ->capture_default_str()
      ->type_name("SECONDS")
      ->check(CLI::Range(0.01, 3600.0));
  return [options, &globals] { return watch_as_told(globals, *options); };
}

}  // namespace capexdb::cli
