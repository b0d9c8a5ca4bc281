#include "storage/query/folding.h"

#include <gtest/gtest.h>

namespace capexdb::storage {
namespace {

Interval number_of(std::int64_t value) { return effective({.point = Decimal(value)}); }
Interval between(std::int64_t low, std::int64_t high) {
  return {.point = {}, .low = Bound{Decimal(low)}, .high = Bound{Decimal(high)}};
}
Interval above(std::int64_t low) {
  return {.point = {}, .low = Bound{Decimal(low), BoundKind::open}, .high = {}};
}

Interval folded(Fold fold, const std::vector<Interval>& values) {
  Folding folding(fold);
  for (const Interval& value : values) EXPECT_TRUE(folding.add(value));
  return folding.value().value();
}

TEST(Folding, EachFunctionOfPlainNumbers) {
  const std::vector<Interval> values = {number_of(3), number_of(9), number_of(4), number_of(0)};
  const std::pair<Fold, const char*> kExpected[] = {{Fold::sum, "16"},     {Fold::avg, "4"},
                                                    {Fold::min, "0"},      {Fold::max, "9"},
                                                    {Fold::median, "3.5"}, {Fold::count, "4"}};
  for (const auto& [fold, expected] : kExpected) {
    EXPECT_EQ(folded(fold, values).point->to_string(), expected) << to_string(fold);
  }
}

TEST(Folding, TheMedianOfOddManyIsTheOneInTheMiddle) {
  EXPECT_EQ(folded(Fold::median, {number_of(5), number_of(1), number_of(7)}), number_of(5));
}

TEST(Folding, TheMedianOfIntervalsHasTheMediansOfTheirEnds) {
  const Interval median = folded(Fold::median, {between(1, 10), between(4, 5), between(2, 20)});
  EXPECT_EQ(median, between(2, 10));
  const Interval open = folded(Fold::median, {above(1), above(3), number_of(9)});
  EXPECT_FALSE(open.point);
  EXPECT_EQ(open.low, (Bound{Decimal(3), BoundKind::open}));
  EXPECT_FALSE(open.high) << "two of three reach up for ever";
}

TEST(Folding, TheMedianOfEqualEndsIsTheInnerOne) {
  const Interval closed = {.point = {}, .low = Bound{Decimal(5)}, .high = {}};
  EXPECT_EQ(folded(Fold::median, {above(5), between(3, 9), closed}).low, Bound{Decimal(5)});
}

TEST(Folding, AMedianThatIsOneOfThemLosesNoDigit) {
  const Interval value = effective({.point = Decimal(1'234'567'890'123'456)});
  EXPECT_EQ(folded(Fold::median, {value}), value);
}

TEST(Folding, AMeanIsRoundedOutward) {
  const Interval mean = folded(Fold::avg, {number_of(1), number_of(0), number_of(0)});
  EXPECT_EQ(mean.point->to_string(), "0.333333333333");
  EXPECT_EQ(mean.low->value.to_string(), "0.333333333333");
  EXPECT_EQ(mean.high->value.to_string(), "0.333333333334");
}

}  // namespace
}  // namespace capexdb::storage
