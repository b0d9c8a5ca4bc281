#include "proto/codec/catalog_codec.h"

#include "proto/codec/enums.h"

namespace capexdb {
namespace {

std::vector<std::string> list(const google::protobuf::RepeatedPtrField<std::string>& field) {
  return {field.begin(), field.end()};
}

void put(const std::vector<std::string>& values,
         google::protobuf::RepeatedPtrField<std::string>* field) {
  field->Assign(values.begin(), values.end());
}

template <class Dated>
Result<Validity> checked_validity(const Dated& dated) {
  return parse_validity(dated.valid_from(), dated.valid_to());
}

// Of what was checked when it came.
template <class Dated>
Validity validity_of(const Dated& dated) {
  return checked_validity(dated).value_or(Validity{});
}

template <class Dated>
void put_validity(const Validity& validity, Dated& dated) {
  dated.set_valid_from(valid_from_text(validity));
  dated.set_valid_to(valid_to_text(validity));
}

IdentifierScheme scheme_of(v1::IdentifierScheme scheme) {
  return scheme == v1::IDENTIFIER_SCHEME_UNSPECIFIED ? IdentifierScheme::alias
                                                     : static_cast<IdentifierScheme>(scheme);
}

Result<void> check_days(const v1::CatalogParty& party) {
  const auto refuse = [&](const char* list, std::string message) {
    return fail(Error{Errc::invalid_argument, std::move(message),
                      "catalog_change.parties[" + party.id() + "]." + list, "bad_catalog_entry"});
  };
  for (const v1::Identifier& identifier : party.identifiers()) {
    if (!v1::IdentifierScheme_IsValid(identifier.scheme())) {
      return refuse("identifiers",
                    "identifier scheme " + std::to_string(identifier.scheme()) + " is unknown");
    }
    if (const auto days = checked_validity(identifier); !days) {
      return refuse("identifiers", identifier.value() + ": " + days.error().message);
    }
  }
  for (const v1::Membership& membership : party.memberships()) {
    if (const auto days = checked_validity(membership); !days) {
      return refuse("memberships", membership.party() + ": " + days.error().message);
    }
  }
  return {};
}

}  // namespace

CatalogParty from_proto(const v1::CatalogParty& message) {
  CatalogParty party;
  party.id = message.id();
  party.name = message.name();
  party.kind = from_proto(message.kind()).value_or(PartyKind::unknown);
  party.aliases = list(message.aliases());
  party.tickers = list(message.tickers());
  party.cik = message.cik();
  party.country = message.country();
  party.fiscal_year_end = message.fiscal_year_end();
  party.members = list(message.members());
  for (const v1::Identifier& identifier : message.identifiers()) {
    party.identifiers.push_back(
        {scheme_of(identifier.scheme()), identifier.value(), validity_of(identifier)});
  }
  for (const v1::Membership& membership : message.memberships()) {
    party.memberships.push_back({membership.party(), validity_of(membership)});
  }
  party.merged = list(message.merged());
  return party;
}

CatalogMetric from_proto(const v1::CatalogMetric& message) {
  CatalogMetric metric;
  metric.id = message.id();
  metric.name = message.name();
  metric.unit_class = from_proto(message.unit_class()).value_or(UnitClass::unspecified);
  metric.aggregation = from_proto(message.aggregation()).value_or(Aggregation::unspecified);
  metric.default_measure = from_proto(message.default_measure());
  metric.tags = list(message.tags());
  metric.aliases = list(message.aliases());
  return metric;
}

CatalogProduct from_proto(const v1::CatalogProduct& message) {
  return {message.id(), list(message.aliases())};
}

CatalogSource from_proto(const v1::CatalogSource& message) {
  return {message.name(), list(message.aliases()), message.rank()};
}

CatalogChange stored_change(const v1::CatalogChange& message) {
  CatalogChange change;
  for (const auto& party : message.parties()) change.parties.push_back(from_proto(party));
  for (const auto& metric : message.metrics()) change.metrics.push_back(from_proto(metric));
  for (const auto& product : message.products()) change.products.push_back(from_proto(product));
  for (const auto& source : message.sources()) change.sources.push_back(from_proto(source));
  for (const auto& merge : message.merges()) {
    change.merges.push_back({merge.party(), merge.into(), merge.undo()});
  }
  change.automatic = message.automatic();
  return change;
}

Result<CatalogChange> from_proto(const v1::CatalogChange& message) {
  for (const auto& party : message.parties()) CAPEXDB_TRY(check_days(party));
  CatalogChange change = stored_change(message);
  CAPEXDB_TRY(check_change(change));
  return change;
}

v1::CatalogParty to_proto(const CatalogParty& party) {
  v1::CatalogParty message;
  message.set_id(party.id);
  message.set_name(party.name);
  message.set_kind(to_proto(party.kind));
  put(party.aliases, message.mutable_aliases());
  put(party.tickers, message.mutable_tickers());
  message.set_cik(party.cik);
  message.set_country(party.country);
  message.set_fiscal_year_end(party.fiscal_year_end);
  put(party.members, message.mutable_members());
  for (const Identifier& identifier : party.identifiers) {
    v1::Identifier& to = *message.add_identifiers();
    to.set_scheme(static_cast<v1::IdentifierScheme>(identifier.scheme));
    to.set_value(identifier.value);
    put_validity(identifier.validity, to);
  }
  for (const Membership& membership : party.memberships) {
    v1::Membership& to = *message.add_memberships();
    to.set_party(membership.party);
    put_validity(membership.validity, to);
  }
  put(party.merged, message.mutable_merged());
  return message;
}

v1::CatalogMetric to_proto(const CatalogMetric& metric) {
  v1::CatalogMetric message;
  message.set_id(metric.id);
  message.set_name(metric.name);
  message.set_unit_class(to_proto(metric.unit_class));
  message.set_aggregation(to_proto(metric.aggregation));
  if (metric.default_measure) message.set_default_measure(to_proto(*metric.default_measure));
  put(metric.tags, message.mutable_tags());
  put(metric.aliases, message.mutable_aliases());
  return message;
}

v1::CatalogProduct to_proto(const CatalogProduct& product) {
  v1::CatalogProduct message;
  message.set_id(product.id);
  put(product.aliases, message.mutable_aliases());
  return message;
}

v1::CatalogSource to_proto(const CatalogSource& source) {
  v1::CatalogSource message;
  message.set_name(source.name);
  put(source.aliases, message.mutable_aliases());
  message.set_rank(source.rank);
  return message;
}

v1::CatalogChange to_proto(const CatalogChange& change) {
  v1::CatalogChange message;
  for (const auto& party : change.parties) *message.add_parties() = to_proto(party);
  for (const auto& metric : change.metrics) *message.add_metrics() = to_proto(metric);
  for (const auto& product : change.products) *message.add_products() = to_proto(product);
  for (const auto& source : change.sources) *message.add_sources() = to_proto(source);
  for (const PartyMerge& merge : change.merges) {
    v1::PartyMerge& to = *message.add_merges();
    to.set_party(merge.party);
    to.set_into(merge.into);
    to.set_undo(merge.undo);
  }
  message.set_automatic(change.automatic);
  return message;
}

}  // namespace capexdb
