#include "storage/query/currency.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "proto/model/arithmetic.h"
#include "proto/model/text.h"
#include "storage/query/scan.h"

namespace capexdb::storage {
namespace {

// Holidays close markets for a week at most; what is longer is a lack of data.
constexpr int kGapDaysMax = 10;

// "7.21503 CNY/USD" with its days.
struct DayRate {
  Interval value;
  std::int64_t source = 0;
};
using Daily = std::map<Day, DayRate>;

// A rate for a period, in units of the first currency for one of the second.
struct PeriodRate {
  Interval value;
  bool multiplies = false;  // else the amount is divided by it
  std::string text;
};

class Rates {
 public:
  Rates(const ReadView& view, const Plan& plan, const Catalogue& catalogue,
        const QueryLimits& limits)
      : view_(view), plan_(plan), catalogue_(catalogue), limits_(limits) {}

  // Empty where there is none; `lack` says then what is missing.
  Result<std::optional<PeriodRate>> between(const std::string& from, const std::string& to,
                                            Day start, Day end, bool at_end, std::string& lack) {
    const auto key = std::tuple(from, to, start, end, at_end);
    if (const auto known = known_.find(key); known != known_.end()) {
      lack = known->second.second;
      return known->second.first;
    }
    CAPEXDB_ASSIGN(auto rate, find(from, to, start, end, at_end, lack));
    known_[key] = {rate, lack};
    return rate;
  }

 private:
  Result<std::optional<PeriodRate>> find(const std::string& from, const std::string& to, Day start,
                                         Day end, bool at_end, std::string& lack) {
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

  const Daily* series(const std::string& quoted, const std::string& base) const {
    const auto found = series_.find({quoted, base});
    return found == series_.end() ? nullptr : &found->second;
  }

  // Every rate that is quoted in this currency.
  Result<void> load(const std::string& currency) {
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
  static Result<Daily> crossed(const Daily& from, const Daily& to, Day start, Day end) {
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

  std::optional<PeriodRate> over(const Daily& daily, Day start, Day end, bool at_end,
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

  static std::string rate_text(const Interval& value, const std::string& pair) {
    return interval_to_string(value) + " " + pair;
  }
  std::string source_name(std::int64_t ordinal) const {
    return catalogue_.text(NameKind::source, static_cast<std::uint32_t>(ordinal));
  }

  const ReadView& view_;
  const Plan& plan_;
  const Catalogue& catalogue_;
  const QueryLimits& limits_;
  std::map<std::pair<std::string, std::string>, Daily> series_;  // by quoted, base
  std::set<std::string> loaded_;
  std::map<std::tuple<std::string, std::string, Day, Day, bool>,
           std::pair<std::optional<PeriodRate>, std::string>>
      known_;
};

// What a sum says of its parts: rates that were used, figures that were lost.
class Remarks {
 public:
  void add(std::string text) { texts_.insert(std::move(text)); }
  void put(std::vector<std::string>& notes) const {
    constexpr std::size_t kNotesMax = 20;
    std::size_t count = 0;
    for (const std::string& text : texts_) {
      if (++count <= kNotesMax) notes.push_back(text);
    }
    if (count > kNotesMax) {
      notes.push_back(std::to_string(count - kNotesMax) + " more figures or periods likewise");
    }
  }

 private:
  std::set<std::string> texts_;
};

}  // namespace

Result<void> convert_cells(std::vector<ResolvedCell>& cells, const Plan& plan, const ReadView& view,
                           const Catalogue& catalogue, const QueryLimits& limits,
                           std::vector<std::string>& notes) {
  Rates rates(view, plan, catalogue, limits);
  const std::int64_t target = currency_code(plan.currency);
  const std::uint32_t unit = catalogue.find(NameKind::unit, plan.currency);
  const bool stock = plan.metric_entry.aggregation == Aggregation::stock;
  Remarks remarks;
  for (ResolvedCell& cell : cells) {
    CAPEXDB_TRY(check_limits(limits));
    Row& row = cell.leader;
    if (row[Column::currency] == target || !row.value().has_number()) continue;
    const std::string from = currency_letters(row[Column::currency]);
    const Period period = row.period();
    const std::string name = period_to_string(cell.label.value_or(period));
    const auto lose_number = [&](std::string reason) {
      if (!row.replace_value({})) return;
      remarks.add(catalogue.text(NameKind::party, row.ordinal(Column::subject)) + " " + name +
                  ": " + reason);
      cell.reason = std::move(reason);
    };
    if (from.empty() && unit_text(row, catalogue) == "%") continue;  // of any currency
    if (from.empty()) {
      lose_number("not converted: it has no currency");
      continue;
    }
    if (!period.has_start() || !period.has_end()) {
      lose_number("not converted: a period without both ends has no rate");
      continue;
    }
    std::string lack;
    const bool at_end = stock || period.kind != PeriodKind::span;
    CAPEXDB_ASSIGN(const auto rate,
                   rates.between(from, plan.currency, period.start, period.end, at_end, lack));
    if (!rate) {
      lose_number("not converted: " + lack);
      continue;
    }
    const Interval amount = effective(row.value());
    const auto value =
        rate->multiplies ? multiply(amount, rate->value) : divide(amount, rate->value);
    if (!value || !row.replace_value(*value)) {
      lose_number("not converted: its amount in " + plan.currency + " needs more than 38 digits");
      continue;
    }
    cell.stated_currency = from;
    row[Column::unit] = unit;
    row[Column::currency] = target;
    cell.derivation = (cell.derivation.empty() ? "reported" : cell.derivation) +
                      (rate->multiplies ? " x " : " / ") + rate->text;
    remarks.add(name + ": " + from + " converted at " + rate->text);
  }
  if (plan.kind == QueryKind::sum) remarks.put(notes);
  return {};
}

void name_printed_rates(std::vector<ResolvedCell>& conversions,
                        const std::vector<ResolvedCell>& levels, const Catalogue& catalogue) {
  const auto key = [](const Row& row) {
    return std::tuple(row[Column::subject], row[Column::product], row[Column::counterparties],
                      row.period());
  };
  std::map<decltype(key(Row{})), std::vector<const ResolvedCell*>> by_cell;
  for (const ResolvedCell& level : levels) by_cell[key(level.leader)].push_back(&level);
  for (ResolvedCell& conversion : conversions) {
    const auto found = by_cell.find(key(conversion.leader));
    if (found == by_cell.end()) continue;
    for (const ResolvedCell* level : found->second) {
      if (level->leader[Column::currency] == conversion.leader[Column::currency]) continue;
      const Interval converted = effective(conversion.leader.value());
      const auto rate = divide(effective(level->leader.value()), converted);
      if (!rate || !rate->has_number()) continue;
      std::string text = interval_to_string(*rate);
      if (rate->point && rate->low && rate->high && rate->low->value != rate->high->value) {
        text += " [" + rate->low->value.to_string() + ", " + rate->high->value.to_string() + "]";
      }
      conversion.derivation = (conversion.derivation.empty() ? "reported" : conversion.derivation) +
                              ", at " + text + " " + unit_text(level->leader, catalogue) + "/" +
                              unit_text(conversion.leader, catalogue);
      break;
    }
  }
}

}  // namespace capexdb::storage
