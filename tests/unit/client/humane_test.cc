#include "client/cli/humane.h"

#include <gtest/gtest.h>

namespace capexdb::cli {
namespace {

Decimal number(const char* text) { return Decimal::parse(text).value(); }
Bound closed(const char* text) { return Bound{number(text), BoundKind::closed}; }
Bound open(const char* text) { return Bound{number(text), BoundKind::open}; }

TEST(Humane, ShortensFromAThousandOn) {
  const std::pair<const char*, const char*> kNumbers[] = {
      {"0", "0"},
      {"999", "999"},
      {"12.50", "12.5"},
      {"-3.25", "-3.25"},
      {"1000", "1.0k"},
      {"1234", "1.23k"},
      {"12000", "12.0k"},
      {"1000000", "1.0M"},
      {"23000000000", "23.0bn"},
      {"50200000000", "50.2bn"},
      {"49150000000", "49.15bn"},
      {"-4200000000.00", "-4.2bn"},
      {"1230000000000", "1.23tn"},
      {"12345000000000000", "12345.0tn"},
      {"12345678901234567890123456789012345678", "12345678901234567890123456.79tn"}};
  for (const auto& [full, brief] : kNumbers) EXPECT_EQ(humane(number(full)), brief) << full;
}

TEST(Humane, RoundsHalfToEvenAndUpIntoTheNextWord) {
  EXPECT_EQ(humane(number("1005")), "1.0k");
  EXPECT_EQ(humane(number("1015")), "1.02k");
  EXPECT_EQ(humane(number("999994")), "999.99k");
  EXPECT_EQ(humane(number("999996")), "1.0M");
  EXPECT_EQ(humane(number("999999999.5")), "1.0bn");
}

TEST(Humane, RoundsBoundsOutward) {
  EXPECT_EQ(humane(number("1239"), Rounding::down), "1.23k");
  EXPECT_EQ(humane(number("1231"), Rounding::up), "1.24k");
  EXPECT_EQ(humane(number("-1231"), Rounding::down), "-1.24k");
  EXPECT_EQ(humane(number("-1239"), Rounding::up), "-1.23k");
}

Interval stated(std::optional<Decimal> point, std::optional<Bound> low, std::optional<Bound> high) {
  return Interval{point, low, high, false, std::nullopt};
}

TEST(Humane, AValueIsOneWord) {
  Interval about = stated(number("7000000000"), {}, {});
  about.approx = true;
  EXPECT_EQ(humane_value(about), "~7.0bn");
  EXPECT_EQ(humane_value({}), "");
  EXPECT_EQ(humane_value(stated(number("23000000000"), {}, {})), "23.0bn");
  EXPECT_EQ(humane_value(stated({}, open("1000000"), {})), ">1.0M");
  EXPECT_EQ(humane_value(stated({}, closed("1000000"), {})), ">=1.0M");
  EXPECT_EQ(humane_value(stated({}, {}, open("5000"))), "<5.0k");
  EXPECT_EQ(humane_value(stated({}, closed("12000"), closed("13000"))), "[12.0k, 13.0k]");
  EXPECT_EQ(humane_value(stated({}, Bound{number("2000"), BoundKind::approximate}, {})), ">=~2.0k");
}

TEST(Humane, BoundsStandBesideAPointThatTheyWiden) {
  EXPECT_EQ(
      humane_bounds(stated(number("23000000000"), closed("22500000000"), closed("23500000000"))),
      "[22.5bn, 23.5bn]");
  EXPECT_EQ(humane_bounds(stated(number("5"), closed("5"), closed("5.0"))), "");
  EXPECT_EQ(humane_bounds(stated(number("5"), open("4"), {})), "(4, ..)");
  EXPECT_EQ(humane_bounds(stated({}, closed("4"), {})), "");
  EXPECT_EQ(humane_bounds(
                stated(number("87.8073770492"), closed("87.8073770491"), closed("87.8073770492"))),
            "")
      << "only how a quotient was rounded";
  EXPECT_EQ(humane_bounds(stated(number("87.8"), closed("87.7999"), closed("87.8001"))),
            "[87.7999, 87.8001]");
}

}  // namespace
}  // namespace capexdb::cli
