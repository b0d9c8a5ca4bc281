// Questions beside their limit: a scan of plain arrays that hold the same rows.
#include <benchmark/benchmark.h>

#include "bench/fixtures.h"
#include "storage/query/engine.h"

namespace capexdb::bench {
namespace {

constexpr std::size_t kCompanies = 1000;
constexpr std::size_t kObservations = kCompanies * 4 * 40 * 2;  // two vintages of each figure

// Loaded once; the first benchmark pays for it.
const storage::EventStore& loaded_store() {
  static const TemporaryDirectory directory;
  static const auto store = [] {
    auto opened = open_store(directory.path());
    for (std::size_t first = 0; first < kObservations; first += 10'000) {
      storage::Batch batch = make_batch(first, 10'000, kCompanies);
      (void)opened->commit({&batch, 1});
    }
    return opened;
  }();
  return *store;
}

void run(benchmark::State& state, Query query) {
  const storage::EventStore& store = loaded_store();
  std::size_t rows = 0;
  std::size_t i = 0;
  const bool one_company = query.select.front() != "all";
  for (auto _ : state) {
    if (one_company) query.select = {company_name(i++ * 7919 % kCompanies)};
    const auto answer = storage::run_query(store, query, {});
    if (!answer) {
      state.SkipWithError(answer.error().message.c_str());
      return;
    }
    rows = answer->rows.size();
  }
  state.counters["rows"] = static_cast<double>(rows);
}

void one_company(benchmark::State& state) {
  Query query;
  query.select = {"c0"};
  query.metric = "capex";
  run(state, query);
}

void one_company_one_quarter(benchmark::State& state) {
  Query query;
  query.select = {"c0"};
  query.metric = "capex";
  query.periods = "2020-Q2";
  run(state, query);
}

void cross_section_of_a_quarter(benchmark::State& state) {
  Query query;
  query.kind = QueryKind::sum;
  query.select = {"all"};
  query.metric = "capex";
  query.periods = "2020-Q2";
  run(state, query);
}

void cross_section_by_quarter(benchmark::State& state) {
  Query query;
  query.kind = QueryKind::sum;
  query.select = {"all"};
  query.metric = "capex";
  run(state, query);
}

void cross_section_by_quarter_as_of(benchmark::State& state) {
  Query query;
  query.kind = QueryKind::sum;
  query.select = {"all"};
  query.metric = "capex";
  query.as_of = "2020-06-30";
  run(state, query);
}

void companies_of_a_quarter(benchmark::State& state) {
  Query query;
  query.kind = QueryKind::sum;
  query.select = {"all"};
  query.metric = "capex";
  query.periods = "2020-Q2";
  query.by = {Dimension::company};
  run(state, query);
}

// As many rows as a metric has, in arrays: keep the newest of each cell, add.
void limit_scan_plain_arrays(benchmark::State& state) {
  const auto rows = make_rows(kObservations / 4);
  std::vector<std::int64_t> cell;
  std::vector<std::int64_t> value;
  for (const auto& row : rows) {
    cell.push_back(row[storage::Column::subject] * 1000 + row[storage::Column::period_start] / 80);
    value.push_back(row[storage::Column::value]);
  }
  for (auto _ : state) {
    std::int64_t sum = 0;
    std::int64_t last = -1;
    for (std::size_t i = 0; i < cell.size(); ++i) {
      const bool take = cell[i] != last;
      sum += take ? value[i] : 0;
      last = cell[i];
    }
    benchmark::DoNotOptimize(sum);
  }
}

BENCHMARK(one_company)->Unit(benchmark::kMicrosecond);
BENCHMARK(one_company_one_quarter)->Unit(benchmark::kMicrosecond);
BENCHMARK(cross_section_of_a_quarter)->Unit(benchmark::kMicrosecond);
BENCHMARK(cross_section_by_quarter)->Unit(benchmark::kMicrosecond);
BENCHMARK(cross_section_by_quarter_as_of)->Unit(benchmark::kMicrosecond);
BENCHMARK(companies_of_a_quarter)->Unit(benchmark::kMicrosecond);
BENCHMARK(limit_scan_plain_arrays)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace capexdb::bench
