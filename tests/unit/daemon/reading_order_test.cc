#include "daemon/reading_order.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>

namespace capexdb::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint64_t kLast = 120;

std::vector<std::size_t> indices(const std::vector<ReadingOrder::Place>& places) {
  std::vector<std::size_t> all;
  for (const auto& place : places) all.push_back(place.index);
  return all;
}

TEST(ReadingOrderTest, NewsComesFirstAndThenTheHindmost) {
  ReadingOrder order;
  const std::vector<std::uint64_t> positions = {30, 10, 20, 10, 30};
  EXPECT_THAT(indices(order.of(positions, kLast)), ElementsAre(0, 4, 1, 3, 2));
  order.of(positions, kLast);
  EXPECT_THAT(indices(order.of(positions, kLast)), ElementsAre(0, 4, 2, 1, 3)) << "one in rotation";
  EXPECT_THAT(order.of({}, kLast), IsEmpty());
}

TEST(ReadingOrderTest, FewDecodeAndEverybodyInItsTurn) {
  std::vector<std::uint64_t> positions(20);
  std::iota(positions.begin(), positions.end(), 100);
  ReadingOrder order;
  std::vector<int> turns(positions.size());
  for (std::size_t pass = 0; pass < positions.size(); ++pass) {
    const auto places = order.of(positions, kLast);
    std::size_t readers = 0;
    for (const auto& place : places) {
      readers += place.decodes ? 1 : 0;
      turns[place.index] += place.decodes ? 1 : 0;
    }
    EXPECT_LE(readers, 3U);
    EXPECT_TRUE(places.front().decodes) << "the foremost";
    const auto hindmost = std::find_if(places.begin(), places.end(),
                                       [](const auto& place) { return place.index == 0; });
    EXPECT_TRUE(hindmost->decodes);
  }
  for (const int count : turns) EXPECT_GT(count, 0);
}

TEST(ReadingOrderTest, AForemostFarBehindTheEndReadsNoneOfItForItselfAlone) {
  ReadingOrder order;
  const std::vector<std::uint64_t> positions = {30, 10, 10, 10, 10, 10, 10, 10};
  int turns = 0;
  for (std::size_t pass = 0; pass < positions.size(); ++pass) {
    for (const auto& place : order.of(positions, 1'000'000)) {
      EXPECT_FALSE(place.is_foremost);
      if (place.index == 0 && place.decodes) ++turns;
    }
  }
  EXPECT_EQ(turns, 1) << "in rotation";
}

TEST(ReadingOrderTest, WhoIsAloneDecodes) {
  ReadingOrder order;
  for (int pass = 0; pass < 3; ++pass) {
    EXPECT_TRUE(order.of(std::vector<std::uint64_t>{7}, kLast).at(0).decodes);
  }
}

}  // namespace
}  // namespace capexdb::daemon
