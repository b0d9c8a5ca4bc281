#include "proto/model/arithmetic.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/model/numbers.h"

namespace capexdb {
namespace {

Interval widened(const std::string& point, int decimals) {
  return effective(stated(point, decimals));
}

Interval plain(const std::string& point) { return effective({.point = number(point)}); }

Interval about(const std::string& point) {
  return effective({.point = number(point), .approx = true});
}

// "(-1,2.5]": round brackets are open ends, braces approximate ones, nothing is
// a missing bound; "5 [4,6]" has a point. As the tests write and print them.
std::string text_of(const Interval& x) {
  const auto bracket = [](const std::optional<Bound>& bound, const char* kinds) {
    return std::string(1, kinds[bound ? static_cast<std::size_t>(bound->kind) : 1]);
  };
  std::string text;
  if (x.approx) text += "~";
  if (x.point) text += x.point->to_string() + " ";
  text += bracket(x.low, "[({") + (x.low ? x.low->value.to_string() : "") + ",";
  text += (x.high ? x.high->value.to_string() : "") + bracket(x.high, "])}");
  return text;
}

std::string text_of(const Result<Interval>& x) { return x ? text_of(*x) : x.error().reason; }
std::string text_of(const Result<Decimal>& x) { return x ? x->to_string() : x.error().reason; }

Interval read(std::string text) {
  Interval x;
  if (const std::size_t space = text.find(' '); space != std::string::npos) {
    x.point = number(text.substr(0, space));
    text.erase(0, space + 1);
  }
  const auto bound = [](const std::string& digits, std::size_t kind) -> std::optional<Bound> {
    if (digits.empty()) return std::nullopt;
    return Bound{number(digits), static_cast<BoundKind>(kind)};
  };
  const std::size_t comma = text.find(',');
  x.low = bound(text.substr(1, comma - 1), std::string("[({").find(text.front()));
  x.high =
      bound(text.substr(comma + 1, text.size() - comma - 2), std::string("])}").find(text.back()));
  return x;
}

std::string product(const std::string& a, const std::string& b) {
  return text_of(multiply(read(a), read(b)));
}
std::string quotient(const std::string& a, const std::string& b) {
  return text_of(divide(read(a), read(b)));
}

TEST(DecimalArithmetic, ProductsAreExactOrAnError) {
  const auto times = [](const std::string& a, const std::string& b) {
    return text_of(multiply(number(a), number(b)));
  };
  EXPECT_EQ(times("120000", "40000"), "4800000000");
  EXPECT_EQ(times("-1.50", "2.0"), "-3");
  EXPECT_EQ(times("0.0", "-7"), "0");
  EXPECT_EQ(times("1234567890123456789", "9876543210987654321"),
            "12193263113702179522374638011112635269");
  EXPECT_EQ(times("0." + std::string(37, '0') + "5", "2"), "0." + std::string(36, '0') + "1");
  EXPECT_EQ(times("5" + std::string(37, '0'), "0.2"), "1" + std::string(37, '0'));
  EXPECT_EQ(times(kNines, "1"), kNines);
  EXPECT_EQ(times("0." + kNines, "-1"), "-0." + kNines);
  for (const auto& [a, b] :
       std::vector<std::pair<std::string, std::string>>{{kNines, "1.1"},
                                                        {kNines, "10"},
                                                        {"0." + kNines, "0.1"},
                                                        {"0." + std::string(37, '0') + "1", "0.5"},
                                                        {kNines, kNines},
                                                        {"-" + kNines, "0." + kNines}}) {
    const auto result = multiply(number(a), number(b));
    ASSERT_FALSE(result) << a << " " << b;
    EXPECT_EQ(result.error().code, Errc::out_of_range);
    EXPECT_EQ(result.error().reason, "decimal_overflow");
  }
}

std::string three_ways(const std::string& a, const std::string& b) {
  std::string text;
  for (const Rounding rounding : {Rounding::down, Rounding::half_even, Rounding::up}) {
    text += (text.empty() ? "" : " ") + text_of(divide(number(a), number(b), rounding));
  }
  return text;
}

TEST(DecimalArithmetic, QuotientsHaveTwelveDigitsRoundedOnce) {
  EXPECT_EQ(three_ways("1", "3"), "0.333333333333 0.333333333333 0.333333333334");
  EXPECT_EQ(three_ways("-2", "3"), "-0.666666666667 -0.666666666667 -0.666666666666");
  EXPECT_EQ(three_ways("2", "-3"), three_ways("-2", "3"));
  EXPECT_EQ(three_ways("23000000000", "2.23"), "10313901345.2 10313901345.3 10313901345.3");
  EXPECT_EQ(three_ways("2000000000000000", "3"), "666666666666000 666666666667000 666666666667000");
  // A half goes to the even digit, and no further digit hides behind it.
  EXPECT_EQ(three_ways("2.00000000001", "2"), "1 1 1.00000000001");
  EXPECT_EQ(three_ways("2.00000000003", "2"), "1.00000000001 1.00000000002 1.00000000002");
  EXPECT_EQ(three_ways("1.0000000000050000000000000000000001", "1"),
            "1 1.00000000001 1.00000000001");
  EXPECT_EQ(three_ways("999999999999.5", "1"), "999999999999 1000000000000 1000000000000");
}

TEST(DecimalArithmetic, AQuotientOfAtMostTwelveDigitsIsExact) {
  EXPECT_EQ(three_ways("1", "4"), "0.25 0.25 0.25");
  EXPECT_EQ(three_ways("-120.0", "40"), "-3 -3 -3");
  EXPECT_EQ(three_ways("0.00", "-7"), "0 0 0");
  EXPECT_EQ(three_ways(kNines, kNines), "1 1 1");
  EXPECT_EQ(
      three_ways("1" + std::string(37, '0'), "8"),
      "125" + std::string(34, '0') + " 125" + std::string(34, '0') + " 125" + std::string(34, '0'));
}

TEST(DecimalArithmetic, QuotientsAtTheLimitsOfADecimal) {
  const std::string zeros(37, '0');
  const std::string smallest = "0." + zeros + "1";
  EXPECT_EQ(three_ways(smallest, "2"), "0 0 " + smallest);
  EXPECT_EQ(three_ways("-" + smallest, "2"), "-" + smallest + " 0 0");
  EXPECT_EQ(three_ways(smallest, kNines), "0 0 " + smallest);
  EXPECT_EQ(three_ways("0." + zeros.substr(2) + "200", "3"),
            "0." + zeros.substr(1) + "66 0." + zeros.substr(1) + "67 0." + zeros.substr(1) + "67");
  EXPECT_EQ(three_ways(kNines, "1"),
            std::string(12, '9') + std::string(26, '0') + " decimal_overflow decimal_overflow");
  EXPECT_EQ(three_ways("-" + kNines, smallest),
            "decimal_overflow decimal_overflow decimal_overflow");
  const auto by_zero = divide(number("5"), number("0.00"), Rounding::half_even);
  ASSERT_FALSE(by_zero);
  EXPECT_EQ(by_zero.error().code, Errc::invalid_argument);
  EXPECT_EQ(by_zero.error().reason, "division_by_zero");
}

TEST(DecimalArithmetic, RoundsToSignificantDigits) {
  const auto round = [](const std::string& x, int digits, Rounding rounding) {
    return text_of(round_significant(number(x), digits, rounding));
  };
  EXPECT_EQ(round("1234567890123", 12, Rounding::half_even), "1234567890120");
  EXPECT_EQ(round("1234567890125", 12, Rounding::half_even), "1234567890120");
  EXPECT_EQ(round("-1234567890125", 12, Rounding::down), "-1234567890130");
  EXPECT_EQ(round("-1234567890125", 12, Rounding::up), "-1234567890120");
  EXPECT_EQ(round("0.0012350", 3, Rounding::half_even), "0.00124");
  EXPECT_EQ(round("0.99", 1, Rounding::up), "1");
  EXPECT_EQ(round("80.30", 12, Rounding::up), "80.3");
  EXPECT_EQ(round(kNines, 38, Rounding::up), kNines);
  EXPECT_EQ(round(kNines, 37, Rounding::up), "decimal_overflow");
  EXPECT_EQ(round("0", 1, Rounding::down), "0");
  for (const int digits : {0, -1, 39}) {
    EXPECT_EQ(round_significant(number("1"), digits, Rounding::up).error().code,
              Errc::invalid_argument);
  }
}

TEST(IntervalArithmetic, TheFoundingSumsProductsAndLevels) {
  const auto two = add(widened("23000000000", -9), widened("23000000000", -9));
  ASSERT_TRUE(two);
  EXPECT_EQ(text_of(add(*two, widened("4200000000", -8))), "50200000000 [49150000000,51250000000]");
  EXPECT_EQ(product("(1000000,)", "[12000,13000]"), "(12000000000,)");
  EXPECT_EQ(text_of(multiply(plain("120000"), plain("40000"))),
            "4800000000 [4800000000,4800000000]");
  EXPECT_EQ(text_of(multiply(plain("120000"), read("[12000,13000]"))), "[1440000000,1560000000]");
  EXPECT_EQ(text_of(divide(plain("12000000000"), plain("120000"))), "100000 [100000,100000]");
  EXPECT_EQ(text_of(growth(widened("50000000000", -9), widened("23000000000", -9))),
            "117.391304348 [110.638297872,124.444444445]");
  EXPECT_EQ(text_of(growth(plain("160"), plain("150"))),
            "6.66666666667 [6.66666666666,6.66666666667]");
  // 23bn / 2.235 and / 2.225, from 22.5bn and 23.5bn.
  EXPECT_EQ(text_of(level_before(widened("23000000000", -9), widened("123", 0))),
            "10313901345.3 [10067114093.9,10561797752.9]");
}

// Levels that nobody printed: what Alibaba, Tencent and Baidu grew from adds up
// to the 23bn that is printed for the three.
TEST(IntervalArithmetic, ThreeImpliedLevelsAgreeWithTheirPrintedSum) {
  const auto alibaba = level_before(widened("23000000000", -9), widened("123", 0));
  const auto tencent = level_before(widened("23000000000", -9), widened("176", 0));
  const auto baidu = level_before(widened("4200000000", -8), widened("4", 0));
  ASSERT_TRUE(alibaba && tencent && baidu);
  const auto two = add(*alibaba, *tencent);
  ASSERT_TRUE(two);
  const auto sum = add(*two, *baidu);
  ASSERT_TRUE(sum);
  EXPECT_EQ(text_of(*sum), "22685696217.09 [22175838147.98,23198023499.68]");
  EXPECT_TRUE(meet(*sum, widened("23000000000", -9)));
}

TEST(IntervalArithmetic, ProductsOfAllSigns) {
  EXPECT_EQ(product("[2,3]", "[5,7]"), "[10,21]");
  EXPECT_EQ(product("[-3,2]", "[-7,5]"), "[-15,21]");
  EXPECT_EQ(product("[-3,-2]", "(5,7]"), "[-21,-10)");
  EXPECT_EQ(product("2.5 [2,3]", "-4 [-5,-4]"), "-10 [-15,-8]");
  EXPECT_EQ(product("2.5 [2,3]", "[-5,-4]"), "[-15,-8]");
  EXPECT_EQ(product("[1,2]", "(,3]"), "(,6]");
  EXPECT_EQ(product("[-1,2]", "[3,)"), "(,)");
  EXPECT_EQ(product("(,-1]", "(,-2]"), "[2,)");
  EXPECT_EQ(product("[0,2]", "[3,)"), "[0,)");
  EXPECT_EQ(product("(0,2]", "[3,)"), "(0,)");
  EXPECT_EQ(product("(0,)", "(,0)"), "(,0)");
}

TEST(IntervalArithmetic, AProductsEndIsOfTheKindOfTheEndsThatMadeIt) {
  EXPECT_EQ(product("{2,3)", "(5,7]"), "{10,21)");
  EXPECT_EQ(product("{2,3}", "{5,7}"), "{10,21}");
  // Both ends of one value: attained where one pair attains it.
  EXPECT_EQ(product("[-2,2)", "[-2,2)"), "(-4,4]");
  EXPECT_EQ(product("{-2,2]", "{-2,2]"), "{-4,4}");
  // A closed zero gives a zero whatever it meets.
  EXPECT_EQ(product("[0,1]", "(2,3}"), "[0,3}");
  EXPECT_EQ(product("0 [0,0]", "(,)"), "[0,0]");
  EXPECT_EQ(product("(0,1]", "[0,2]"), "[0,2]");
  EXPECT_EQ(product("{0,1]", "(0,)"), "{0,)");
}

TEST(IntervalArithmetic, QuotientsWhoseDivisorHasNoZero) {
  EXPECT_EQ(quotient("[1,2]", "[4,5]"), "[0.2,0.5]");
  EXPECT_EQ(quotient("[-1,2)", "[-5,-4]"), "(-0.5,0.25]");
  EXPECT_EQ(quotient("1 [1,1]", "3 [3,3]"), "0.333333333333 [0.333333333333,0.333333333334]");
  EXPECT_EQ(quotient("-1 (-1,-1]", "3 {3,3]"), "-0.333333333333 {-0.333333333334,-0.333333333333}");
  EXPECT_EQ(quotient("[1,2]", "[4,)"), "(0,0.5]");
  EXPECT_EQ(quotient("[1,)", "[4,)"), "(0,)");
  EXPECT_EQ(quotient("[0,2]", "[4,)"), "[0,0.5]");
  EXPECT_EQ(quotient("(,-1]", "(,-4]"), "(0,)");
}

TEST(IntervalArithmetic, QuotientsWhoseDivisorReachesZeroAreUnboundedWhereTheyMustBe) {
  EXPECT_EQ(quotient("1 [1,2]", "2 [0,4]"), "0.5 [0.25,)");
  EXPECT_EQ(quotient("[1,2]", "(0,4)"), "(0.25,)");
  EXPECT_EQ(quotient("[1,2]", "[-4,0]"), "(,-0.25]");
  EXPECT_EQ(quotient("[-2,-1]", "[0,)"), "(,0)");
  EXPECT_EQ(quotient("[-1,2]", "[0,4]"), "(,)");
  EXPECT_EQ(quotient("[0,2]", "[0,4]"), "[0,)");
  EXPECT_EQ(quotient("(0,2]", "[0,4]"), "(0,)");
  EXPECT_EQ(quotient("1 [1,2]", "2 [-1,4]"), "0.5 (,)");
  EXPECT_EQ(quotient("1 [1,2]", "0 [-1,4]"), "(,)");
  EXPECT_EQ(quotient("1 [1,2]", "0 [0,0]"), "(,)");
  EXPECT_EQ(quotient("[1,2]", "(,)"), "(,)");
  EXPECT_EQ(quotient("0 [0,0]", "2 [-1,4]"), "0 [0,0]");
  EXPECT_EQ(quotient("0 [0,0]", "0 [0,0]"), "(,)");
}

TEST(IntervalArithmetic, AnApproximatePointHasNoBoundsAndTheResultIsApproximate) {
  EXPECT_EQ(text_of(multiply(about("5"), plain("3"))), "~15 (,)");
  EXPECT_EQ(text_of(divide(plain("15"), about("5"))), "~3 (,)");
  EXPECT_EQ(text_of(scale(about("5"), number("0"))), "~0 [0,0]");
  const auto result = multiply(widened("2", 0), widened("3", 0));
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->stated_decimals);
  EXPECT_FALSE(result->approx);
}

TEST(IntervalArithmetic, AResultWithoutRoomIsAnError) {
  EXPECT_EQ(product("[1,2]", "[1," + kNines + "]"), "decimal_overflow");
  EXPECT_EQ(product(kNines + " (,)", "10 (,)"), "decimal_overflow");
  // What no end is made of may be as long as it likes.
  EXPECT_EQ(product("[1,3]", "[0." + kNines + ",4]"), "[0." + kNines + ",12]");
}

TEST(IntervalArithmetic, ScalesAndAverages) {
  EXPECT_EQ(text_of(scale(read("5 [4,6)"), number("-2.5"))), "-12.5 (-15,-10]");
  EXPECT_EQ(text_of(scale(read("5 [4,6)"), number("1000"))), "5000 [4000,6000)");
  EXPECT_EQ(text_of(scale(read("(4,)"), number("0"))), "[0,0]");
  EXPECT_EQ(text_of(mean(read("50 [49,51)"), 3)), "16.6666666667 [16.3333333333,17)");
  EXPECT_EQ(text_of(mean(read("1234567890123 (,)"), 1)), "1234567890123 (,)");
  for (const int count : {0, -1}) {
    EXPECT_EQ(text_of(mean(read("5 [4,6]"), count)), "division_by_zero");
  }
}

TEST(IntervalArithmetic, ADifferenceTakesTheFarEnds) {
  EXPECT_EQ(text_of(negate(read("5 [4,6)"))), "-5 (-6,-4]");
  EXPECT_EQ(text_of(negate(read("{4,)"))), "(,-4}");
  EXPECT_EQ(text_of(subtract(read("50 [49.5,50.5]"), read("23 (22.5,23.5)"))), "27 (26.0,28.0)");
  EXPECT_EQ(text_of(subtract(read("(50,)"), read("[1,2]"))), "(48,)");
  EXPECT_EQ(text_of(subtract(read("[1,2]"), read("(50,)"))), "(,-48)");
  EXPECT_EQ(text_of(subtract(plain("-" + kNines), plain("1"))), "decimal_overflow");
  EXPECT_TRUE(subtract(about("5"), plain("3"))->approx);
}

TEST(IntervalArithmetic, WhatTwoIntervalsHaveInCommonAndWhatHoldsBoth) {
  const auto common = [](const std::string& a, const std::string& b) {
    const auto result = intersect(read(a), read(b));
    return result ? text_of(*result) : "none";
  };
  const auto both = [](const std::string& a, const std::string& b) {
    return text_of(hull(read(a), read(b)));
  };
  EXPECT_EQ(common("[1,5]", "(1,4}"), "(1,4}");
  EXPECT_EQ(common("[1,5]", "[1,5}"), "[1,5]");
  EXPECT_EQ(common("(,5]", "[2,)"), "[2,5]");
  EXPECT_EQ(common("[1,2)", "[2,3]"), "none");
  EXPECT_EQ(common("3 [1,5]", "[2,6]"), "3 [2,5]");
  EXPECT_EQ(common("3 [1,5]", "(3,6]"), "(3,5]");
  EXPECT_EQ(common("3 [1,5]", "4 [2,6]"), "[2,5]");
  EXPECT_EQ(common("3 [1,5]", "3.0 [2,6]"), "3 [2,5]");
  EXPECT_EQ(both("[1,5]", "(1,4}"), "[1,5]");
  EXPECT_EQ(both("[1,5]", "[1,5}"), "[1,5}");
  EXPECT_EQ(both("[1,2]", "[4,)"), "[1,)");
  EXPECT_EQ(both("3 [1,5]", "3 (,4]"), "3 (,5]");
  EXPECT_EQ(both("3 [1,5]", "(,)"), "(,)");
}

TEST(IntervalArithmetic, TheLargerAndTheSmallerOfTwo) {
  const auto larger = [](const std::string& a, const std::string& b) {
    return text_of(max(read(a), read(b)));
  };
  const auto smaller = [](const std::string& a, const std::string& b) {
    return text_of(min(read(a), read(b)));
  };
  EXPECT_EQ(larger("3 [1,5]", "4 [2,4]"), "4 [2,5]");
  EXPECT_EQ(smaller("3 [1,5]", "4 [2,4]"), "3 [1,4]");
  EXPECT_EQ(larger("[1,5)", "(1,5]"), "(1,5]");
  EXPECT_EQ(smaller("[1,5)", "(1,5]"), "[1,5)");
  EXPECT_EQ(larger("(,5]", "[2,)"), "[2,)");
  EXPECT_EQ(smaller("(,5]", "[2,)"), "(,5]");
  EXPECT_EQ(larger("3 [3,3]", "[1,9]"), "[3,9]");
}

TEST(Growth, IsFromALevelAboveZeroOnly) {
  for (const char* base :
       {"0 [0,0]", "-5 [-5,-5]", "0 [-0.5,0.5]", "-1 (,)", "[-3,-2]", "(,0]", "[-1,0)", "0 (,)"}) {
    const auto result = growth(plain("10"), read(base));
    ASSERT_FALSE(result) << base;
    EXPECT_EQ(result.error().code, Errc::invalid_argument);
    EXPECT_EQ(result.error().reason, "no_growth_from_zero_or_less");
  }
  EXPECT_EQ(text_of(growth(plain("-5"), plain("10"))), "-150 [-150,-150]");
  EXPECT_EQ(text_of(growth(plain("0"), plain("10"))), "-100 [-100,-100]");
}

TEST(Growth, KnowsWhatBoundsAloneCanTell) {
  const auto of = [](const std::string& now, const std::string& before) {
    return text_of(growth(read(now), read(before)));
  };
  EXPECT_EQ(of("(30,)", "(,20)"), "(50,)");
  EXPECT_EQ(of("30 [30,30]", "8 [-5,20]"), "275 [50,)");
  EXPECT_EQ(of("30 [30,30]", "20 [20,)"), "50 (-100,50]");
  EXPECT_EQ(of("[20,30)", "[10,10]"), "[100,200)");
  EXPECT_EQ(of("[-10,30]", "(0,5]"), "(,)");
  EXPECT_EQ(text_of(growth(about("30"), plain("20"))), "~50 (,)");
}

TEST(Growth, ImpliedLevelsUndoIt) {
  const auto before = [](const std::string& now, const std::string& percent) {
    return text_of(level_before(read(now), read(percent)));
  };
  EXPECT_EQ(before("30 [30,30]", "50 [50,50]"), "20 [20,20]");
  EXPECT_EQ(before("30 [30,30]", "(100,)"), "(0,15)");
  EXPECT_EQ(before("33 [33,33]", "(,10)"), "(30,)");
  EXPECT_EQ(before("30 [30,30]", "-100 [-100,-100]"), "(,)");
  EXPECT_EQ(before("30 [30,30]", "-90 [-105,-90]"), "300 [300,)");
  EXPECT_EQ(before("30 [30,30]", "-110 [-120,-80]"), "-300 (,)");
  EXPECT_EQ(before("-5 [-5,-5]", "-150 [-150,-150]"), "10 [10,10]");
  EXPECT_EQ(before("[30,30]", "[-120,-110]"), "[-300,-150]");
  EXPECT_EQ(before("[-5,-5]", "[-150,50]"), "(,)");
  EXPECT_EQ(before("[-5,30]", "[-120,50]"), "(,)");
  EXPECT_EQ(text_of(level_after(plain("20"), widened("50", 0))), "30 [29.9,30.1]");
  EXPECT_EQ(text_of(level_after(plain("7.4"), plain("-12.345"))), "6.48647 [6.48647,6.48647]");
  EXPECT_EQ(text_of(level_after(read("(20,)"), read("[100,)"))), "(40,)");
}

}  // namespace
}  // namespace capexdb
