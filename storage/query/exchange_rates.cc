#include "storage/query/exchange_rates.h"

#include "proto/model/arithmetic.h"
#include "proto/model/text.h"
#include "storage/query/scan.h"

namespace capexdb::storage {
namespace {

// Holidays close markets for a week at most; what is longer is a lack of data.
constexpr int kGapDaysMax = 10;

std::string rate_text(const Interval& value, const std::string& pair) {
  return interval_to_string(value) + " " + pair;
}

}  // namespace

Result<std::optional<PeriodRate>> ExchangeRates::between(const std::string& from,
                                                         const std::string& to, Day start, Day end,
                                                         bool at_end, std::string& lack) {
  const auto key = std::tuple(from, to, start, end, at_end);
  if (const auto known = known_.find(key); known != known_.end()) {
    lack = known->second.second;
    return known->second.first;
  }
  CAPEXDB_ASSIGN(auto rate, find(from, to, start, end, at_end, lack));
  known_[key] = {rate, lack};
  return rate;
}

Result<std::optional<PeriodRate>> ExchangeRates::find(const std::string& from,
                                                      const std::string& to, Day start, Day end,
                                                      bool at_end, std::string& lack) {
  CAPEXDB_TRY(load(from));
  CAPEXDB_TRY(load(to));
  lack = "no exchange rate between " + from + " and " + to + " is known";
  if (const Daily* direct = series(from, to)) {
    if (auto rate = over(*direct, start, end, at_end, from + "/" + to, lack)) return rate;
  }
  if (const Daily* inverse = series(to, from)) {
    if (auto rate = over(*inverse, start, end, at_end, to + "/" + from, lack)) {
      rate->multiplies = true;
      return rate;
    }
  }
  for (const auto& [pair, daily] : series_) {
    const auto& [quoted, base] = pair;
    const Daily* other = quoted == from ? series(to, base) : nullptr;
    if (other == nullptr) continue;
    CAPEXDB_ASSIGN(const Daily cross, crossed(daily, *other, start, end));
    if (auto rate = over(cross, start, end, at_end, from + "/" + to, lack)) {
      rate->text += ", by " + from + "/" + base + " and " + to + "/" + base;
      return rate;
    }
  }
  return std::optional<PeriodRate>{};
}

const ExchangeRates::Daily* ExchangeRates::series(const std::string& quoted,
                                                  const std::string& base) const {
  const auto found = series_.find({quoted, base});
  return found == series_.end() ? nullptr : &found->second;
}

// Every rate that is quoted in this currency.
Result<void> ExchangeRates::load(const std::string& currency) {
  if (!loaded_.insert(currency).second) return {};
  const std::string id = "currency-" + to_lower_ascii(currency);
  const std::uint32_t party = catalogue_.find(NameKind::party, id);
  if (party == 0) return {};
  Query query;
  query.select = {id};
  query.metric = "fx_rate";
  query.at_sequence = plan_.at;
  if (plan_.as_of) query.as_of = date_to_string(*plan_.as_of);
  const auto fx = make_plan(query, catalogue_, view_.sequence());
  if (!fx) return {};  // the catalogue of that time knew no rates
  const CellVisitor visit = [&](std::span<const Row> cell) -> Result<void> {
    const auto resolved = resolve_cell(cell, *fx);
    if (!resolved) return {};
    const Row& row = resolved->leader;
    const Interval value = effective(row.value());
    const Period period = row.period();
    if (period.kind != PeriodKind::instant || !value.point || value.point->is_zero()) return {};
    const std::vector<std::string> parts = split(unit_text(row, catalogue_), '/');
    if (parts.size() != 2) return {};
    series_[{parts[0], parts[1]}][period.start] = {value, row[Column::source]};
    return {};
  };
  CAPEXDB_TRY(scan_histories(view_, *fx, catalogue_, limits_, visit));
  return {};
}

// So many `from` for one `to`, on days that both have against a third one.
Result<ExchangeRates::Daily> ExchangeRates::crossed(const Daily& from, const Daily& to, Day start,
                                                    Day end) {
  Daily daily;
  const auto last = from.lower_bound(end);
  for (auto at = from.lower_bound(start - kGapDaysMax); at != last; ++at) {
    const auto other = to.find(at->first);
    if (other == to.end()) continue;
    CAPEXDB_ASSIGN(const Interval value, divide(at->second.value, other->second.value));
    daily[at->first] = {value, at->second.source};
  }
  return daily;
}

std::optional<PeriodRate> ExchangeRates::over(const Daily& daily, Day start, Day end, bool at_end,
                                              const std::string& pair, std::string& lack) const {
  const auto behind = daily.lower_bound(end);
  const auto lacks = [&](const std::string& what) {
    lack = "no " + pair + " rate " + what;
    return std::nullopt;
  };
  if (at_end) {
    if (behind == daily.begin() || std::prev(behind)->first + kGapDaysMax < end - 1) {
      return lacks("for " + date_to_string(end - 1) + " or the ten days before it");
    }
    const auto at = std::prev(behind);
    return PeriodRate{at->second.value, false,
                      rate_text(at->second.value, pair) + " (of " + date_to_string(at->first) +
                          ", " + source_name(at->second.source) + ")"};
  }
  Interval sum;
  std::int64_t days = 0;
  std::set<std::int64_t> sources;
  Day before = start - 1;
  for (auto at = daily.lower_bound(start); at != behind; ++at) {
    if (at->first - before - 1 > kGapDaysMax) break;
    const auto more = days == 0 ? Result<Interval>(at->second.value) : add(sum, at->second.value);
    if (!more) return lacks("whose sum fits 38 digits");
    sum = *more;
    ++days;
    sources.insert(at->second.source);
    before = at->first;
  }
  if (days == 0 || end - 1 - before > kGapDaysMax) {
    return lacks("from " + date_to_string(before + 1) + " on, for more than ten days");
  }
  const auto value = mean(sum, days);
  if (!value) return lacks("whose mean fits 38 digits");
  std::string names;
  for (const std::int64_t source : sources) {
    names += (names.empty() ? "" : " and ") + source_name(source);
  }
  return PeriodRate{*value, false,
                    rate_text(*value, pair) + " (average of " + std::to_string(days) +
                        (days == 1 ? " day, " : " days, ") + names + ")"};
}

std::string ExchangeRates::source_name(std::int64_t ordinal) const {
  return catalogue_.text(NameKind::source, static_cast<std::uint32_t>(ordinal));
}

}  // namespace capexdb::storage
