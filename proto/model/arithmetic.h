// Products, quotients, growth and means of decimals and of intervals. What
// cannot be exact is rounded once, at the very end: no step before it loses a
// digit. Sums and differences are in decimal.h and interval.h.
#pragma once

#include <cstdint>

#include "proto/model/decimal.h"
#include "proto/model/interval.h"

namespace capexdb {

enum class Rounding : std::uint8_t {
  half_even,
  down,  // towards minus infinity
  up,    // towards plus infinity
};

// So many digits has the result of a division.
inline constexpr int kRatioDigits = 12;

// Results are without trailing zeros behind the point. Error out_of_range with
// the reason "decimal_overflow" when a result has no room in a Decimal.

// x with `digits` significant digits, 1 to 38 of them (else invalid_argument).
Result<Decimal> round_significant(const Decimal& x, int digits, Rounding rounding);

// a * b, exact: never rounded, so an error when it needs more than 38 digits.
Result<Decimal> multiply(const Decimal& a, const Decimal& b);

// a / b with 12 significant digits, fewer where those would lie behind the 38th
// place behind the point. A quotient of at most 12 digits is exact. Error
// invalid_argument, reason "division_by_zero".
Result<Decimal> divide(const Decimal& a, const Decimal& b, Rounding rounding);

// The rules for all intervals below, which must be effective ones.
// - The result holds every value that members of the operands give, and its
//   bounds are the closest that do. A missing bound is infinite.
// - An end is approximate where one that made it is, else open where one is; a
//   closed zero times anything is a closed zero.
// - The point is made of the points; without one of them there is none.
// - What is rounded keeps 12 digits: the point half-even, the low end down, the
//   high end up, each of the kind it was. Products are not rounded.
// - approx where either is; stated_decimals are gone.

// a * b, exact.
Result<Interval> multiply(const Interval& a, const Interval& b);
// x * factor, exact; a negative factor swaps the ends.
Result<Interval> scale(const Interval& x, const Decimal& factor);

// a / b over the members of b that are not zero. Where b reaches zero on one
// side, the result is infinite on the sides where a / b grows without limit;
// where zero lies within b, or is all of it, on both (but 0 / b is 0 while b
// has other members). No point when b's is zero. No error but decimal_overflow.
Result<Interval> divide(const Interval& a, const Interval& b);

// sum / count. Of one, it is the sum itself. Error invalid_argument, reason
// "division_by_zero", when count is not above zero.
Result<Interval> mean(const Interval& sum, std::int64_t count);

// Growth in percent: (now / before - 1) * 100. Only a base above zero can grow:
// members of `before` that are not are left out. Error invalid_argument, reason
// "no_growth_from_zero_or_less", when its point is not above zero or no member is.
Result<Interval> growth(const Interval& now, const Interval& before);

// The level that grew by so many percent to `now`: now / (1 + growth / 100), as
// divide(). A level of zero or more can only have grown by more than -100 %, so
// of a growth around -100 % the part below is left out (unless its point is).
Result<Interval> level_before(const Interval& now, const Interval& growth_percent);
// The level that `before` grows to: before * (1 + growth / 100), exact.
Result<Interval> level_after(const Interval& before, const Interval& growth_percent);

}  // namespace capexdb
