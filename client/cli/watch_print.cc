#include "client/cli/watch_print.h"

#include <algorithm>
#include <utility>

#include "capexdb/json.h"
#include "client/cli/answer_table.h"
#include "client/cli/humane.h"
#include "proto/model/terms.h"
#include "proto/model/time_range.h"

namespace capexdb::cli {
namespace {

Json row_or_null(const std::optional<AnswerRow>& row) {
  return row ? row_object(*row, Rows::statements) : Json(nullptr);
}

Json json_of_cell(const CellChange& cell) {
  Json object = Json::object();
  object["meanings"] = Json::array();
  for (const Meaning meaning : cell.meanings) {
    object["meanings"].push_back(std::string(to_string(meaning)));
  }
  object["statement"] = row_object(cell.statement, Rows::statements);
  object["before"] = row_or_null(cell.before);
  object["after"] = row_or_null(cell.after);
  object["change_percent"] =
      cell.change_percent ? Json(cell.change_percent->to_string()) : Json(nullptr);
  return object;
}

void add_conflicts(Json& object, const char* name, const std::vector<AnswerRow>& rows) {
  for (const AnswerRow& row : rows) object[name].push_back(row_object(row, Rows::conflicts));
}

std::string words(std::initializer_list<std::string> parts) {
  std::string text;
  for (const std::string& part : parts) {
    if (!part.empty()) text += (text.empty() ? "" : " ") + part;
  }
  return text;
}

// Where the unit does not tell it from a level.
std::string growth_word(const AnswerRow& row) {
  if (!row.measure) return {};
  const std::string word(to_string(*row.measure));
  const bool tells = word.starts_with("growth") || *row.measure == Measure::conversion ||
                     *row.measure == Measure::direction;
  return tells ? word : std::string();
}

std::string cell_words(const AnswerRow& row) {
  return words({row.company, row.metric, growth_word(row), row.product,
                row.counterparty.empty() ? "" : "with " + row.counterparty, row.period});
}

std::string value_words(const AnswerRow& row) {
  if (!row.value.has_number()) return "no number";
  return words({humane_value(row.value), row.unit});
}

std::string source_words(const AnswerRow& row) { return words({row.source, row.published_at}); }

std::string stated(const AnswerRow& row) {
  const std::string status = row.status && *row.status != Status::actual
                                 ? std::string(to_string(*row.status))
                                 : std::string();
  return words({value_words(row), status}) + " (" + source_words(row) + ")";
}

std::string change_words(const Decimal& percent) {
  const std::string sign = percent.is_negative() || percent.is_zero() ? "" : "+";
  return ", " + sign + percent.normalized().to_string() + " %";
}

bool is_revision(const CellChange& cell) {
  const auto has = [&](Meaning meaning) {
    return std::find(cell.meanings.begin(), cell.meanings.end(), meaning) != cell.meanings.end();
  };
  return has(Meaning::revision) || has(Meaning::became_actual);
}

// What it comes to: "23.0bn CNY (FT 2024-08-26)", "A (X) -> B (Y), +4.5 %".
std::string outcome_words(const CellChange& cell) {
  if (!cell.before && cell.after) {
    // A revision of no answer: it had been withdrawn.
    return (is_revision(cell) ? "back at " : "") + stated(*cell.after);
  }
  if (cell.before && !cell.after) {
    return stated(*cell.before) + " -> withdrawn (" + source_words(cell.statement) + ")";
  }
  if (cell.before && cell.after && is_revision(cell)) {
    return stated(*cell.before) + " -> " + stated(*cell.after) +
           (cell.change_percent ? change_words(*cell.change_percent) : "");
  }
  const std::string said = cell.statement.retraction
                               ? "withdrawn (" + source_words(cell.statement) + ")"
                               : stated(cell.statement);
  if (!cell.after) return said;
  const bool agrees = cell.after->sequence == cell.statement.sequence ||
                      value_words(*cell.after) == value_words(cell.statement);
  return said + (agrees ? ", as before" : "; the answer stays " + stated(*cell.after));
}

std::string meaning_words(const CellChange& cell) {
  std::string text;
  for (const Meaning meaning : cell.meanings) {
    text += (text.empty() ? "" : ", ") + std::string(to_string(meaning));
  }
  return text.empty() ? "" : text + ": ";
}

void add_names(std::string& text, const char* what, const std::vector<std::string>& names) {
  constexpr std::size_t kNamesMax = 3;
  if (names.empty()) return;
  text += text.empty() ? "" : "; ";
  text += what;
  for (std::size_t i = 0; i < std::min(names.size(), kNamesMax); ++i) {
    text += (i == 0 ? " " : ", ") + names[i];
  }
  if (names.size() > kNamesMax)
    text += " and " + std::to_string(names.size() - kNamesMax) + " more";
}

template <class Entries, class Name>
std::vector<std::string> names_of(const Entries& entries, Name name) {
  std::vector<std::string> names;
  for (const auto& entry : entries) names.push_back(name(entry));
  return names;
}

std::string catalogue_words(const v1::CatalogChange& change) {
  const auto id = [](const auto& entry) { return entry.id(); };
  std::string text;
  add_names(text, "parties", names_of(change.parties(), id));
  add_names(text, "metrics", names_of(change.metrics(), id));
  add_names(text, "products", names_of(change.products(), id));
  add_names(text, "sources", names_of(change.sources(), [](const auto& s) { return s.name(); }));
  add_names(text, "merges", names_of(change.merges(), [](const v1::PartyMerge& merge) {
              return (merge.undo() ? "undone: " : "") + merge.party() +
                     (merge.into().empty() ? "" : " into " + merge.into());
            }));
  return "catalogue: " + (text.empty() ? "changed" : text);
}

std::string quantity_words(const v1::Quantity& quantity) {
  std::string value = quantity.value();
  if (value.empty() && !quantity.low().empty()) value = ">" + quantity.low();
  if (value.empty() && !quantity.high().empty()) value = "<" + quantity.high();
  return words({value, quantity.unit().empty() ? quantity.currency() : quantity.unit()});
}

std::string period_words(const v1::Period& period) {
  if (!period.label().empty() || period.start().empty()) return period.label();
  return period.start() + "/" + period.end();
}

// What an event says, in its own words: for changes that come without cells.
std::string event_words(const v1::Event& event) {
  std::string text;
  switch (event.fact_case()) {
    case v1::Event::kCapex:
      text = words({event.capex().subject().name(), "capex", period_words(event.capex().period()),
                    quantity_words(event.capex().amount())});
      break;
    case v1::Event::kMeasure:
      text = words({event.measure().subject().name(), event.measure().metric(),
                    period_words(event.measure().period()),
                    quantity_words(event.measure().quantity())});
      break;
    case v1::Event::kChipShipment:
      text = words({event.chip_shipment().subject().name(), "chips",
                    event.chip_shipment().product(), period_words(event.chip_shipment().period()),
                    quantity_words(event.chip_shipment().units())});
      break;
    case v1::Event::kRetraction:
      text = words({"retraction:", event.retraction().reason()});
      break;
    default:
      text = "an event of another kind";
      break;
  }
  return text + " (" + words({event.source().publisher(), event.published_at()}) + ")";
}

}  // namespace

Result<std::string> json_line_of(const FeedChange& change) {
  CAPEXDB_ASSIGN(const std::string event, event_to_json(change.event));
  Json object = Json::object();
  object["sequence"] = change.sequence;
  object["recorded_at"] = timestamp_to_string(change.recorded_at_us);
  object["event"] = Json::parse(event, nullptr, /*allow_exceptions=*/false);
  for (const CellChange& cell : change.cells) object["cells"].push_back(json_of_cell(cell));
  add_conflicts(object, "conflicts_opened", change.conflicts_opened);
  add_conflicts(object, "conflicts_closed", change.conflicts_closed);
  return json_line(object) + '\n';
}

std::string json_line_of(const FeedGap& gap) {
  return json_line(Json{{"gap", Json{{"first", gap.first}, {"last", gap.last}}}}) + '\n';
}

std::string text_lines_of(const FeedChange& change, bool color) {
  // "2026-12-01T01:20:31.123456Z": the second is enough.
  constexpr std::size_t kToTheSecond = 19;
  const std::string time = timestamp_to_string(change.recorded_at_us).substr(0, kToTheSecond) + "Z";
  const std::string head = time + "  " + std::to_string(change.sequence) + "  ";
  std::string text;
  const auto line = [&](const std::string& what, bool weighs) {
    const std::string body = printable(what);
    text += head + (color && weighs ? "\x1b[1m" + body + "\x1b[0m" : body) + '\n';
  };
  for (const CellChange& cell : change.cells) {
    line(cell_words(cell.statement) + ": " + meaning_words(cell) + outcome_words(cell),
         is_revision(cell));
  }
  for (const AnswerRow& row : change.conflicts_opened) {
    line(cell_words(row) + ": conflict-opened: " + row.reason, true);
  }
  for (const AnswerRow& row : change.conflicts_closed) {
    line(cell_words(row) + ": conflict-closed: " + row.reason, false);
  }
  if (!text.empty()) return text;
  line(change.event.has_catalog_change() ? catalogue_words(change.event.catalog_change())
                                         : event_words(change.event),
       false);
  return text;
}

}  // namespace capexdb::cli
