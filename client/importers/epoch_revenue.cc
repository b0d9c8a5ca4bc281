#include <array>

#include "client/importers/epoch_form.h"
#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

namespace revenue {
enum Column : std::size_t {
  quarter,
  start,
  end,
  total,
  data_center,
  notes,
  commentary,
  transcript,
  column_count
};

constexpr std::array<std::string_view, column_count> kNames = {"quarter",
                                                               "start_date",
                                                               "end_date",
                                                               "total_revenue",
                                                               "dc_revenue",
                                                               "notes",
                                                               "cfo_commentary_link",
                                                               "earnings_call_transcript"};

constexpr std::array<std::size_t, 5> kNeeded = {quarter, start, end, total, data_center};
constexpr std::array<std::size_t, 3> kPrinted = {quarter, commentary, transcript};
constexpr int kBillion = 9;
}  // namespace revenue

// The file has no column for the company; its columns of chips are Nvidia's.
Result<EpochStatement> begin_revenue(const Row& row, const EpochPlace& place) {
  EpochStatement statement;
  statement.fact.subject.set_name("Nvidia");
  CAPEXDB_ASSIGN(statement.fact.period, epoch_period(row, revenue::start, revenue::end));
  statement.event = epoch_event(row, place, place.fallback_day, revenue::kPrinted);
  v1::Source& source = *statement.event.mutable_source();
  source.set_attribution(v1::ATTRIBUTION_SECOND_HAND);
  source.set_attributed_to("Nvidia");
  const std::string link = row.text(revenue::commentary);
  if (link.starts_with("https://") || link.starts_with("http://")) {
    source.add_cites()->set_url(link);
  }
  statement.event.set_status(v1::STATUS_ACTUAL);
  statement.event.set_note(row.text(revenue::notes));
  return statement;
}

// Billions of dollars, stated to their last digit.
Result<void> add_revenue_figure(const Row& row, const EpochFigure& figure,
                                EpochStatement& statement) {
  const std::size_t column = figure.columns.front();
  CAPEXDB_ASSIGN(const Decimal billions, epoch_number(row, column));
  const auto scaled = billions.scale() <= revenue::kBillion
                          ? billions.with_scale(revenue::kBillion)
                          : Result<Decimal>(fail(decimal_overflow()));
  if (!scaled) {
    return bad_epoch_cell(row, column, "bad_number", "has too many digits for billions of dollars");
  }
  CAPEXDB_ASSIGN(const Decimal dollars, Decimal::make(scaled->mantissa(), 0));
  v1::Quantity& quantity = statement.fact.quantity;
  quantity.set_value(dollars.to_string());
  quantity.set_stated_decimals(billions.scale() - revenue::kBillion);
  quantity.set_currency("USD");
  quantity.set_unit(std::string(figure.unit));
  statement.fact.metric = figure.metric;
  statement.event.mutable_origin()->set_metric_label(epoch_column(row, column));
  return {};
}

}  // namespace

const EpochForm& epoch_revenue() {
  static const std::array<EpochFigure, 2> kFigures = {
      {{"revenue", "USD", {revenue::total}},
       {"data_center_revenue", "USD", {revenue::data_center}}}};
  static const EpochForm kForm = {
      revenue::kNames, revenue::kNeeded, kFigures, begin_revenue, add_revenue_figure, true, false};
  return kForm;
}

}  // namespace capexdb::importers
