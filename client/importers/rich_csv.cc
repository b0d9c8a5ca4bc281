#include "client/importers/rich_csv.h"

#include <algorithm>
#include <utility>

#include "client/importers/csv.h"
#include "client/importers/fact.h"
#include "client/importers/row_period.h"
#include "client/importers/row_terms.h"

namespace capexdb::importers {

const std::array<std::string_view, rich::column_count> rich::kNames = {"id",
                                                                       "seed_file",
                                                                       "line",
                                                                       "subject",
                                                                       "subject_type",
                                                                       "counterparty",
                                                                       "counterparty_role",
                                                                       "metric",
                                                                       "metric_std",
                                                                       "xbrl_tag",
                                                                       "product",
                                                                       "period_label",
                                                                       "period_type",
                                                                       "period_start",
                                                                       "period_end",
                                                                       "period_certainty",
                                                                       "value",
                                                                       "low",
                                                                       "low_inclusive",
                                                                       "high",
                                                                       "high_inclusive",
                                                                       "stated_decimals",
                                                                       "approx",
                                                                       "unit",
                                                                       "currency",
                                                                       "kind",
                                                                       "value_role",
                                                                       "growth_only",
                                                                       "attributed_source",
                                                                       "attribution_type",
                                                                       "root_source",
                                                                       "publisher",
                                                                       "publisher_certainty",
                                                                       "published_date",
                                                                       "published_date_certainty",
                                                                       "related_ids",
                                                                       "note"};

namespace {

using Cells = std::vector<std::string>;

std::string yes_no(bool flag) { return flag ? "yes" : "no"; }

template <class Range, class Text>
std::string joined(const Range& parts, std::string_view separator, Text text) {
  std::string all;
  for (const auto& part : parts) {
    if (!all.empty()) all += separator;
    all += text(part);
  }
  return all;
}

std::string party_text(const v1::Party& party) {
  if (!party.name().empty()) return party.name();
  return party.ticker().empty() ? party.cik() : party.ticker();
}

std::string citation_text(const v1::Citation& citation) {
  for (const std::string* text : {&citation.text(), &citation.accession(), &citation.url()}) {
    if (!text->empty()) return *text;
  }
  std::string names = citation.publisher();
  for (const std::string* more : {&citation.title(), &citation.published_at()}) {
    if (!more->empty()) names += (names.empty() ? "" : " ") + *more;
  }
  return names;
}

// One role for all counterparties, or one for each.
std::string roles_text(const std::vector<v1::Counterparty>& others) {
  const bool same = std::all_of(others.begin(), others.end(), [&](const v1::Counterparty& other) {
    return other.role() == others.front().role();
  });
  if (others.empty()) return {};
  if (same) return role_text(others.front().role());
  return joined(others, ", ",
                [](const v1::Counterparty& other) { return role_text(other.role()); });
}

void put_source(const v1::Event& event, Cells& row) {
  const v1::Source& source = event.source();
  row[rich::attributed_source] = source.attributed_to();
  row[rich::attribution_type] = attribution_text(source.attribution());
  row[rich::root_source] = joined(source.cites(), "; ", citation_text);
  row[rich::publisher] = source.publisher();
  row[rich::publisher_certainty] = source.publisher_certainty();
  row[rich::published_date] = event.published_at();
  row[rich::published_date_certainty] = source.published_at_certainty();
}

void put_origin(const v1::Event& event, Cells& row) {
  const v1::Origin& origin = event.origin();
  row[rich::id] = origin.row_id();
  row[rich::seed_file] = origin.file();
  row[rich::line] = origin.line() == 0 ? std::string() : std::to_string(origin.line());
  row[rich::metric] = origin.metric_label();
  row[rich::period_certainty] = origin.period_certainty();
  row[rich::related_ids] = joined(origin.related(), " ", [](const std::string& id) { return id; });
  row[rich::kind] = status_text(event.status());
  row[rich::note] = event.note();
}

void put_quantity(const v1::Quantity& q, Cells& row) {
  row[rich::value] = q.value();
  row[rich::low] = q.low();
  row[rich::low_inclusive] = bound_kind_text(q.low_kind());
  row[rich::high] = q.high();
  row[rich::high_inclusive] = bound_kind_text(q.high_kind());
  if (q.has_stated_decimals()) row[rich::stated_decimals] = std::to_string(q.stated_decimals());
  row[rich::approx] = yes_no(q.approx());
  row[rich::unit] = q.unit().empty() ? q.currency() : q.unit();
  row[rich::currency] = q.currency();
  row[rich::growth_only] = yes_no(q.growth_only());
}

void put_fact_cells(const Fact& fact, Cells& row) {
  row[rich::subject] = party_text(fact.subject);
  row[rich::subject_type] = party_kind_text(fact.subject.kind());
  row[rich::counterparty] = joined(fact.counterparties, ", ", [](const v1::Counterparty& other) {
    return party_text(other.party());
  });
  row[rich::counterparty_role] = roles_text(fact.counterparties);
  row[rich::metric_std] = fact.metric;
  row[rich::xbrl_tag] = fact.definition;
  row[rich::product] = fact.product;
  row[rich::period_label] = fact.period.label();
  row[rich::period_type] = rich_period_type(fact.period);
  row[rich::period_start] = fact.period.start();
  row[rich::period_end] = fact.period.end();
  row[rich::value_role] = measure_text(fact.measure);
  put_quantity(fact.quantity, row);
}

}  // namespace

std::string rich_csv_header() { return csv_line(Cells(rich::kNames.begin(), rich::kNames.end())); }

std::vector<std::vector<std::string>> rich_rows(const v1::Event& event, Printed printed) {
  std::vector<Cells> rows;
  for (const Fact& fact : facts_of(event)) {
    Cells& row = rows.emplace_back(rich::column_count);
    put_origin(event, row);
    put_source(event, row);
    put_fact_cells(fact, row);
    if (printed == Printed::ignored) continue;
    for (const v1::Attribute& cell : event.origin().printed()) {
      const auto column = std::find(rich::kNames.begin(), rich::kNames.end(), cell.name());
      if (column != rich::kNames.end()) {
        row[static_cast<std::size_t>(column - rich::kNames.begin())] = cell.value();
      }
    }
  }
  return rows;
}

std::string event_to_rich_csv(const v1::Event& event) {
  return joined(rich_rows(event, Printed::used), "\n", csv_line);
}

}  // namespace capexdb::importers
