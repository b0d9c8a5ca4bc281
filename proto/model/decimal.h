// Exact decimal numbers: a 128-bit integer and a scale. Never a binary float.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proto/model/error.h"

namespace capexdb {

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

// value = mantissa * 10^-scale, |mantissa| < 10^38, 0 <= scale <= 38.
// 80.3 and 80.30 compare equal but keep the scale they were written with.
class Decimal {
 public:
  static constexpr int kDigitsMax = 38;

  constexpr Decimal() = default;
  constexpr explicit Decimal(std::int64_t integer) : mantissa_(integer) {}

  // Error when |mantissa| has more than 38 digits or the scale is out of range.
  static Result<Decimal> make(int128 mantissa, int scale);
  // -?digits[.digits]. Error: invalid_argument.
  static Result<Decimal> parse(std::string_view text);

  constexpr int128 mantissa() const { return mantissa_; }
  constexpr int scale() const { return scale_; }
  constexpr bool is_zero() const { return mantissa_ == 0; }
  constexpr bool is_negative() const { return mantissa_ < 0; }

  // Plain digits with the scale it has: "23000000000", "-0.50".
  std::string to_string() const;
  // The same number without trailing zeros behind the point.
  Decimal normalized() const;
  // The same number with a larger scale; error out_of_range when it does not fit.
  Result<Decimal> with_scale(int scale) const;
  Decimal negated() const;

  friend bool operator==(const Decimal& a, const Decimal& b);
  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);

 private:
  constexpr Decimal(int128 mantissa, int scale)
      : mantissa_(mantissa), scale_(static_cast<std::int8_t>(scale)) {}

  int128 mantissa_ = 0;
  std::int8_t scale_ = 0;
};

// Exact; error out_of_range when the result needs more than 38 digits.
Result<Decimal> add(const Decimal& a, const Decimal& b);
Result<Decimal> subtract(const Decimal& a, const Decimal& b);

// The error of a result or a text that has no room in a Decimal.
Error decimal_overflow();

// 10^exponent, 0 <= exponent <= 38.
int128 power_of_ten(int exponent);

// 5 * 10^-(decimals + 1): half a unit of the last stated digit, as XBRL's
// decimals attribute counts them. Empty when it cannot be held.
std::optional<Decimal> half_unit(int decimals);

}  // namespace capexdb
