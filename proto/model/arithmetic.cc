#include "proto/model/arithmetic.h"

#include <algorithm>
#include <array>
#include <boost/multiprecision/cpp_int.hpp>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <utility>

namespace capexdb {
namespace {

// The numerators and denominators below stay under 10^80; products of two of
// them, and one scaled for its digits, fit with room to spare.
using Wide = boost::multiprecision::int1024_t;

constexpr int kWidePowers = 120;

const Wide& power(int exponent) {
  static const std::array<Wide, kWidePowers> powers = [] {
    std::array<Wide, kWidePowers> made;
    made[0] = 1;
    for (std::size_t i = 1; i < made.size(); ++i) made[i] = made[i - 1] * 10;
    return made;
  }();
  return powers.at(static_cast<std::size_t>(exponent));
}

int digits_of(const Wide& positive) {
  const Wide* const powers = &power(0);
  return static_cast<int>(std::upper_bound(powers, powers + kWidePowers, positive) - powers);
}

// Not reduced; the denominator is above zero.
struct Ratio {
  Wide numerator = 0;
  Wide denominator = 1;
};

Ratio ratio_of(const Decimal& d) { return {Wide(d.mantissa()), power(d.scale())}; }

Ratio product(const Ratio& a, const Ratio& b) {
  return {a.numerator * b.numerator, a.denominator * b.denominator};
}

Ratio reciprocal(const Ratio& r) {
  if (r.numerator.sign() < 0) return {-r.denominator, -r.numerator};
  return {r.denominator, r.numerator};
}

Error division_by_zero(const std::string& what) {
  return {Errc::invalid_argument, what + " cannot be divided by 0", {}, "division_by_zero"};
}

Error no_growth(const Interval& before) {
  std::string level = "at most " + (before.high ? before.high->value : Decimal{}).to_string();
  if (before.point) level = before.point->to_string();
  return {Errc::invalid_argument,
          "there is no growth from " + level + ", only from a level above zero",
          {},
          "no_growth_from_zero_or_less"};
}

// |ratio| = (whole + rest / divisor) * 10^-scale.
struct Leading {
  Wide whole;
  Wide rest;
  Wide divisor;
  int scale = 0;
};

// `whole` has so many digits, or fewer where the scale would exceed 38.
Leading leading_digits(const Ratio& ratio, int digits) {
  Wide n = abs(ratio.numerator);
  Wide d = ratio.denominator;
  if (n.is_zero()) return {0, 0, 1, 0};
  int scale = digits - (digits_of(n) - digits_of(d));
  (scale >= 0 ? n : d) *= power(std::abs(scale));
  const auto drop_places = [&](int places) {
    d *= power(places);
    scale -= places;
  };
  if (n >= d * power(digits)) drop_places(1);
  if (scale > Decimal::kDigitsMax) drop_places(scale - Decimal::kDigitsMax);
  Leading leading{0, 0, d, scale};
  divide_qr(n, d, leading.whole, leading.rest);
  return leading;
}

// whole * 10^-scale; a negative scale is of a large whole number.
Result<Decimal> decimal_of(Wide whole, int scale) {
  while (scale > 0 && whole % 10 == 0) {
    whole /= 10;
    --scale;
  }
  if (scale < 0) {
    whole *= power(-scale);
    scale = 0;
  }
  if (abs(whole) >= power(Decimal::kDigitsMax)) return fail(decimal_overflow());
  return Decimal::make(whole.convert_to<int128>(), scale);
}

Result<Decimal> rounded(const Ratio& ratio, int digits, Rounding rounding) {
  const bool negative = ratio.numerator.sign() < 0;
  Leading leading = leading_digits(ratio, digits);
  bool away = !leading.rest.is_zero();
  switch (rounding) {
    case Rounding::half_even: {
      const int half = Wide(leading.rest * 2).compare(leading.divisor);
      away = half > 0 || (half == 0 && bit_test(leading.whole, 0));
      break;
    }
    case Rounding::down:
      away = away && negative;
      break;
    case Rounding::up:
      away = away && !negative;
      break;
  }
  if (away) ++leading.whole;
  if (negative) leading.whole = -leading.whole;
  return decimal_of(std::move(leading.whole), leading.scale);
}

Result<Decimal> rounded_ratio(const Ratio& ratio, Rounding rounding) {
  return rounded(ratio, kRatioDigits, rounding);
}

// Of products of decimals only: the denominator is a power of ten.
Result<Decimal> exact(const Ratio& ratio, Rounding = {}) {
  return decimal_of(ratio.numerator, digits_of(ratio.denominator) - 1);
}

// An end of an interval on its way through a computation.
struct End {
  int infinite = 0;  // -1 or 1 where there is no bound, which is as an open one
  Ratio value = {};
  BoundKind kind = BoundKind::open;
};

int sign(const End& x) { return x.infinite != 0 ? x.infinite : x.value.numerator.sign(); }
bool is_closed_zero(const End& x) { return sign(x) == 0 && x.kind == BoundKind::closed; }

int compare(const End& a, const End& b) {
  if (a.infinite != 0 || b.infinite != 0) return a.infinite - b.infinite;
  const Wide left = a.value.numerator * b.value.denominator;
  const Wide right = b.value.numerator * a.value.denominator;
  return left.compare(right);
}

// Zero times infinity is zero: members are finite, however large.
End product(const End& x, const End& y) {
  if (is_closed_zero(x)) return x;
  if (is_closed_zero(y)) return y;
  const BoundKind kind = std::max(x.kind, y.kind);
  if (sign(x) == 0 || sign(y) == 0) return {0, {}, kind};
  if (x.infinite != 0 || y.infinite != 0) return {sign(x) * sign(y), {}, BoundKind::open};
  return {0, product(x.value, y.value), kind};
}

// 1 / x, where a zero is the end of members on that side of it (-1 or 1).
End reciprocal(const End& x, int side) {
  if (x.infinite != 0) return {};
  if (sign(x) == 0) return {side, {}, BoundKind::open};
  return {0, reciprocal(x.value), x.kind};
}

struct Range {
  End low{-1};
  End high{1};
};

// From the lowest to the highest; ends of one value reach as far as any does.
Range range_of(std::initializer_list<End> ends) {
  Range range{*ends.begin(), *ends.begin()};
  for (const End& end : ends) {
    const bool further_low = reach(end.kind) > reach(range.low.kind);
    const bool further_high = reach(end.kind) > reach(range.high.kind);
    const int low = compare(end, range.low);
    const int high = compare(end, range.high);
    if (low < 0 || (low == 0 && further_low)) range.low = end;
    if (high > 0 || (high == 0 && further_high)) range.high = end;
  }
  return range;
}

Range product(const Range& a, const Range& b) {
  return range_of({product(a.low, b.low), product(a.low, b.high), product(a.high, b.low),
                   product(a.high, b.high)});
}

Range quotient(const Range& a, const Range& b) {
  const bool zero_within = sign(b.low) < 0 && sign(b.high) > 0;
  const bool zero_only = sign(b.low) == 0 && sign(b.high) == 0;
  if (zero_only) return {};
  if (zero_within) return is_closed_zero(a.low) && is_closed_zero(a.high) ? a : Range{};
  const int side = sign(b.high) > 0 ? 1 : -1;
  return product(a, {reciprocal(b.high, side), reciprocal(b.low, side)});
}

// An interval of exact ends, none of them rounded yet.
struct Exact {
  std::optional<Ratio> point;
  Range range;
  bool approx = false;
};

Exact exact_of(const Interval& x) {
  Exact result;
  if (x.point) result.point = ratio_of(*x.point);
  if (x.low) result.range.low = {0, ratio_of(x.low->value), x.low->kind};
  if (x.high) result.range.high = {0, ratio_of(x.high->value), x.high->kind};
  result.approx = x.approx;
  return result;
}

Exact product(const Exact& a, const Exact& b) {
  Exact result{{}, product(a.range, b.range), a.approx || b.approx};
  if (a.point && b.point) result.point = product(*a.point, *b.point);
  return result;
}

Exact quotient(const Exact& a, const Exact& b) {
  Exact result{{}, quotient(a.range, b.range), a.approx || b.approx};
  if (a.point && b.point && !b.point->numerator.is_zero()) {
    result.point = product(*a.point, reciprocal(*b.point));
  }
  return result;
}

// An increasing function of the point and of both ends.
template <class Function>
Exact mapped(Exact x, Function function) {
  if (x.point) x.point = function(*x.point);
  for (End* const end : {&x.range.low, &x.range.high}) {
    if (end->infinite == 0) end->value = function(end->value);
  }
  return x;
}

// 1 + percent / 100.
Exact factor_of(const Interval& percent) {
  return mapped(exact_of(percent), [](const Ratio& r) -> Ratio {
    return {r.numerator + 100 * r.denominator, 100 * r.denominator};
  });
}

// Leaves out what is zero or less, where that is not all.
void keep_positive(Range& range) {
  if (sign(range.low) < 0 && sign(range.high) > 0) range.low = {0, {}, BoundKind::open};
}

using Finish = Result<Decimal> (*)(const Ratio&, Rounding);

Result<Interval> interval_of(const Exact& x, Finish finish) {
  const auto bound_of = [finish](const End& end,
                                 Rounding rounding) -> Result<std::optional<Bound>> {
    if (end.infinite != 0) return std::optional<Bound>{};
    CAPEXDB_ASSIGN(const Decimal value, finish(end.value, rounding));
    return std::optional<Bound>(Bound{value, end.kind});
  };
  Interval result;
  if (x.point) {
    CAPEXDB_ASSIGN(result.point, finish(*x.point, Rounding::half_even));
  }
  CAPEXDB_ASSIGN(result.low, bound_of(x.range.low, Rounding::down));
  CAPEXDB_ASSIGN(result.high, bound_of(x.range.high, Rounding::up));
  result.approx = x.approx;
  return result;
}

Interval exactly(const Decimal& value) {
  return {.point = value, .low = Bound{value}, .high = Bound{value}};
}

}  // namespace

Result<Decimal> round_significant(const Decimal& x, int digits, Rounding rounding) {
  if (digits < 1 || digits > Decimal::kDigitsMax) {
    return fail(Errc::invalid_argument, "cannot round to " + std::to_string(digits) +
                                            " significant digits; 1 to " +
                                            std::to_string(Decimal::kDigitsMax) + " are possible");
  }
  return rounded(ratio_of(x), digits, rounding);
}

Result<Decimal> multiply(const Decimal& a, const Decimal& b) {
  return exact(product(ratio_of(a), ratio_of(b)));
}

Result<Decimal> divide(const Decimal& a, const Decimal& b, Rounding rounding) {
  if (b.is_zero()) return fail(division_by_zero(a.to_string()));
  return rounded_ratio(product(ratio_of(a), reciprocal(ratio_of(b))), rounding);
}

Result<Interval> multiply(const Interval& a, const Interval& b) {
  return interval_of(product(exact_of(a), exact_of(b)), exact);
}

Result<Interval> scale(const Interval& x, const Decimal& factor) {
  return multiply(x, exactly(factor));
}

Result<Interval> divide(const Interval& a, const Interval& b) {
  return interval_of(quotient(exact_of(a), exact_of(b)), rounded_ratio);
}

Result<Interval> mean(const Interval& sum, std::int64_t count) {
  if (count <= 0) return fail(division_by_zero("a sum of " + std::to_string(count) + " values"));
  const Exact total = exact_of(sum);
  if (count == 1) return interval_of(total, exact);
  return interval_of(quotient(total, exact_of(exactly(Decimal(count)))), rounded_ratio);
}

Result<Interval> growth(const Interval& now, const Interval& before) {
  Exact base = exact_of(before);
  if (sign(base.range.high) <= 0 || (base.point && base.point->numerator.sign() <= 0)) {
    return fail(no_growth(before));
  }
  keep_positive(base.range);
  const auto percent = [](const Ratio& r) -> Ratio {
    return {100 * (r.numerator - r.denominator), r.denominator};
  };
  return interval_of(mapped(quotient(exact_of(now), base), percent), rounded_ratio);
}

Result<Interval> level_before(const Interval& now, const Interval& growth_percent) {
  const Exact level = exact_of(now);
  Exact factor = factor_of(growth_percent);
  if (sign(level.range.low) >= 0 && (!factor.point || factor.point->numerator.sign() > 0)) {
    keep_positive(factor.range);
  }
  return interval_of(quotient(level, factor), rounded_ratio);
}

Result<Interval> level_after(const Interval& before, const Interval& growth_percent) {
  return interval_of(product(exact_of(before), factor_of(growth_percent)), exact);
}

}  // namespace capexdb
