// capex quarantine list | show | approve | reject
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "capexdb/json.h"
#include "client/cli/verb.h"
#include "proto/model/plausibility_rules.h"
#include "proto/model/text.h"
#include "proto/model/time_range.h"

namespace capexdb::cli {
namespace {

const std::vector<std::pair<std::string, v1::QuarantineState>>& states() {
  static const std::vector<std::pair<std::string, v1::QuarantineState>> kStates = {
      {"held", v1::QUARANTINE_STATE_HELD},
      {"approved", v1::QUARANTINE_STATE_APPROVED},
      {"rejected", v1::QUARANTINE_STATE_REJECTED},
      {"all", v1::QUARANTINE_STATE_ALL}};
  return kStates;
}

std::string state_word(v1::QuarantineState state) {
  for (const auto& [word, value] : states()) {
    if (value == state) return word;
  }
  return "unknown";
}

Json time_text(std::int64_t microseconds) {
  return microseconds == 0 ? Json(nullptr) : Json(timestamp_to_string(microseconds));
}

Json sequence_or_null(std::uint64_t sequence) {
  return sequence == 0 ? Json(nullptr) : Json(sequence);
}

struct QuarantineOptions {
  v1::QuarantineRequest request;
  std::string state = "held";
  std::vector<std::string> ids;
  bool fail_empty = false;
};

// Asks until there is no more. Every part is given to `take`, which says whether to
// go on.
Result<void> ask_all(Client& client, v1::QuarantineRequest request, const Globals& globals,
                     const std::function<bool(v1::QuarantineReply)>& take) {
  for (;;) {
    CAPEXDB_ASSIGN(v1::QuarantineReply reply, client.quarantine(request, after(globals.timeout())));
    const bool more = reply.more();
    request.set_after_id(reply.last_id());
    if (!take(std::move(reply)) || !more) return {};
  }
}

Row entry_row(const v1::QuarantineEntry& entry) {
  return {entry.id(),
          state_word(entry.state()),
          time_text(entry.held_at_us()),
          entry.producer_id(),
          entry.code(),
          entry.company(),
          entry.metric(),
          entry.period(),
          entry.value(),
          entry.unit(),
          entry.source(),
          entry.published_at(),
          sequence_or_null(entry.sequence()),
          entry.message()};
}

int list(const Globals& globals, QuarantineOptions& options) {
  for (const auto& [word, state] : states()) {
    if (word == options.state) options.request.set_state(state);
  }
  options.request.set_action(v1::QUARANTINE_ACTION_LIST);
  auto client = Client::connect(globals.client_options(), after(globals.timeout()));
  if (!client) return report(client.error());
  const std::size_t most = options.request.limit();  // 0: all
  std::vector<v1::QuarantineEntry> entries;
  v1::QuarantineReply last;
  bool cut = false;
  const auto asked = ask_all(*client, options.request, globals, [&](v1::QuarantineReply reply) {
    for (auto& entry : *reply.mutable_entries()) {
      cut = cut || (most != 0 && entries.size() == most);
      if (!cut) entries.push_back(std::move(entry));
    }
    const bool enough = most != 0 && entries.size() == most;
    cut = cut || (enough && reply.more());
    last = std::move(reply);
    return !enough;
  });
  if (!asked) return report(asked.error());
  Table table;
  table.columns = {{"id", true}, {"state"},        {"held_at"},        {"producer_id"}, {"code"},
                   {"company"},  {"metric"},       {"period"},         {"value", true}, {"unit"},
                   {"source"},   {"published_at"}, {"sequence", true}, {"message"}};
  table.row_count = entries.size();
  table.row = [&entries](std::size_t index) { return entry_row(entries[index]); };
  print(table, Json{{"held", last.held()}, {"sequence", last.store_sequence()}}, globals.style(),
        std::cout);
  if (cut) std::cerr << "note: only the first " << most << "; --limit takes more\n";
  return entries.empty() && options.fail_empty ? kNegative : kOk;
}

int show(const Globals& globals, QuarantineOptions& options) {
  const Deadline deadline = after(globals.timeout());
  auto client = Client::connect(globals.client_options(), deadline);
  if (!client) return report(client.error());
  options.request.set_action(v1::QUARANTINE_ACTION_SHOW);
  const auto reply = client->quarantine(options.request, deadline);
  if (!reply) return report(reply.error());
  const v1::QuarantineEntry& entry = reply->entries(0);
  const auto event = event_to_json(entry.event());
  if (!event) return report(event.error());
  Json object = Json::object();
  object["id"] = entry.id();
  object["state"] = state_word(entry.state());
  object["held_at"] = time_text(entry.held_at_us());
  object["producer_id"] = entry.producer_id();
  object["batch_number"] = entry.batch_number();
  object["code"] = entry.code();
  object["field"] = entry.field();
  object["message"] = entry.message();
  object["decided_at"] = time_text(entry.decided_at_us());
  object["note"] = entry.note();
  object["sequence"] = sequence_or_null(entry.sequence());
  object["event"] = Json::parse(*event, nullptr, /*allow_exceptions=*/false);
  if (globals.style().output == Output::table) {
    print_fields(object, std::cout);
  } else {
    std::cout << json_line(object) << '\n';
  }
  return kOk;
}

// What the answers to a decision mean for the exit code.
int decision_code(const std::vector<v1::QuarantineDecision>& decisions,
                  v1::QuarantineState wanted) {
  int code = kOk;
  for (const v1::QuarantineDecision& decision : decisions) {
    if (decision.state() == wanted) continue;
    if (decision.code() == "unknown_id") return kUsage;
    code = kBadData;
  }
  return code;
}

int decide(const Globals& globals, QuarantineOptions& options, v1::QuarantineAction action) {
  options.request.set_action(action);
  if (options.ids.empty() && !options.request.all()) {
    return report(Error{Errc::invalid_argument,
                        "which records? name them by their numbers, or take --all with filters"});
  }
  auto client = Client::connect(globals.client_options(), after(globals.timeout()));
  if (!client) return report(client.error());
  std::vector<v1::QuarantineDecision> decisions;
  v1::QuarantineReply last;
  const auto asked = ask_all(*client, options.request, globals, [&](v1::QuarantineReply reply) {
    decisions.insert(decisions.end(), reply.decisions().begin(), reply.decisions().end());
    last = std::move(reply);
    return true;
  });
  if (!asked) return report(asked.error());
  Table table;
  table.columns = {{"id", true}, {"state"}, {"changed"}, {"sequence", true}, {"code"}, {"message"}};
  table.row_count = decisions.size();
  table.row = [&decisions](std::size_t index) {
    const v1::QuarantineDecision& d = decisions[index];
    const bool known = d.state() != v1::QUARANTINE_STATE_UNSPECIFIED;
    return Row{d.id(),      known ? state_word(d.state()) : "",
               d.changed(), sequence_or_null(d.sequence()),
               d.code(),    d.message()};
  };
  print(table, Json{{"held", last.held()}, {"sequence", last.store_sequence()}}, globals.style(),
        std::cout);
  return decision_code(decisions, action == v1::QUARANTINE_ACTION_APPROVE
                                      ? v1::QUARANTINE_STATE_APPROVED
                                      : v1::QUARANTINE_STATE_REJECTED);
}

std::string id_fault(const std::string& word) {
  if (parse_unsigned(word).value_or(0) > 0) return {};
  return "\"" + word + "\" is no number of a held record; capex quarantine list shows them";
}

std::string code_fault(const std::string& word) {
  if (parse_rule(word)) return {};
  return unknown_word("code", word, rule_codes());
}

void declare_filters(CLI::App& app, const std::shared_ptr<QuarantineOptions>& options) {
  const auto text = [&](const char* name, const char* summary, const char* type,
                        void (*set)(v1::QuarantineRequest&, const std::string&)) {
    return app
        .add_option_function<std::string>(
            name, [options, set](const std::string& word) { set(options->request, word); }, summary)
        ->type_name(type);
  };
  text("--producer", "Only of this producer; * at the end stands for any rest", "ID",
       [](v1::QuarantineRequest& r, const std::string& word) { r.set_producer_id(word); });
  text("--code", "Only suspected of that: suspect_unit_slip, or unit_slip", "CODE",
       [](v1::QuarantineRequest& r, const std::string& word) { r.set_code(word); })
      ->check(code_fault);
  text("--company", "Only about this company: an id, name, alias, ticker or CIK", "COMPANY",
       [](v1::QuarantineRequest& r, const std::string& word) { r.set_company(word); });
}

using Part = int (*)(const Globals&, QuarantineOptions&);

// Runs what the line says when it names this part of the verb.
void run_as(CLI::App& app, std::shared_ptr<Run>& chosen,
            const std::shared_ptr<QuarantineOptions>& options, const Globals& globals, Part part) {
  app.callback([chosen, options, &globals, part] {
    *chosen = [options, &globals, part] { return part(globals, *options); };
  });
}

CLI::App& add_part(CLI::App& app, const char* name, const char* summary) {
  CLI::App* sub = app.add_subcommand(name, summary);
  sub->fallthrough();
  return *sub;
}

void declare_decision(CLI::App& app, const std::shared_ptr<QuarantineOptions>& options,
                      bool needs_note) {
  CLI::Option* ids = app.add_option("ID", options->ids, "Their numbers")
                         ->check(id_fault)
                         ->each([options](const auto& id) {
                           options->request.add_ids(parse_unsigned(id).value_or(0));
                         });
  CLI::Option* all = app.add_flag_function(
      "--all", [options](std::int64_t) { options->request.set_all(true); },
      "Every one that is held and that the filters take");
  ids->excludes(all);
  declare_filters(app, options);
  for (const char* filter : {"--producer", "--code", "--company"}) {
    app.get_option(filter)->needs(all);
  }
  CLI::Option* note =
      app.add_option_function<std::string>(
             "--note", [options](const std::string& text) { options->request.set_note(text); },
             needs_note ? "Why; kept with the record for ever" : "Kept with the record")
          ->type_name("TEXT");
  if (needs_note) note->required();
}

}  // namespace

Run declare_quarantine(CLI::App& app, const Globals& globals) {
  auto chosen = std::make_shared<Run>();
  auto options = std::make_shared<QuarantineOptions>();
  app.require_subcommand(1);

  CLI::App& listed = add_part(app, "list", "The records that are held, or were");
  listed.add_option("--state", options->state, "held, approved, rejected or all")
      ->capture_default_str()
      ->type_name("STATE")
      ->check([](const std::string& word) {
        std::vector<std::string> words;
        for (const auto& state : states()) words.push_back(state.first);
        const bool known = std::find(words.begin(), words.end(), word) != words.end();
        return known ? std::string{} : unknown_word("state", word, words);
      });
  declare_filters(listed, options);
  listed
      .add_option_function<std::uint32_t>(
          "--limit", [options](std::uint32_t n) { options->request.set_limit(n); },
          "At most so many; without it all")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));
  listed.add_flag("--fail-empty", options->fail_empty, "Exit with 1 when there is none");
  run_as(listed, chosen, options, globals, list);

  CLI::App& shown = add_part(app, "show", "One of them, with its event as it came");
  shown.add_option("ID", options->ids, "Its number")
      ->required()
      ->expected(1)
      ->check(id_fault)
      ->each([options](const std::string& id) {
        options->request.add_ids(parse_unsigned(id).value_or(0));
      });
  run_as(shown, chosen, options, globals, show);

  CLI::App& approved = add_part(app, "approve", "Store them, as their producers' and from now on");
  declare_decision(approved, options, /*needs_note=*/false);
  run_as(approved, chosen, options, globals, [](const Globals& g, QuarantineOptions& o) {
    return decide(g, o, v1::QUARANTINE_ACTION_APPROVE);
  });

  CLI::App& rejected = add_part(app, "reject", "Keep them out for ever");
  declare_decision(rejected, options, /*needs_note=*/true);
  run_as(rejected, chosen, options, globals, [](const Globals& g, QuarantineOptions& o) {
    return decide(g, o, v1::QUARANTINE_ACTION_REJECT);
  });
  return [chosen] { return (*chosen)(); };
}

}  // namespace capexdb::cli
