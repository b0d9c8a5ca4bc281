#include <array>

#include "client/importers/epoch_form.h"
#include "client/importers/us_date.h"
#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

namespace chips {
enum Column : std::size_t {
  name,
  manufacturer,
  owner,
  start,
  end,
  h100e,
  h100e_low,
  h100e_high,
  units,
  units_low,
  units_high,
  tdp,
  tdp_low,
  tdp_high,
  type,
  link,
  notes,
  modified_by,
  modified,
  column_count
};

constexpr std::array<std::string_view, column_count> kNames = {"name",
                                                               "chip_manufacturer",
                                                               "owner",
                                                               "start_date",
                                                               "end_date",
                                                               "compute_estimate_in_h100e_(median)",
                                                               "h100e_(5th_percentile)",
                                                               "h100e_(95th_percentile)",
                                                               "number_of_units",
                                                               "number_of_units_(5th_percentile)",
                                                               "number_of_units_(95th_percentile)",
                                                               "total_tdp_(w)",
                                                               "total_tdp_(w)_(5th_percentile)",
                                                               "total_tdp_(w)_(95th_percentile)",
                                                               "chip_type",
                                                               "source_/_link",
                                                               "notes",
                                                               "last_modified_by",
                                                               "last_modified"};

constexpr std::array<std::size_t, 5> kNeeded = {manufacturer, start, end, units, type};
constexpr std::array<std::size_t, 4> kPrinted = {name, link, modified_by, modified};
}  // namespace chips

// "Estimates generated on: 03-31-2026 14:36", "Date estimates were generated:
// 01-28-2026 12:02", alone or behind another remark.
Result<std::string> day_of_estimates(const Row& row, const EpochPlace& place) {
  constexpr std::string_view kWord = "generated";
  const std::string notes = to_lower_ascii(row.get(chips::notes));
  const std::size_t word = notes.rfind(kWord);
  const std::size_t digit =
      word == std::string::npos ? word : notes.find_first_of("0123456789", word);
  if (digit != std::string::npos) {
    const std::size_t end = notes.find_first_not_of("0123456789-", digit);
    const auto day = parse_us_dashes(std::string_view(notes).substr(digit, end - digit));
    if (day) return date_to_string(*day);
    return bad_epoch_cell(row, chips::notes, "bad_date",
                          "do not say when the estimates were generated: " + day.error().message);
  }
  if (!place.fallback_day.empty()) return place.fallback_day;
  return bad_cell(row.has(chips::notes) ? epoch_column(row, chips::notes) : "Notes",
                  "missing_published_at",
                  "the row does not say when its estimates were generated; say it with "
                  "--published-at YYYY-MM-DD");
}

// Whoever owns the chips got them, so a row with an owner is about him. His own chips
// have no seller, and what his own name would be beside a total cannot be told.
void put_parties(const Row& row, const std::string& manufacturer, Fact& fact) {
  const std::string owner = row.text(chips::owner);
  fact.subject.set_name(owner.empty() ? manufacturer : owner);
  if (owner.empty() || slug(owner) == slug(manufacturer)) return;
  v1::Counterparty& seller = fact.counterparties.emplace_back();
  seller.mutable_party()->set_name(manufacturer);
  seller.set_role(v1::ROLE_SELLER);
}

Result<EpochStatement> begin_chips(const Row& row, const EpochPlace& place) {
  EpochStatement statement;
  CAPEXDB_ASSIGN(const std::string manufacturer, epoch_text(row, chips::manufacturer));
  CAPEXDB_ASSIGN(statement.fact.product, epoch_text(row, chips::type));
  CAPEXDB_ASSIGN(statement.fact.period, epoch_period(row, chips::start, chips::end));
  CAPEXDB_ASSIGN(std::string day, day_of_estimates(row, place));
  put_parties(row, manufacturer, statement.fact);
  statement.event = epoch_event(row, place, std::move(day), chips::kPrinted);
  statement.event.mutable_source()->set_attribution(v1::ATTRIBUTION_PUBLISHER);
  statement.event.set_status(v1::STATUS_ESTIMATE);
  statement.event.set_note(row.text(chips::notes));
  return statement;
}

Result<void> add_chip_figure(const Row& row, const EpochFigure& figure, EpochStatement& statement) {
  v1::Quantity& quantity = statement.fact.quantity;
  for (std::size_t i = 0; i < figure.columns.size(); ++i) {
    const std::string_view cell = row.get(figure.columns[i]);
    if (cell.empty()) continue;
    CAPEXDB_ASSIGN(const Decimal number, epoch_number(row, figure.columns[i]));
    if (number.is_negative()) {
      return bad_epoch_cell(row, figure.columns[i], "bad_number", "is below zero");
    }
    std::string digits = number.to_string();
    if (i == 0) {
      quantity.set_value(std::move(digits));
    } else if (i == 1) {
      quantity.set_low(std::move(digits));
      quantity.set_low_kind(v1::BOUND_KIND_CLOSED);
    } else {
      quantity.set_high(std::move(digits));
      quantity.set_high_kind(v1::BOUND_KIND_CLOSED);
    }
  }
  // An estimate says how far it may be off, or is no better than "about".
  quantity.set_approx(quantity.low().empty() || quantity.high().empty());
  quantity.set_unit(std::string(figure.unit));
  const bool bought = figure.metric == "unit_shipments" && !row.get(chips::owner).empty();
  statement.fact.metric = bought ? "unit_purchases" : std::string(figure.metric);
  statement.event.mutable_origin()->set_metric_label(epoch_column(row, figure.columns.front()));
  return {};
}

}  // namespace

const EpochForm& epoch_chips() {
  static const std::array<EpochFigure, 3> kFigures = {
      {{"unit_shipments", "{chip}", {chips::units, chips::units_low, chips::units_high}},
       {"h100_equivalents", "{H100e}", {chips::h100e, chips::h100e_low, chips::h100e_high}},
       {"thermal_design_power", "W", {chips::tdp, chips::tdp_low, chips::tdp_high}}}};
  static const EpochForm kForm = {chips::kNames,   chips::kNeeded, kFigures, begin_chips,
                                  add_chip_figure, false,          true};
  return kForm;
}

}  // namespace capexdb::importers
