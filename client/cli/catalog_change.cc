#include "client/cli/catalog_change.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "proto/model/fiscal.h"
#include "proto/model/terms.h"
#include "proto/model/text.h"

namespace capexdb::cli {
namespace {

std::string outcome_word(const v1::IngestReply& reply) {
  if (reply.accepted() > 0) return "accepted";
  return reply.duplicates() > 0 ? "duplicate" : "rejected";
}

// A check for CLI11: empty where `parse` takes the word.
template <class Parse>
auto check_with(Parse parse) {
  return [parse](const std::string& word) {
    const auto parsed = parse(word);
    return parsed ? std::string{} : parsed.error().message;
  };
}

void declare_dry_run(CLI::App& app, bool& dry_run) {
  app.add_flag("--dry-run", dry_run, "Say what would happen, store nothing");
}

// "meta@2012-05-18..2022-06-08": a name, and when.
Result<Membership> parse_membership(const std::string& text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string::npos) return Membership{text, {}};
  const std::string days = text.substr(at + 1);
  const std::size_t dots = days.find("..");
  if (dots == std::string::npos) {
    return fail(Errc::invalid_argument,
                "'" + text +
                    "': write the time of a member as MEMBER@FROM..TO, with days as "
                    "2024-06-30, and one of them left out where it is open");
  }
  CAPEXDB_ASSIGN(const Validity validity,
                 parse_validity(days.substr(0, dots), days.substr(dots + 2)));
  return Membership{text.substr(0, at), validity};
}

struct Company {
  CatalogParty party;
  std::vector<std::string> leis;
  std::vector<std::string> isins;
  std::string kind;
  bool dry_run = false;
};

int add_company(const Globals& globals, Company company) {
  CatalogParty& party = company.party;
  if (const auto known = party_id(globals, party.id)) {
    party.id = *known;
  } else if (known.error().code != Errc::not_found) {
    return report(known.error());
  } else {
    // A name that is no id gets one.
    const std::string id = slug(party.id);
    if (party.name.empty() && id != party.id) party.name = party.id;
    party.id = id;
    party.kind = PartyKind::company;
  }
  if (!company.kind.empty()) party.kind = *parse_party_kind(company.kind);
  for (const std::string& lei : company.leis) {
    party.identifiers.push_back({IdentifierScheme::lei, to_upper_ascii(lei), {}});
  }
  for (const std::string& isin : company.isins) {
    party.identifiers.push_back({IdentifierScheme::isin, to_upper_ascii(isin), {}});
  }
  CatalogChange change;
  change.parties.push_back(std::move(party));
  return send_and_tell(globals, catalog_event(change), company.dry_run);
}

CLI::App* declare_add(CLI::App& app, Company& company) {
  CLI::App* add = app.add_subcommand("add", "Add a company, or more about one that is there");
  add->fallthrough();
  CatalogParty& party = company.party;
  add->add_option("ID", party.id, "Its id, or a name that becomes one")->required();
  add->add_option("--name", party.name, "As people write it")->type_name("NAME");
  add->add_option("--kind", company.kind,
                  "company, segment, market, country or product; of a new one company")
      ->type_name("KIND")
      ->check([](const std::string& word) {
        return parse_party_kind(word)
                   ? std::string{}
                   : unknown_word("kind", word,
                                  {"company", "segment", "market", "country", "product"});
      });
  add->add_option("--alias", party.aliases, "Another name; may be repeated")->type_name("NAME");
  add->add_option("--ticker", party.tickers, "Likewise")->type_name("TICKER");
  add->add_option("--cik", party.cik, "SEC Central Index Key")->type_name("DIGITS");
  add->add_option("--lei", company.leis, "Legal Entity Identifier")->type_name("LEI");
  add->add_option("--isin", company.isins, "Of a security of it")->type_name("ISIN");
  add->add_option("--country", party.country, "ISO 3166-1 alpha-2")->type_name("CC");
  add->add_option("--fiscal-year-end", party.fiscal_year_end,
                  "12-31, 01-last-sunday, 10-31-nearest-sunday, '06-30 until 2012-06-30; 12-31'")
      ->type_name("RULE")
      ->check(check_with([](const std::string& rule) { return check_fiscal_calendar(rule); }));
  declare_dry_run(*add, company.dry_run);
  return add;
}

struct Alias {
  std::string company;
  std::vector<std::string> names;
  std::string scheme = "alias";
  std::string from;
  std::string to;
  bool dry_run = false;
};

int add_alias(const Globals& globals, const Alias& alias) {
  const auto id = party_id(globals, alias.company);
  if (!id) return report(id.error());
  const auto validity = parse_validity(alias.from, alias.to);
  if (!validity) return report(validity.error());
  const IdentifierScheme scheme = *parse_identifier_scheme(alias.scheme);
  CatalogParty party;
  party.id = *id;
  for (const std::string& name : alias.names) {
    const bool upper = scheme == IdentifierScheme::lei || scheme == IdentifierScheme::isin;
    party.identifiers.push_back({scheme, upper ? to_upper_ascii(name) : name, *validity});
  }
  CatalogChange change;
  change.parties.push_back(std::move(party));
  return send_and_tell(globals, catalog_event(change), alias.dry_run);
}

CLI::App* declare_alias(CLI::App& app, Alias& alias) {
  CLI::App* sub = app.add_subcommand("alias", "Another name or number of a company, and when");
  sub->fallthrough();
  sub->add_option("COMPANY", alias.company, "By any of its names")->required();
  sub->add_option("NAME", alias.names, "What it goes by too")->required();
  sub->add_option("--scheme", alias.scheme, "alias, ticker, cik, lei or isin")
      ->capture_default_str()
      ->type_name("SCHEME")
      ->check([](const std::string& word) {
        return parse_identifier_scheme(word)
                   ? std::string{}
                   : unknown_word("scheme", word, {"alias", "ticker", "cik", "lei", "isin"});
      });
  sub->add_option("--from", alias.from, "The first day; without it always")->type_name("DAY");
  sub->add_option("--to", alias.to, "The last day; without it still")->type_name("DAY");
  declare_dry_run(*sub, alias.dry_run);
  return sub;
}

struct Merge {
  PartyMerge merge;
  bool dry_run = false;
};

int merge_companies(const Globals& globals, Merge merge) {
  for (std::string* name : {&merge.merge.party, &merge.merge.into}) {
    // A merged company's names lead to the other one; its own id is what it keeps.
    if (name->empty() || (merge.merge.undo && name == &merge.merge.party)) continue;
    const auto id = party_id(globals, *name);
    if (!id) return report(id.error());
    *name = *id;
  }
  CatalogChange change;
  change.merges.push_back(std::move(merge.merge));
  return send_and_tell(globals, catalog_event(change), merge.dry_run);
}

}  // namespace

Result<std::string> party_id(const Globals& globals, const std::string& name) {
  const Deadline deadline = after(globals.timeout());
  CAPEXDB_ASSIGN(Client client, Client::connect(globals.client_options(), deadline));
  std::optional<Error> failure;
  for (const CatalogKind kind : {CatalogKind::companies, CatalogKind::groups}) {
    const auto answer = client.catalog({kind, name, 0}, deadline);
    if (answer && answer->entries.parties.size() == 1) return answer->entries.parties.front().id;
    if (!answer && (!failure || answer.error().code != Errc::not_found)) failure = answer.error();
    if (!answer && answer.error().code != Errc::not_found) break;
  }
  return fail(failure.value_or(Error{Errc::not_found, "unknown company '" + name + "'"}));
}

int send_and_tell(const Globals& globals, v1::Event event, bool dry_run) {
  const auto reply =
      send_event(globals.client_options(), std::move(event), dry_run, after(globals.timeout()));
  if (!reply) return report(reply.error());
  const std::string word = outcome_word(*reply);
  std::uint64_t sequence = reply->last_sequence();
  for (const v1::Verdict& verdict : reply->verdicts()) {
    if (verdict.sequence() != 0) sequence = verdict.sequence();
    if (word == "rejected") {
      std::cerr << "capex: " << printable(verdict.message()) << " (" << printable(verdict.code())
                << ")\n";
    } else if (word == "accepted") {
      std::cerr << "warning: " << printable(verdict.message()) << '\n';
    }
  }
  const Output output = globals.style().output;
  if (output == Output::json || output == Output::jsonl) {
    Json object = {{"outcome", word}, {"sequence", sequence == 0 ? Json(nullptr) : Json(sequence)}};
    if (dry_run) object["dry_run"] = true;
    std::cout << json_line(object) << '\n';
  } else {
    const std::string place =
        sequence == 0 ? std::string() : ", sequence " + std::to_string(sequence);
    std::cout << (dry_run ? "dry run: " : "") << (word == "duplicate" ? "known already" : word)
              << place << '\n';
  }
  return word == "rejected" ? kBadData : kOk;
}

RunIfGiven declare_company_changes(CLI::App& app, const Globals& globals) {
  auto company = std::make_shared<Company>();
  auto alias = std::make_shared<Alias>();
  auto merge = std::make_shared<Merge>();
  auto split = std::make_shared<Merge>();
  split->merge.undo = true;
  CLI::App* add = declare_add(app, *company);
  CLI::App* another = declare_alias(app, *alias);
  CLI::App* one = app.add_subcommand("merge", "Two companies turn out to be one");
  one->fallthrough();
  one->add_option("COMPANY", merge->merge.party, "The one that becomes a part")->required();
  one->add_option("INTO", merge->merge.into, "The one that both are from now on")->required();
  declare_dry_run(*one, merge->dry_run);
  CLI::App* two = app.add_subcommand("split", "They were two after all: undo a merge");
  two->fallthrough();
  two->add_option("ID", split->merge.party, "The id of the one that was merged")->required();
  declare_dry_run(*two, split->dry_run);
  return [=, &globals]() -> std::optional<int> {
    if (add->parsed()) return add_company(globals, *company);
    if (another->parsed()) return add_alias(globals, *alias);
    if (one->parsed()) return merge_companies(globals, *merge);
    if (two->parsed()) return merge_companies(globals, *split);
    return std::nullopt;
  };
}

RunIfGiven declare_group_changes(CLI::App& app, const Globals& globals) {
  struct Group {
    std::string id;
    std::string name;
    std::vector<std::string> members;
    std::vector<std::string> aliases;
    bool dry_run = false;
  };
  auto group = std::make_shared<Group>();
  CLI::App* set = app.add_subcommand("set", "Set the members of a group, or make one");
  set->fallthrough();
  set->add_option("GROUP", group->id, "Its id, or a name that becomes one")->required();
  set->add_option("MEMBER", group->members,
                  "All of its members; MEMBER@2012-05-18..2022-06-08 was one at that time only")
      ->required();
  set->add_option("--name", group->name, "As people write it")->type_name("NAME");
  set->add_option("--alias", group->aliases, "Another name; may be repeated")->type_name("NAME");
  declare_dry_run(*set, group->dry_run);
  return [=, &globals]() -> std::optional<int> {
    if (!set->parsed()) return std::nullopt;
    CatalogParty party;
    party.id = slug(group->id);
    party.name = group->name.empty() && party.id != group->id ? group->id : group->name;
    party.kind = PartyKind::group;
    party.aliases = group->aliases;
    for (const std::string& text : group->members) {
      auto membership = parse_membership(text);
      if (!membership) return report(membership.error());
      const auto id = party_id(globals, membership->party);
      if (!id) return report(id.error());
      membership->party = *id;
      party.memberships.push_back(std::move(*membership));
    }
    const bool dated = std::any_of(party.memberships.begin(), party.memberships.end(),
                                   [](const Membership& m) { return !m.validity.always(); });
    if (!dated) {
      for (Membership& membership : party.memberships) party.members.push_back(membership.party);
      party.memberships.clear();
    }
    CatalogChange change;
    change.parties.push_back(std::move(party));
    return send_and_tell(globals, catalog_event(change), group->dry_run);
  };
}

RunIfGiven declare_registry_changes(CLI::App& app, const Globals& globals, CatalogKind kind) {
  struct Registry {
    CatalogMetric metric;
    CatalogProduct product;
    CatalogSource source;
    std::string unit_class;
    std::string aggregation;
    std::string measure;
    bool dry_run = false;
  };
  auto entry = std::make_shared<Registry>();
  CLI::App* set = nullptr;
  if (kind == CatalogKind::metrics) {
    set = app.add_subcommand("add", "Add a metric, or more about one that is there");
    set->add_option("ID", entry->metric.id, "Its id")->required();
    set->add_option("--name", entry->metric.name, "As people write it")->type_name("NAME");
    set->add_option("--unit-class", entry->unit_class, "money, count, price, ratio or rate")
        ->type_name("CLASS")
        ->check([](const std::string& word) {
          return parse_unit_class(word)
                     ? std::string{}
                     : unknown_word("unit class", word,
                                    {"money", "count", "price", "ratio", "rate"});
        });
    set->add_option("--aggregation", entry->aggregation, "flow, stock, rate or none")
        ->type_name("WORD")
        ->check([](const std::string& word) {
          return parse_aggregation(word)
                     ? std::string{}
                     : unknown_word("aggregation", word, {"flow", "stock", "rate", "none"});
        });
    set->add_option("--measure", entry->measure, "The default measure")
        ->type_name("M")
        ->check([](const std::string& word) {
          return parse_measure(word)
                     ? std::string{}
                     : unknown_word("measure", word, {"level", "price", "rate", "ratio", "share"});
        });
    set->add_option("--tag", entry->metric.tags,
                    "XBRL concept, the preferred one first; replaces the earlier list")
        ->type_name("CONCEPT");
    set->add_option("--alias", entry->metric.aliases, "Another name; may be repeated")
        ->type_name("NAME");
  } else if (kind == CatalogKind::sources) {
    set = app.add_subcommand("set", "Rank a source, or add one");
    set->add_option("NAME", entry->source.name, "Its name")->required();
    set->add_option("--rank", entry->source.rank, "1 is trusted most, 1000 is the default")
        ->type_name("N")
        ->check(CLI::Range(1, 1'000'000));
    set->add_option("--alias", entry->source.aliases, "Another name; may be repeated")
        ->type_name("NAME");
  } else {
    set = app.add_subcommand("add", "Add a product, or more names of one");
    set->add_option("ID", entry->product.id, "As people write it: H20")->required();
    set->add_option("--alias", entry->product.aliases, "Another name; may be repeated")
        ->type_name("NAME");
  }
  set->fallthrough();
  declare_dry_run(*set, entry->dry_run);
  return [=, &globals]() -> std::optional<int> {
    if (!set->parsed()) return std::nullopt;
    CatalogChange change;
    if (kind == CatalogKind::metrics) {
      CatalogMetric metric = entry->metric;
      if (!entry->unit_class.empty()) metric.unit_class = *parse_unit_class(entry->unit_class);
      if (!entry->aggregation.empty()) metric.aggregation = *parse_aggregation(entry->aggregation);
      if (!entry->measure.empty()) metric.default_measure = parse_measure(entry->measure);
      change.metrics.push_back(std::move(metric));
    } else if (kind == CatalogKind::sources) {
      change.sources.push_back(entry->source);
    } else {
      change.products.push_back(entry->product);
    }
    return send_and_tell(globals, catalog_event(change), entry->dry_run);
  };
}

}  // namespace capexdb::cli
