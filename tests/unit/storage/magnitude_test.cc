#include "storage/magnitude.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

namespace capexdb::storage::test {
namespace {

Decimal number(const char* text) { return Decimal::parse(text).value(); }
Magnitude size(const char* text) { return magnitude_of(number(text)); }

TEST(Magnitude, ComparesByHowManyTimes) {
  EXPECT_EQ(compare_times(size("23000000000"), 1, size("23000000"), 1000), 0);
  EXPECT_EQ(compare_times(size("-5"), 2, size("10.00"), 1), 0) << "signs do not count";
  EXPECT_LT(compare_times(size("0.999999999999999999"), 1, size("1"), 1), 0);
  EXPECT_GT(compare_times(size("1"), 1, size("0"), 1'000'000), 0);
  EXPECT_EQ(compare_times(size("0"), 1, size("0"), 7), 0);
  const char* huge = "99999999999999999999999999999999999999";
  const char* tiny = "0.00000000000000000000000000000000000001";
  EXPECT_GT(compare_times(size(huge), 1, size(tiny), 1'000'000), 0);
  EXPECT_LT(compare_times(size(tiny), 1'000'000, size(huge), 1), 0);
}

TEST(Magnitude, LiesWithinAFactorOrAPercentage) {
  EXPECT_TRUE(within_factor(size("50"), size("100"), 200));
  EXPECT_TRUE(within_factor(size("200"), size("100"), 200));
  EXPECT_FALSE(within_factor(size("49.99"), size("100"), 200));
  EXPECT_FALSE(within_factor(size("200.01"), size("100"), 200));
  EXPECT_TRUE(within_factor(size("7"), size("7"), 100));
  EXPECT_TRUE(within_percent(size("97"), size("100"), 3));
  EXPECT_TRUE(within_percent(size("103"), size("100"), 3));
  EXPECT_FALSE(within_percent(size("103.1"), size("100"), 3));
  EXPECT_FALSE(within_percent(size("96.9"), size("100"), 3));
}

TEST(Magnitude, MultipliesAndDivides) {
  EXPECT_EQ(compare_times(product(size("7.2"), size("3200000000")), 1, size("23040000000"), 1), 0);
  EXPECT_EQ(compare_times(quotient(size("23040000000"), size("7.2")), 1, size("3200000000"), 1), 0);
  EXPECT_EQ(compare_times(size("23").times_ten_to(-3), 1, size("0.023"), 1), 0);
  EXPECT_EQ(percent_apart(size("105"), size("100")), 5U);
  EXPECT_EQ(percent_apart(size("100"), size("105")), 5U);
  EXPECT_EQ(percent_apart(size("100"), size("100")), 0U);
  EXPECT_EQ(percent_apart(size("1"), size("1000000")), 1000U);
}

// What `size()` promises: eighths of a doubling, right to two.
TEST(Magnitude, SizesTellHowManyTimesApartNumbersAre) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const auto a = static_cast<std::int64_t>(random() % 1'000'000'000'000 + 1);
    const auto doublings = static_cast<int>(random() % 20);
    const std::int64_t factor = std::int64_t{1} << doublings;
    const Magnitude one = magnitude_of(Decimal(a));
    const Magnitude other = magnitude_of(Decimal(a * factor));
    EXPECT_NEAR(other.size() - one.size(), doublings * 8, 2) << a << " x " << factor;
  }
}

TEST(Magnitude, KnowsRoundNumbers) {
  EXPECT_TRUE(is_rounder_than(number("20000000000"), 2));
  EXPECT_FALSE(is_rounder_than(number("23000000000"), 2));
  EXPECT_TRUE(is_rounder_than(number("23000000000"), 3));
  EXPECT_FALSE(is_rounder_than(number("23.1"), 3));
  EXPECT_TRUE(is_rounder_than(number("5"), 2));
  EXPECT_FALSE(is_rounder_than(number("-1234567890123456789012"), 22));
}

}  // namespace
}  // namespace capexdb::storage::test
