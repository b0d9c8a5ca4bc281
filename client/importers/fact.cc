#include "client/importers/fact.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

enum class ChipField { units, unit_price, value };

struct ChipMetric {
  std::string_view slug;
  std::string_view id;
  ChipField field;
  bool buys;  // the subject is the buyer
};

constexpr std::array<ChipMetric, 5> kChipMetrics = {
    {{"unit-shipments", "unit_shipments", ChipField::units, false},
     {"unit-purchases", "unit_purchases", ChipField::units, true},
     {"unit-price", "unit_price", ChipField::unit_price, false},
     {"shipment-value", "shipment_value", ChipField::value, false},
     {"purchase-value", "purchase_value", ChipField::value, true}}};

bool is_chip_unit(std::string_view unit) {
  static constexpr std::array<std::string_view, 3> kChips = {"{chip}", "{gpu}", "{processor}"};
  return std::any_of(kChips.begin(), kChips.end(), [&](std::string_view chip) {
    return unit.find(chip) != std::string_view::npos;
  });
}

// Money, of which a shipment's price makes money per chip.
bool is_currency_alone(const v1::Quantity& quantity) {
  return !quantity.currency().empty() &&
         (quantity.unit().empty() || quantity.unit() == quantity.currency());
}

// The shipment's field for this fact; null where a shipment cannot hold it.
const ChipMetric* chip_metric(const Fact& fact) {
  if (!fact.definition.empty()) return nullptr;
  const std::string name = slug(fact.metric);
  const std::string& unit = fact.quantity.unit();
  for (const ChipMetric& metric : kChipMetrics) {
    if (metric.slug != name) continue;
    switch (metric.field) {
      case ChipField::units:
        return unit.empty() || unit == "%" || is_chip_unit(unit) ? &metric : nullptr;
      case ChipField::unit_price:
        // A shipment's unit price has no measure but price.
        if (fact.measure != v1::MEASURE_UNSPECIFIED && fact.measure != v1::MEASURE_PRICE) {
          return nullptr;
        }
        return is_chip_unit(unit) || is_currency_alone(fact.quantity) ? &metric : nullptr;
      case ChipField::value:
        // Without a unit a shipment would read it as chips.
        return !unit.empty() || !fact.quantity.currency().empty() ? &metric : nullptr;
    }
  }
  return nullptr;
}

template <class Message>
void put_common(Fact& fact, Message& to) {
  *to.mutable_subject() = std::move(fact.subject);
  for (v1::Counterparty& other : fact.counterparties) {
    *to.add_counterparties() = std::move(other);
  }
  to.set_product(std::move(fact.product));
  *to.mutable_period() = std::move(fact.period);
  to.set_measure(fact.measure);
}

template <class Message>
Fact common_of(const Message& from) {
  Fact fact;
  fact.subject = from.subject();
  fact.counterparties.assign(from.counterparties().begin(), from.counterparties().end());
  fact.product = from.product();
  fact.period = from.period();
  fact.measure = from.measure();
  return fact;
}

void put_shipment(const ChipMetric& metric, Fact fact, v1::ChipShipmentFact& to) {
  // A price tells its side only by the role of the other one.
  const bool faces_seller =
      metric.field == ChipField::unit_price && !fact.counterparties.empty() &&
      std::all_of(fact.counterparties.begin(), fact.counterparties.end(),
                  [](const v1::Counterparty& c) { return c.role() == v1::ROLE_SELLER; });
  to.set_subject_role(metric.buys || faces_seller ? v1::ROLE_BUYER : v1::ROLE_SELLER);
  put_common(fact, to);
  switch (metric.field) {
    case ChipField::units:
      *to.mutable_units() = std::move(fact.quantity);
      break;
    case ChipField::unit_price:
      *to.mutable_unit_price() = std::move(fact.quantity);
      break;
    case ChipField::value:
      *to.mutable_value() = std::move(fact.quantity);
      break;
  }
}

std::vector<Fact> shipment_facts(const v1::ChipShipmentFact& from) {
  std::vector<Fact> facts;
  const bool buys = from.subject_role() == v1::ROLE_BUYER;
  const auto add = [&](const char* metric, const v1::Quantity& quantity) -> Fact& {
    Fact& fact = facts.emplace_back(common_of(from));
    fact.metric = metric;
    fact.quantity = quantity;
    return fact;
  };
  if (from.has_units()) add(buys ? "unit_purchases" : "unit_shipments", from.units());
  if (from.has_unit_price()) add("unit_price", from.unit_price()).measure = v1::MEASURE_PRICE;
  if (from.has_value()) add(buys ? "purchase_value" : "shipment_value", from.value());
  return facts;
}

}  // namespace

void put_fact(Fact fact, v1::Event& event) {
  if (slug(fact.metric) == "capex") {
    v1::CapexFact& to = *event.mutable_capex();
    put_common(fact, to);
    to.set_definition(std::move(fact.definition));
    *to.mutable_amount() = std::move(fact.quantity);
  } else if (const ChipMetric* metric = chip_metric(fact)) {
    put_shipment(*metric, std::move(fact), *event.mutable_chip_shipment());
  } else {
    v1::MeasureFact& to = *event.mutable_measure();
    put_common(fact, to);
    to.set_metric(std::move(fact.metric));
    to.set_definition(std::move(fact.definition));
    *to.mutable_quantity() = std::move(fact.quantity);
  }
}

std::vector<Fact> facts_of(const v1::Event& event) {
  switch (event.fact_case()) {
    case v1::Event::kCapex: {
      Fact fact = common_of(event.capex());
      fact.metric = "capex";
      fact.definition = event.capex().definition();
      fact.quantity = event.capex().amount();
      return {std::move(fact)};
    }
    case v1::Event::kChipShipment:
      return shipment_facts(event.chip_shipment());
    case v1::Event::kMeasure: {
      Fact fact = common_of(event.measure());
      fact.metric = event.measure().metric();
      fact.definition = event.measure().definition();
      fact.quantity = event.measure().quantity();
      return {std::move(fact)};
    }
    default:
      return {};
  }
}

}  // namespace capexdb::importers
