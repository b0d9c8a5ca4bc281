// The numbers of a reason as people write them.
#include <algorithm>
#include <array>

#include "proto/model/arithmetic.h"
#include "storage/query/conflict.h"

namespace capexdb::storage {
namespace {

std::string bound_text(const Bound& bound, const char* closed, const char* open,
                       const char* approximate) {
  const char* word = bound.kind == BoundKind::open          ? open
                     : bound.kind == BoundKind::approximate ? approximate
                                                            : closed;
  return word + number_text(bound.value);
}

}  // namespace

std::string number_text(const Decimal& number) {
  struct Step {
    int exponent;
    const char* word;
  };
  constexpr std::array<Step, 3> kSteps = {{{12, "tn"}, {9, "bn"}, {6, "m"}}};
  const Decimal plain = number.normalized();
  const Decimal size = plain.is_negative() ? plain.negated() : plain;
  for (const Step& step : kSteps) {
    const auto limit = Decimal::make(power_of_ten(step.exponent), 0);
    if (!limit || size < *limit || plain.scale() + step.exponent > Decimal::kDigitsMax) continue;
    const auto scaled = Decimal::make(plain.mantissa(), plain.scale() + step.exponent);
    if (scaled) return scaled->normalized().to_string() + step.word;
  }
  return plain.to_string();
}

std::string value_text(const Interval& value) {
  if (value.point) return (value.approx ? "about " : "") + number_text(*value.point);
  if (value.low && value.high) {
    return (value.low->kind == BoundKind::open ? "(" : "[") + number_text(value.low->value) + ", " +
           number_text(value.high->value) + (value.high->kind == BoundKind::open ? ")" : "]");
  }
  if (value.low) return bound_text(*value.low, "at least ", "more than ", "about at least ");
  if (value.high) return bound_text(*value.high, "at most ", "less than ", "about at most ");
  return "no number";
}

std::string with_unit(const std::string& text, const Row& row, const Catalogue& catalogue) {
  std::string unit = currency_letters(row[Column::currency]);
  if (unit.empty()) unit = catalogue.text(NameKind::unit, row.ordinal(Column::unit));
  return unit.empty() ? text : text + " " + unit;
}

std::string stated_text(const Stated& stated, const Catalogue& catalogue) {
  return with_unit(value_text(stated.value), stated.row, catalogue) + " (" +
         catalogue.text(NameKind::source, stated.row.ordinal(Column::source)) + ")";
}

std::optional<Decimal> nominal(const Interval& value) {
  if (value.point) return value.point;
  if (value.low && value.high) {
    const auto sum = add(value.low->value, value.high->value);
    if (!sum) return std::nullopt;
    const auto middle = divide(*sum, Decimal(2), Rounding::half_even);
    if (!middle) return std::nullopt;
    return *middle;
  }
  if (value.low) return value.low->value;
  if (value.high) return value.high->value;
  return std::nullopt;
}

std::string rounded_text(const Decimal& number) {
  const auto rounded = round_significant(number, 4, Rounding::half_even);
  return rounded ? rounded->normalized().to_string() : number.to_string();
}

std::string factor_text(const Interval& a, const Interval& b) {
  const auto x = nominal(a);
  const auto y = nominal(b);
  const Decimal zero;
  if (!x || !y || *x <= zero || *y <= zero) return {};
  const auto ratio = divide(std::max(*x, *y), std::min(*x, *y), Rounding::half_even);
  if (!ratio) return {};
  const auto rounded = round_significant(*ratio, 2, Rounding::half_even);
  return rounded && *rounded > Decimal(1) ? rounded->normalized().to_string() : std::string();
}

std::string times_text(const Interval& stated, const Interval& computed) {
  const std::string factor = factor_text(stated, computed);
  if (factor.empty()) return {};
  return ": " + factor + (*nominal(stated) > *nominal(computed) ? " times as much" : " times less");
}

}  // namespace capexdb::storage
