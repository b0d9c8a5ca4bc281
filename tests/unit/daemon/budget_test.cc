#include "daemon/budget.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace capexdb::daemon {
namespace {

TEST(Budget, GivesWhatFitsAndKeepsTheRestWaitingInOrder) {
  Budget budget(100);
  std::string granted;
  Budget::Share a([&] { granted += 'a'; });
  Budget::Share b([&] { granted += 'b'; });
  Budget::Share c([&] { granted += 'c'; });
  EXPECT_TRUE(a.take(budget, 60));
  EXPECT_FALSE(a.is_wanted());
  EXPECT_FALSE(b.take(budget, 60));
  EXPECT_FALSE(c.take(budget, 10)) << "it would fit, but others asked before";
  EXPECT_TRUE(a.is_wanted());
  EXPECT_TRUE(b.is_waiting());
  EXPECT_EQ(budget.taken(), 60U);
  EXPECT_EQ(budget.waiting(), 2U);

  a.release();
  EXPECT_EQ(granted, "bc");
  EXPECT_TRUE(b.is_held());
  EXPECT_TRUE(c.is_held());
  EXPECT_EQ(budget.taken(), 70U);
  EXPECT_EQ(budget.waiting(), 0U);
}

TEST(Budget, LetsOneInWhateverItsSize) {
  Budget budget(100);
  Budget::Share large([] {});
  Budget::Share other([] {});
  EXPECT_TRUE(large.take(budget, 1000));
  EXPECT_FALSE(other.take(budget, 1));
  large.release();
  EXPECT_TRUE(other.is_held());
}

TEST(Budget, TakesBackWhatEnds) {
  Budget budget(100);
  std::optional<Budget::Share> held;
  std::optional<Budget::Share> waiting;
  Budget::Share last([] {});
  EXPECT_TRUE(held.emplace([] {}).take(budget, 100));
  EXPECT_FALSE(waiting.emplace([] {}).take(budget, 100));
  EXPECT_FALSE(last.take(budget, 100));
  waiting.reset();
  EXPECT_EQ(budget.waiting(), 1U);
  held.reset();
  EXPECT_TRUE(last.is_held());
  EXPECT_EQ(budget.taken(), 100U);
  last.release();
  last.release();
  EXPECT_EQ(budget.taken(), 0U);
}

}  // namespace
}  // namespace capexdb::daemon
