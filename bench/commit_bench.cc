// Commits by batch size beside their limit: the same bytes as one raw RocksDB
// value per batch, synced as well.
#include <benchmark/benchmark.h>
#include <rocksdb/db.h>

#include <memory>

#include "bench/fixtures.h"

namespace capexdb::bench {
namespace {

constexpr std::size_t kCompanies = 2000;

void commit_under(benchmark::State& state, const PlausibilityRules& rules) {
  const TemporaryDirectory directory;
  const auto store = open_store(directory.path(), rules);
  const auto size = static_cast<std::size_t>(state.range(0));
  std::size_t next = 0;
  for (auto _ : state) {
    state.PauseTiming();  // validation is another thread's work
    storage::Batch batch = make_batch(next, size, kCompanies);
    next += size;
    state.ResumeTiming();
    const auto replies = store->commit({&batch, 1});
    if (!replies[0] || replies[0]->accepted() + replies[0]->quarantined() != size) {
      state.SkipWithError("not all accepted");
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void commit(benchmark::State& state) { commit_under(state, {}); }

// Every record of a producer that is held when suspect, which few of these are.
void commit_of_held_producer(benchmark::State& state) {
  PlausibilityRules rules;
  rules.hold = {"bench"};
  commit_under(state, rules);
}

void validate_only(benchmark::State& state) {
  std::size_t next = 0;
  for (auto _ : state) {
    const storage::Batch batch = make_batch(next, 1000, kCompanies);
    next += 1000;
    benchmark::DoNotOptimize(batch.records.data());
  }
  state.SetItemsProcessed(state.iterations() * 1000);
}

void limit_raw_rocksdb_write(benchmark::State& state) {
  const TemporaryDirectory directory;
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* raw = nullptr;
  if (!rocksdb::DB::Open(options, directory.path(), &raw).ok()) {
    state.SkipWithError("cannot open");
    return;
  }
  const std::unique_ptr<rocksdb::DB> db(raw);
  const auto size = static_cast<std::size_t>(state.range(0));
  std::string value;
  for (std::size_t i = 0; i < size; ++i) value += make_event(i, kCompanies);
  rocksdb::WriteOptions sync;
  sync.sync = true;
  std::uint64_t key = 0;
  for (auto _ : state) {
    ++key;
    const rocksdb::Slice bytes(reinterpret_cast<const char*>(&key), sizeof key);
    if (!db->Put(sync, bytes, value).ok()) state.SkipWithError("cannot write");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(commit)->Arg(1)->Arg(100)->Arg(1'000)->Arg(10'000)->UseRealTime();
BENCHMARK(commit_of_held_producer)->Arg(1'000)->Arg(10'000)->UseRealTime();
BENCHMARK(limit_raw_rocksdb_write)->Arg(1)->Arg(100)->Arg(1'000)->Arg(10'000)->UseRealTime();
BENCHMARK(validate_only);

}  // namespace
}  // namespace capexdb::bench
