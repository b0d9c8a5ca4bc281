#include "proto/model/compound.h"

#include <boost/multiprecision/cpp_int.hpp>
#include <numeric>
#include <string>
#include <utility>

#include "proto/model/arithmetic.h"

namespace capexdb {
namespace {

using Integer = boost::multiprecision::cpp_int;

constexpr int kMonthsMax = 12'000;
// Places behind the point of a root before it is rounded; a percentage loses two.
constexpr unsigned kRootPlaces = 24;

Integer ten_to(unsigned exponent) { return boost::multiprecision::pow(Integer(10), exponent); }

// The largest x with x^degree <= n, by Newton's method from above.
Integer floor_root(const Integer& n, unsigned degree) {
  if (n < 2 || degree == 1) return n;
  Integer x = Integer(1) << (msb(n) / degree + 1);
  while (true) {
    const Integer next =
        ((degree - 1) * x + n / boost::multiprecision::pow(x, degree - 1)) / degree;
    if (next >= x) return x;
    x = next;
  }
}

// ((now / before) ^ (12 / months) - 1) * 100 of numbers above zero.
Result<Decimal> compound(const Decimal& now, const Decimal& before, int months, Rounding rounding) {
  const int common = std::gcd(12, months);
  const auto power = static_cast<unsigned>(12 / common);
  const auto degree = static_cast<unsigned>(months / common);
  const Integer numerator = Integer(now.mantissa()) * ten_to(static_cast<unsigned>(before.scale()));
  const Integer denominator =
      Integer(before.mantissa()) * ten_to(static_cast<unsigned>(now.scale()));
  const Integer scaled =
      boost::multiprecision::pow(numerator, power) * ten_to(kRootPlaces * degree);
  const Integer divisor = boost::multiprecision::pow(denominator, power);
  Integer root = floor_root(scaled / divisor, degree);
  const bool exact =
      scaled % divisor == 0 && boost::multiprecision::pow(root, degree) == scaled / divisor;
  if (!exact && rounding == Rounding::up) ++root;
  const Integer percent = root - ten_to(kRootPlaces);  // times 10^2 and 10^-(kRootPlaces)
  if (abs(percent) >= ten_to(Decimal::kDigitsMax)) return fail(decimal_overflow());
  CAPEXDB_ASSIGN(const Decimal unrounded,
                 Decimal::make(percent.convert_to<int128>(), static_cast<int>(kRootPlaces) - 2));
  return round_significant(unrounded, kRatioDigits, rounding);
}

bool above_zero(const Decimal& d) { return !d.is_zero() && !d.is_negative(); }

// The part of a value above zero, as growth() has it; empty where nothing is.
std::optional<Interval> positive(Interval x) {
  const bool none = (x.point && !above_zero(*x.point)) || (x.high && !above_zero(x.high->value)) ||
                    !x.has_number();
  if (none) return std::nullopt;
  if (x.low && !above_zero(x.low->value)) x.low = Bound{Decimal(0), BoundKind::open};
  return x;
}

BoundKind kind_of(const Bound& a, const Bound& b) {
  if (a.kind == BoundKind::approximate || b.kind == BoundKind::approximate) {
    return BoundKind::approximate;
  }
  return a.kind == BoundKind::open || b.kind == BoundKind::open ? BoundKind::open
                                                                : BoundKind::closed;
}

}  // namespace

Result<Interval> compound_growth(const Interval& now, const Interval& before, int months) {
  if (months < 1 || months > kMonthsMax) {
    return fail(Error{Errc::invalid_argument,
                      "yearly growth needs two periods that lie 1 to " +
                          std::to_string(kMonthsMax) + " months apart",
                      {},
                      "no_time"});
  }
  const auto last = positive(now);
  const auto first = positive(before);
  if (!last || !first) {
    return fail(Error{Errc::invalid_argument,
                      "yearly growth needs levels above zero",
                      {},
                      "no_growth_from_zero_or_less"});
  }
  Interval result;
  result.approx = now.approx || before.approx;
  if (last->point && first->point) {
    CAPEXDB_ASSIGN(result.point,
                   compound(*last->point, *first->point, months, Rounding::half_even));
  }
  if (!last->low || last->low->value.is_zero() || !first->high) {
    result.low = Bound{Decimal(-100), BoundKind::open};  // a level above zero is left
  } else {
    CAPEXDB_ASSIGN(const Decimal value,
                   compound(last->low->value, first->high->value, months, Rounding::down));
    result.low = Bound{value, kind_of(*last->low, *first->high)};
  }
  if (last->high && first->low && !first->low->value.is_zero()) {
    CAPEXDB_ASSIGN(const Decimal value,
                   compound(last->high->value, first->low->value, months, Rounding::up));
    result.high = Bound{value, kind_of(*last->high, *first->low)};
  }
  return result;
}

}  // namespace capexdb
