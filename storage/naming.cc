#include "storage/naming.h"

#include <algorithm>

#include "proto/model/text.h"

namespace capexdb::storage {
namespace {

tl::unexpected<Error> reject(std::string field, std::string reason, std::string message) {
  return fail(
      Error{Errc::invalid_argument, std::move(message), std::move(field), std::move(reason)});
}

Error at_field(Error error, const std::string& field) {
  error.field = field;
  return error;
}

// What the registry says a number of this metric must carry.
Result<void> check_units(const Observation& o, const CatalogMetric& metric) {
  const Measure measure = o.measure.value_or(metric.measure());
  if (o.unquantified) return {};
  const bool amount = measure == Measure::level || measure == Measure::conversion;
  if (metric.unit_class == UnitClass::money && amount && o.currency.empty()) {
    return reject("currency", "missing_currency",
                  metric.id + " is money: which currency? (ISO 4217, such as USD)");
  }
  if (metric.unit_class == UnitClass::price && measure == Measure::price && o.currency.empty()) {
    return reject("currency", "missing_currency",
                  metric.id + " is a price: which currency? (ISO 4217, such as USD)");
  }
  if (metric.unit_class == UnitClass::count && measure == Measure::level && !o.currency.empty()) {
    return reject(
        "currency", "unit_mismatch",
        metric.id + " counts things and has no currency, but " + o.currency + " is given");
  }
  return {};
}

// Percentages need not be spelt out.
std::string unit_of(const Observation& o, Measure measure) {
  if (!o.unit.empty()) return o.unit;
  const bool percent = is_growth(measure) || measure == Measure::share;
  return percent ? "%" : "";
}

}  // namespace

std::string NewNames::id_for(const PartyRef& ref) const {
  const std::string id = slug(ref.name.empty() ? ref.ticker : ref.name);
  if (id.empty()) return "cik-" + ref.cik;
  if (ref.cik.empty()) return id;
  // Another company of that name has another CIK.
  bool taken = catalogue_.find_party(PartyRef{id, {}, {}, {}}, kNow).value_or(1) != 0;
  if (const auto at = parties_by_id_.find(id); at != parties_by_id_.end()) {
    const std::string& cik = change_.parties[at->second].cik;
    taken = taken || (!cik.empty() && cik != ref.cik);
  }
  return taken ? id + "-cik-" + ref.cik : id;
}

void NewNames::note_party(const PartyRef& ref, PartyKind kind_of_new, std::uint32_t known,
                          std::vector<std::string>& first_seen) {
  const PartyKind kind = ref.kind != PartyKind::unknown ? ref.kind : kind_of_new;
  const auto entry = [&](const std::string& id) -> CatalogParty& {
    const auto [at, is_new] = parties_by_id_.try_emplace(id, change_.parties.size());
    if (is_new) change_.parties.emplace_back().id = id;
    return change_.parties[at->second];
  };
  if (known != 0) {
    // An event may tell what the catalogue did not: the kind, the CIK.
    const CatalogParty party = catalogue_.party(known, kNow);
    const bool learns_kind = party.kind == PartyKind::unknown && kind != PartyKind::unknown;
    const bool learns_cik = party.cik.empty() && !ref.cik.empty();
    if (!learns_kind && !learns_cik) return;
    CatalogParty& change = entry(party.id);
    if (learns_kind) change.kind = kind;
    if (learns_cik) change.cik = ref.cik;
    return;
  }
  if (!ref.cik.empty() && ids_by_cik_.contains(ref.cik)) return;
  const std::string id = id_for(ref);
  const bool is_new = !parties_by_id_.contains(id);
  std::vector<std::string> members;
  if (kind == PartyKind::group) {
    for (const std::string& part : composite_parts(ref.name)) {
      const PartyRef member{part, PartyKind::company, {}, {}};
      const std::uint32_t ordinal = catalogue_.find_party(member, kNow).value_or(0);
      note_party(member, PartyKind::company, ordinal, first_seen);
      members.push_back(ordinal != 0 ? catalogue_.text(NameKind::party, ordinal) : id_for(member));
    }
  }
  CatalogParty& change = entry(id);
  if (change.name.empty()) change.name = ref.name.empty() ? id : ref.name;
  if (change.kind == PartyKind::unknown) change.kind = kind;
  if (change.cik.empty()) change.cik = ref.cik;
  if (change.members.empty()) change.members = std::move(members);
  if (!ref.ticker.empty() &&
      std::find(change.tickers.begin(), change.tickers.end(), ref.ticker) == change.tickers.end()) {
    change.tickers.push_back(ref.ticker);
  }
  if (!ref.cik.empty()) ids_by_cik_[ref.cik] = id;
  if (is_new) first_seen.push_back(id);
}

Result<void> NewNames::collect(const Statement& statement, std::vector<std::string>& first_seen) {
  for (const Observation& o : statement.observations) {
    auto metric = catalogue_.need_metric(o.metric, kNow);
    if (!metric) return fail(at_field(std::move(metric.error()), "metric"));
    CAPEXDB_TRY(check_units(o, catalogue_.metric(*metric, kNow)));
  }
  // Everything is looked up before anything is noted.
  auto subject = catalogue_.find_party(statement.subject, kNow);
  if (!subject) return fail(at_field(std::move(subject.error()), "subject.name"));
  std::vector<std::uint32_t> others;
  for (const CounterpartyRef& other : statement.counterparties) {
    auto ordinal = catalogue_.find_party(other.party, kNow);
    if (!ordinal) return fail(at_field(std::move(ordinal.error()), "counterparties.name"));
    const bool itself = *ordinal != 0 ? *ordinal == *subject
                                      : slug(other.party.name) == slug(statement.subject.name);
    if (itself) {
      return reject("counterparties", "own_counterparty",
                    "'" + other.party.name + "' is its own counterparty");
    }
    others.push_back(*ordinal);
  }
  std::uint32_t product = 0;
  if (!statement.product.empty()) {
    auto found = catalogue_.find_product(statement.product, kNow);
    if (!found) return fail(at_field(std::move(found.error()), "product"));
    product = *found;
  }
  auto source = catalogue_.find_source(statement.publisher, kNow);
  if (!source) return fail(at_field(std::move(source.error()), "source.publisher"));

  note_party(statement.subject, PartyKind::company, *subject, first_seen);
  for (std::size_t i = 0; i < others.size(); ++i) {
    note_party(statement.counterparties[i].party, PartyKind::unknown, others[i], first_seen);
  }
  if (!statement.product.empty() && product == 0) {
    const auto [at, is_new] =
        products_by_slug_.try_emplace(slug(statement.product), change_.products.size());
    if (is_new) change_.products.push_back({statement.product, {}});
  }
  if (*source == 0) {
    const auto [at, is_new] =
        sources_by_slug_.try_emplace(slug(statement.publisher), change_.sources.size());
    if (is_new) change_.sources.push_back({statement.publisher, {}, 0});
  }
  change_.automatic = true;
  return {};
}

Result<std::vector<FactRow>> rows_of(const Statement& statement, std::uint64_t sequence,
                                     Catalogue& catalogue) {
  const auto party = [&](const PartyRef& ref, const char* field) -> Result<std::uint32_t> {
    auto found = catalogue.find_party(ref, sequence);
    if (!found) return fail(at_field(std::move(found.error()), field));
    if (*found == 0) {
      return reject(field, "unknown_company", "unknown company '" + ref.name + ref.cik + "'");
    }
    return *found;
  };
  Row common;
  CAPEXDB_ASSIGN(const std::uint32_t subject, party(statement.subject, "subject.name"));
  std::vector<Catalogue::ListedCounterparty> list;
  std::vector<std::uint32_t> mirrors;
  for (const CounterpartyRef& other : statement.counterparties) {
    CAPEXDB_ASSIGN(const std::uint32_t ordinal, party(other.party, "counterparties.name"));
    list.push_back({other.role, ordinal});
    const bool listed = std::find(mirrors.begin(), mirrors.end(), ordinal) != mirrors.end();
    if (takes_part(other.role) && ordinal != subject && !listed) mirrors.push_back(ordinal);
  }
  CAPEXDB_ASSIGN(const std::uint32_t source, catalogue.find_source(statement.publisher, sequence));
  std::uint32_t product = 0;
  if (!statement.product.empty()) {
    CAPEXDB_ASSIGN(product, catalogue.find_product(statement.product, sequence));
    if (product == 0) {
      return reject("product", "unknown_product", "unknown product '" + statement.product + "'");
    }
  }
  common[Column::sequence] = static_cast<std::int64_t>(sequence);
  common[Column::subject] = subject;
  common.set_period(statement.period);
  common.set_published(statement.published);
  common[Column::source] = source;
  common[Column::document] = static_cast<std::int64_t>(statement.documents.document);
  common[Column::root] = static_cast<std::int64_t>(statement.documents.root);
  common[Column::status] = static_cast<std::int64_t>(statement.status);
  common[Column::product] = product;
  common[Column::counterparties] = catalogue.intern_counterparties(std::move(list));
  common[Column::definition] = catalogue.intern(NameKind::definition, statement.definition);

  std::vector<FactRow> rows;
  for (std::size_t i = 0; i < statement.observations.size(); ++i) {
    const Observation& o = statement.observations[i];
    CAPEXDB_ASSIGN(const std::uint32_t metric, catalogue.need_metric(o.metric, sequence));
    const Measure measure = o.measure.value_or(catalogue.metric(metric, sequence).measure());
    FactRow& fact = rows.emplace_back();
    fact.metric = static_cast<std::uint16_t>(metric);
    fact.mirrors = mirrors;
    fact.row = common;
    fact.row[Column::fact_index] = static_cast<std::int64_t>(i);
    fact.row[Column::measure] = static_cast<std::int64_t>(measure);
    fact.row[Column::unit] = catalogue.intern(NameKind::unit, unit_of(o, measure));
    fact.row[Column::currency] = currency_code(o.currency);
    std::int64_t flags = 0;
    if (o.growth_only) flags |= flag::kGrowthOnly;
    if (o.unquantified) flags |= flag::kUnquantified;
    fact.row[Column::flags] = flags;
    auto set = fact.row.set_value(o.value);
    if (!set) return fail(at_field(std::move(set.error()), "value"));
  }
  return rows;
}

}  // namespace capexdb::storage
