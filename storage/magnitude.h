// Amounts to 18 digits, for asking how many times one is the other. Signs do
// not count.
#pragma once

#include <cstdint>

#include "proto/model/decimal.h"

namespace capexdb::storage {

// digits * 10^exponent, digits within [10^17, 10^18), or zero.
struct Magnitude {
  std::int64_t digits = 0;
  int exponent = 0;

  bool is_zero() const { return digits == 0; }
  Magnitude times_ten_to(int power) const { return {digits, exponent + power}; }
  // How large it is, in eighths of a doubling: to rule out cheaply that a number is many
  // times another. The difference of two is right to two eighths. Not of zero.
  int size() const;
};

Magnitude magnitude_of(const Decimal& number);
// Of mantissa / 10^scale.
Magnitude magnitude_of(std::int64_t mantissa, int scale);
Magnitude product(const Magnitude& a, const Magnitude& b);
// Of one that is not zero; b must not be.
Magnitude quotient(const Magnitude& a, const Magnitude& b);

// Below, at or above 0 as a * a_times is below, at or above b * b_times. Both
// times are within 1 .. 10^6.
int compare_times(const Magnitude& a, std::uint64_t a_times, const Magnitude& b,
                  std::uint64_t b_times);

// Whether a lies within [b / f, b * f], f in percent and at least 100.
bool within_factor(const Magnitude& a, const Magnitude& b, std::uint64_t factor_percent);
// Whether a lies within b plus or minus so many percent of b, at most 100.
bool within_percent(const Magnitude& a, const Magnitude& b, std::uint64_t percent);

// By how many percent the larger is above the smaller, at most 1000. Of numbers that
// are not zero.
std::uint64_t percent_apart(const Magnitude& a, const Magnitude& b);

// Whether the number has fewer significant digits than that: 20bn has one.
bool is_rounder_than(const Decimal& number, std::uint64_t digits);

}  // namespace capexdb::storage
