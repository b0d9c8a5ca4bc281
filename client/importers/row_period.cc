#include "client/importers/row_period.h"

#include "client/importers/row.h"
#include "proto/model/fiscal.h"
#include "proto/model/period.h"
#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

v1::PeriodKind kind_of(const Period& period) {
  switch (period.kind) {
    case PeriodKind::span:
      return v1::PERIOD_KIND_SPAN;
    case PeriodKind::instant:
      return v1::PERIOD_KIND_INSTANT;
    case PeriodKind::open_end:
    case PeriodKind::open_start:
      return v1::PERIOD_KIND_OPEN;
    case PeriodKind::window:
      return v1::PERIOD_KIND_WINDOW;
    case PeriodKind::none:
      break;
  }
  return v1::PERIOD_KIND_NONE;
}

// Both dates real days, in their order, where they are given.
Result<v1::Period> dated(std::string_view start_column, std::string_view end_column,
                         const PeriodCells& cells) {
  v1::Period period;
  period.set_label(std::string(cells.label));
  const auto put = [](std::string_view column, std::string_view text) -> Result<Day> {
    auto day = parse_date(text);
    if (!day) return bad_cell(column, "bad_date", std::string(column) + ": " + day.error().message);
    return *day;
  };
  Day start = 0;
  if (!cells.start.empty()) {
    CAPEXDB_ASSIGN(start, put(start_column, cells.start));
    period.set_start(std::string(cells.start));
  }
  if (!cells.end.empty()) {
    CAPEXDB_ASSIGN(const Day end, put(end_column, cells.end));
    if (!cells.start.empty() && end < start) {
      return bad_cell(end_column, "period_backwards",
                      "the period ends on " + std::string(cells.end) + ", before it starts on " +
                          std::string(cells.start));
    }
    period.set_end(std::string(cells.end));
  }
  return period;
}

bool has_dates(const PeriodCells& cells) { return !cells.start.empty() || !cells.end.empty(); }
bool has_both(const PeriodCells& cells) { return !cells.start.empty() && !cells.end.empty(); }

v1::PeriodKind flow_kind(const PeriodCells& cells) {
  return has_both(cells) ? v1::PERIOD_KIND_SPAN : v1::PERIOD_KIND_OPEN;
}

v1::PeriodKind point_kind(const PeriodCells& cells) {
  return has_both(cells) && cells.start != cells.end ? v1::PERIOD_KIND_WINDOW
                                                     : v1::PERIOD_KIND_INSTANT;
}

// What a label without dates tells of an instant: the window that it names.
v1::PeriodKind window_or_none(const PeriodCells& cells) {
  const auto named = parse_period(cells.label);
  if (parse_fiscal_label(cells.label)) return v1::PERIOD_KIND_WINDOW;
  const bool window =
      named && (named->kind == PeriodKind::span || named->kind == PeriodKind::window ||
                named->kind == PeriodKind::instant);
  return window ? v1::PERIOD_KIND_WINDOW : v1::PERIOD_KIND_NONE;
}

}  // namespace

Result<v1::Period> minimal_period(const PeriodCells& cells) {
  CAPEXDB_ASSIGN(v1::Period period, dated("start", "end", cells));
  const auto named = parse_period(cells.period);
  if (!has_dates(cells)) {
    const std::string_view text = cells.period.empty() ? cells.label : cells.period;
    if (text.empty()) {
      return bad_cell("period", "missing_period",
                      "the period is empty: give a period (2024-H1), a start and an end, or none");
    }
    const auto parsed = cells.period.empty() ? parse_period(text) : named;
    // The server knows whose fiscal year it is, and its days.
    const auto fiscal = parsed ? std::nullopt : parse_fiscal_label(text);
    if (fiscal) {
      if (!cells.label.empty() && parse_fiscal_label(cells.label) != fiscal) {
        return bad_cell("label", "contradiction",
                        "the label is what tells the days of a fiscal period: leave one of period "
                        "and label out, or give start and end");
      }
      period.set_kind(v1::PERIOD_KIND_SPAN);
      if (cells.label.empty()) period.set_label(std::string(text));
      return period;
    }
    if (!parsed) return bad_cell("period", "bad_period", parsed.error().message);
    period.set_kind(kind_of(*parsed));
    period.set_start(period_start_text(*parsed));
    period.set_end(period_end_text(*parsed));
    if (cells.label.empty() && text != period_to_string(*parsed)) {
      period.set_label(std::string(text));
    }
    return period;
  }
  const bool agree = named && (cells.start.empty() || period_start_text(*named) == cells.start) &&
                     (cells.end.empty() || period_end_text(*named) == cells.end);
  if (agree) {
    period.set_kind(kind_of(*named));
    period.set_start(period_start_text(*named));
    period.set_end(period_end_text(*named));
  } else {
    period.set_kind(flow_kind(cells));
  }
  if (cells.label.empty() && !cells.period.empty() &&
      !(agree && cells.period == period_to_string(*named))) {
    period.set_label(std::string(cells.period));
  }
  return period;
}

Result<v1::Period> rich_period(const PeriodCells& cells) {
  CAPEXDB_ASSIGN(v1::Period period, dated("period_start", "period_end", cells));
  const std::string type = to_lower_ascii(trim(cells.period));
  const bool dates = has_dates(cells);
  if (type == "duration") {
    period.set_kind(dates ? flow_kind(cells) : v1::PERIOD_KIND_SPAN);
    if (!dates && !parse_period(cells.label) && !parse_fiscal_label(cells.label)) {
      return bad_cell("period_start", "missing_date",
                      "a duration needs period_start and period_end: its label '" +
                          std::string(cells.label) + "' does not tell them");
    }
  } else if (type == "instant") {
    period.set_kind(dates ? point_kind(cells) : window_or_none(cells));
    if (period.kind() == v1::PERIOD_KIND_NONE) {
      return bad_cell("period_start", "missing_date",
                      "an instant needs period_start, or a label such as 2024-Q2 that tells its "
                      "window; '" +
                          std::string(cells.label) + "' does not");
    }
  } else if (type == "announcement" || type == "event") {
    period.set_kind(dates ? point_kind(cells) : window_or_none(cells));
  } else if (type == "target by date") {
    period.set_kind(dates ? v1::PERIOD_KIND_WINDOW : window_or_none(cells));
  } else if (type == "timeless" || type == "commitment") {
    period.set_kind(dates ? flow_kind(cells) : v1::PERIOD_KIND_NONE);
  } else {
    period.set_kind(dates ? flow_kind(cells) : window_or_none(cells));
  }
  return period;
}

std::string rich_period_type(const v1::Period& period) {
  switch (period.kind()) {
    case v1::PERIOD_KIND_SPAN:
      return "duration";
    case v1::PERIOD_KIND_INSTANT:
    case v1::PERIOD_KIND_WINDOW:
      return "instant";
    case v1::PERIOD_KIND_OPEN:
      return period.start().empty() ? "cumulative" : "forward open";
    case v1::PERIOD_KIND_NONE:
      return "timeless";
    default:
      break;
  }
  return {};
}

}  // namespace capexdb::importers
