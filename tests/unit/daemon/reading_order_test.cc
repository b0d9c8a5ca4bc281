#include "daemon/reading_order.h"

#include <gmock/gmock.h>

#include <numeric>

namespace capexdb::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::size_t> indices(const std::vector<ReadingOrder::Place>& places) {
  std::vector<std::size_t> all;
  for (const auto& place : places) all.push_back(place.index);
  return all;
}

TEST(ReadingOrderTest, TheHindmostComesFirst) {
  ReadingOrder order;
  EXPECT_THAT(indices(order.of(std::vector<std::uint64_t>{30, 10, 20, 10})),
              ElementsAre(1, 3, 2, 0));
  EXPECT_THAT(order.of({}), IsEmpty());
}

TEST(ReadingOrderTest, FewDecodeAndEverybodyInItsTurn) {
  std::vector<std::uint64_t> positions(20);
  std::iota(positions.begin(), positions.end(), 100);
  ReadingOrder order;
  std::vector<int> turns(positions.size());
  for (std::size_t pass = 0; pass < positions.size(); ++pass) {
    const auto places = order.of(positions);
    std::size_t readers = 0;
    for (const auto& place : places) {
      readers += place.pieces_max > 0 ? 1 : 0;
      turns[place.index] += place.pieces_max > 0 ? 1 : 0;
    }
    EXPECT_LE(readers, 3U);
    EXPECT_GT(places.front().pieces_max, 0U);
    EXPECT_GT(places.back().pieces_max, 0U);
  }
  for (const int count : turns) EXPECT_GT(count, 0);
}

TEST(ReadingOrderTest, WhoIsAloneDecodes) {
  ReadingOrder order;
  for (int pass = 0; pass < 3; ++pass) {
    EXPECT_GT(order.of(std::vector<std::uint64_t>{7}).at(0).pieces_max, 0U);
  }
}

}  // namespace
}  // namespace capexdb::daemon
