// A publisher's own conversions: which rate each of them implies.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "proto/model/arithmetic.h"
#include "storage/query/conflict_checks.h"

namespace capexdb::storage {
namespace {

// A conversion with the level that it converts.
struct Conversion {
  Stated level;
  Stated converted;
  Interval rate;  // units of the level's currency for one of the other
};

// One document, subject and cell but for measure and currency.
using ConvertedKey = std::tuple<std::int64_t, std::int64_t, std::uint16_t, Period, std::int64_t,
                                std::int64_t, Status>;
ConvertedKey converted_key(const Stated& s) {
  return {s.row[Column::document], s.row[Column::subject],        s.metric,      s.row.period(),
          s.row[Column::product],  s.row[Column::counterparties], s.row.status()};
}

std::vector<Conversion> conversions_of(std::span<const Stated> statements) {
  std::map<ConvertedKey, std::vector<const Stated*>> converted;
  for (const Stated& s : statements) {
    if (s.row.measure() == Measure::conversion && s.value.has_number() &&
        s.row[Column::currency] != 0) {
      converted[converted_key(s)].push_back(&s);
    }
  }
  std::vector<Conversion> conversions;
  if (converted.empty()) return conversions;
  for (const Stated& level : statements) {
    if (level.row.measure() != Measure::level || !level.value.has_number()) continue;
    const auto found = converted.find(converted_key(level));
    if (found == converted.end()) continue;
    for (const Stated* other : found->second) {
      const bool same = other->row[Column::currency] == level.row[Column::currency];
      if (same || level.row[Column::currency] == 0) continue;
      auto rate = divide(level.value, other->value);
      if (rate) conversions.push_back({level, *other, std::move(*rate)});
    }
  }
  return conversions;
}

std::string conversion_text(const Conversion& c, const Catalogue& catalogue) {
  const auto rate = nominal(c.rate);
  return with_unit(value_text(c.level.value), c.level.row, catalogue) + " for " +
         period_to_string(c.level.row.period()) + " as " +
         with_unit(value_text(c.converted.value), c.converted.row, catalogue) +
         (rate ? " is " + rounded_text(*rate) + " " +
                     currency_letters(c.level.row[Column::currency]) + "/" +
                     currency_letters(c.converted.row[Column::currency])
               : std::string());
}

std::optional<int> year_of(const Period& period) {
  const auto day = period.has_end()     ? std::optional(period.end - 1)
                   : period.has_start() ? std::optional(period.start)
                                        : std::nullopt;
  return day ? std::optional(civil_from_day(*day).year) : std::nullopt;
}

Conflict conflict_of(std::vector<Conversion> conversions, std::string reason,
                     const ConflictContext& context) {
  Conflict conflict{Finding::conversion, {}, std::move(reason)};
  for (Conversion& c : conversions) {
    // A level may have been converted twice.
    const bool listed = std::any_of(
        conflict.sides.begin(), conflict.sides.end(),
        [&](const Stated& s) { return s.metric == c.level.metric && s.row == c.level.row; });
    if (!listed) conflict.sides.push_back(std::move(c.level));
    conflict.sides.push_back(std::move(c.converted));
  }
  std::sort(conflict.sides.begin(), conflict.sides.end(), [&](const Stated& a, const Stated& b) {
    const bool a_converted = a.row.measure() == Measure::conversion;
    const bool b_converted = b.row.measure() == Measure::conversion;
    if (a_converted != b_converted) return a_converted;
    if (a.row.period() != b.row.period()) return a.row.period() < b.row.period();
    return says_before(a, b, context);
  });
  return conflict;
}

// Of one publication and pair of currencies: one rate for several years' money.
Result<void> find_one_rate(std::span<const Conversion> conversions,
                           const ConflictContext& context) {
  std::map<Decimal, std::vector<Conversion>> by_rate;  // to four digits
  for (const Conversion& c : conversions) {
    if (!c.rate.point) continue;
    const auto rate = round_significant(*c.rate.point, 4, Rounding::half_even);
    if (rate) by_rate[*rate].push_back(c);
  }
  for (auto& [rate, alike] : by_rate) {
    CAPEXDB_TRY(context.found.step());
    std::map<int, const Conversion*> years;  // the first of each
    std::sort(alike.begin(), alike.end(), [&](const Conversion& a, const Conversion& b) {
      const Period pa = a.level.row.period();
      const Period pb = b.level.row.period();
      if (pa != pb) return pa < pb;
      return says_before(a.converted, b.converted, context);
    });
    for (const Conversion& c : alike) {
      if (const auto year = year_of(c.level.row.period())) years.try_emplace(*year, &c);
    }
    if (years.size() < 2) continue;
    std::string reason;
    for (const auto& [year, first] : years) {
      reason += (reason.empty() ? "" : ", and ") + conversion_text(*first, context.catalogue);
    }
    reason += ": one rate for money of " + std::to_string(years.size()) + " years";
    CAPEXDB_TRY(context.found.add(conflict_of(alike, std::move(reason), context)));
  }
  return {};
}

// Of one publication, pair of currencies and period: rates that cannot be one.
Result<void> find_two_rates(std::span<const Conversion> conversions,
                            const ConflictContext& context) {
  std::map<Period, std::vector<Conversion>> by_period;
  for (const Conversion& c : conversions) by_period[c.level.row.period()].push_back(c);
  for (auto& [period, all] : by_period) {
    std::sort(all.begin(), all.end(), [&](const Conversion& a, const Conversion& b) {
      return says_before(a.converted, b.converted, context);
    });
    std::vector<bool> involved(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      for (std::size_t k = i + 1; k < all.size(); ++k) {
        CAPEXDB_TRY(context.found.step());
        if (!meet(all[i].rate, all[k].rate)) involved[i] = involved[k] = true;
      }
    }
    std::vector<Conversion> apart;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (involved[i]) apart.push_back(std::move(all[i]));
    }
    if (apart.empty()) continue;
    std::string reason;
    for (std::size_t i = 0; i < apart.size() && i < 3; ++i) {
      reason += (i == 0 ? "" : ", but ") + conversion_text(apart[i], context.catalogue);
    }
    CAPEXDB_TRY(context.found.add(conflict_of(std::move(apart), std::move(reason), context)));
  }
  return {};
}

}  // namespace

Result<void> check_conversions(std::span<const Stated> statements, const ConflictContext& context) {
  if (!context.found.wants(Finding::conversion)) return {};
  // A publication: a source on one day. And the two currencies.
  using Publication = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t>;
  std::map<std::pair<Publication, std::int64_t>, std::vector<Conversion>> published;
  for (Conversion& c : conversions_of(statements)) {
    const Row& row = c.converted.row;
    const Publication publication{row[Column::source], row[Column::published_begin],
                                  row[Column::published_length], row[Column::currency]};
    published[{publication, c.level.row[Column::currency]}].push_back(std::move(c));
  }
  for (const auto& [publication, conversions] : published) {
    if (conversions.size() < 2) continue;
    CAPEXDB_TRY(find_one_rate(conversions, context));
    CAPEXDB_TRY(find_two_rates(conversions, context));
  }
  return {};
}

}  // namespace capexdb::storage
