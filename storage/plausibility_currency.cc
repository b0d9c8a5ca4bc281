// Amounts in another currency.
#include <algorithm>

#include "storage/plausibility_neighbours.h"

namespace capexdb::storage {
namespace {

constexpr const char* kDollars = "USD";
// A rate that growth does not reach from one period to the next.
constexpr std::uint64_t kFarRatePercent = 400;
constexpr int kFarRateSize = 13;  // the same less a fifth, as Magnitude::size() counts

template <class Visit>
void for_other_currencies(const Newcomer& it, const Surroundings& around, const Visit& visit) {
  if (!it.has_other_currencies) return;
  for (const SeriesFigures* figures : around.figures) {
    if (figures != nullptr) figures->for_other_currencies(it.dimensions, visit);
  }
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
  if (!it.number.is_point || !it.has_other_currencies) return {};
  const KnownFigure* same = nullptr;
  std::int64_t currency = 0;
  const auto look_at = [&](const FigureDimensions& other, const FigureGroup& group) {
    for (auto at = group.ending_from(it.period.end);
         at != group.figures().end() && at->end == it.period.end; ++at) {
      const bool equal = at->counts() && at->period() == it.period && at->is_point &&
                         at->value() == it.number.value;
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
    FigureGroups groups;
    for_other_currencies(it, around, [&](const FigureDimensions& d, const FigureGroup& group) {
      if (d.currency == currency_code(other)) groups.add(group);
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
                                median->figure.value().to_string() + "), and not at " + rate->text +
                                ": is it " + other + "?",
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
                                  median.text() + ": " + median.figure.value().to_string() +
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
  add(currency_letters(background.home_currency()));
  add(kDollars);
  return others;
}

}  // namespace

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
  if (it.has_other_currencies) {
    if (auto s = fits_in_other_currency(it, around, currencies(), rules, background)) return s;
  }
  // Who is at home in dollars and states nothing else has nothing to mistake them for.
  if (!it.has_other_currencies && it.row[Column::currency] == currency_code(kDollars)) {
    const std::int64_t home = background.home_currency();
    if (home == 0 || home == it.row[Column::currency]) return {};
  }
  if (!differs_from_nearest(it, rules.neighbours_max, kFarRateSize)) return {};
  const auto median = neighbours(it, it.groups, rules);
  if (!median || within_factor(it.magnitude, median->magnitude, kFarRatePercent * 4 / 5)) return {};
  return rate_from_neighbours(it, *median, currencies(), rules, background);
}

}  // namespace capexdb::storage
