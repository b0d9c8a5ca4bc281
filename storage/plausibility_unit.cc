// Amounts in thousands, millions, or other units.
#include <algorithm>
#include <bit>
#include <cstdlib>

#include "storage/plausibility_neighbours.h"

namespace capexdb::storage {
namespace {

// The power of ten that lies between them, as "it is 10^power times the other".
std::optional<int> power_between(const Magnitude& it, const Magnitude& other,
                                 const PlausibilityRules& rules) {
  for (const std::uint64_t power : rules.unit_slip_powers) {
    for (const int p : {static_cast<int>(power), -static_cast<int>(power)}) {
      if (within_factor(it, other.times_ten_to(p), rules.unit_slip_factor_percent)) return p;
    }
  }
  return std::nullopt;
}

std::string zeros(int power) {
  return "1" + std::string(static_cast<std::size_t>(std::abs(power)), '0');
}

std::string unit_text(int power) {
  if (power == -3) return "in thousands?";
  if (power == -6) return "in millions?";
  if (power == -9) return "in billions?";
  if (power == -4) return "in wan (10,000)?";
  if (power == -8) return "in yi (100,000,000)?";
  return power < 0 ? "in units of " + zeros(power) + "?"
                   : "multiplied by " + zeros(power) + " once too often?";
}

Suspicion slip_of_unit(const Newcomer& it, const Magnitude& other, const std::string& other_text,
                       int power, const std::string& where) {
  const Magnitude expected = other.times_ten_to(power);
  const bool exact = compare_times(it.magnitude, 1, expected, 1) == 0;
  Suspicion suspicion{Rule::unit_slip, "value", {}};
  suspicion.percent_off = percent_apart(it.magnitude, expected);
  suspicion.message = "value " + it.number.value.to_string() + " is " + (exact ? "" : "about ") +
                      (power < 0 ? "1/" + zeros(power) + " of " : zeros(power) + " times ") +
                      other_text + " (" + where + "): " + unit_text(power);
  return suspicion;
}

// What a factor of a unit slip is at least, as Magnitude::size() counts.
int least_slip(const PlausibilityRules& rules) {
  constexpr int kPerTen = 26;
  std::uint64_t power = 9;
  for (const std::uint64_t p : rules.unit_slip_powers) power = std::min(power, p);
  const int factor = 8 * static_cast<int>(std::bit_width(rules.unit_slip_factor_percent / 100));
  return static_cast<int>(power) * kPerTen - factor;
}

}  // namespace

MaybeSuspicion unit_slip(const Newcomer& it, const Surroundings& around,
                         const PlausibilityRules& rules) {
  const bool is_level = it.row.measure() == Measure::level;
  const auto others = [&] { return is_level ? neighbours(it, it.groups, rules) : std::nullopt; };
  bool said = false;
  for (const Row& row : around.cell) {
    const auto number = stated_number(row);
    if (!number || number->value.is_zero()) continue;
    if (is_about(it.magnitude, magnitude_of(number->value))) return {};
    said = true;
  }
  if (said) {
    const Row* known = newest_of(around.cell, [&](const Magnitude& m) {
      return power_between(it.magnitude, m, rules).has_value();
    });
    if (known == nullptr) return {};
    const Decimal value = stated_number(*known)->value;
    const Magnitude magnitude = magnitude_of(value);
    // What mends an earlier slip fits where that did not.
    const auto median = others();
    const bool mends = median && is_about(it.magnitude, median->magnitude) &&
                       !is_about(magnitude, median->magnitude);
    if (mends) return {};
    return slip_of_unit(it, magnitude, value.to_string(),
                        *power_between(it.magnitude, magnitude, rules),
                        "sequence " + std::to_string(known->sequence()) + ", same cell");
  }
  if (!is_level || !differs_from_nearest(it, rules.neighbours_max, least_slip(rules))) return {};
  const auto median = others();
  if (!median || median->fits) return {};
  const auto power = power_between(it.magnitude, median->magnitude, rules);
  if (!power) return {};
  return slip_of_unit(it, median->magnitude, median->figure.value().to_string(), *power,
                      median->text());
}

}  // namespace capexdb::storage
