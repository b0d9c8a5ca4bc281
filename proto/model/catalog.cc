#include "proto/model/catalog.h"

#include <algorithm>
#include <set>

#include "proto/model/limits.h"
#include "proto/model/text.h"

namespace capexdb {
namespace {

Result<void> bad(const std::string& field, const std::string& message) {
  return fail(Error{Errc::invalid_argument, message, field, "bad_catalog_entry"});
}

std::string entry(const char* list, const std::string& id) {
  return std::string("catalog_change.") + list + "[" + std::string(clip(id, 80)) + "]";
}

Result<void> check_name(const std::string& field, const std::string& name) {
  if (name.empty() || name.size() > limits::kNameBytesMax || !is_clean_text(name)) {
    return bad(field, "a name has 1 to " + std::to_string(limits::kNameBytesMax) +
                          " bytes of clean UTF-8");
  }
  return {};
}

Result<void> check_names(const std::string& field, const std::vector<std::string>& names) {
  if (names.size() > limits::kCatalogNamesMax) {
    return bad(field, "at most " + std::to_string(limits::kCatalogNamesMax) + " names are allowed");
  }
  for (const std::string& name : names) CAPEXDB_TRY(check_name(field, name));
  return {};
}

Result<void> check_party(const CatalogParty& party) {
  const std::string field = entry("parties", party.id);
  CAPEXDB_TRY(check_name(field, party.id));
  if (party.id != slug(party.id)) {
    return bad(field, "the id '" + party.id + "' is not a slug; use '" + slug(party.id) + "'");
  }
  CAPEXDB_TRY(check_names(field + ".aliases", party.aliases));
  CAPEXDB_TRY(check_names(field + ".tickers", party.tickers));
  CAPEXDB_TRY(check_names(field + ".members", party.members));
  if (!party.name.empty()) CAPEXDB_TRY(check_name(field + ".name", party.name));
  if (!party.cik.empty() && normal_cik(party.cik).empty()) {
    return bad(field + ".cik",
               "the CIK '" + std::string(clip(party.cik, 40)) + "' is not 1 to 10 digits");
  }
  if (!party.members.empty() && party.kind != PartyKind::group &&
      party.kind != PartyKind::unknown) {
    return bad(field + ".members", "only a group has members");
  }
  return {};
}

// Ids are found by their slugs, so each has one, of its own.
template <class Entry>
Result<void> check_ids(const char* list, const std::vector<Entry>& entries,
                       std::string Entry::*id) {
  std::set<std::string> slugs;
  for (const Entry& it : entries) {
    const std::string own = slug(it.*id);
    if (own.empty()) return bad(entry(list, it.*id), "an id has a letter or digit");
    if (!slugs.insert(own).second) {
      return bad(entry(list, it.*id),
                 "'" + it.*id + "' comes twice in one change; make it one entry");
    }
  }
  return {};
}

}  // namespace

Measure CatalogMetric::measure() const {
  if (default_measure) return *default_measure;
  if (unit_class == UnitClass::price) return Measure::price;
  if (unit_class == UnitClass::rate) return Measure::rate;
  return Measure::level;
}

std::string normal_cik(std::string_view cik) {
  cik = trim(cik);
  if (cik.starts_with("CIK") || cik.starts_with("cik")) cik.remove_prefix(3);
  if (cik.empty() || cik.size() > 10) return {};
  if (!std::all_of(cik.begin(), cik.end(), [](char c) { return c >= '0' && c <= '9'; })) return {};
  while (cik.size() > 1 && cik.front() == '0') cik.remove_prefix(1);
  return std::string(cik);
}

Result<void> check_change(const CatalogChange& change) {
  const std::size_t entries = change.parties.size() + change.metrics.size() +
                              change.products.size() + change.sources.size();
  if (entries > limits::kCatalogEntriesMax) {
    return bad("catalog_change",
               "a change of " + std::to_string(entries) + " entries is over the limit of " +
                   std::to_string(limits::kCatalogEntriesMax) + "; divide it into several events");
  }
  for (const CatalogParty& party : change.parties) CAPEXDB_TRY(check_party(party));
  for (const CatalogMetric& metric : change.metrics) {
    const std::string field = entry("metrics", metric.id);
    CAPEXDB_TRY(check_name(field, metric.id));
    CAPEXDB_TRY(check_names(field + ".aliases", metric.aliases));
    CAPEXDB_TRY(check_names(field + ".tags", metric.tags));
  }
  for (const CatalogProduct& product : change.products) {
    CAPEXDB_TRY(check_name("catalog_change.products", product.id));
    CAPEXDB_TRY(check_names(entry("products", product.id) + ".aliases", product.aliases));
  }
  for (const CatalogSource& source : change.sources) {
    CAPEXDB_TRY(check_name("catalog_change.sources", source.name));
    CAPEXDB_TRY(check_names(entry("sources", source.name) + ".aliases", source.aliases));
  }
  CAPEXDB_TRY(check_ids("parties", change.parties, &CatalogParty::id));
  CAPEXDB_TRY(check_ids("metrics", change.metrics, &CatalogMetric::id));
  CAPEXDB_TRY(check_ids("products", change.products, &CatalogProduct::id));
  return check_ids("sources", change.sources, &CatalogSource::name);
}

}  // namespace capexdb
