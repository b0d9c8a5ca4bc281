#include "tests/unit/storage/events.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "proto/codec/validate.h"
#include "proto/model/text.h"
#include "storage/query/engine.h"

namespace capexdb::storage::test {

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "capexdb-test-XXXXXX").string();
  path_ = mkdtemp(pattern.data());
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

CatalogMetric metric_of(std::string id, UnitClass unit_class, Aggregation aggregation) {
  CatalogMetric m;
  m.id = std::move(id);
  m.name = m.id;
  m.unit_class = unit_class;
  m.aggregation = aggregation;
  return m;
}

CatalogChange small_catalogue() {
  const auto party = [](std::string id, std::string name, PartyKind kind) {
    CatalogParty p;
    p.id = std::move(id);
    p.name = std::move(name);
    p.kind = kind;
    return p;
  };
  CatalogChange change;
  change.parties = {
      party("alibaba", "Alibaba", PartyKind::company),
      party("tencent", "Tencent", PartyKind::company), party("baidu", "Baidu", PartyKind::company),
      party("nvidia", "Nvidia", PartyKind::company), party("bat", "BAT", PartyKind::group)};
  change.parties[0].tickers = {"BABA"};
  change.parties[0].cik = "1577552";
  change.parties[4].members = {"alibaba", "tencent", "baidu"};
  change.parties[4].aliases = {"The three"};
  change.metrics = {metric_of("capex", UnitClass::money, Aggregation::flow),
                    metric_of("cash_and_equivalents", UnitClass::money, Aggregation::stock),
                    metric_of("unit_shipments", UnitClass::count, Aggregation::flow),
                    metric_of("unit_purchases", UnitClass::count, Aggregation::flow),
                    metric_of("unit_price", UnitClass::price, Aggregation::none),
                    metric_of("shipment_value", UnitClass::money, Aggregation::flow),
                    metric_of("fx_rate", UnitClass::price, Aggregation::none)};
  change.metrics[0].tags = {"us-gaap:PaymentsToAcquirePropertyPlantAndEquipment",
                            "us-gaap:PaymentsToAcquireProductiveAssets"};
  change.products = {{"H20", {"H2O"}}};
  change.sources = {{"SEC EDGAR", {}, 1}};
  return change;
}

v1::Event capex(const std::string& company, const std::string& value,
                const std::string& publisher) {
  v1::Event event;
  event.mutable_source()->set_publisher(publisher);
  event.set_published_at("2024-08-26");
  event.set_status(v1::STATUS_ACTUAL);
  v1::CapexFact& fact = *event.mutable_capex();
  fact.mutable_subject()->set_name(company);
  fact.mutable_period()->set_start("2024-01-01");
  fact.mutable_period()->set_end("2024-06-30");
  fact.mutable_amount()->set_value(value);
  fact.mutable_amount()->set_stated_decimals(-9);
  fact.mutable_amount()->set_unit("CNY");
  fact.mutable_amount()->set_currency("CNY");
  fact.set_measure(v1::MEASURE_LEVEL);
  return event;
}

v1::Event shipment(const std::string& seller, const std::string& buyer, const std::string& low) {
  v1::Event event;
  event.mutable_source()->set_publisher("Benzinga");
  event.set_published_at("2024-08-26");
  event.set_status(v1::STATUS_ESTIMATE);
  v1::ChipShipmentFact& fact = *event.mutable_chip_shipment();
  fact.mutable_subject()->set_name(seller);
  fact.add_counterparties()->mutable_party()->set_name(buyer);
  fact.set_product("H20");
  fact.mutable_period()->set_kind(v1::PERIOD_KIND_OPEN);
  fact.mutable_period()->set_start("2024-08-26");
  fact.mutable_units()->set_low(low);
  fact.mutable_units()->set_low_kind(v1::BOUND_KIND_OPEN);
  return event;
}

v1::Event measured(const std::string& company, const std::string& metric, const std::string& period,
                   const std::string& value, const std::string& unit,
                   const std::string& published_at) {
  v1::Event event;
  event.mutable_source()->set_publisher("Reuters");
  event.set_published_at(published_at);
  event.set_status(v1::STATUS_ACTUAL);
  v1::MeasureFact& fact = *event.mutable_measure();
  fact.mutable_subject()->set_name(company);
  fact.set_metric(metric);
  fact.mutable_period()->set_label(period);
  fact.mutable_quantity()->set_value(value);
  fact.mutable_quantity()->set_unit(unit);
  return event;
}

std::unique_ptr<EventStore> open_store(const std::string& path, CatalogChange seed) {
  return open_store(path, std::move(seed), {});
}

std::unique_ptr<EventStore> open_store(const std::string& path, CatalogChange seed,
                                       const PlausibilityRules& rules, rocksdb::Env* env) {
  StoreOptions options;
  options.path = path;
  options.plausibility = rules;
  options.env = env;
  options.seed = std::move(seed);
  options.block_cache_bytes = 8U << 20U;
  options.write_buffer_bytes = 4U << 20U;
  options.now_us = [] { return std::int64_t{1'724'630'400'000'000}; };
  auto store = EventStore::open(std::move(options));
  if (!store) {
    ADD_FAILURE() << store.error().message;
    return nullptr;
  }
  return std::move(*store);
}

Batch make_batch(const std::vector<v1::Event>& events, const std::string& producer,
                 std::uint64_t batch_number) {
  Batch batch;
  batch.producer_id = producer;
  batch.batch_number = batch_number;
  std::string all;
  for (const v1::Event& event : events) {
    all += event.SerializeAsString();
    batch.records.push_back(validate(event.SerializeAsString()));
  }
  batch.request_hash = hash64(all);
  return batch;
}

v1::IngestReply commit(EventStore& store, const std::vector<v1::Event>& events,
                       const std::string& producer, std::uint64_t batch_number, bool atomic,
                       bool dry_run) {
  Batch batch = make_batch(events, producer, batch_number);
  batch.atomic = atomic;
  batch.dry_run = dry_run;
  auto replies = store.commit({&batch, 1});
  if (!replies.front()) {
    ADD_FAILURE() << replies.front().error().message;
    return {};
  }
  return *replies.front();
}

Query question(QueryKind kind, const std::string& select, const std::string& metric,
               const std::string& periods) {
  Query query;
  query.kind = kind;
  query.select = split(select, ',');
  query.metric = metric;
  query.periods = periods;
  return query;
}

Answer ask(const EventStore& store, const Query& query) {
  auto answer = run_query(store, query, {});
  if (!answer) {
    ADD_FAILURE() << answer.error().message;
    return {};
  }
  return std::move(*answer);
}

AnswerRow only_row(const EventStore& store, const Query& query) {
  const Answer answer = ask(store, query);
  EXPECT_EQ(answer.rows.size(), 1U);
  return answer.rows.empty() ? AnswerRow{} : answer.rows[0];
}

}  // namespace capexdb::storage::test
