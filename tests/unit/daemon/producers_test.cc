#include "daemon/producers.h"

#include <gtest/gtest.h>

namespace capexdb::daemon {
namespace {

TEST(Producers, TheNewestConnectionOwnsAProducer) {
  Producers producers;
  EXPECT_EQ(producers.claim("p", 1), std::nullopt);
  EXPECT_EQ(producers.claim("q", 2), std::nullopt);
  EXPECT_EQ(producers.claim("p", 3), 1U);
  producers.release("p", 1);
  EXPECT_EQ(producers.claim("p", 4), 3U) << "an older one that goes takes nothing along";
  producers.release("p", 4);
  EXPECT_EQ(producers.claim("p", 5), std::nullopt);
}

TEST(Producers, AWelcomeWaitsForTheBatchesUnderWay) {
  Producers producers;
  int welcomes = 0;
  producers.claim("p", 1);
  producers.batch_begun("p");
  producers.batch_begun("p");
  producers.release("p", 1);
  producers.claim("p", 2);
  producers.when_idle("p", [&] { ++welcomes; });
  producers.when_idle("q", [&] { welcomes += 10; });
  EXPECT_EQ(welcomes, 10);
  producers.batch_done("p");
  EXPECT_EQ(welcomes, 10);
  producers.batch_done("p");
  EXPECT_EQ(welcomes, 11);
  producers.when_idle("p", [&] { ++welcomes; });
  EXPECT_EQ(welcomes, 12);
}

}  // namespace
}  // namespace capexdb::daemon
