// Amounts in thousands, and amounts in another currency.
#include <algorithm>
#include <bit>

#include "storage/plausibility.h"

namespace capexdb::storage {
namespace {

// Nothing grows by so much from one period to the next, or is restated by it.
constexpr std::uint64_t kAboutTheSamePercent = 1000;
// A figure fits among its neighbours when it is at most twice, at least half of them.
constexpr std::uint64_t kFitsPercent = 200;
// A rate that growth does not reach from one period to the next.
constexpr std::uint64_t kFarRatePercent = 400;
constexpr int kFarRateSize = 13;  // the same less a fifth, as Magnitude::size() counts

bool is_about(const Magnitude& a, const Magnitude& b) {
  return within_factor(a, b, kAboutTheSamePercent);
}

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

struct Median {
  KnownFigure figure;
  Magnitude magnitude;
  std::size_t of = 0;
  bool fits = false;  // the new figure, with about as much as half of these
  Period first;
  Period last;

  std::string text() const {
    const std::string range = first == last
                                  ? period_to_string(first)
                                  : period_to_string(first) + " to " + period_to_string(last);
    return "the median of " + std::to_string(of) + " neighbours, " + range + ", is that of " +
           period_to_string(figure.period) + ", sequence " + std::to_string(figure.sequence);
  }
};

std::optional<Median> median_of(const Newcomer& it, const std::vector<KnownFigure>& figures) {
  if (figures.empty()) return std::nullopt;
  std::vector<std::pair<Magnitude, const KnownFigure*>> by_size;
  Median median;
  median.first = median.last = figures.front().period;
  std::size_t alike = 0;
  for (const KnownFigure& f : figures) {
    by_size.emplace_back(magnitude_of(f.number.value), &f);
    if (is_about(by_size.back().first, it.magnitude)) ++alike;
    if (f.period.end < median.first.end) median.first = f.period;
    if (f.period.end > median.last.end) median.last = f.period;
  }
  std::stable_sort(by_size.begin(), by_size.end(), [](const auto& a, const auto& b) {
    return compare_times(a.first, 1, b.first, 1) < 0;
  });
  const auto& [magnitude, figure] = by_size[(by_size.size() - 1) / 2];
  median.magnitude = magnitude;
  median.figure = *figure;
  median.of = figures.size();
  median.fits = alike * 2 >= figures.size();
  return median;
}

std::optional<Median> neighbours(const Newcomer& it, const FigureGroups& groups,
                                 const PlausibilityRules& rules) {
  const auto count = static_cast<std::size_t>(rules.neighbours_max);
  const std::vector<KnownFigure> near = nearest_figures(it, groups, count);
  return near.size() < rules.neighbours_min ? std::nullopt : median_of(it, near);
}

// Cheap, and for most rows the end of the matter.
bool may_be_slip(const Newcomer& it, const PlausibilityRules& rules, int size) {
  return differs_from_nearest(it, static_cast<std::size_t>(rules.neighbours_max), size);
}

// What a factor of a unit slip is at least, as Magnitude::size() counts.
int least_slip(const PlausibilityRules& rules) {
  constexpr int kPerTen = 26;
  std::uint64_t power = 9;
  for (const std::uint64_t p : rules.unit_slip_powers) power = std::min(power, p);
  const int factor = 8 * static_cast<int>(std::bit_width(rules.unit_slip_factor_percent / 100));
  return static_cast<int>(power) * kPerTen - factor;
}

template <class Visit>
void for_other_currencies(const Newcomer& it, const Surroundings& around, const Visit& visit) {
  for (const SeriesFigures* figures : around.figures) {
    if (figures == nullptr || !figures->has_other_currencies(it.dimensions.currency)) continue;
    figures->for_other_currencies(it.dimensions, visit);
  }
}

// What of the same cell was said last, of those that `wanted` takes.
template <class Wanted>
const Row* newest_of(std::span<const Row> cell, const Wanted& wanted) {
  const Row* newest = nullptr;
  for (const Row& said : cell) {
    const auto number = stated_number(said);
    if (!number || number->value.is_zero() || !wanted(magnitude_of(number->value))) continue;
    if (newest == nullptr || said.sequence() > newest->sequence()) newest = &said;
  }
  return newest;
}

// What lies between a number of `it` and one of another currency at a known rate, as
// a factor that the first one is multiplied by: rate, and how it is written.
struct RateBetween {
  Magnitude factor;
  std::string text;
};

std::optional<RateBetween> rate_between(const std::string& from, const std::string& to, Day day,
                                        const PlausibilityRules& rules, Background& background) {
  const auto of = [&](const std::string& quoted,
                      const std::string& base) -> std::optional<RateBetween> {
    if (const auto known = background.rate(quoted, base, day)) {
      return RateBetween{magnitude_of(*known), known->to_string() + " " + quoted + "/" + base};
    }
    return std::nullopt;
  };
  const Magnitude one = magnitude_of(Decimal(1));
  const auto far_enough = [&](const RateBetween& rate) {
    return !within_factor(rate.factor, one, rules.currency_slip_rate_min_percent - 1);
  };
  // As it is quoted: so many of the smaller one for one of the larger.
  std::optional<RateBetween> rate = of(to, from);
  if (!rate || compare_times(rate->factor, 1, one, 1) < 0) {
    if (auto inverse = of(from, to)) {
      inverse->factor = quotient(one, inverse->factor);
      rate = std::move(inverse);
    }
  }
  if (!rate) {
    for (const std::string& text : rules.currency_slip_rates) {
      const auto usual = parse_usual_rate(text);
      if (!usual) continue;
      const Magnitude value = magnitude_of(usual->value);
      if (usual->quoted == to && usual->base == from) rate = RateBetween{value, "about " + text};
      if (usual->quoted == from && usual->base == to) {
        rate = RateBetween{quotient(one, value), "about " + text};
      }
    }
  }
  return rate && far_enough(*rate) ? rate : std::nullopt;
}

Day middle_of(const Period& period) { return period.start + (period.end - period.start) / 2; }

Suspicion slip_of_currency(const std::string& message, std::uint64_t percent_off) {
  Suspicion suspicion{Rule::currency_slip, "currency", message};
  suspicion.percent_off = percent_off;
  return suspicion;
}

// The same number is known of the same period in another currency.
MaybeSuspicion same_number_in_other_currency(const Newcomer& it, const Surroundings& around) {
  if (!it.number.is_point) return {};
  const KnownFigure* same = nullptr;
  std::int64_t currency = 0;
  const auto look_at = [&](const FigureDimensions& other, const FigureGroup& group) {
    for (auto at = group.ending_from(it.period.end);
         at != group.figures().end() && at->period.end == it.period.end; ++at) {
      const bool equal = at->counts() && at->period == it.period && at->number.is_point &&
                         at->number.value == it.number.value;
      if (equal && (same == nullptr || at->sequence < same->sequence)) {
        same = &*at;
        currency = other.currency;
      }
    }
  };
  for_other_currencies(it, around, look_at);
  if (same == nullptr) return {};
  return slip_of_currency(
      "value " + it.number.value.to_string() + " " + currency_letters(it.row[Column::currency]) +
          " is " + currency_letters(currency) + " in sequence " + std::to_string(same->sequence) +
          " for the same period: which currency is it?",
      0);
}

// Said before in this currency, and the factor between them is an exchange rate.
MaybeSuspicion rate_within_cell(const Newcomer& it, const Surroundings& around,
                                const std::vector<std::string>& others,
                                const PlausibilityRules& rules, Background& background) {
  const std::uint64_t rate_min = rules.currency_slip_rate_min_percent;
  const bool settled = std::any_of(around.cell.begin(), around.cell.end(), [&](const Row& said) {
    const auto number = stated_number(said);
    return !number || number->value.is_zero() ||
           within_factor(it.magnitude, magnitude_of(number->value), rate_min - 1);
  });
  if (around.cell.empty() || settled) return {};
  const std::string own = currency_letters(it.row[Column::currency]);
  for (const std::string& other : others) {
    const auto rate = rate_between(own, other, middle_of(it.period), rules, background);
    if (!rate) continue;
    for (const bool up : {true, false}) {
      const auto at_rate = [&](const Magnitude& known) {
        return up ? product(known, rate->factor) : quotient(known, rate->factor);
      };
      const Row* known = newest_of(around.cell, [&](const Magnitude& m) {
        return within_percent(it.magnitude, at_rate(m), rules.currency_slip_within_percent);
      });
      if (known == nullptr) continue;
      const Decimal value = stated_number(*known)->value;
      return slip_of_currency("value " + it.number.value.to_string() + " and " + value.to_string() +
                                  " (sequence " + std::to_string(known->sequence()) +
                                  ", same cell) differ by the exchange rate of " + rate->text +
                                  ": is it " + other + ", or converted twice?",
                              percent_apart(it.magnitude, at_rate(magnitude_of(value))));
    }
  }
  return {};
}

// Its neighbours are in another currency, and it fits among them as a number, but not
// when it is converted.
MaybeSuspicion fits_in_other_currency(const Newcomer& it, const Surroundings& around,
                                      const std::vector<std::string>& others,
                                      const PlausibilityRules& rules, Background& background) {
  const std::string own = currency_letters(it.row[Column::currency]);
  for (const std::string& other : others) {
    FigureGroups groups{};
    std::size_t count = 0;
    for_other_currencies(it, around, [&](const FigureDimensions& d, const FigureGroup& group) {
      if (d.currency == currency_code(other) && count < groups.size()) groups[count++] = &group;
    });
    const auto median = neighbours(it, groups, rules);
    if (!median || !within_factor(it.magnitude, median->magnitude, kFitsPercent)) continue;
    const auto rate = rate_between(own, other, middle_of(it.period), rules, background);
    if (!rate) continue;
    const Magnitude converted = product(it.magnitude, rate->factor);
    if (percent_apart(converted, median->magnitude) <=
        percent_apart(it.magnitude, median->magnitude)) {
      continue;
    }
    return slip_of_currency("value " + it.number.value.to_string() + " " + own +
                                " fits among figures in " + other + " (" + median->text() + ": " +
                                median->figure.number.value.to_string() + "), and not at " +
                                rate->text + ": is it " + other + "?",
                            percent_apart(it.magnitude, median->magnitude));
  }
  return {};
}

// Its neighbours are in this currency, and it is one exchange rate away from them.
MaybeSuspicion rate_from_neighbours(const Newcomer& it, const Median& median,
                                    const std::vector<std::string>& others,
                                    const PlausibilityRules& rules, Background& background) {
  const std::string own = currency_letters(it.row[Column::currency]);
  for (const std::string& other : others) {
    const auto rate = rate_between(own, other, middle_of(it.period), rules, background);
    if (!rate || within_factor(rate->factor, magnitude_of(Decimal(1)), kFarRatePercent)) continue;
    for (const bool up : {true, false}) {
      const Magnitude expected =
          up ? product(median.magnitude, rate->factor) : quotient(median.magnitude, rate->factor);
      if (!within_percent(it.magnitude, expected, rules.currency_slip_neighbours_within_percent)) {
        continue;
      }
      return slip_of_currency("value " + it.number.value.to_string() + " and its neighbours (" +
                                  median.text() + ": " + median.figure.number.value.to_string() +
                                  ") differ by about the exchange rate of " + rate->text +
                                  ": is it " + other + "?",
                              percent_apart(it.magnitude, expected));
    }
  }
  return {};
}

// The currencies that this one may be taken for: those that the same is stated in, that
// of the subject's country, and dollars.
std::vector<std::string> others_of(const Newcomer& it, const Surroundings& around,
                                   Background& background) {
  const std::string own = currency_letters(it.row[Column::currency]);
  std::vector<std::string> others;
  const auto add = [&](const std::string& currency) {
    const bool known = std::find(others.begin(), others.end(), currency) != others.end();
    if (!currency.empty() && currency != own && !known) others.push_back(currency);
  };
  for_other_currencies(it, around, [&](const FigureDimensions& d, const FigureGroup&) {
    add(currency_letters(d.currency));
  });
  std::sort(others.begin(), others.end());
  add(background.home_currency());
  if (own != "USD") add("USD");
  return others;
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
  if (!is_level || !may_be_slip(it, rules, least_slip(rules))) return {};
  const auto median = others();
  if (!median || median->fits) return {};
  const auto power = power_between(it.magnitude, median->magnitude, rules);
  if (!power) return {};
  return slip_of_unit(it, median->magnitude, median->figure.number.value.to_string(), *power,
                      median->text());
}

MaybeSuspicion currency_slip(const Newcomer& it, const Surroundings& around,
                             const PlausibilityRules& rules, Background& background) {
  if (it.row[Column::currency] == 0 || it.row.measure() == Measure::conversion) return {};
  const bool is_level = it.row.measure() == Measure::level;
  if (is_level) {
    if (auto suspicion = same_number_in_other_currency(it, around)) return suspicion;
  }
  // A known figure of another size is what the other ways to a suspicion need.
  std::vector<std::string> others;
  bool asked = false;
  const auto currencies = [&]() -> const std::vector<std::string>& {
    if (!asked) others = others_of(it, around, background);
    asked = true;
    return others;
  };
  const bool restated = std::any_of(around.cell.begin(), around.cell.end(), [&](const Row& said) {
    const auto number = stated_number(said);
    return number && !number->value.is_zero() &&
           !within_factor(it.magnitude, magnitude_of(number->value),
                          rules.currency_slip_rate_min_percent - 1);
  });
  if (restated) {
    if (auto s = rate_within_cell(it, around, currencies(), rules, background)) return s;
  }
  if (!is_level || !around.cell.empty()) return {};
  bool in_others = false;
  for_other_currencies(it, around,
                       [&](const FigureDimensions&, const FigureGroup&) { in_others = true; });
  if (in_others) {
    if (auto s = fits_in_other_currency(it, around, currencies(), rules, background)) return s;
  }
  if (!may_be_slip(it, rules, kFarRateSize)) return {};
  const auto median = neighbours(it, it.groups, rules);
  if (!median || within_factor(it.magnitude, median->magnitude, kFarRatePercent * 4 / 5)) return {};
  return rate_from_neighbours(it, *median, currencies(), rules, background);
}

}  // namespace capexdb::storage
