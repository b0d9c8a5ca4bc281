#include "client/importers/rich_row.h"

#include "client/importers/fact.h"
#include "client/importers/rich_csv.h"
#include "client/importers/row_period.h"
#include "client/importers/row_quantity.h"
#include "client/importers/row_terms.h"
#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

Result<QuantityText> quantity_of_rich(const Row& row) {
  QuantityCells cells;
  cells.value = row.get(rich::value);
  cells.low = row.get(rich::low);
  cells.high = row.get(rich::high);
  CAPEXDB_ASSIGN(cells.low_kind, bound_kind_of("low_inclusive", row.get(rich::low_inclusive)));
  CAPEXDB_ASSIGN(cells.high_kind, bound_kind_of("high_inclusive", row.get(rich::high_inclusive)));
  cells.stated_decimals = row.get(rich::stated_decimals);
  cells.approx = row.get(rich::approx);
  cells.growth_only = row.get(rich::growth_only);
  cells.unit = row.get(rich::unit);
  cells.currency = row.get(rich::currency);
  return row_quantity(cells);
}

void put_source(const Row& row, v1::Event& event) {
  v1::Source& source = *event.mutable_source();
  source.set_publisher(row.text(rich::publisher));
  source.set_attributed_to(row.text(rich::attributed_source));
  source.set_attribution(attribution_of(row.get(rich::attribution_type)));
  if (const std::string root = row.text(rich::root_source); !root.empty()) {
    source.add_cites()->set_text(root);
  }
  source.set_publisher_certainty(row.text(rich::publisher_certainty));
  source.set_published_at_certainty(row.text(rich::published_date_certainty));
}

void put_origin(const Row& row, const Place& place, v1::Event& event) {
  v1::Origin& origin = *event.mutable_origin();
  origin.set_row_id(row.text(rich::id));
  if (row.has(rich::seed_file)) {
    origin.set_file(row.text(rich::seed_file));
    const auto line = parse_unsigned(row.get(rich::line));
    if (line && *line <= UINT32_MAX) origin.set_line(static_cast<std::uint32_t>(*line));
  } else {
    origin.set_file(place.file);
    origin.set_line(static_cast<std::uint32_t>(place.line));
  }
  for (const std::string& id : split(row.get(rich::related_ids), ' ')) {
    if (!id.empty()) origin.add_related(id);
  }
  origin.set_metric_label(row.text(rich::metric));
  origin.set_period_certainty(row.text(rich::period_certainty));
}

// What the event's own fields would not print again.
void put_printed(const Row& row, v1::Event& event) {
  const Layout& layout = row.layout();
  const auto add = [&](std::string_view name, std::string_view value) {
    v1::Attribute& printed = *event.mutable_origin()->add_printed();
    printed.set_name(std::string(name));
    printed.set_value(std::string(value));
  };
  const std::vector<std::string> given_back = rich_rows(event, Printed::ignored).front();
  for (std::size_t column = 0; column < rich::column_count; ++column) {
    if (!layout.has(column) || row.raw(column) == given_back[column]) continue;
    add(rich::kNames[column], row.raw(column));
  }
  for (const std::size_t position : layout.others()) {
    if (!row.cell(position).empty()) add(layout.names()[position], row.cell(position));
  }
}

}  // namespace

bool is_rich(const std::vector<std::string>& names) {
  return has_column(names, rich::kNames[rich::subject]) &&
         has_column(names, rich::kNames[rich::metric_std]);
}

Result<Layout> rich_layout(std::vector<std::string> names) {
  CAPEXDB_ASSIGN(Layout layout, Layout::make(rich::kNames, std::move(names)));
  std::string missing;
  const auto need = [&](bool there, std::string_view what) {
    if (!there) missing += (missing.empty() ? "" : ", ") + std::string(what);
  };
  need(layout.has(rich::subject), "subject (who)");
  need(layout.has(rich::metric_std), "metric_std (what)");
  need(layout.has(rich::period_type), "period_type (when)");
  need(layout.has(rich::period_start) || layout.has(rich::period_end) ||
           layout.has(rich::period_label),
       "period_start, period_end or period_label (when)");
  need(layout.has(rich::value) || layout.has(rich::low) || layout.has(rich::high),
       "value, low or high (how much)");
  need(layout.has(rich::publisher), "publisher (says who)");
  need(layout.has(rich::published_date), "published_date (known since when)");
  if (!missing.empty()) {
    return bad_cell("", "missing_columns", "the header of the rich form lacks: " + missing);
  }
  return layout;
}

Result<v1::Event> rich_event(const Row& row, const Place& place) {
  v1::Event event;
  Fact fact;
  fact.subject.set_name(row.text(rich::subject));
  v1::PartyKind kind = v1::PARTY_KIND_UNSPECIFIED;
  CAPEXDB_ASSIGN(kind, party_kind_of("subject_type", row.get(rich::subject_type)));
  fact.subject.set_kind(kind);
  fact.counterparties =
      counterparties_of(row.get(rich::counterparty), row.get(rich::counterparty_role));
  fact.metric = row.text(rich::metric_std);
  fact.product = row.text(rich::product);
  CAPEXDB_ASSIGN(fact.period,
                 rich_period({row.get(rich::period_type), row.get(rich::period_start),
                              row.get(rich::period_end), row.get(rich::period_label)}));
  CAPEXDB_ASSIGN(QuantityText number, quantity_of_rich(row));
  fact.quantity = std::move(number.quantity);
  CAPEXDB_ASSIGN(fact.measure, measure_of("value_role", row.get(rich::value_role)));
  if (fact.measure == v1::MEASURE_UNSPECIFIED) fact.measure = number.measure;
  put_fact(std::move(fact), event);
  v1::Status status = v1::STATUS_UNSPECIFIED;
  CAPEXDB_ASSIGN(status, status_of("kind", row.get(rich::kind)));
  event.set_status(status);
  event.set_published_at(row.text(rich::published_date));
  event.set_note(row.text(rich::note));
  put_source(row, event);
  put_origin(row, place, event);
  put_printed(row, event);
  return event;
}

}  // namespace capexdb::importers
