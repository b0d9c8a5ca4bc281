#include "storage/query/engine.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "proto/model/limits.h"
#include "proto/model/text.h"
#include "storage/query/changes.h"
#include "storage/query/collect.h"
#include "storage/query/conflicts.h"
#include "storage/query/plan_selection.h"
#include "storage/query/provenance.h"
#include "storage/query/shipments.h"
#include "storage/store_state.h"

namespace capexdb::storage {
namespace {

void hint_at_measures(const ScanReport& report, const Plan& plan, Answer& answer) {
  if (!answer.rows.empty() || report.other_measures.empty()) return;
  std::string words;
  for (const Measure measure : report.other_measures) {
    words += (words.empty() ? "" : ", ") + std::string(to_string(measure));
  }
  answer.notes.push_back(
      "nothing states the " + std::string(plan.measure ? to_string(*plan.measure) : "growth") +
      " of " + plan.metric_entry.id + " here, but there is: " + words + " (ask with --measure)");
}

Result<ScanReport> statements(const Reading& reading, const Plan& plan, std::uint32_t rows_max,
                              Answer& answer) {
  const CellVisitor visit = [&](std::span<const Row> cell) -> Result<void> {
    if (answer.rows.size() + cell.size() > kStatementsMax) {
      return fail(too_much(kStatementsMax, "statements"));
    }
    const Verdicts verdicts = resolve(cell, plan.policy);
    std::vector<bool> withdrawn(cell.size());
    for (const std::size_t i : verdicts.withdrawn) withdrawn[i] = true;
    for (std::size_t i = 0; i < cell.size(); ++i) {
      AnswerRow row = describe_statement(cell[i], plan, reading.catalogue);
      row.withdrawn = withdrawn[i];
      if (row.retraction) row.reason = "retraction";
      answer.rows.push_back(std::move(row));
    }
    return {};
  };
  CAPEXDB_ASSIGN(const ScanReport report,
                 scan_histories(reading.view, plan, reading.catalogue, reading.limits, visit));
  std::stable_sort(answer.rows.begin(), answer.rows.end(), [](const auto& a, const auto& b) {
    return std::tie(a.company, a.start, a.end, a.product, a.counterparty, a.currency,
                    a.published_at, a.sequence) < std::tie(b.company, b.start, b.end, b.product,
                                                           b.counterparty, b.currency,
                                                           b.published_at, b.sequence);
  });
  if (answer.rows.size() > rows_max) {
    answer.rows.resize(rows_max);
    answer.truncated = true;
  }
  std::vector<AnswerRow*> rows;
  for (AnswerRow& row : answer.rows) {
    if (row.document.empty()) rows.push_back(&row);  // those of another metric have one
  }
  CAPEXDB_TRY(add_provenance(reading.view, rows, reading.limits));
  return report;
}

// The statements that each row is made of, each once, the oldest first.
Result<void> explain(const Reading& reading, const Plan& plan, std::vector<Figure>& figures) {
  std::size_t count = 0;
  for (Figure& figure : figures) {
    std::sort(figure.parts.begin(), figure.parts.end(), [](const Row& a, const Row& b) {
      return std::pair(a.sequence(), a[Column::fact_index]) <
             std::pair(b.sequence(), b[Column::fact_index]);
    });
    figure.parts.erase(std::unique(figure.parts.begin(), figure.parts.end()), figure.parts.end());
    count += figure.parts.size();
    if (count > kStatementsMax) return fail(too_much(kStatementsMax, "statements"));
    for (const Row& part : figure.parts) {
      figure.row.parts.push_back(describe_statement(part, plan, reading.catalogue));
    }
  }
  std::vector<AnswerRow*> rows;
  for (Figure& figure : figures) {
    for (AnswerRow& row : figure.row.parts) rows.push_back(&row);
  }
  return add_provenance(reading.view, rows, reading.limits);
}

Result<ScanReport> figures(const Reading& reading, const Plan& plan, std::uint32_t rows_max,
                           Answer& answer) {
  CAPEXDB_ASSIGN(Figures figures, collect_figures(reading, plan));
  const std::size_t room = rows_max - std::min<std::size_t>(rows_max, answer.rows.size());
  if (figures.list.size() > room) {
    figures.list.resize(room);
    answer.truncated = true;
  }
  if (plan.explain) CAPEXDB_TRY(explain(reading, plan, figures.list));
  for (Figure& figure : figures.list) answer.rows.push_back(std::move(figure.row));
  if (figures.coverage) answer.coverage = std::move(figures.coverage);
  answer.notes.insert(answer.notes.end(), figures.notes.begin(), figures.notes.end());
  return std::move(figures.report);
}

Result<void> conflicts(const Reading& reading, const Plan& plan, std::uint32_t rows_max,
                       Answer& answer) {
  CAPEXDB_ASSIGN(answer.rows, conflicts_answer(reading.view, plan, reading.catalogue,
                                               reading.limits, rows_max, answer.truncated));
  std::vector<AnswerRow*> sides;
  for (AnswerRow& row : answer.rows) {
    for (AnswerRow& side : row.parts) sides.push_back(&side);
  }
  return add_provenance(reading.view, sides, reading.limits);
}

// The metrics of a question, of which each is answered for itself; conflicts are looked for among
// all of theirs at once. Only sums and histories must name one.
Result<std::vector<std::string>> metrics_of(const Query& query, const Catalogue& catalogue,
                                            std::uint64_t at) {
  const std::string text(trim(query.metric));
  if (query.kind == QueryKind::shipments && text.empty()) {
    std::vector<std::string> known;
    for (const std::string& metric : shipment_metrics()) {
      if (catalogue.find_metric(metric, at).value_or(0) != 0) known.push_back(metric);
    }
    return known;
  }
  if (query.kind == QueryKind::changes && text.empty()) {
    std::vector<std::string> all;
    for (const CatalogMetric& metric : catalogue.list_metrics(at)) all.push_back(metric.id);
    return all;
  }
  // Names may hold commas themselves.
  const bool one = query.kind == QueryKind::sum || query.kind == QueryKind::conflicts ||
                   text.find(',') == std::string::npos ||
                   catalogue.find_metric(text, at).value_or(0) != 0;
  if (one) return std::vector{text};
  std::vector<std::string> named = split(text, ',');
  if (named.size() > limits::kQuerySelectMax) {
    return bad_question(
        "metric", "at most " + std::to_string(limits::kQuerySelectMax) + " metrics can be named");
  }
  // Each once, by whichever of its names; make_plan refuses those that nobody knows.
  std::set<std::uint32_t> met;
  std::erase_if(named, [&](const std::string& name) {
    const std::uint32_t metric = catalogue.find_metric(name, at).value_or(0);
    return metric != 0 && !met.insert(metric).second;
  });
  return named;
}

}  // namespace

Result<Answer> run_query(const EventStore& store, const Query& query, const QueryLimits& limits) {
  const ReadView view = store.view();
  CAPEXDB_TRY(view.status());
  const Catalogue& catalogue = store.catalogue();
  const Reading reading{view, catalogue, limits, &store.state().cross_sections};
  Answer answer;
  answer.sequence = query.at_sequence != 0 ? query.at_sequence : view.sequence();
  const std::uint32_t rows_max =
      query.limit == 0 ? limits.rows_max : std::min(query.limit, limits.rows_max);
  CAPEXDB_ASSIGN(const std::vector<std::string> metrics,
                 metrics_of(query, catalogue, answer.sequence));
  if (metrics.empty()) return fail(Errc::not_found, "the catalogue has no metrics of shipments");
  for (const std::string& metric : metrics) {
    Query one = query;
    one.metric = metric;
    CAPEXDB_ASSIGN(const Plan plan, make_plan(one, catalogue, view.sequence()));
    if (plan.as_of) answer.as_of = date_to_string(*plan.as_of);
    answer.policy = plan.policy_name;
    ScanReport report;
    switch (plan.kind) {
      case QueryKind::statements: {
        CAPEXDB_ASSIGN(report, statements(reading, plan, rows_max, answer));
        break;
      }
      case QueryKind::changes: {
        CAPEXDB_TRY(answer_changes(reading, plan, one, rows_max, answer));
        break;
      }
      case QueryKind::conflicts: {
        CAPEXDB_TRY(conflicts(reading, plan, rows_max, answer));
        break;
      }
      default: {
        CAPEXDB_ASSIGN(report, figures(reading, plan, rows_max, answer));
        break;
      }
    }
    if (metrics.size() == 1) hint_at_measures(report, plan, answer);
  }
  if (answer.truncated) {
    answer.notes.push_back("cut after " + std::to_string(rows_max) + " rows; narrow the question");
  }
  const bool none = answer.rows.empty() && query.kind != QueryKind::conflicts;
  if (none && !answer.as_of.empty()) {
    answer.notes.push_back("nothing about this was published by " + answer.as_of);
  }
  return answer;
}

Result<StoredEvent> read_event(const EventStore& store, std::uint64_t sequence) {
  return store.view().event(sequence);
}

}  // namespace capexdb::storage
