// Amounts in another currency: for each day the rate that was said of it.
#include <algorithm>

#include "proto/model/arithmetic.h"
#include "tests/unit/storage/model_store.h"

namespace capexdb::storage::test {
namespace {

constexpr int kGapMax = 10;  // days in a row without a rate

using Rates = std::map<Day, Interval>;

// The days that need a rate; none where the period says of no day.
std::optional<std::pair<Day, Day>> rate_days_of(const ToldCell& cell, bool stock) {
  const Period& p = cell.period;
  if (!p.has_start() || !p.has_end()) return std::nullopt;
  // The last day counts, or the nearest one before.
  if (stock || p.kind != PeriodKind::span) return std::pair(p.end - 1 - kGapMax, p.end);
  return std::pair(p.start, p.end);
}

// One rate for a period; empty where its days are not covered.
std::optional<Interval> rate_of(const Rates& rates, const ToldCell& cell, bool stock) {
  const auto days = rate_days_of(cell, stock);
  if (!days) return std::nullopt;
  const bool last_only = stock || cell.period.kind != PeriodKind::span;
  Interval sum;
  std::int64_t count = 0;
  int gap = 0;
  for (Day day = days->first; day < days->second; ++day) {
    const auto known = rates.find(day);
    if (known == rates.end()) {
      if (++gap > kGapMax && !last_only) return std::nullopt;
      continue;
    }
    gap = 0;
    sum = count == 0 || last_only ? known->second : add(sum, known->second).value();
    count = last_only ? 1 : count + 1;
  }
  if (count == 0) return std::nullopt;
  return mean(sum, count).value();
}

}  // namespace

std::map<Day, Interval> ModelStore::rates(const std::string& quoted, const std::string& base,
                                          const ModelQuestion& q) const {
  ModelQuestion plain;
  plain.at = q.at;
  std::map<Day, std::vector<const Told*>> by_day;
  for (const Told& told : rates_) {
    if (told.cell.unit != quoted + "/" + base || told.sequence > q.at) continue;
    if (q.as_of && told.published.last_day() > *q.as_of) continue;
    by_day[told.cell.period.start].push_back(&told);
  }
  std::map<Day, Interval> result;
  for (const auto& [day, cell] : by_day) {
    const auto lead = figure(cell, plain);
    if (lead && lead->value.has_number()) result[day] = lead->value;
  }
  return result;
}

// Many of `from` for one `to`, on days that both have a rate against a third one.
std::map<Day, Interval> ModelStore::cross_rates(const std::string& from, const std::string& to,
                                                const std::string& third,
                                                const ModelQuestion& q) const {
  const Rates of_to = rates(to, third, q);
  std::map<Day, Interval> result;
  for (const auto& [day, rate] : rates(from, third, q)) {
    const auto other = of_to.find(day);
    if (other != of_to.end()) result[day] = divide(rate, other->second).value();
  }
  return result;
}

void ModelStore::convert(std::vector<Figure>& figures, const ModelQuestion& q) const {
  const std::string& to = q.query.currency;
  if (to.empty()) return;
  const bool stock = q.metric.aggregation == Aggregation::stock;
  for (Figure& figure : figures) {
    const std::string from = figure.cell.currency;
    if (from.empty() || from == to || !figure.value.has_number()) continue;
    std::optional<Interval> value;
    if (const auto rate = rate_of(rates(from, to, q), figure.cell, stock)) {
      value = divide(figure.value, *rate).value();
    } else if (const auto inverse = rate_of(rates(to, from, q), figure.cell, stock)) {
      value = multiply(figure.value, *inverse).value();
    } else {
      for (const char* third : {"CNY", "EUR", "GBP", "USD"}) {
        const auto cross = rate_of(cross_rates(from, to, third, q), figure.cell, stock);
        if (cross && !value) value = divide(figure.value, *cross).value();
      }
    }
    if (!value) {
      figure.value = {};
      figure.reason = "not converted";
      continue;
    }
    figure.value = *value;
    figure.stated_currency = from;
    figure.cell.unit = to;
    figure.cell.currency = to;
  }
}

}  // namespace capexdb::storage::test
