#include "storage/magnitude.h"

#include <algorithm>
#include <array>
#include <bit>

namespace capexdb::storage {
namespace {

constexpr int kDigits = 18;

uint128 absolute(const Decimal& number) {
  return static_cast<uint128>(number.is_negative() ? -number.mantissa() : number.mantissa());
}

constexpr std::size_t kPowers = 20;  // of ten that 64 bits hold
constexpr std::array<std::uint64_t, kPowers> powers_of_ten() {
  std::array<std::uint64_t, kPowers> powers{1};
  for (std::size_t i = 1; i < kPowers; ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}
constexpr std::array<std::uint64_t, kPowers> kPowersOfTen = powers_of_ten();

int digits_of(std::uint64_t value) {
  // log10(2) is about 1233 / 4096; the guess is right or one too low.
  const auto guess = static_cast<std::size_t>(std::bit_width(value)) * 1233U >> 12U;
  return static_cast<int>(guess) + (value >= kPowersOfTen[guess] ? 1 : 0);
}

int digits_of(uint128 value) {
  if (value >> 64U == 0) return digits_of(static_cast<std::uint64_t>(value));
  const auto beyond = static_cast<uint128>(power_of_ten(kDigits));
  return kDigits + digits_of(value / beyond);
}

Magnitude normal(uint128 value, int exponent) {
  if (value == 0) return {};
  const int excess = digits_of(value) - kDigits;
  if (excess > 0) {
    value /= static_cast<uint128>(power_of_ten(excess));
  } else if (excess < 0) {
    value = static_cast<std::uint64_t>(value) * kPowersOfTen[static_cast<std::size_t>(-excess)];
  }
  return {static_cast<std::int64_t>(value), exponent + excess};
}

}  // namespace

Magnitude magnitude_of(const Decimal& number) { return normal(absolute(number), -number.scale()); }

int Magnitude::size() const {
  constexpr int kPerTen = 26'575;  // thousandths of eighths of a doubling
  const auto bits = static_cast<std::uint64_t>(digits);
  const int width =
      static_cast<int>(std::bit_width(bits));  // 57 to 60, as digits are in [10^17, 10^18)
  const auto next = static_cast<int>(bits >> static_cast<unsigned>(width - 4)) & 7;
  return width * 8 + next + exponent * kPerTen / 1000;
}

Magnitude magnitude_of(std::int64_t mantissa, int scale) {
  const auto positive = static_cast<std::uint64_t>(mantissa < 0 ? -mantissa : mantissa);
  return normal(positive, -scale);
}

Magnitude product(const Magnitude& a, const Magnitude& b) {
  return normal(static_cast<uint128>(a.digits) * static_cast<uint128>(b.digits),
                a.exponent + b.exponent);
}

Magnitude quotient(const Magnitude& a, const Magnitude& b) {
  return normal(static_cast<uint128>(a.digits) * static_cast<uint128>(power_of_ten(kDigits)) /
                    static_cast<uint128>(b.digits),
                a.exponent - b.exponent - kDigits);
}

int compare_times(const Magnitude& a, std::uint64_t a_times, const Magnitude& b,
                  std::uint64_t b_times) {
  if (a.is_zero() || b.is_zero()) {
    return a.is_zero() ? (b.is_zero() ? 0 : -1) : 1;
  }
  constexpr int kDecisive = 8;  // digits differ by less than one place, times by six
  int apart = a.exponent - b.exponent;
  if (apart > kDecisive) return 1;
  if (apart < -kDecisive) return -1;
  uint128 left = static_cast<uint128>(a.digits) * a_times;
  uint128 right = static_cast<uint128>(b.digits) * b_times;
  if (apart > 0) left *= static_cast<uint128>(power_of_ten(apart));
  if (apart < 0) right *= static_cast<uint128>(power_of_ten(-apart));
  return left < right ? -1 : left > right ? 1 : 0;
}

bool within_factor(const Magnitude& a, const Magnitude& b, std::uint64_t factor_percent) {
  return compare_times(a, factor_percent, b, 100) >= 0 &&
         compare_times(a, 100, b, factor_percent) <= 0;
}

bool within_percent(const Magnitude& a, const Magnitude& b, std::uint64_t percent) {
  const std::uint64_t least = 100 - std::min<std::uint64_t>(percent, 99);
  return compare_times(a, 100, b, least) >= 0 && compare_times(a, 100, b, 100 + percent) <= 0;
}

std::uint64_t percent_apart(const Magnitude& a, const Magnitude& b) {
  constexpr std::int64_t kMost = 1000;
  const bool above = compare_times(a, 1, b, 1) >= 0;
  const Magnitude ratio = above ? quotient(a, b) : quotient(b, a);
  if (ratio.exponent > -kDigits + 2) return kMost;  // at least a hundred times
  // The ratio is at least 1, so it has its first digit before the point.
  const auto hundredths = static_cast<int128>(ratio.digits) * 100 / power_of_ten(-ratio.exponent);
  return static_cast<std::uint64_t>(
      std::clamp<std::int64_t>(static_cast<std::int64_t>(hundredths) - 100, 0, kMost));
}

bool is_rounder_than(const Decimal& number, std::uint64_t digits) {
  const int spare = digits_of(absolute(number)) - static_cast<int>(digits) + 1;
  return spare <= 0 || absolute(number) % static_cast<uint128>(power_of_ten(spare)) == 0;
}

}  // namespace capexdb::storage
