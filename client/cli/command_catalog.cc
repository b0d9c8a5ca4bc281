// capex companies | groups | metrics | sources | products [NAME]
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "client/cli/catalog_change.h"

namespace capexdb::cli {
namespace {

struct CatalogOptions {
  CatalogQuestion question;
  bool fail_empty = false;
};

// A table of `entries`, whose cells `row` gives.
template <class Entry>
Table table_of(const std::vector<Entry>& entries, std::vector<Column> columns,
               Row (*row)(const Entry&)) {
  Table table;
  table.columns = std::move(columns);
  table.row_count = entries.size();
  table.row = [&entries, row](std::size_t index) { return row(entries[index]); };
  return table;
}

std::string days_text(const Validity& validity) {
  if (validity.always()) return {};
  return " (" + valid_from_text(validity) + ".." + valid_to_text(validity) + ")";
}

// "ticker FB (2012-05-18..2022-06-08)".
std::vector<std::string> identifiers_of(const CatalogParty& party) {
  std::vector<std::string> texts;
  for (const Identifier& identifier : party.identifiers) {
    texts.push_back(std::string(to_string(identifier.scheme)) + " " + identifier.value +
                    days_text(identifier.validity));
  }
  return texts;
}

std::vector<std::string> members_of(const CatalogParty& party) {
  std::vector<std::string> texts = party.members;
  for (const Membership& membership : party.memberships) {
    texts.push_back(membership.party + days_text(membership.validity));
  }
  return texts;
}

Table company_table(const CatalogAnswer& answer) {
  return table_of<CatalogParty>(answer.entries.parties,
                                {{"id"},
                                 {"name"},
                                 {"kind"},
                                 {"tickers"},
                                 {"cik"},
                                 {"country"},
                                 {"fiscal_year_end"},
                                 {"aliases"},
                                 {"identifiers"},
                                 {"merged"}},
                                [](const CatalogParty& party) {
                                  return Row{party.id,
                                             party.name,
                                             to_string(party.kind),
                                             party.tickers,
                                             party.cik,
                                             party.country,
                                             party.fiscal_year_end,
                                             party.aliases,
                                             identifiers_of(party),
                                             party.merged};
                                });
}

Table group_table(const CatalogAnswer& answer) {
  return table_of<CatalogParty>(
      answer.entries.parties, {{"id"}, {"name"}, {"members"}, {"aliases"}},
      [](const CatalogParty& party) {
        return Row{party.id, party.name, members_of(party), party.aliases};
      });
}

Table metric_table(const CatalogAnswer& answer) {
  return table_of<CatalogMetric>(answer.entries.metrics,
                                 {{"id"},
                                  {"name"},
                                  {"unit_class"},
                                  {"aggregation"},
                                  {"default_measure"},
                                  {"tags"},
                                  {"aliases"}},
                                 [](const CatalogMetric& metric) {
                                   return Row{metric.id,
                                              metric.name,
                                              to_string(metric.unit_class),
                                              to_string(metric.aggregation),
                                              to_string(metric.measure()),
                                              metric.tags,
                                              metric.aliases};
                                 });
}

Table source_table(const CatalogAnswer& answer) {
  return table_of<CatalogSource>(
      answer.entries.sources, {{"name"}, {"rank", /*right=*/true}, {"aliases"}},
      [](const CatalogSource& source) {
        const std::uint32_t rank = source.rank == 0 ? CatalogSource::kDefaultRank : source.rank;
        return Row{source.name, rank, source.aliases};
      });
}

Table product_table(const CatalogAnswer& answer) {
  return table_of<CatalogProduct>(answer.entries.products, {{"id"}, {"aliases"}},
                                  [](const CatalogProduct& product) {
                                    return Row{product.id, product.aliases};
                                  });
}

Table table_of(const CatalogAnswer& answer, CatalogKind kind) {
  switch (kind) {
    case CatalogKind::companies:
      return company_table(answer);
    case CatalogKind::groups:
      return group_table(answer);
    case CatalogKind::metrics:
      return metric_table(answer);
    case CatalogKind::sources:
      return source_table(answer);
    case CatalogKind::products:
      return product_table(answer);
  }
  return {};
}

int catalog(const Globals& globals, const CatalogOptions& options) {
  const Deadline deadline = after(globals.timeout());
  auto client = Client::connect(globals.client_options(), deadline);
  if (!client) return report(client.error());
  const auto answer = client->catalog(options.question, deadline);
  if (!answer) return report(answer.error());
  const Table table = table_of(*answer, options.question.kind);
  print(table, Json{{"sequence", answer->sequence}}, globals.style(), std::cout);
  return table.row_count == 0 && options.fail_empty ? kNegative : kOk;
}

RunIfGiven declare_changes(CLI::App& app, const Globals& globals, CatalogKind kind) {
  switch (kind) {
    case CatalogKind::companies:
      return declare_company_changes(app, globals);
    case CatalogKind::groups:
      return declare_group_changes(app, globals);
    default:
      return declare_registry_changes(app, globals, kind);
  }
}

Run declare_catalog(CLI::App& app, const Globals& globals, CatalogKind kind) {
  auto options = std::make_shared<CatalogOptions>();
  options->question.kind = kind;
  app.add_option("NAME", options->question.name, "Only this one: an id, a name or an alias");
  app.add_option("--at", options->question.at_sequence, "The catalogue of that time")
      ->type_name("SEQ")
      ->check(sequence_fault);
  app.add_flag("--fail-empty", options->fail_empty, "Exit with 1 when nothing matches");
  app.require_subcommand(0, 1);
  const RunIfGiven change = declare_changes(app, globals, kind);
  return [options, change, &globals] {
    const auto changed = change();
    return changed ? *changed : catalog(globals, *options);
  };
}

}  // namespace

Run declare_companies(CLI::App& app, const Globals& globals) {
  return declare_catalog(app, globals, CatalogKind::companies);
}
Run declare_groups(CLI::App& app, const Globals& globals) {
  return declare_catalog(app, globals, CatalogKind::groups);
}
Run declare_metrics(CLI::App& app, const Globals& globals) {
  return declare_catalog(app, globals, CatalogKind::metrics);
}
Run declare_sources(CLI::App& app, const Globals& globals) {
  return declare_catalog(app, globals, CatalogKind::sources);
}
Run declare_products(CLI::App& app, const Globals& globals) {
  return declare_catalog(app, globals, CatalogKind::products);
}

}  // namespace capexdb::cli
