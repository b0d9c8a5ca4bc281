#include "proto/model/compound.h"

#include <gtest/gtest.h>

#include "proto/model/period.h"

namespace capexdb {
namespace {

Interval exact_number(const char* text) {
  return effective({.point = Decimal::parse(text).value()});
}

std::string yearly(const char* now, const char* before, int months) {
  const auto growth = compound_growth(exact_number(now), exact_number(before), months);
  return growth && growth->point ? growth->point->to_string() : growth.error().reason;
}

TEST(CompoundGrowth, IsExactWhereTheRootIs) {
  EXPECT_EQ(yearly("144", "100", 24), "20");
  EXPECT_EQ(yearly("1331", "1000", 36), "10");
  EXPECT_EQ(yearly("50", "200", 24), "-50");
  EXPECT_EQ(yearly("160", "150", 12), "6.66666666667");
  EXPECT_EQ(yearly("2", "1", 6), "300") << "half a year counts as half a year";
  EXPECT_EQ(yearly("200", "100", 24), "41.4213562373");
}

TEST(CompoundGrowth, NeedsLevelsAboveZeroAndTime) {
  EXPECT_EQ(yearly("5", "0", 12), "no_growth_from_zero_or_less");
  EXPECT_EQ(yearly("-5", "5", 12), "no_growth_from_zero_or_less");
  EXPECT_EQ(yearly("5", "4", 0), "no_time");
  EXPECT_EQ(yearly("5", "4", 12'001), "no_time");
}

TEST(CompoundGrowth, TheEndsGoApart) {
  const Interval now{.point = {},
                     .low = Bound{Decimal(144), BoundKind::closed},
                     .high = Bound{Decimal(169), BoundKind::open}};
  const auto growth = compound_growth(now, exact_number("100"), 24);
  ASSERT_TRUE(growth);
  EXPECT_FALSE(growth->point);
  EXPECT_EQ(growth->low, (Bound{Decimal(20), BoundKind::closed}));
  EXPECT_EQ(growth->high, (Bound{Decimal(30), BoundKind::open}));
}

TEST(CompoundGrowth, TheEndsAreRoundedOutward) {
  const auto growth = compound_growth(exact_number("2"), exact_number("1"), 24);
  ASSERT_TRUE(growth);
  EXPECT_EQ(growth->low->value.to_string(), "41.4213562373");
  EXPECT_EQ(growth->high->value.to_string(), "41.4213562374");
}

TEST(ShiftedByYears, KeepsMonthEndsAndSpansThatFollowOneAnother) {
  const auto shifted = [](const char* period, int years) {
    return period_to_string(shifted_by_years(*parse_period(period), years));
  };
  EXPECT_EQ(shifted("2024-H1", -1), "2023-H1");
  EXPECT_EQ(shifted("2024-02", -1), "2023-02");
  EXPECT_EQ(shifted("2023-02", 1), "2024-02");
  EXPECT_EQ(shifted("@2024-02-29", -1), "@2023-02-28");
  EXPECT_EQ(shifted("@2023-02-28", 1), "@2024-02-29");
  EXPECT_EQ(shifted("2024-01-29/2024-04-28", -1), "2023-01-29/2023-04-28");
  EXPECT_EQ(shifted("2024-03-01/..", 1), "2025-03-01/..");
  EXPECT_EQ(shifted("none", 1), "none");
}

}  // namespace
}  // namespace capexdb
