// Blocks beside their limit: copying or scanning plain arrays of the same rows.
#include <benchmark/benchmark.h>

#include <cstring>

#include "bench/fixtures.h"
#include "storage/block.h"

namespace capexdb::bench {
namespace {

using storage::Block;
using storage::BlockReader;
using storage::Column;

void encode(benchmark::State& state) {
  const Block block = Block::from_rows(make_rows(static_cast<std::size_t>(state.range(0))));
  std::size_t bytes = 0;
  for (auto _ : state) {
    const std::string encoded = storage::encode_block(block);
    bytes = encoded.size();
    benchmark::DoNotOptimize(encoded.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["bytes/row"] = static_cast<double>(bytes) / static_cast<double>(state.range(0));
}

void decode_all_columns(benchmark::State& state) {
  const std::string bytes =
      storage::encode_rows(make_rows(static_cast<std::size_t>(state.range(0))));
  for (auto _ : state) {
    const auto block = storage::decode_block(bytes);
    benchmark::DoNotOptimize(block->rows());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void limit_copy_all_columns(benchmark::State& state) {
  const Block block = Block::from_rows(make_rows(static_cast<std::size_t>(state.range(0))));
  for (auto _ : state) {
    Block copy = block;
    benchmark::DoNotOptimize(copy.column(Column::value).data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void sum_one_column(benchmark::State& state) {
  const std::string bytes =
      storage::encode_rows(make_rows(static_cast<std::size_t>(state.range(0))));
  std::vector<std::int64_t> out(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    const auto reader = BlockReader::open(bytes);
    reader->read(Column::value, out);
    std::int64_t sum = 0;
    for (const std::int64_t value : out) sum += value;
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void limit_sum_plain_array(benchmark::State& state) {
  const Block block = Block::from_rows(make_rows(static_cast<std::size_t>(state.range(0))));
  for (auto _ : state) {
    std::int64_t sum = 0;
    for (const std::int64_t value : block.column(Column::value)) sum += value;
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void fold_ten_blocks(benchmark::State& state) {
  const auto rows = make_rows(static_cast<std::size_t>(state.range(0)));
  std::vector<std::string> parts;
  const std::size_t each = rows.size() / 10;
  for (std::size_t i = 0; i < 10; ++i) {
    parts.push_back(storage::encode_rows({rows.data() + i * each, each}));
  }
  const std::vector<std::string_view> views(parts.begin(), parts.end());
  for (auto _ : state) {
    const auto folded = storage::fold_blocks(views);
    benchmark::DoNotOptimize(folded->data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(encode)->Arg(1)->Arg(100)->Arg(10'000);
BENCHMARK(decode_all_columns)->Arg(1)->Arg(100)->Arg(10'000);
BENCHMARK(limit_copy_all_columns)->Arg(1)->Arg(100)->Arg(10'000);
BENCHMARK(sum_one_column)->Arg(100)->Arg(10'000);
BENCHMARK(limit_sum_plain_array)->Arg(100)->Arg(10'000);
BENCHMARK(fold_ten_blocks)->Arg(100)->Arg(10'000);

}  // namespace
}  // namespace capexdb::bench
