// The parts that every kind of fact has, on the way in and out of an event.
#pragma once

#include <string>
#include <vector>

#include "capexdb/v1/event.pb.h"

namespace capexdb::importers {

// One number about one cell.
struct Fact {
  v1::Party subject;
  std::vector<v1::Counterparty> counterparties;
  std::string metric;
  std::string product;
  std::string definition;
  v1::Period period;
  v1::Quantity quantity;
  v1::Measure measure = v1::MEASURE_UNSPECIFIED;
};

// Puts the fact into the event's oneof: `capex` as CapexFact, the metrics of
// chip shipments as ChipShipmentFact where that can hold them, all others as
// MeasureFact.
void put_fact(Fact fact, v1::Event& event);

// The facts that an event states, one per quantity. None for a retraction or a
// change of the catalogue.
std::vector<Fact> facts_of(const v1::Event& event);

}  // namespace capexdb::importers
