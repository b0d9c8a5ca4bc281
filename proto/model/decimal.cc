#include "proto/model/decimal.h"

#include <algorithm>
#include <array>

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

Error too_long() {
  return {Errc::out_of_range, "the number needs more than 38 digits", {}, "decimal_overflow"};
}

Error not_a_number(std::string_view text) {
  return {Errc::invalid_argument,
          "'" + std::string(text.substr(0, 60)) + "' is not a decimal number (-?digits[.digits])",
          {},
          "bad_decimal"};
}

}  // namespace

int128 power_of_ten(int exponent) { return kPowers.at(static_cast<std::size_t>(exponent)); }

std::optional<Decimal> half_unit(int decimals) {
  const int scale = decimals + 1;
  if (scale >= 0) {
    if (scale > Decimal::kDigitsMax) return std::nullopt;
    auto half = Decimal::make(5, scale);
    return half ? std::optional(*half) : std::nullopt;
  }
  if (-scale >= Decimal::kDigitsMax) return std::nullopt;
  auto half = Decimal::make(5 * power_of_ten(-scale), 0);
  return half ? std::optional(*half) : std::nullopt;
}

Result<Decimal> Decimal::make(int128 mantissa, int scale) {
  if (!fits(mantissa) || scale < 0 || scale > kDigitsMax) return fail(too_long());
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
    if (point && ++scale > kDigitsMax) return fail(too_long());
    mantissa = mantissa * 10 + (c - '0');
    if (!fits(mantissa)) return fail(too_long());
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
  if (scale < scale_ || scale > kDigitsMax) return fail(too_long());
  const int128 factor = power_of_ten(scale - scale_);
  const int128 limit = (kMantissaEnd - 1) / factor;
  if (mantissa_ > limit || mantissa_ < -limit) return fail(too_long());
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

Result<Decimal> add(const Decimal& a, const Decimal& b) {
  const int scale = std::max(a.scale(), b.scale());
  auto x = a.with_scale(scale);
  auto y = b.with_scale(scale);
  if (!x || !y) {
    // Trailing zeros may be all that does not fit.
    const Decimal na = a.normalized();
    const Decimal nb = b.normalized();
    const int narrow = std::max(na.scale(), nb.scale());
    if (narrow == scale) return fail(too_long());
    x = na.with_scale(narrow);
    y = nb.with_scale(narrow);
    if (!x || !y) return fail(too_long());
    return Decimal::make(x->mantissa() + y->mantissa(), narrow);
  }
  return Decimal::make(x->mantissa() + y->mantissa(), scale);
}

Result<Decimal> subtract(const Decimal& a, const Decimal& b) { return add(a, b.negated()); }

}  // namespace capexdb
