#include "client/cli/answer_table.h"

#include <algorithm>
#include <string_view>

#include "client/cli/humane.h"
#include "proto/model/period.h"
#include "proto/model/terms.h"

namespace capexdb::cli {
namespace {

struct RowColumn {
  Column column;
  Json (*cell)(const AnswerRow&);
};

constexpr bool kRight = true;

Json decimal(const std::optional<Decimal>& number) {
  return number ? Json(number->to_string()) : Json(nullptr);
}
Json bound(const std::optional<Bound>& bound) {
  return bound ? Json(bound->value.to_string()) : Json(nullptr);
}

// What not every row has is null there.
Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json reason(const AnswerRow& row) { return text_or_null(row.reason); }

std::vector<RowColumn> value_columns(Output output) {
  if (output == Output::table) {
    return {{{"value", kRight}, [](const AnswerRow& r) { return Json(humane_value(r.value)); }},
            {{"bounds", kRight}, [](const AnswerRow& r) { return Json(humane_bounds(r.value)); }}};
  }
  return {{{"value", kRight}, [](const AnswerRow& r) { return decimal(r.value.point); }},
          {{"low", kRight}, [](const AnswerRow& r) { return bound(r.value.low); }},
          {{"high", kRight}, [](const AnswerRow& r) { return bound(r.value.high); }}};
}

std::vector<RowColumn> columns_before() {
  return {{{"company"}, [](const AnswerRow& r) { return Json(r.company); }},
          {{"metric"}, [](const AnswerRow& r) { return Json(r.metric); }},
          {{"product"}, [](const AnswerRow& r) { return Json(r.product); }},
          {{"counterparty"}, [](const AnswerRow& r) { return Json(r.counterparty); }},
          {{"period"}, [](const AnswerRow& r) { return Json(r.period); }},
          {{"start"}, [](const AnswerRow& r) { return Json(r.start); }},
          {{"end"}, [](const AnswerRow& r) { return Json(r.end); }}};
}

std::vector<RowColumn> columns_behind() {
  return {{{"unit"}, [](const AnswerRow& r) { return Json(r.unit); }},
          {{"currency"}, [](const AnswerRow& r) { return Json(r.currency); }},
          {{"status"},
           [](const AnswerRow& r) {
             return Json(r.status ? std::string(to_string(*r.status)) : std::string());
           }},
          {{"source"}, [](const AnswerRow& r) { return Json(r.source); }},
          {{"published_at"}, [](const AnswerRow& r) { return Json(r.published_at); }},
          {{"sequence", kRight},
           [](const AnswerRow& r) { return r.sequence == 0 ? Json(nullptr) : Json(r.sequence); }},
          {{"derivation"},
           [](const AnswerRow& r) {
             return Json(r.retraction && r.derivation.empty() ? "retraction" : r.derivation);
           }},
          {{"documents", kRight}, [](const AnswerRow& r) { return Json(r.documents); }},
          {{"roots", kRight}, [](const AnswerRow& r) { return Json(r.roots); }}};
}

std::vector<RowColumn> statement_columns(Output output) {
  Json (*withdrawn)(const AnswerRow&) = [](const AnswerRow& r) { return Json(r.withdrawn); };
  if (output == Output::table) {
    withdrawn = [](const AnswerRow& r) { return r.withdrawn ? Json("yes") : Json(nullptr); };
  }
  return {{{"document"}, [](const AnswerRow& r) { return Json(r.document); }},
          {{"root"}, [](const AnswerRow& r) { return Json(r.root); }},
          {{"attributed_to"}, [](const AnswerRow& r) { return Json(r.attributed_to); }},
          {{"withdrawn"}, withdrawn}};
}

const Interval& before(const AnswerRow& row) {
  static const Interval kNone;
  return row.parts.empty() ? kNone : row.parts.front().value;
}

std::vector<RowColumn> change_columns(Output output) {
  if (output == Output::table) {
    return {{{"before", kRight}, [](const AnswerRow& r) { return Json(humane_value(before(r))); }}};
  }
  return {{{"before", kRight}, [](const AnswerRow& r) { return decimal(before(r).point); }},
          {{"before_low", kRight}, [](const AnswerRow& r) { return bound(before(r).low); }},
          {{"before_high", kRight}, [](const AnswerRow& r) { return bound(before(r).high); }}};
}

std::vector<RowColumn> share_columns(Output output) {
  if (output == Output::table) {
    return {{{"share", kRight}, [](const AnswerRow& r) {
               return Json(r.share.has_number() ? humane_value(r.share) + " %" : std::string());
             }}};
  }
  return {{{"share", kRight}, [](const AnswerRow& r) { return decimal(r.share.point); }},
          {{"share_low", kRight}, [](const AnswerRow& r) { return bound(r.share.low); }},
          {{"share_high", kRight}, [](const AnswerRow& r) { return bound(r.share.high); }}};
}

std::vector<RowColumn> side_columns() {
  return {{{"seller"}, [](const AnswerRow& r) { return Json(r.seller); }},
          {{"buyer"}, [](const AnswerRow& r) { return Json(r.buyer); }}};
}

// The statements behind a row, as rows of a history.
Json parts_of(const AnswerRow& row);

std::vector<RowColumn> json_columns() {
  return {{{"bounds"}, [](const AnswerRow& r) { return Json(bounds_to_string(r.value)); }},
          {{"approx"}, [](const AnswerRow& r) { return Json(r.value.approx); }},
          {{"measure"},
           [](const AnswerRow& r) {
             return Json(r.measure ? std::string(to_string(*r.measure)) : std::string());
           }},
          {{"definition"}, [](const AnswerRow& r) { return text_or_null(r.definition); }},
          {{"reason", false, true}, reason},
          {{"parts", false, true}, parts_of}};
}

RowColumn finding_column() {
  return {{"finding"}, [](const AnswerRow& r) {
            return Json(r.finding ? std::string(to_string(*r.finding)) : std::string());
          }};
}

std::vector<RowColumn> columns_of(Rows rows, Output output) {
  std::vector<RowColumn> all;
  const auto append = [&all](std::vector<RowColumn> more) {
    all.insert(all.end(), more.begin(), more.end());
  };
  if (rows == Rows::conflicts) append({finding_column()});
  if (rows == Rows::shipments) append(side_columns());
  append(columns_before());
  append(value_columns(output));
  append(columns_behind());
  if (rows == Rows::statements) append(statement_columns(output));
  if (rows == Rows::changes) append(change_columns(output));
  if (rows == Rows::shares) append(share_columns(output));
  if (output == Output::json || output == Output::jsonl) append(json_columns());
  // For people, who do not count columns; CSV has the same ones always. Of a
  // conflict it is the point.
  const bool for_people = output == Output::table || output == Output::markdown;
  if (for_people || (output == Output::csv && rows == Rows::conflicts)) {
    append({{{"reason"}, reason}});
  }
  return all;
}

Json members_of(const AnswerRow& row, const std::vector<RowColumn>& columns) {
  Json object = Json::object();
  for (const RowColumn& column : columns) {
    Json cell = column.cell(row);
    if (!cell.is_null() || !column.column.omit_null) object[column.column.name] = std::move(cell);
  }
  return object;
}

Json parts_of(const AnswerRow& row) {
  if (row.parts.empty()) return nullptr;
  Json parts = Json::array();
  for (const AnswerRow& part : row.parts) parts.push_back(row_object(part, Rows::statements));
  return parts;
}

// Whether the unit of every row has its currency: "CNY", "USD/{chip}".
bool units_name_currencies(const Answer& answer) {
  return std::all_of(answer.rows.begin(), answer.rows.end(), [](const AnswerRow& row) {
    return row.unit == row.currency || row.unit.starts_with(row.currency + "/") ||
           row.currency.empty();
  });
}

// Whether the name of every row's period says its days.
bool periods_name_days(const Answer& answer) {
  return std::all_of(answer.rows.begin(), answer.rows.end(), [](const AnswerRow& row) {
    if (row.start.empty() && row.end.empty()) return true;
    const auto period = parse_period(row.period);
    return period && period_start_text(*period) == row.start && period_end_text(*period) == row.end;
  });
}

// For people, without the columns that repeat another one.
void leave_out_repetitions(const Answer& answer, std::vector<RowColumn>& columns) {
  const bool currency = units_name_currencies(answer);
  const bool days = periods_name_days(answer);
  std::erase_if(columns, [&](const RowColumn& column) {
    const std::string_view name = column.column.name;
    return (currency && name == "currency") || (days && (name == "start" || name == "end"));
  });
}

}  // namespace

Table answer_table(const Answer& answer, Rows rows, Output output) {
  std::vector<RowColumn> columns = columns_of(rows, output);
  if (output == Output::table || output == Output::markdown) {
    leave_out_repetitions(answer, columns);
  }
  Table table;
  for (const RowColumn& column : columns) table.columns.push_back(column.column);
  table.row_count = answer.rows.size();
  table.row = [&answer, columns = std::move(columns)](std::size_t index) {
    Row row;
    row.reserve(columns.size());
    for (const RowColumn& column : columns) row.push_back(column.cell(answer.rows[index]));
    return row;
  };
  return table;
}

Json row_object(const AnswerRow& row, Rows rows) {
  static const std::vector<RowColumn> kStatements = columns_of(Rows::statements, Output::json);
  if (rows == Rows::statements) return members_of(row, kStatements);
  return members_of(row, columns_of(rows, Output::json));
}

Json answer_tail(const Answer& answer) {
  Json tail = Json::object();
  tail["sequence"] = answer.sequence;
  tail["as_of"] = answer.as_of.empty() ? Json(nullptr) : Json(answer.as_of);
  tail["policy"] = answer.policy.empty() ? "default" : answer.policy;
  tail["token"] = answer.token;
  tail["coverage"] = nullptr;
  if (answer.coverage) {
    tail["coverage"] = {{"reported", answer.coverage->reported},
                        {"of", answer.coverage->of},
                        {"missing", answer.coverage->missing}};
  }
  tail["notes"] = answer.notes;
  return tail;
}

}  // namespace capexdb::cli
