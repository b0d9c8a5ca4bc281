// The commit thread's memory of series beside all rows there are: what it forgets
// it reads again, what it keeps it does not lose.
#include "storage/series.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "storage/block.h"
#include "storage/rocks/database.h"
#include "storage/store_state.h"
#include "tests/unit/storage/events.h"

namespace capexdb::storage::test {
namespace {

constexpr std::uint32_t kSubjects = 150;

Row random_row(std::mt19937_64& random, std::int64_t sequence) {
  const auto below = [&](unsigned end) { return static_cast<int>(random() % end); };
  Row row;
  row[Column::sequence] = sequence;
  // One that is said much about, many of which little is said.
  row[Column::subject] = below(4) == 0 ? 1 : 1 + below(kSubjects);
  row.set_period(quarter_span(2020 * 4 + below(4)));
  const std::int64_t day = row[Column::period_end] + below(300);
  row.set_published({day * 86400, (day + 1) * 86400});
  row[Column::source] = 1;
  row[Column::document] = below(1'000'000) + 1;
  row[Column::root] = row[Column::document];
  row[Column::status] = 1 + below(2);
  row[Column::measure] = 1;
  row[Column::flags] = flag::kValue;
  row[Column::value] = below(1000);
  return row;
}

HistoryKey key_of(const Row& row) { return {row.ordinal(Column::subject), 1, 202, 0}; }

// Whether `cell` is just `rows`, and their leader leads.
void expect_cell(const CellStatements* cell, const std::vector<Row>& rows, const Policy& policy) {
  ASSERT_EQ(cell == nullptr, rows.empty());
  if (rows.empty()) return;
  ASSERT_EQ(cell->rows().size(), rows.size());
  const Row* leader = &rows.front();
  for (const Row& row : rows) {
    ASSERT_NE(cell->find_same(row), nullptr);
    if (goes_before(row, *leader, policy)) leader = &row;
  }
  ASSERT_EQ(*cell->leader(), *leader);
}

// Batches of `batch_rows` through a memory of `bytes_max`.
void compare(std::uint64_t seed, std::size_t bytes_max, int batches, int batch_rows,
             bool must_forget) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const TemporaryDirectory directory;
  const auto store = open_store(directory.path(), small_catalogue());
  const Database& database = *store->state().database;
  const Policy policy;
  SeriesCache cache(bytes_max);
  std::map<CellKey, std::vector<Row>> all;
  std::size_t met = 0;
  bool forgot = false;
  std::set<HistoryKey> keys;
  std::int64_t sequence = 0;
  for (int batch = 0; batch < batches; ++batch) {
    cache.trim();
    ASSERT_LE(cache.bytes(), bytes_max) << "nothing is staged";
    forgot = forgot || cache.size() < keys.size();
    std::map<HistoryKey, std::vector<Row>> staged;
    for (int i = 0; i < batch_rows; ++i) {
      const Row row = random_row(random, ++sequence);
      const HistoryKey key = key_of(row);
      const auto series = cache.get(database, key);
      ASSERT_TRUE(series);
      const auto cell = (*series)->cell_of(row, policy);
      ASSERT_TRUE(cell);
      std::vector<Row>& said = all[cell_key(row)];
      expect_cell(*cell, said, policy);
      if (testing::Test::HasFatalFailure()) return;
      met += said.size();
      keys.insert(key);
      if (random() % 5 == 0) continue;  // only asked about
      ASSERT_TRUE(cache.add(database, key, row, policy));
      said.push_back(row);
      staged[key].push_back(row);
      // Between the batches of one group nothing of what is staged may go.
      if (random() % 7 == 0) cache.trim();
    }
    for (const auto& [key, rows] : staged) {
      std::string block = encode_rows(rows);
      ASSERT_TRUE(database.db().Merge({}, database.history(), encode_key(key), block).ok());
      ASSERT_TRUE(cache.keep(key, std::move(block)));
    }
    cache.committed();
  }
  EXPECT_GT(met, static_cast<std::size_t>(batches));
  EXPECT_EQ(forgot, must_forget);
}

TEST(SeriesCache, KnowsWhatWasSaidWhateverItForgets) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    compare(seed, std::size_t{40} << 10U, 300, 12, true);
  }
}

TEST(SeriesCache, KeepsEverythingWhereThereIsRoom) {
  compare(9, std::size_t{64} << 20U, 300, 12, false);
}

TEST(SeriesCache, ForgetsWhatWasUsedLongestAgo) {
  const TemporaryDirectory directory;
  const auto store = open_store(directory.path(), small_catalogue());
  const Database& database = *store->state().database;
  SeriesCache cache(std::size_t{20} << 10U);
  const HistoryKey wanted{1000, 1, 202, 0};
  const Series* first = nullptr;
  for (std::uint32_t subject = 1; subject <= 500; ++subject) {
    cache.trim();
    const auto series = cache.get(database, wanted);
    ASSERT_TRUE(series);
    if (first == nullptr) first = *series;
    ASSERT_EQ(*series, first) << "used by every batch";
    ASSERT_TRUE(cache.get(database, {subject, 1, 202, 0}));
  }
  cache.trim();
  EXPECT_LT(cache.size(), 250U);
}

TEST(SeriesCache, ADamagedBlockIsAnErrorAndIsNotKept) {
  const TemporaryDirectory directory;
  const auto store = open_store(directory.path(), small_catalogue());
  const Database& database = *store->state().database;
  const HistoryKey key{1, 1, 202, 0};
  ASSERT_TRUE(database.db().Put({}, database.history(), encode_key(key), "no block").ok());
  SeriesCache cache(std::size_t{1} << 20U);
  for (int i = 0; i < 2; ++i) {
    const auto series = cache.get(database, key);
    ASSERT_FALSE(series);
    EXPECT_EQ(series.error().code, Errc::data_loss);
  }
  cache.trim();
  EXPECT_EQ(cache.size(), 0U);
}

}  // namespace
}  // namespace capexdb::storage::test
