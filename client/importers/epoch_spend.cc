#include <array>

#include "client/importers/epoch_form.h"
#include "proto/model/decimal.h"
#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

namespace spend {
enum Column : std::size_t {
  id,
  notes,
  company,
  amount,
  category,
  period_type,
  source_1,
  source_2,
  source_3,
  date,
  report_date,
  confidence,
  source_type,
  excluded,
  inference,
  research,
  total,
  column_count
};

constexpr std::array<std::string_view, column_count> kNames = {"id",
                                                               "notes",
                                                               "company",
                                                               "amount",
                                                               "category",
                                                               "period_type",
                                                               "source_1",
                                                               "source_2",
                                                               "source_3",
                                                               "date",
                                                               "report_date",
                                                               "confidence",
                                                               "source_type",
                                                               "exclude_from_graph_view",
                                                               "inference_compute_spend",
                                                               "r&d_compute_spend",
                                                               "total_compute_spend"};

constexpr std::array<std::size_t, 5> kNeeded = {company, amount, period_type, date, report_date};
constexpr std::array<std::size_t, 7> kPrinted = {id,         category,    source_2, source_3,
                                                 confidence, source_type, excluded};

struct Part {
  Column column;
  const char* product;  // of the cell; none: all of it
};
constexpr std::array<Part, 3> kParts = {
    {{total, ""}, {research, "R&D compute"}, {inference, "Inference compute"}}};
}  // namespace spend

Result<v1::Period> spend_period(const Row& row) {
  CAPEXDB_ASSIGN(const std::string type, epoch_text(row, spend::period_type));
  const std::string word = to_lower_ascii(type);
  if (word == "annualized" || word == "annualised") {
    return bad_epoch_cell(row, spend::period_type, "run_rate",
                          "is '" + type +
                              "': a rate at one time, times twelve, is not what was spent in a "
                              "year; leave the row out");
  }
  if (word != "year") {
    return bad_epoch_cell(row, spend::period_type, "unknown_period",
                          "is '" + std::string(clip(type, 40)) + "'; only Year is read");
  }
  CAPEXDB_ASSIGN(const Day end, epoch_date(row, spend::date));
  const Civil day = civil_from_day(end);
  if (day.month != 12 || day.day != 31) {
    return bad_epoch_cell(row, spend::date, "unknown_period",
                          "is " + date_to_string(end) +
                              "; a Year is read as a calendar year, which ends on December 31");
  }
  v1::Period period;
  period.set_kind(v1::PERIOD_KIND_SPAN);
  period.set_start(date_to_string(day_from_civil(day.year, 1, 1)));
  period.set_end(date_to_string(end));
  return period;
}

// Of what the amount is: the one column of the three that repeats it.
Result<std::string> spend_product(const Row& row, const Decimal& amount) {
  const spend::Part* found = nullptr;
  for (const spend::Part& part : spend::kParts) {
    if (row.get(part.column).empty()) continue;
    const auto number = epoch_number(row, part.column);
    if (!number || !(*number == amount)) {
      return bad_epoch_cell(row, part.column, "contradiction", "is not the Amount");
    }
    if (found != nullptr) {
      return bad_epoch_cell(row, part.column, "contradiction",
                            "has the Amount, and " + epoch_column(row, found->column) +
                                " has it too: which of the two is it?");
    }
    found = &part;
  }
  if (found == nullptr) {
    return bad_epoch_cell(row, spend::amount, "unclear_scope",
                          "stands in none of Total, R&D and Inference compute spend: of what is "
                          "it?");
  }
  return std::string(found->product);
}

Result<EpochStatement> begin_spend(const Row& row, const EpochPlace& place) {
  EpochStatement statement;
  CAPEXDB_ASSIGN(const std::string company, epoch_text(row, spend::company));
  statement.fact.subject.set_name(company);
  CAPEXDB_ASSIGN(statement.fact.period, spend_period(row));
  std::string published_at = place.fallback_day;
  if (!row.get(spend::report_date).empty()) {
    CAPEXDB_ASSIGN(const Day day, epoch_date(row, spend::report_date));
    published_at = date_to_string(day);
  }
  if (published_at.empty()) {
    return bad_epoch_cell(row, spend::report_date, "missing_published_at",
                          "is empty: when could the world know? say it with --published-at "
                          "YYYY-MM-DD");
  }
  // What was reported before the period ended is a projection.
  const bool is_over = published_at > statement.fact.period.end();
  const bool doubted = to_lower_ascii(row.get(spend::confidence)) == "uncertain";
  statement.event = epoch_event(row, place, std::move(published_at), spend::kPrinted);
  statement.event.set_status(is_over && !doubted ? v1::STATUS_ACTUAL : v1::STATUS_ESTIMATE);
  statement.event.mutable_source()->set_attribution(v1::ATTRIBUTION_SECOND_HAND);
  if (const std::string link = row.text(spend::source_1); !link.empty()) {
    const bool is_url = link.starts_with("https://") || link.starts_with("http://");
    v1::Citation& citation = *statement.event.mutable_source()->add_cites();
    is_url ? citation.set_url(link) : citation.set_text(link);
  }
  statement.event.set_note(row.text(spend::notes));
  return statement;
}

Result<void> add_spend_figure(const Row& row, const EpochFigure& figure,
                              EpochStatement& statement) {
  CAPEXDB_ASSIGN(const Decimal amount, epoch_number(row, spend::amount));
  CAPEXDB_ASSIGN(statement.fact.product, spend_product(row, amount));
  v1::Quantity& quantity = statement.fact.quantity;
  quantity.set_value(amount.to_string());
  quantity.set_currency("USD");
  quantity.set_unit(std::string(figure.unit));
  quantity.set_approx(true);  // as the reports have it: 1.5 billion, over 9 billion
  statement.fact.metric = figure.metric;
  statement.event.mutable_origin()->set_metric_label(epoch_column(row, spend::amount));
  return {};
}

}  // namespace

const EpochForm& epoch_spend() {
  static const std::array<EpochFigure, 1> kFigures = {{{"compute_spend", "USD", {spend::amount}}}};
  static const EpochForm kForm = {spend::kNames,    spend::kNeeded, kFigures, begin_spend,
                                  add_spend_figure, false,          true};
  return kForm;
}

}  // namespace capexdb::importers
