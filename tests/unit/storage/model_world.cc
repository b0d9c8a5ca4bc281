#include "tests/unit/storage/model_world.h"

#include "proto/model/text.h"
#include "tests/unit/storage/events.h"

namespace capexdb::storage::test {
World::World(std::size_t number) : prefix("w" + std::to_string(number) + "-") {
  for (const char* name : {"ali", "ten", "fisc", "april"}) companies.push_back(prefix + name);
  for (const char* name : {"trio", "four"}) groups.push_back(prefix + name);
  for (const char* name : {"filings", "press", "blog"}) sources.push_back(prefix + name);
}

CatalogChange catalogue_of(const std::vector<World>& worlds) {
  CatalogChange change;
  for (const World& world : worlds) {
    const auto party = [&](const std::string& id, PartyKind kind) -> CatalogParty& {
      CatalogParty& p = change.parties.emplace_back();
      p.id = id;
      p.name = id;
      p.kind = kind;
      return p;
    };
    for (const std::string& id : world.companies) party(id, PartyKind::company);
    party(world.groups[0], PartyKind::group).members = {world.companies[0], world.companies[1],
                                                        world.companies[2]};
    party(world.groups[1], PartyKind::group).members = {world.groups[0], world.companies[3]};
    change.sources.push_back({world.sources[0], {}, 1});
    change.sources.push_back({world.sources[1], {}, 2});
    change.sources.push_back({world.sources[2], {}, 0});
  }
  change.sources.push_back({"Central bank", {}, 1});
  change.metrics = {metric_of("capex", UnitClass::money, Aggregation::flow),
                    metric_of("cash", UnitClass::money, Aggregation::stock),
                    metric_of("unit_shipments", UnitClass::count, Aggregation::flow),
                    metric_of("unit_purchases", UnitClass::count, Aggregation::flow),
                    metric_of("unit_price", UnitClass::price, Aggregation::none),
                    metric_of("shipment_value", UnitClass::money, Aggregation::flow),
                    metric_of("purchase_value", UnitClass::money, Aggregation::flow)};
  change.metrics.push_back(metric_of("fx_rate", UnitClass::price, Aggregation::none));
  for (const char* currency : kCurrencies) {
    CatalogParty& party = change.parties.emplace_back();
    party.id = "currency-" + to_lower_ascii(currency);
    party.name = party.id;
    party.kind = PartyKind::market;
  }
  change.metrics[0].tags = {kFirstConcept, kSecondConcept};
  change.products = {{"H20", {}}, {"H100", {}}};
  return change;
}

}  // namespace capexdb::storage::test
