#include "capexdb/edit.h"

#include <utility>

#include "capexdb/producer.h"
#include "proto/codec/catalog_codec.h"
#include "proto/codec/enums.h"
#include "proto/model/text.h"

namespace capexdb {
namespace {

// What facts of every kind have.
template <class Fact>
void put_cell(const Fact& fact, const std::string& metric, const v1::Quantity& quantity,
              v1::Cell& cell) {
  *cell.mutable_subject() = fact.subject();
  cell.set_metric(metric);
  *cell.mutable_counterparties() = fact.counterparties();
  cell.set_product(fact.product());
  *cell.mutable_period() = fact.period();
  cell.set_measure(fact.measure());
  cell.set_unit(quantity.unit());
  cell.set_currency(quantity.currency());
}

bool put_shipment_cell(const v1::ChipShipmentFact& fact, const std::string& metric,
                       v1::Cell& cell) {
  const bool buys = fact.subject_role() == v1::ROLE_BUYER;
  // Units that need not be spelt out.
  const auto put = [&](const v1::Quantity& quantity, const std::string& unit) {
    put_cell(fact, metric, quantity, cell);
    if (cell.unit().empty()) cell.set_unit(unit);
  };
  if (metric == (buys ? "unit_purchases" : "unit_shipments") && fact.has_units()) {
    put(fact.units(), "{chip}");
  } else if (metric == "unit_price" && fact.has_unit_price()) {
    put(fact.unit_price(), fact.unit_price().currency() + "/{chip}");
    cell.set_measure(v1::MEASURE_PRICE);
  } else if (metric == (buys ? "purchase_value" : "shipment_value") && fact.has_value()) {
    put(fact.value(), fact.value().currency());
  } else {
    return false;
  }
  // The other side, as the store reads it where nothing is said.
  for (v1::Counterparty& other : *cell.mutable_counterparties()) {
    if (other.role() == v1::ROLE_UNSPECIFIED) {
      other.set_role(buys ? v1::ROLE_SELLER : v1::ROLE_BUYER);
    }
  }
  return true;
}

bool put_cell(const v1::Event& event, const StatedFact& stated, v1::Cell& cell) {
  switch (event.fact_case()) {
    case v1::Event::kCapex:
      put_cell(event.capex(), stated.metric, event.capex().amount(), cell);
      cell.set_definition(event.capex().definition());
      break;
    case v1::Event::kMeasure:
      put_cell(event.measure(), event.measure().metric(), event.measure().quantity(), cell);
      cell.set_definition(event.measure().definition());
      break;
    case v1::Event::kChipShipment:
      if (!put_shipment_cell(event.chip_shipment(), stated.metric, cell)) return false;
      break;
    default:
      return false;
  }
  cell.set_measure(to_proto(stated.measure));
  v1::Period& period = *cell.mutable_period();
  if (period.start().empty() && period.end().empty() && !stated.start.empty() &&
      !stated.end.empty()) {
    period.set_kind(stated.start == stated.end ? v1::PERIOD_KIND_INSTANT : v1::PERIOD_KIND_SPAN);
    period.set_start(stated.start);
    period.set_end(stated.end);
  }
  return true;
}

}  // namespace

v1::Event catalog_event(const CatalogChange& change) {
  v1::Event event;
  *event.mutable_catalog_change() = to_proto(change);
  return event;
}

Result<v1::Event> retraction_of(const v1::Event& event, const StatedFact& fact,
                                const std::string& published_at, const std::string& reason) {
  v1::Event out;
  v1::Retraction& retraction = *out.mutable_retraction();
  if (!put_cell(event, fact, *retraction.mutable_cell())) {
    return fail(Errc::invalid_argument, "the event does not state any " + fact.metric);
  }
  const v1::Source& source = event.source();
  v1::Source& by = *out.mutable_source();
  by.set_publisher(source.publisher());
  by.set_url(source.url());
  by.set_title(source.title());
  by.set_accession(source.accession());
  out.set_published_at(published_at);
  retraction.set_reason(reason);
  retraction.set_document_published_at(event.published_at());
  return out;
}

Result<v1::IngestReply> send_event(const ClientOptions& options, v1::Event event, bool dry_run,
                                   Deadline deadline) {
  ProducerOptions producer_options;
  producer_options.dry_run_alone = dry_run;
  CAPEXDB_ASSIGN(Producer producer, Producer::open(options, producer_options, deadline));
  CAPEXDB_TRY(producer.add(std::move(event)));
  CAPEXDB_ASSIGN(const bool answered, producer.drain(deadline));
  auto reply = producer.next_reply();
  if (!answered || !reply) {
    return fail(Errc::deadline_exceeded, "no answer from " + options.server +
                                             " in time; whether it was stored is not known, "
                                             "and trying again is harmless");
  }
  return std::move(reply->reply);
}

}  // namespace capexdb
