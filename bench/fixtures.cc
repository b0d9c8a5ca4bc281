#include "bench/fixtures.h"

#include <malloc.h>

#include <array>
#include <cstdio>
#include <random>

#include "capexdb/v1/event.pb.h"
#include "proto/codec/validate.h"
#include "proto/model/date.h"

namespace capexdb::bench {
namespace {

constexpr std::array kMetrics = {"capex", "revenue", "research_and_development", "inventory"};
constexpr std::size_t kQuarters = 40;

}  // namespace

std::string company_name(std::size_t company) { return "c" + std::to_string(company); }

std::vector<storage::Row> make_rows(std::size_t count) {
  using storage::Column;
  std::mt19937_64 random(7);
  std::vector<storage::Row> rows(count);
  for (std::size_t i = 0; i < count; ++i) {
    storage::Row& row = rows[i];
    const auto quarter = static_cast<int>(i / 3 % kQuarters);
    const int year = 2015 + quarter / 4;
    row[Column::sequence] = static_cast<std::int64_t>(i + 1);
    row[Column::subject] = static_cast<std::int64_t>(i / (3 * kQuarters) + 1);
    row.set_period(quarter_span(year * 4 + quarter % 4));
    const std::int64_t day = row[Column::period_end] + 30 + static_cast<std::int64_t>(i % 3) * 90;
    row.set_published({day * 86400, (day + 1) * 86400});
    row[Column::source] = static_cast<std::int64_t>(random() % 5 + 1);
    row[Column::document] = static_cast<std::int64_t>(random());
    row[Column::root] = row[Column::document];
    row[Column::status] = 1;
    row[Column::measure] = 1;
    row[Column::flags] = storage::flag::kValue;
    row[Column::value] = static_cast<std::int64_t>(random() % 5000) * 1'000'000;
    row[Column::unit] = 1;
    row[Column::currency] = storage::currency_code("USD");
  }
  return rows;
}

std::string make_event(std::size_t index, std::size_t companies) {
  const std::size_t company = index % companies;
  const std::size_t metric = index / companies % kMetrics.size();
  const std::size_t quarter = index / (companies * kMetrics.size()) % kQuarters;
  const std::size_t revision = index / (companies * kMetrics.size() * kQuarters);
  const Period period = quarter_span(2015 * 4 + static_cast<int>(quarter));
  v1::Event event;
  event.mutable_source()->set_publisher("Filings");
  event.mutable_source()->set_accession("A-" + std::to_string(company) + "-" +
                                        std::to_string(quarter) + "-" + std::to_string(revision));
  event.set_published_at(date_to_string(period.end + 30 + static_cast<int>(revision) * 90));
  event.set_status(v1::STATUS_ACTUAL);
  v1::MeasureFact& fact = *event.mutable_measure();
  fact.mutable_subject()->set_name(company_name(company));
  fact.set_metric(kMetrics[metric]);
  fact.mutable_period()->set_kind(v1::PERIOD_KIND_SPAN);
  fact.mutable_period()->set_start(period_start_text(period));
  fact.mutable_period()->set_end(period_end_text(period));
  fact.mutable_quantity()->set_value(std::to_string((index * 7919 % 100'000 + 1) * 1'000'000));
  fact.mutable_quantity()->set_unit("USD");
  return event.SerializeAsString();
}

std::unique_ptr<storage::EventStore> open_store(const std::string& path,
                                                const PlausibilityRules& rules) {
#ifdef __GLIBC__
  // As capexd does.
  mallopt(M_TRIM_THRESHOLD, 128 << 20);
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
#endif
  storage::StoreOptions options;
  options.path = path;
  options.plausibility = rules;
  for (const char* id : kMetrics) {
    CatalogMetric& metric = options.seed.metrics.emplace_back();
    metric.id = id;
    metric.name = id;
    metric.unit_class = UnitClass::money;
    metric.aggregation = Aggregation::flow;
  }
  auto store = storage::EventStore::open(std::move(options));
  if (!store) {
    std::fprintf(stderr, "%s\n", store.error().message.c_str());
    std::abort();
  }
  return std::move(*store);
}

storage::Batch make_batch(std::size_t first, std::size_t count, std::size_t companies) {
  storage::Batch batch;
  batch.producer_id = "bench";
  batch.records.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    batch.records.push_back(validate(make_event(first + i, companies)));
  }
  return batch;
}

}  // namespace capexdb::bench
