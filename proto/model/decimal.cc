#include "proto/model/decimal.h"

#include <algorithm>
#include <array>

#include "proto/model/text.h"

namespace capexdb {
namespace {

constexpr std::array<int128, 39> make_powers() {
  std::array<int128, 39> powers{};
  int128 p = 1;
  for (std::size_t i = 0; i < powers.size(); ++i) {
    powers[i] = p;
    if (i + 1 < powers.size()) p *= 10;
  }
  return powers;
}
constexpr std::array<int128, 39> kPowers = make_powers();
constexpr int128 kMantissaEnd = kPowers[38];  // exclusive

bool fits(int128 mantissa) { return mantissa > -kMantissaEnd && mantissa < kMantissaEnd; }

Error not_a_number(std::string_view text) {
  return {Errc::invalid_argument,
          "'" + std::string(clip(text, 60)) + "' is not a decimal number (-?digits[.digits])",
          {},
          "bad_decimal"};
}

}  // namespace

Error decimal_overflow() {
  return {Errc::out_of_range, "the number needs more than 38 digits", {}, "decimal_overflow"};
}

int128 power_of_ten(int exponent) { return kPowers.at(static_cast<std::size_t>(exponent)); }

std::optional<Decimal> half_unit(int decimals) {
  if (decimals >= Decimal::kDigitsMax || decimals < -Decimal::kDigitsMax) return std::nullopt;
  const int scale = decimals + 1;
  if (scale >= 0) {
    auto half = Decimal::make(5, scale);
    return half ? std::optional(*half) : std::nullopt;
  }
  auto half = Decimal::make(5 * power_of_ten(-scale), 0);
  return half ? std::optional(*half) : std::nullopt;
}

Result<Decimal> Decimal::make(int128 mantissa, int scale) {
  if (!fits(mantissa) || scale < 0 || scale > kDigitsMax) return fail(decimal_overflow());
  return Decimal(mantissa, scale);
}

Result<Decimal> Decimal::parse(std::string_view text) {
  std::string_view rest = text;
  const bool negative = !rest.empty() && rest.front() == '-';
  if (negative) rest.remove_prefix(1);
  int128 mantissa = 0;
  int scale = 0;
  int digits = 0;
  bool point = false;
  for (const char c : rest) {
    if (c == '.' && !point && digits > 0) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') return fail(not_a_number(text));
    ++digits;
    if (point && ++scale > kDigitsMax) return fail(decimal_overflow());
    const int digit = c - '0';
    if (mantissa > (kMantissaEnd - 1 - digit) / 10) return fail(decimal_overflow());
    mantissa = mantissa * 10 + digit;
  }
  if (digits == 0 || (point && scale == 0)) return fail(not_a_number(text));
  return Decimal(negative ? -mantissa : mantissa, scale);
}

std::string Decimal::to_string() const {
  uint128 rest = static_cast<uint128>(mantissa_ < 0 ? -mantissa_ : mantissa_);
  std::string reversed;
  int written = 0;
  do {
    if (written == scale_ && written > 0) reversed.push_back('.');
    reversed.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
    ++written;
  } while (rest != 0 || written <= scale_);
  if (mantissa_ < 0) reversed.push_back('-');
  std::reverse(reversed.begin(), reversed.end());
  return reversed;
}

Decimal Decimal::normalized() const {
  Decimal d = *this;
  while (d.scale_ > 0 && d.mantissa_ % 10 == 0) {
    d.mantissa_ /= 10;
    --d.scale_;
  }
  return d;
}

Result<Decimal> Decimal::with_scale(int scale) const {
  if (scale < scale_ || scale > kDigitsMax) return fail(decimal_overflow());
  const int128 factor = power_of_ten(scale - scale_);
  const int128 limit = (kMantissaEnd - 1) / factor;
  if (mantissa_ > limit || mantissa_ < -limit) return fail(decimal_overflow());
  return Decimal(mantissa_ * factor, scale);
}

Decimal Decimal::negated() const { return Decimal(-mantissa_, scale_); }

bool operator==(const Decimal& a, const Decimal& b) { return (a <=> b) == 0; }

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
  // Whole parts first, then the fractions at one scale: neither step overflows.
  const int128 pa = power_of_ten(a.scale_);
  const int128 pb = power_of_ten(b.scale_);
  const int128 wa = a.mantissa_ / pa;
  const int128 wb = b.mantissa_ / pb;
  if (wa != wb) return wa < wb ? std::strong_ordering::less : std::strong_ordering::greater;
  const int scale = std::max(a.scale_, b.scale_);
  const int128 fa = (a.mantissa_ % pa) * power_of_ten(scale - a.scale_);
  const int128 fb = (b.mantissa_ % pb) * power_of_ten(scale - b.scale_);
  if (fa == fb) return std::strong_ordering::equal;
  return fa < fb ? std::strong_ordering::less : std::strong_ordering::greater;
}

namespace {

// The sum where one of the numbers, or their sum, has no room at the common
// scale: trailing zeros, or digits that cancel out, may be all that is too much.
Result<Decimal> add_wide(const Decimal& a, const Decimal& b) {
  int scale = std::max(a.scale(), b.scale());
  const int128 unit = power_of_ten(scale);
  const auto whole_of = [](const Decimal& d) { return d.mantissa() / power_of_ten(d.scale()); };
  const auto fraction_of = [&](const Decimal& d) {
    return d.mantissa() % power_of_ten(d.scale()) * power_of_ten(scale - d.scale());
  };
  int128 whole = 0;
  if (__builtin_add_overflow(whole_of(a), whole_of(b), &whole)) return fail(decimal_overflow());
  // Carries before it adds, since two fractions of 38 digits may overflow.
  int128 fraction = fraction_of(a);
  const int128 other = fraction_of(b);
  if (fraction > 0 && other >= unit - fraction) {
    fraction -= unit;
    ++whole;
  } else if (fraction < 0 && other <= -unit - fraction) {
    fraction += unit;
    --whole;
  }
  fraction += other;
  if (whole > 0 && fraction < 0) {
    fraction += unit;
    --whole;
  } else if (whole < 0 && fraction > 0) {
    fraction -= unit;
    ++whole;
  }
  CAPEXDB_ASSIGN(const Decimal integer, Decimal::make(whole, 0));
  for (;; fraction /= 10, --scale) {
    if (const auto shifted = integer.with_scale(scale)) {
      return Decimal::make(shifted->mantissa() + fraction, scale);
    }
    if (fraction % 10 != 0) return fail(decimal_overflow());
  }
}

}  // namespace

Result<Decimal> add(const Decimal& a, const Decimal& b) {
  const int scale = std::max(a.scale(), b.scale());
  const auto x = a.with_scale(scale);
  const auto y = b.with_scale(scale);
  int128 sum = 0;
  if (x && y && !__builtin_add_overflow(x->mantissa(), y->mantissa(), &sum) && fits(sum)) {
    return Decimal::make(sum, scale);
  }
  return add_wide(a, b);
}

Result<Decimal> subtract(const Decimal& a, const Decimal& b) { return add(a, b.negated()); }

}  // namespace capexdb
