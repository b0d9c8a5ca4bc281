#include "storage/known_rates.h"

#include "proto/model/arithmetic.h"
#include "proto/model/text.h"
#include "storage/key.h"
#include "storage/rocks/database.h"

namespace capexdb::storage {
namespace {

constexpr Day kRateDaysBack = 10;  // holidays close markets for a week at most
constexpr std::size_t kRatesKept = 4096;
constexpr int kCrossDigits = 6;

// Where the rates of a pair stand.
struct Pair {
  std::uint16_t metric = 0;
  Row cell;  // but for its day
};

std::optional<Pair> find_pair(const std::string& quoted, const std::string& base,
                              const Catalogue& catalogue) {
  const std::uint32_t metric = catalogue.find(NameKind::metric, kRateMetric);
  const std::uint32_t party = catalogue.find(NameKind::party, "currency-" + to_lower_ascii(quoted));
  const std::uint32_t unit = catalogue.find(NameKind::unit, quoted + "/" + base);
  if (metric == 0 || party == 0 || unit == 0) return std::nullopt;
  Pair pair;
  pair.metric = static_cast<std::uint16_t>(metric);
  pair.cell[Column::subject] = party;
  pair.cell[Column::measure] = static_cast<std::int64_t>(catalogue.metric(metric, kNow).measure());
  pair.cell[Column::unit] = unit;
  pair.cell[Column::currency] = currency_code(quoted);
  return pair;
}

Result<std::optional<Decimal>> rate_of_day(Pair& pair, Day day, const KnownRates::Store& store) {
  pair.cell.set_period(make_instant(day));
  const HistoryKey key{pair.cell.ordinal(Column::subject), pair.metric,
                       history_bucket(pair.cell.period()), 0};
  CAPEXDB_ASSIGN(Series * series, store.series.get(store.database, key));
  CAPEXDB_ASSIGN(const CellStatements* said, series->cell_of(pair.cell, store.policy));
  if (said == nullptr) return std::optional<Decimal>();
  const Row* leader = said->leader();
  if (said->has_retraction()) {
    const Verdicts verdicts = resolve(said->rows(), store.policy);
    leader = verdicts.leader ? &said->rows()[*verdicts.leader] : nullptr;
  }
  if (leader == nullptr) return std::optional<Decimal>();
  const auto number = stated_number(*leader);
  const bool usable = number && number->is_point && !number->value.is_zero();
  return usable ? std::optional(number->value.normalized()) : std::optional<Decimal>();
}

}  // namespace

Result<std::optional<Decimal>> KnownRates::find(const std::string& quoted, const std::string& base,
                                                Day day, const Store& store) {
  const auto key = std::tuple(quoted, base, day);
  if (const auto known = known_.find(key); known != known_.end()) return known->second;
  std::optional<Decimal> rate;
  if (auto pair = find_pair(quoted, base, store.catalogue)) {
    for (Day d = day; !rate && d > day - kRateDaysBack - 1; --d) {
      CAPEXDB_ASSIGN(rate, rate_of_day(*pair, d, store));
    }
  }
  for (const char* third : {"EUR", "USD"}) {
    if (rate || quoted == third || base == third) continue;
    auto one = find_pair(quoted, third, store.catalogue);
    auto other = find_pair(base, third, store.catalogue);
    for (Day d = day; one && other && !rate && d > day - kRateDaysBack - 1; --d) {
      CAPEXDB_ASSIGN(const auto of_one, rate_of_day(*one, d, store));
      CAPEXDB_ASSIGN(const auto of_other, rate_of_day(*other, d, store));
      if (!of_one || !of_other) continue;
      const auto cross = divide(*of_one, *of_other, Rounding::half_even);
      const auto rounded =
          cross ? round_significant(*cross, kCrossDigits, Rounding::half_even) : cross;
      if (rounded) rate = *rounded;
    }
  }
  if (known_.size() >= kRatesKept) known_.clear();
  known_[key] = rate;
  return rate;
}

}  // namespace capexdb::storage
