// What it costs at ingest to look whether records are plausible: the same batches into
// two stores in turn, one with the rules and one without, so that whatever else the
// machine does falls on both.
#include <benchmark/benchmark.h>
#include <time.h>

#include <array>
#include <cmath>
#include <memory>
#include <random>
#include <vector>

#include "bench/fixtures.h"
#include "capexdb/v1/event.pb.h"
#include "proto/codec/validate.h"
#include "proto/model/date.h"

namespace capexdb::bench {
namespace {

constexpr std::array kLevelMetrics = {"capex", "revenue", "research_and_development", "inventory"};
constexpr std::size_t kBatchRecords = 1000;
constexpr std::int64_t kPairs = 300;

// Of this thread, so that the stores' background work is nobody's.
double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Levels in dollars, quarter after quarter: as companies grow, or any at all, where every
// neighbour is far away and one in thirty is off by a power of ten.
class Levels {
 public:
  Levels(std::size_t companies, bool grow) : companies_(companies), grow_(grow) {
    if (!grow) return;
    for (std::size_t i = 0; i < companies * kLevelMetrics.size(); ++i) {
      now_.push_back(std::pow(10.0, 7 + 3 * share()));
    }
  }

  std::string next_event() {
    const std::size_t series = next_ % (companies_ * kLevelMetrics.size());
    const auto quarter = static_cast<int>(next_ / (companies_ * kLevelMetrics.size()));
    ++next_;
    const std::size_t company = series / kLevelMetrics.size();
    const Period period = quarter_span(2015 * 4 + quarter);
    v1::Event event;
    event.mutable_source()->set_publisher("Filings");
    event.mutable_source()->set_accession("A-" + std::to_string(company) + "-" +
                                          std::to_string(quarter));
    event.set_published_at(date_to_string(period.end + 20 + static_cast<int>(company % 28)));
    event.set_status(v1::STATUS_ACTUAL);
    v1::MeasureFact& fact = *event.mutable_measure();
    fact.mutable_subject()->set_name(company_name(company));
    fact.set_metric(kLevelMetrics.at(series % kLevelMetrics.size()));
    fact.mutable_period()->set_kind(v1::PERIOD_KIND_SPAN);
    fact.mutable_period()->set_start(period_start_text(period));
    fact.mutable_period()->set_end(period_end_text(period));
    fact.mutable_quantity()->set_value(std::to_string(next_value(series)));
    fact.mutable_quantity()->set_unit("USD");
    return event.SerializeAsString();
  }

 private:
  double share() { return static_cast<double>(random_() >> 11U) * 0x1p-53; }

  std::int64_t next_value(std::size_t series) {
    if (!grow_) return 1'000'000 + static_cast<std::int64_t>(random_() % 9'999'000'000);
    now_[series] *= 0.85 + 0.35 * share();
    return std::llround(now_[series] / 1000) * 1000;
  }

  std::size_t companies_;
  bool grow_;
  std::size_t next_ = 0;
  std::mt19937_64 random_{3};
  std::vector<double> now_;
};

struct Side {
  explicit Side(bool enabled) {
    PlausibilityRules rules;
    rules.enabled = enabled;
    store = open_store(directory.path(), rules);
  }

  // As the daemon does with a batch that has come; false where not all of it is accepted.
  bool ingest(const std::vector<std::string>& events) {
    const double begin = cpu_seconds();
    storage::Batch batch;
    batch.producer_id = "bench";
    batch.records.reserve(events.size());
    for (const std::string& event : events) batch.records.push_back(validate(event));
    const auto replies = store->commit({&batch, 1});
    took = cpu_seconds() - begin;
    seconds += took;
    if (!replies[0] || replies[0]->accepted() != events.size()) return false;
    for (const auto& verdict : replies[0]->verdicts()) {
      if (verdict.code().starts_with("suspect_")) ++suspected;
    }
    return true;
  }

  TemporaryDirectory directory;
  std::unique_ptr<storage::EventStore> store;
  double seconds = 0;
  double took = 0;  // of the last batch
  std::size_t suspected = 0;
};

void ingest_with_and_without_rules(benchmark::State& state, std::size_t companies, bool grow) {
  Levels levels(companies, grow);
  Side with(true);
  Side without(false);
  bool with_first = false;
  std::vector<std::string> events(kBatchRecords);
  for (auto _ : state) {
    for (std::string& event : events) event = levels.next_event();
    with_first = !with_first;
    const bool accepted = with_first ? with.ingest(events) && without.ingest(events)
                                     : without.ingest(events) && with.ingest(events);
    if (!accepted) {
      state.SkipWithError("not all accepted");
      break;
    }
    state.SetIterationTime(with.took);
  }
  const auto records = static_cast<double>(state.iterations()) * kBatchRecords;
  state.counters["with_us"] = with.seconds / records * 1e6;
  state.counters["without_us"] = without.seconds / records * 1e6;
  state.counters["ratio"] = with.seconds / without.seconds;
  state.counters["suspected"] = static_cast<double>(with.suspected);
}

// 5,000 series of 60 quarters, and 80,000 of 3 to 4: nothing to compare with, yet
// figures of each to keep.
BENCHMARK_CAPTURE(ingest_with_and_without_rules, growing, 1250, true)
    ->Iterations(kPairs)
    ->UseManualTime();
BENCHMARK_CAPTURE(ingest_with_and_without_rules, random, 20'000, false)
    ->Iterations(kPairs)
    ->UseManualTime();

}  // namespace
}  // namespace capexdb::bench
