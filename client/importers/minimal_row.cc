#include "client/importers/minimal_row.h"

#include <array>

#include "client/importers/fact.h"
#include "client/importers/row_period.h"
#include "client/importers/row_quantity.h"
#include "client/importers/row_terms.h"
#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

enum Column : std::size_t {
  company,
  company_kind,
  cik,
  ticker,
  metric,
  measure,
  product,
  counterparty,
  counterparty_role,
  period,
  start,
  end,
  label,
  value,
  low,
  high,
  bounds,
  approx,
  stated_decimals,
  growth_only,
  unquantified,
  unit,
  currency,
  status,
  definition,
  source,
  url,
  title,
  accession,
  form,
  attributed_to,
  cites,
  published_at,
  note,
  event_id,
  column_count
};

constexpr std::array<std::string_view, column_count> kNames = {"company",
                                                               "company_kind",
                                                               "cik",
                                                               "ticker",
                                                               "metric",
                                                               "measure",
                                                               "product",
                                                               "counterparty",
                                                               "counterparty_role",
                                                               "period",
                                                               "start",
                                                               "end",
                                                               "label",
                                                               "value",
                                                               "low",
                                                               "high",
                                                               "bounds",
                                                               "approx",
                                                               "stated_decimals",
                                                               "growth_only",
                                                               "unquantified",
                                                               "unit",
                                                               "currency",
                                                               "status",
                                                               "definition",
                                                               "source",
                                                               "url",
                                                               "title",
                                                               "accession",
                                                               "form",
                                                               "attributed_to",
                                                               "cites",
                                                               "published_at",
                                                               "note",
                                                               "event_id"};

// "[]", "(]", "[)", "()": which ends are possible themselves.
Result<void> put_bound_kinds(std::string_view text, QuantityCells& cells) {
  if (text.empty()) return {};
  const bool good =
      text.size() == 2 && (text[0] == '[' || text[0] == '(') && (text[1] == ']' || text[1] == ')');
  if (!good) {
    return bad_cell("bounds", "bad_bounds",
                    "bounds is '" + std::string(text.substr(0, 20)) + "': use [], (], [) or ()");
  }
  cells.low_kind = text[0] == '[' ? v1::BOUND_KIND_CLOSED : v1::BOUND_KIND_OPEN;
  cells.high_kind = text[1] == ']' ? v1::BOUND_KIND_CLOSED : v1::BOUND_KIND_OPEN;
  return {};
}

Result<QuantityText> quantity_of(const Row& row) {
  QuantityCells cells;
  cells.value = row.get(value);
  cells.low = row.get(low);
  cells.high = row.get(high);
  CAPEXDB_TRY(put_bound_kinds(row.get(bounds), cells));
  cells.stated_decimals = row.get(stated_decimals);
  cells.approx = row.get(approx);
  cells.growth_only = row.get(growth_only);
  cells.unit = row.get(unit);
  cells.currency = row.get(currency);
  CAPEXDB_ASSIGN(QuantityText number, row_quantity(cells));
  CAPEXDB_ASSIGN(const bool without, yes_or_no("unquantified", row.get(unquantified)));
  if (number.quantity.unquantified() && !without) {
    return bad_cell("value", "missing_value",
                    "the row has no value: give a value, low or high, or unquantified = yes");
  }
  if (without && !number.quantity.unquantified()) {
    return bad_cell("unquantified", "contradiction", "unquantified is yes beside a number");
  }
  return number;
}

void put_source(const Row& row, v1::Source& to) {
  to.set_publisher(row.text(source));
  to.set_url(row.text(url));
  to.set_title(row.text(title));
  to.set_accession(row.text(accession));
  to.set_form(row.text(form));
  to.set_attributed_to(row.text(attributed_to));
  for (const std::string& cited : split(row.get(cites), ';')) {
    if (cited.empty()) continue;
    v1::Citation& citation = *to.add_cites();
    const bool is_url = cited.starts_with("https://") || cited.starts_with("http://");
    is_url ? citation.set_url(cited) : citation.set_text(cited);
  }
}

void put_origin(const Row& row, const Place& place, v1::Origin& to) {
  to.set_file(place.file);
  to.set_line(static_cast<std::uint32_t>(place.line));
  for (const std::size_t position : row.layout().others()) {
    if (row.cell(position).empty()) continue;
    v1::Attribute& printed = *to.add_printed();
    printed.set_name(row.layout().names()[position]);
    printed.set_value(std::string(row.cell(position)));
  }
}

}  // namespace

std::span<const std::string_view> minimal_columns() { return kNames; }

Result<Layout> minimal_layout(std::vector<std::string> names) {
  CAPEXDB_ASSIGN(Layout layout, Layout::make(kNames, std::move(names)));
  std::string missing;
  const auto need = [&](bool there, const char* what) {
    if (!there) missing += (missing.empty() ? "" : ", ") + std::string(what);
  };
  need(layout.has(company) || layout.has(cik) || layout.has(ticker), "company (who)");
  need(layout.has(metric), "metric (what)");
  need(layout.has(period) || layout.has(start) || layout.has(end), "period (when)");
  need(layout.has(value) || layout.has(low) || layout.has(high) || layout.has(unquantified),
       "value (how much)");
  need(layout.has(source), "source (says who)");
  need(layout.has(published_at), "published_at (known since when)");
  if (missing.empty()) return layout;
  return bad_cell("", "missing_columns",
                  "these columns are missing: " + missing +
                      "; a file of statements has company, metric, period, value, currency, "
                      "source and published_at, or the columns of the rich form (subject, "
                      "metric_std, ...)");
}

Result<v1::Event> minimal_event(const Row& row, const Place& place) {
  v1::Event event;
  Fact fact;
  fact.subject.set_name(row.text(company));
  fact.subject.set_cik(row.text(cik));
  fact.subject.set_ticker(row.text(ticker));
  v1::PartyKind kind = v1::PARTY_KIND_UNSPECIFIED;
  CAPEXDB_ASSIGN(kind, party_kind_of("company_kind", row.get(company_kind)));
  fact.subject.set_kind(kind);
  fact.counterparties = counterparties_of(row.get(counterparty), row.get(counterparty_role));
  fact.metric = row.text(metric);
  if (fact.metric.empty()) return bad_cell("metric", "missing_metric", "the metric is empty");
  fact.product = row.text(product);
  fact.definition = row.text(definition);
  CAPEXDB_ASSIGN(fact.period,
                 minimal_period({row.get(period), row.get(start), row.get(end), row.get(label)}));
  CAPEXDB_ASSIGN(QuantityText number, quantity_of(row));
  fact.quantity = std::move(number.quantity);
  CAPEXDB_ASSIGN(fact.measure, measure_of("measure", row.get(measure)));
  if (fact.measure == v1::MEASURE_UNSPECIFIED) fact.measure = number.measure;
  put_fact(std::move(fact), event);
  v1::Status claim = v1::STATUS_UNSPECIFIED;
  CAPEXDB_ASSIGN(claim, status_of("status", row.get(status)));
  event.set_status(claim);
  event.set_published_at(row.text(published_at));
  event.set_event_id(row.text(event_id));
  event.set_note(row.text(note));
  put_source(row, *event.mutable_source());
  put_origin(row, place, *event.mutable_origin());
  return event;
}

}  // namespace capexdb::importers
