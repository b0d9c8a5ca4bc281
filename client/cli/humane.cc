#include "client/cli/humane.h"

#include <array>
#include <utility>

namespace capexdb::cli {
namespace {

constexpr int kDigitsBelowThousand = 6;
// A quotient keeps twelve digits.
const Decimal kRoundingNoise = Decimal::make(1, 10).value_or(Decimal(0));

constexpr std::array<std::pair<int, const char*>, 4> kSuffixes = {
    {{3, "k"}, {6, "M"}, {9, "bn"}, {12, "tn"}}};

// Hundredths of 10^exponent, of a magnitude that is at least 10^exponent.
int128 hundredths(const Decimal& magnitude, int exponent, Rounding rounding) {
  const int128 divisor = power_of_ten(magnitude.scale() + exponent - 2);
  int128 quotient = magnitude.mantissa() / divisor;
  const int128 rest = magnitude.mantissa() % divisor;
  if (rest == 0 || rounding == Rounding::down) return quotient;
  if (rounding == Rounding::up) return quotient + 1;
  const int128 gap = divisor - rest;
  if (rest > gap || (rest == gap && quotient % 2 != 0)) ++quotient;
  return quotient;
}

std::string ends(const Interval& value) {
  const auto end = [](const std::optional<Bound>& bound, Rounding rounding) {
    return bound ? humane(bound->value, rounding) : std::string("..");
  };
  const bool closed_low = value.low && value.low->kind != BoundKind::open;
  const bool closed_high = value.high && value.high->kind != BoundKind::open;
  return (closed_low ? "[" : "(") + end(value.low, Rounding::down) + ", " +
         end(value.high, Rounding::up) + (closed_high ? "]" : ")");
}

// Whether two ends are apart by no more than the last digits of a quotient.
bool is_rounding(const Decimal& low, const Decimal& high) {
  if (low == high) return true;
  const auto width = subtract(high, low);
  const auto limit = multiply(high.is_negative() ? high.negated() : high, kRoundingNoise);
  return width && limit && *width <= *limit;
}

}  // namespace

std::string humane(const Decimal& number, Rounding rounding) {
  const Decimal magnitude = number.is_negative() ? number.negated() : number;
  if (magnitude < Decimal(1000)) {
    // Quotients have a dozen digits that no person reads.
    const auto brief = round_significant(number, kDigitsBelowThousand, rounding);
    return brief.value_or(number).normalized().to_string();
  }
  if (number.is_negative() && rounding != Rounding::half_even) {
    rounding = rounding == Rounding::down ? Rounding::up : Rounding::down;
  }
  int128 amount = 0;
  const char* suffix = "";
  for (const auto& [exponent, word] : kSuffixes) {
    const bool reached = magnitude.scale() + exponent <= Decimal::kDigitsMax &&
                         magnitude.mantissa() >= power_of_ten(magnitude.scale() + exponent);
    // 999,999 rounds to a thousand thousands, which is a million.
    const bool rounded_up = amount >= 100'000;
    if (!reached && !rounded_up) break;
    amount = reached ? hundredths(magnitude, exponent, rounding) : amount / 1000;
    suffix = word;
  }
  const auto fraction = static_cast<int>(amount % 100);
  std::string text = number.is_negative() ? "-" : "";
  text += Decimal::make(amount / 100, 0).value_or(Decimal(0)).to_string();
  text += '.';
  text += static_cast<char>('0' + fraction / 10);
  if (fraction % 10 != 0) text += static_cast<char>('0' + fraction % 10);
  return text + suffix;
}

std::string humane_value(const Interval& value) {
  if (!value.has_number()) return {};
  const std::string about = value.approx ? "~" : "";
  if (value.point) return about + humane(*value.point);
  const auto loose = [&](const Bound& bound) {
    return value.approx || bound.kind == BoundKind::approximate ? "~" : "";
  };
  const auto sign = [](const Bound& bound, const char* open, const char* closed) {
    return bound.kind == BoundKind::open ? open : closed;
  };
  if (value.low && value.high) return about + ends(value);
  if (value.low) {
    return sign(*value.low, ">", ">=") + std::string(loose(*value.low)) +
           humane(value.low->value, Rounding::down);
  }
  return sign(*value.high, "<", "<=") + std::string(loose(*value.high)) +
         humane(value.high->value, Rounding::up);
}

std::string humane_bounds(const Interval& value) {
  if (!value.point || (!value.low && !value.high)) return {};
  if (value.low && value.high && is_rounding(value.low->value, value.high->value)) return {};
  return ends(value);
}

}  // namespace capexdb::cli
