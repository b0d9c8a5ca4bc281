// Random products and quotients against exact rationals.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "proto/model/arithmetic.h"

namespace capexdb {
namespace {

using Whole = boost::multiprecision::cpp_int;
using Rational = boost::multiprecision::cpp_rational;

constexpr std::uint32_t kRandomSeed = 20240826;
constexpr int kCases = 20'000;

Rational ten_to(int exponent) {
  const Whole power = pow(Whole(10), static_cast<unsigned>(std::abs(exponent)));
  return exponent < 0 ? Rational(1, power) : Rational(power);
}

Rational rational(const Decimal& d) { return Rational(Whole(d.mantissa())) * ten_to(-d.scale()); }

bool is_whole(const Rational& r) { return denominator(r) == 1; }

// 10^u, so that |exact| has 12 digits before that place; not less than 10^-38.
Rational last_place(const Rational& exact) {
  int place = -Decimal::kDigitsMax;
  while (abs(exact) >= ten_to(place + kRatioDigits)) ++place;
  return ten_to(place);
}

void expect_rounded(const Result<Decimal>& result, const Rational& exact, Rounding rounding) {
  const Rational unit = last_place(exact);
  if (!result) {
    ASSERT_EQ(result.error().reason, "decimal_overflow");
    ASSERT_GE(abs(exact) + unit, ten_to(38));
    return;
  }
  const Rational value = rational(*result);
  ASSERT_TRUE(is_whole(value / unit)) << result->to_string() << " is not " << exact;
  const Rational off = value - exact;
  switch (rounding) {
    case Rounding::down:
      ASSERT_TRUE(off <= 0 && -off < unit) << result->to_string() << " is not " << exact;
      break;
    case Rounding::up:
      ASSERT_TRUE(off >= 0 && off < unit) << result->to_string() << " is not " << exact;
      break;
    case Rounding::half_even:
      ASSERT_LE(abs(off) * 2, unit) << result->to_string() << " is not " << exact;
      if (abs(off) * 2 == unit) {
        ASSERT_TRUE(is_whole(value / unit / 2)) << exact;
      }
      break;
  }
}

// Whether a Decimal can be this number.
bool fits(Rational r) {
  for (int scale = 0; scale <= Decimal::kDigitsMax; ++scale, r *= 10) {
    if (abs(r) >= ten_to(38)) return false;
    if (is_whole(r)) return true;
  }
  return false;
}

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : random_(seed) {}

  int upto(int n) { return std::uniform_int_distribution<int>(0, n)(random_); }

  Decimal decimal(int digits_max, int scale_max) {
    int128 mantissa = 0;
    for (int digits = 1 + upto(digits_max - 1); digits > 0; --digits) {
      mantissa = mantissa * 10 + upto(9);
    }
    if (upto(3) == 0) mantissa = upto(30);
    return Decimal::make(upto(1) == 0 ? mantissa : -mantissa, upto(scale_max)).value();
  }

  Interval interval() {
    const bool small = upto(2) != 0;
    const auto end = [&] { return small ? Decimal(upto(6) - 3) : decimal(14, 8); };
    const auto kind = [&] { return static_cast<BoundKind>(std::min(2, upto(4) / 2)); };
    Decimal low = end();
    Decimal high = end();
    if (high < low) std::swap(low, high);
    Interval x{.approx = upto(5) == 0};
    if (upto(4) != 0) x.low = Bound{low, kind()};
    if (upto(4) != 0) x.high = Bound{high, kind()};
    if (low == high && x.low && x.high) {
      x.low->kind = x.high->kind = BoundKind::closed;
      x.point = low;
    } else if (upto(1) == 0) {
      x.point = divide(*add(low, high), Decimal(2), Rounding::half_even).value();
    }
    return x;
  }

 private:
  std::mt19937 random_;
};

std::string ends_of(const std::optional<Bound>& bound) {
  if (!bound) return "none";
  return bound->value.to_string() + "/" + std::to_string(static_cast<int>(bound->kind));
}
std::string ends_of(const Interval& x) { return ends_of(x.low) + ".." + ends_of(x.high); }

bool contains(const Interval& x, const Rational& member) {
  if (x.low) {
    const Rational low = rational(x.low->value);
    if (member < low || (member == low && x.low->kind == BoundKind::open)) return false;
  }
  if (x.high) {
    const Rational high = rational(x.high->value);
    if (member > high || (member == high && x.high->kind == BoundKind::open)) return false;
  }
  return true;
}

// Closed ends, zero, and a few between them of either sign; or others too, close
// to where results have their limits.
std::vector<Rational> members(const Interval& x, bool close_ones) {
  static const Rational kTiny = ten_to(-30);
  static const Rational kHuge = ten_to(40);
  std::vector<Rational> found{0};
  const Rational low = x.low ? rational(x.low->value) : -kHuge;
  const Rational high = x.high ? rational(x.high->value) : kHuge;
  for (const Rational& r : {low, high}) {
    if (abs(r) != kHuge) found.insert(found.end(), {r, r / 2});
  }
  found.insert(found.end(), {-1, 1, (low + high) / 2});
  if (x.point) found.push_back(rational(*x.point));
  if (close_ones) {
    for (const auto& offset : {kTiny, Rational(-kTiny)}) {
      found.push_back(offset);
      found.insert(found.end(), {low, high, low + offset, high + offset});
    }
  }
  std::erase_if(found, [&](const Rational& r) { return !contains(x, r); });
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

using Function = std::function<std::optional<Rational>(const Rational&, const Rational&)>;

std::vector<Rational> images(const Interval& a, const Interval& b, bool close_ones,
                             const Function& f) {
  std::vector<Rational> found;
  const auto bs = members(b, close_ones);
  for (const Rational& x : members(a, close_ones)) {
    for (const Rational& y : bs) {
      if (const auto value = f(x, y)) found.push_back(*value);
    }
  }
  return found;
}

bool is_approximate(const Interval& x) {
  const auto approximate = [](const std::optional<Bound>& bound) {
    return bound && bound->kind == BoundKind::approximate;
  };
  return approximate(x.low) || approximate(x.high);
}

// An end is where values come as close to as 12 digits tell, or it is missing
// and they go as far as one looks. A closed one is the value of closed ends.
void expect_tight(const std::optional<Bound>& end, const Rational& furthest,
                  const std::vector<Rational>& attained, bool approximate) {
  if (!end) {
    ASSERT_GE(abs(furthest), ten_to(12));
    return;
  }
  const Rational value = rational(end->value);
  ASSERT_LE(abs(value - furthest), abs(value) * ten_to(-10) + ten_to(-12));
  if (end->kind == BoundKind::approximate) {
    ASSERT_TRUE(approximate);
  } else if (end->kind == BoundKind::closed) {
    ASSERT_TRUE(std::any_of(attained.begin(), attained.end(), [&](const Rational& r) {
      return abs(value - r) <= abs(value) * ten_to(1 - kRatioDigits);
    }));
  }
}

void expect_image(const Result<Interval>& result, const Interval& a, const Interval& b,
                  const Function& f) {
  ASSERT_TRUE(result) << result.error().message;
  SCOPED_TRACE("gives " + ends_of(*result));
  ASSERT_EQ(result->approx, a.approx || b.approx);
  ASSERT_FALSE(result->stated_decimals);
  const auto values = images(a, b, true, f);
  for (const Rational& value : values) ASSERT_TRUE(contains(*result, value)) << value;
  const auto at_points =
      a.point && b.point ? f(rational(*a.point), rational(*b.point)) : std::optional<Rational>{};
  ASSERT_EQ(result->point.has_value(), at_points.has_value());
  if (values.empty()) {
    ASSERT_FALSE(result->has_number());
    return;
  }
  const auto attained = images(a, b, false, f);
  const bool approximate = is_approximate(a) || is_approximate(b);
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  expect_tight(result->low, *low, attained, approximate);
  expect_tight(result->high, *high, attained, approximate);
}

TEST(DecimalArithmeticProperty, ProductsQuotientsAndRoundingAgreeWithRationals) {
  std::printf("seed %u\n", kRandomSeed);
  Dice dice(kRandomSeed);
  int overflows = 0;
  for (int i = 0; i < kCases; ++i) {
    const Decimal a = dice.decimal(38, 38);
    const Decimal b = dice.decimal(i % 2 == 0 ? 38 : 12, i % 3 == 0 ? 38 : 6);
    SCOPED_TRACE(a.to_string() + " and " + b.to_string());
    const auto product = multiply(a, b);
    const Rational exact = rational(a) * rational(b);
    ASSERT_EQ(product.has_value(), fits(exact));
    if (product) {
      ASSERT_EQ(rational(*product), exact);
      ASSERT_EQ(product->to_string(), product->normalized().to_string());
    } else {
      ++overflows;
    }
    for (const Rounding rounding : {Rounding::half_even, Rounding::down, Rounding::up}) {
      ASSERT_NO_FATAL_FAILURE(
          expect_rounded(round_significant(a, kRatioDigits, rounding), rational(a), rounding));
      if (b.is_zero()) continue;
      ASSERT_NO_FATAL_FAILURE(
          expect_rounded(divide(a, b, rounding), rational(a) / rational(b), rounding));
    }
  }
  EXPECT_GT(overflows, 1000);
  EXPECT_LT(overflows, kCases - 1000);
}

TEST(IntervalArithmeticProperty, ProductsAndQuotientsHoldWhatTheirMembersGiveAndNoMore) {
  std::printf("seed %u\n", kRandomSeed);
  Dice dice(kRandomSeed);
  for (int i = 0; i < kCases; ++i) {
    const Interval a = dice.interval();
    const Interval b = dice.interval();
    SCOPED_TRACE(ends_of(a) + " and " + ends_of(b));
    const auto times = [](const Rational& x, const Rational& y) {
      return std::optional<Rational>(x * y);
    };
    const auto over = [](const Rational& x, const Rational& y) {
      return y == 0 ? std::nullopt : std::optional<Rational>(x / y);
    };
    ASSERT_NO_FATAL_FAILURE(expect_image(multiply(a, b), a, b, times));
    ASSERT_NO_FATAL_FAILURE(expect_image(divide(a, b), a, b, over));
  }
}

TEST(GrowthProperty, HoldsWhatMembersGiveAndLevelsUndoIt) {
  std::printf("seed %u\n", kRandomSeed);
  Dice dice(kRandomSeed);
  int grown = 0;
  for (int i = 0; i < kCases; ++i) {
    const Interval now = dice.interval();
    const Interval before = dice.interval();
    SCOPED_TRACE(ends_of(now) + " and " + ends_of(before));
    const auto growth_of = [](const Rational& x, const Rational& y) {
      return y <= 0 ? std::nullopt : std::optional<Rational>((x / y - 1) * 100);
    };
    const auto percent = growth(now, before);
    if (!percent) {
      ASSERT_EQ(percent.error().reason, "no_growth_from_zero_or_less");
      const auto values = images(now, before, true, growth_of);
      ASSERT_TRUE(values.empty() || (before.point && *before.point <= Decimal(0)));
      continue;
    }
    ++grown;
    ASSERT_NO_FATAL_FAILURE(expect_image(percent, now, before, growth_of));
    const auto undone = level_before(now, *percent);
    const auto redone = level_after(before, *percent);
    ASSERT_TRUE(undone && redone);
    for (const Rational& level : members(before, true)) {
      ASSERT_TRUE(level <= 0 || contains(*undone, level) || contains(now, 0)) << level;
    }
    for (const Rational& level : members(now, true)) {
      ASSERT_TRUE(contains(*redone, level)) << level;
    }
  }
  EXPECT_GT(grown, kCases / 4);
}

}  // namespace
}  // namespace capexdb
