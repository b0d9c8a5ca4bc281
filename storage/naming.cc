#include "storage/naming.h"

#include <algorithm>
#include <iterator>

#include "proto/model/limits.h"
#include "proto/model/text.h"
#include "storage/fiscal_period.h"

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
  if (metric.unit_class == UnitClass::money && amount) {
    if (o.currency.empty()) {
      return reject("currency", "missing_currency",
                    metric.id + " is money: which currency? (ISO 4217, such as USD)");
    }
    if (o.unit != o.currency) {
      return reject("unit", "unit_mismatch",
                    metric.id + " is money, but its unit is '" + o.unit + "'; leave the unit out");
    }
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
  if (is_growth(measure) && !o.unit.empty() && o.unit == o.currency) {
    return reject("unit", "unit_mismatch", "growth is stated in %, not in " + o.unit);
  }
  return {};
}

}  // namespace

std::string stated_unit(const Observation& o, Measure measure) {
  if (!o.unit.empty()) return o.unit;
  const bool percent = is_growth(measure) || measure == Measure::share;
  return percent ? "%" : "";
}

std::string NewNames::id_for(const PartyRef& ref) const {
  std::string id = slug(ref.name.empty() ? ref.ticker : ref.name);
  if (id.empty()) return "cik-" + ref.cik;
  if (ref.cik.empty()) return id;
  // Another company of that name has another CIK.
  const bool taken = catalogue_.find_party(PartyRef{id, {}, {}, {}}, kNow).value_or(1) != 0;
  if (!taken) return id;
  const std::string suffix = "-cik-" + ref.cik;
  return slug(clip(id, limits::kNameBytesMax - suffix.size())) + suffix;
}

Result<std::uint32_t> NewNames::add_party(const PartyRef& ref, Day day, PartyKind kind_of_new,
                                          CatalogChange& delta,
                                          std::vector<std::string>& first_seen) const {
  CAPEXDB_ASSIGN(const std::uint32_t known, catalogue_.find_party(ref, kNow, day));
  PartyKind kind = ref.kind != PartyKind::unknown ? ref.kind : kind_of_new;
  if (known != 0) {
    // An event may tell what the catalogue did not: the kind, the CIK.
    const CatalogParty party = catalogue_.party(known, kNow);
    CatalogParty more;
    more.id = party.id;
    if (party.kind == PartyKind::unknown) more.kind = kind;
    const bool has_cik =
        !party.cik.empty() ||
        std::any_of(party.identifiers.begin(), party.identifiers.end(),
                    [](const Identifier& i) { return i.scheme == IdentifierScheme::cik; });
    if (!has_cik) more.cik = ref.cik;
    // Another name of that CIK, a former one perhaps, unless it is somebody's.
    if (!ref.cik.empty() && !slug(ref.name).empty() && !is_reserved_name(ref.name) &&
        fault_of_name(ref.name).empty() &&
        catalogue_.find_party({ref.name, {}, {}, {}}, kNow).value_or(1) == 0) {
      more.aliases = {ref.name};
    }
    if (more.kind != PartyKind::unknown || !more.cik.empty() || !more.aliases.empty()) {
      delta.parties.push_back(more);
    }
    return known;
  }
  CatalogParty party;
  party.id = id_for(ref);
  if (is_reserved_name(party.id)) {
    return reject("name", "reserved_name",
                  "'" + ref.name + "' means every company and cannot be the name of one");
  }
  if (const std::string fault = fault_of_name(ref.name + ref.ticker); !fault.empty()) {
    return reject("name", "bad_name", "the name of a company that is new " + fault);
  }
  const bool pending = std::any_of(delta.parties.begin(), delta.parties.end(),
                                   [&](const CatalogParty& p) { return p.id == party.id; });
  if (pending) return 0;
  // "A + B" is the group of A and B, unless it is said to be something else.
  const bool may_be_group = ref.kind == PartyKind::group || ref.kind == PartyKind::unknown;
  if (may_be_group && ref.cik.empty() && ref.ticker.empty()) {
    for (const std::string& part : composite_parts(ref.name)) {
      const PartyRef member{part, PartyKind::unknown, {}, {}};
      CAPEXDB_ASSIGN(const std::uint32_t ordinal,
                     add_party(member, day, PartyKind::company, delta, first_seen));
      party.members.push_back(ordinal != 0 ? catalogue_.text(NameKind::party, ordinal)
                                           : id_for(member));
    }
    if (!party.members.empty()) kind = PartyKind::group;
  }
  party.name = ref.name.empty() ? party.id : ref.name;
  // The bare name stays with whom it belonged to.
  if (!ref.name.empty() && !ref.cik.empty() && party.id != slug(ref.name)) {
    const std::string suffix = " (CIK " + ref.cik + ")";
    party.name = std::string(clip(ref.name, limits::kNameBytesMax - suffix.size())) + suffix;
  }
  party.kind = kind;
  party.cik = ref.cik;
  if (!ref.ticker.empty() && !is_reserved_name(ref.ticker)) party.tickers = {ref.ticker};
  first_seen.push_back(party.id);
  delta.parties.push_back(std::move(party));
  return 0;
}

Result<CatalogChange> NewNames::parties_of(const Statement& statement,
                                           std::vector<std::string>& first_seen) const {
  CatalogChange delta;
  const Day day = statement.name_day();
  auto subject = add_party(statement.subject, day, PartyKind::company, delta, first_seen);
  if (!subject) return fail(at_field(std::move(subject.error()), "subject.name"));
  for (const CounterpartyRef& other : statement.counterparties) {
    auto ordinal = add_party(other.party, day, PartyKind::unknown, delta, first_seen);
    if (!ordinal) return fail(at_field(std::move(ordinal.error()), "counterparties.name"));
    const bool itself = *ordinal != 0 ? *ordinal == *subject
                                      : slug(other.party.name) == slug(statement.subject.name);
    if (itself) {
      return reject("counterparties", "own_counterparty",
                    "'" + other.party.name + "' is its own counterparty");
    }
  }
  return delta;
}

Result<CatalogChange> NewNames::missing(const Statement& statement,
                                        std::vector<std::string>& first_seen) const {
  for (const Observation& o : statement.observations) {
    auto metric = catalogue_.need_metric(o.metric, kNow);
    if (!metric) return fail(at_field(std::move(metric.error()), "metric"));
    CAPEXDB_TRY(check_units(o, catalogue_.metric(*metric, kNow)));
    auto fits = Row().set_value(o.value);
    if (!fits) return fail(at_field(std::move(fits.error()), "value"));
  }
  std::vector<std::string> seen;
  CAPEXDB_ASSIGN(CatalogChange delta, parties_of(statement, seen));
  if (statement.fiscal) {
    CAPEXDB_ASSIGN(const std::uint32_t subject,
                   catalogue_.find_party(statement.subject, kNow, statement.name_day()));
    CAPEXDB_TRY(period_of(statement, subject, kNow, catalogue_));
  }
  if (!statement.product.empty()) {
    auto product = catalogue_.find_product(statement.product, kNow);
    if (!product) return fail(at_field(std::move(product.error()), "product"));
    if (const std::string fault = fault_of_name(statement.product);
        *product == 0 && !fault.empty()) {
      return reject("product", "bad_name", "the name of a product that is new " + fault);
    }
    if (*product == 0) delta.products.push_back({statement.product, {}});
  }
  auto source = catalogue_.find_source(statement.publisher, kNow);
  if (!source) return fail(at_field(std::move(source.error()), "source.publisher"));
  if (const std::string fault = fault_of_name(statement.publisher);
      *source == 0 && !fault.empty()) {
    return reject("source.publisher", "bad_name", "the name of a source that is new " + fault);
  }
  if (*source == 0) delta.sources.push_back({statement.publisher, {}, 0});
  first_seen.insert(first_seen.end(), seen.begin(), seen.end());
  return delta;
}

void NewNames::take(CatalogChange delta) {
  if (delta.empty()) return;
  catalogue_.apply(delta, sequence_);
  const auto append = [](auto& all, auto& more) {
    all.insert(all.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
  };
  append(change_.parties, delta.parties);
  append(change_.products, delta.products);
  append(change_.sources, delta.sources);
  change_.automatic = true;
}

Result<void> NewNames::collect(const Statement& statement, std::vector<std::string>& first_seen) {
  CAPEXDB_ASSIGN(CatalogChange delta, missing(statement, first_seen));
  take(std::move(delta));
  return {};
}

Result<std::vector<FactRow>> rows_of(const Statement& statement, std::uint64_t sequence,
                                     Catalogue& catalogue, Unused unused) {
  const auto ordinal_of = [&](NameKind kind, std::string_view text) -> std::int64_t {
    if (unused == Unused::intern || text.empty()) return catalogue.intern(kind, text);
    const std::uint32_t known = catalogue.find(kind, text);
    return known != 0 ? std::int64_t{known} : -1;
  };
  const auto party = [&](const PartyRef& ref, const char* field) -> Result<std::uint32_t> {
    auto found = catalogue.find_party(ref, sequence, statement.name_day());
    if (!found) return fail(at_field(std::move(found.error()), field));
    if (*found == 0 && unused != Unused::suppose) {
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
  std::int64_t product = 0;
  if (!statement.product.empty()) {
    CAPEXDB_ASSIGN(product, catalogue.find_product(statement.product, sequence));
    if (product == 0 && unused == Unused::suppose) product = -1;
    if (product == 0) {
      return reject("product", "unknown_product", "unknown product '" + statement.product + "'");
    }
  }
  common[Column::sequence] = static_cast<std::int64_t>(sequence);
  common[Column::subject] = subject;
  CAPEXDB_ASSIGN(const Period period, period_of(statement, subject, sequence, catalogue));
  common.set_period(period);
  common.set_published(statement.published);
  common[Column::source] = source;
  common[Column::document] = static_cast<std::int64_t>(statement.documents.document);
  common[Column::root] = static_cast<std::int64_t>(statement.documents.root);
  common[Column::status] = static_cast<std::int64_t>(statement.status);
  common[Column::product] = product;
  common[Column::counterparties] =
      unused == Unused::intern && !list.empty()
          ? std::int64_t{catalogue.intern_counterparties(list)}
          : ordinal_of(NameKind::counterparties, Catalogue::counterparties_text(std::move(list)));
  common[Column::definition] = ordinal_of(NameKind::definition, statement.definition);

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
    fact.row[Column::unit] = ordinal_of(NameKind::unit, stated_unit(o, measure));
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
