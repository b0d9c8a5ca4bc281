// Valid events of every kind, for tests to look at and to spoil.
#pragma once

#include "capexdb/v1/event.pb.h"

namespace capexdb::test {

inline v1::Event bare_event() {
  v1::Event event;
  event.mutable_source()->set_publisher("FT");
  event.set_published_at("2024-08-26");
  return event;
}

inline void half_year(v1::Period& period) {
  period.set_start("2024-01-01");
  period.set_end("2024-06-30");
}

inline v1::Event capex_event() {
  v1::Event event = bare_event();
  event.set_status(v1::STATUS_ACTUAL);
  v1::CapexFact& fact = *event.mutable_capex();
  fact.mutable_subject()->set_name("Alibaba");
  half_year(*fact.mutable_period());
  fact.mutable_amount()->set_value("23000000000");
  fact.mutable_amount()->set_stated_decimals(-9);
  fact.mutable_amount()->set_currency("CNY");
  return event;
}

inline v1::Event shipment_event() {
  v1::Event event = bare_event();
  event.set_status(v1::STATUS_ESTIMATE);
  v1::ChipShipmentFact& fact = *event.mutable_chip_shipment();
  fact.mutable_subject()->set_name("Nvidia");
  fact.add_counterparties()->mutable_party()->set_name("Chinese tech groups");
  fact.set_product("H20");
  fact.mutable_period()->set_kind(v1::PERIOD_KIND_OPEN);
  fact.mutable_period()->set_start("2024-08-26");
  fact.mutable_units()->set_low("1000000");
  fact.mutable_units()->set_low_kind(v1::BOUND_KIND_OPEN);
  fact.mutable_unit_price()->set_low("12000");
  fact.mutable_unit_price()->set_high("13000");
  fact.mutable_unit_price()->set_currency("USD");
  fact.mutable_value()->set_low("12000000000");
  fact.mutable_value()->set_currency("USD");
  return event;
}

inline v1::Event measure_event() {
  v1::Event event = bare_event();
  event.set_status(v1::STATUS_TARGET);
  v1::MeasureFact& fact = *event.mutable_measure();
  fact.mutable_subject()->set_name("SMIC");
  fact.add_counterparties()->mutable_party()->set_name("Huawei");
  fact.mutable_counterparties(0)->set_role(v1::ROLE_CUSTOMER);
  fact.set_metric("production_capacity");
  fact.set_product("Ascend");
  fact.mutable_period()->set_kind(v1::PERIOD_KIND_INSTANT);
  fact.mutable_period()->set_label("2024-Q4");
  fact.mutable_quantity()->set_value("50000");
  fact.mutable_quantity()->set_unit("{chip}/mo");
  return event;
}

inline v1::Event retraction_of_cell() {
  v1::Event event = bare_event();
  v1::Cell& cell = *event.mutable_retraction()->mutable_cell();
  cell.mutable_subject()->set_name("Alibaba");
  cell.set_metric("capex");
  half_year(*cell.mutable_period());
  cell.set_currency("CNY");
  event.mutable_retraction()->set_reason("misprint");
  return event;
}

inline v1::Event retraction_by_id() {
  v1::Event event = bare_event();
  event.mutable_retraction()->set_event_id("row-17");
  return event;
}

inline v1::Event catalogue_event() {
  v1::Event event;
  v1::CatalogChange& change = *event.mutable_catalog_change();
  v1::CatalogParty& party = *change.add_parties();
  party.set_id("alibaba");
  party.set_name("Alibaba");
  party.set_kind(v1::PARTY_KIND_COMPANY);
  party.set_cik("1577552");
  party.set_country("CN");
  party.set_fiscal_year_end("03-31");
  party.add_aliases("Alibaba Group");
  party.add_tickers("BABA");
  v1::CatalogParty& group = *change.add_parties();
  group.set_id("bat");
  group.set_kind(v1::PARTY_KIND_GROUP);
  group.add_members("alibaba");
  v1::CatalogMetric& metric = *change.add_metrics();
  metric.set_id("capex");
  metric.set_name("Capital expenditure");
  metric.set_unit_class(v1::UNIT_CLASS_MONEY);
  metric.set_aggregation(v1::AGGREGATION_FLOW);
  metric.set_default_measure(v1::MEASURE_LEVEL);
  metric.add_tags("us-gaap:PaymentsToAcquirePropertyPlantAndEquipment");
  metric.add_aliases("capital expenditure");
  v1::CatalogProduct& product = *change.add_products();
  product.set_id("H20");
  product.add_aliases("H2O");
  v1::CatalogSource& source = *change.add_sources();
  source.set_name("SEC EDGAR");
  source.add_aliases("EDGAR");
  source.set_rank(1);
  change.set_automatic(true);
  return event;
}

}  // namespace capexdb::test
