#include "storage/query/currency.h"

#include <algorithm>
#include <set>

#include "proto/model/arithmetic.h"

namespace capexdb::storage {
namespace {

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

Result<void> convert_cells(std::vector<ResolvedCell>& cells, const Plan& plan,
                           const Catalogue& catalogue, ExchangeRates& rates,
                           const QueryLimits& limits, std::vector<std::string>& notes) {
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
