#include "client/cli/vintage.h"

#include <gmock/gmock.h>

#include "tests/unit/client/fake_server.h"

namespace capexdb::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

v1::Event event_of(const std::string& published_at = "2026-01-28") {
  v1::Event event;
  event.mutable_source()->set_publisher("Epoch AI");
  event.mutable_source()->set_title("own.csv");
  event.set_published_at(published_at);
  v1::ChipShipmentFact& fact = *event.mutable_chip_shipment();
  fact.mutable_subject()->set_name("Own Chips");
  fact.set_product("X9");
  fact.mutable_period()->set_start("2024-01-01");
  fact.mutable_period()->set_end("2024-03-31");
  fact.mutable_units()->set_value("300");
  return event;
}

TEST(Vintage, AShipmentHasACellForEachOfItsNumbers) {
  v1::Event event = event_of();
  v1::ChipShipmentFact& fact = *event.mutable_chip_shipment();
  fact.add_counterparties()->mutable_party()->set_name("Buyer");
  fact.mutable_unit_price()->set_currency("USD");
  fact.mutable_unit_price()->set_unit("USD");
  fact.mutable_value()->set_currency("USD");
  const std::vector<v1::Cell> seller = cells_of(event);
  ASSERT_EQ(seller.size(), 3U);
  std::vector<std::string> metrics;
  std::vector<std::string> units;
  for (const v1::Cell& cell : seller) {
    metrics.push_back(cell.metric());
    units.push_back(cell.unit());
    EXPECT_EQ(cell.counterparties(0).role(), v1::ROLE_BUYER);
    EXPECT_EQ(cell.product(), "X9");
  }
  EXPECT_THAT(metrics, ElementsAre("unit_shipments", "shipment_value", "unit_price"));
  EXPECT_THAT(units, ElementsAre("{chip}", "USD", "USD/{chip}"));
  fact.set_subject_role(v1::ROLE_BUYER);
  EXPECT_EQ(cells_of(event)[0].metric(), "unit_purchases");
  EXPECT_EQ(cells_of(event)[0].counterparties(0).role(), v1::ROLE_SELLER);
}

TEST(Vintage, OtherFactsHaveOneCell) {
  v1::Event event = event_of();
  event.mutable_capex()->set_definition("us-gaap:Purchases");
  event.mutable_capex()->mutable_amount()->set_currency("USD");
  ASSERT_EQ(cells_of(event).size(), 1U);
  EXPECT_EQ(cells_of(event)[0].metric(), "capex");
  EXPECT_EQ(cells_of(event)[0].definition(), "us-gaap:Purchases");
  event.mutable_measure()->set_metric("revenue");
  event.mutable_measure()->set_measure(v1::MEASURE_GROWTH_YOY);
  EXPECT_EQ(cells_of(event)[0].metric(), "revenue");
  EXPECT_EQ(cells_of(event)[0].measure(), v1::MEASURE_GROWTH_YOY);
  event.mutable_retraction();
  EXPECT_TRUE(cells_of(event).empty());
}

// Why the events are no vintage; no question is asked then.
std::string fault_of(const std::vector<v1::Event>& events) {
  client::FakeServer server([](int, client::FakeConnection& connection) {
    client::FakeStore store;
    while (const auto message = connection.read()) connection.send(store.greet(*message));
  });
  auto client = Client::connect(client::options_for(server), after(client::kLong));
  EXPECT_TRUE(client);
  Vintage vintage;
  for (const v1::Event& event : events) vintage.add(event);
  const auto vanished = vintage.vanished(*client, client::kLong);
  EXPECT_FALSE(vanished);
  if (vanished) return {};
  EXPECT_EQ(vanished.error().code, Errc::invalid_argument);
  EXPECT_EQ(vanished.error().reason, "no_vintage");
  return vanished.error().message;
}

TEST(Vintage, AFileOfSeveralDocumentsIsNone) {
  EXPECT_THAT(fault_of({}), HasSubstr("no statement"));
  EXPECT_THAT(fault_of({event_of(), event_of("2026-01-29")}), HasSubstr("several"));
  EXPECT_THAT(fault_of({event_of("2026-01")}), HasSubstr("is no day"));
  v1::Event other = event_of();
  other.mutable_source()->set_title("other.csv");
  EXPECT_THAT(fault_of({event_of(), other}), HasSubstr("several"));
  other.mutable_source()->set_url("https://example.com");
  EXPECT_THAT(fault_of({other}), HasSubstr("URL"));
  v1::Event dayless = event_of();
  dayless.mutable_chip_shipment()->mutable_period()->Clear();
  EXPECT_THAT(fault_of({dayless}), HasSubstr("no days"));
}

}  // namespace
}  // namespace capexdb::cli
