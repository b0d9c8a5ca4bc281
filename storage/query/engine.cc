#include "storage/query/engine.h"

#include <algorithm>

#include "capexdb/v1/event.pb.h"
#include "storage/query/cross_section_sum.h"
#include "storage/query/every.h"
#include "storage/query/fold.h"
#include "storage/query/scan.h"
#include "storage/store_state.h"

namespace capexdb::storage {
namespace {

// Above it, one pass over the cross-sections is cheaper than many histories.
constexpr std::size_t kHistoriesMax = 64;
// Bounds what one question holds in memory.
constexpr std::size_t kCellsMax = 1'000'000;
constexpr std::size_t kStatementsMax = 200'000;

Error too_much(std::size_t count_max, const char* what) {
  return Error{Errc::resource_exhausted, "the question touches more than " +
                                             std::to_string(count_max) + " " + what +
                                             "; narrow the selection or the periods"};
}

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

Result<ScanReport> collect(const ReadView& view, const Plan& plan, const Catalogue& catalogue,
                           const QueryLimits& limits, std::vector<ResolvedCell>& cells) {
  ScanReport::Periods withdrawn;
  const CellVisitor visit = [&](std::span<const Row> cell) -> Result<void> {
    if (auto resolved = resolve_cell(cell, plan)) {
      cells.push_back(std::move(*resolved));
    } else if (plan.every != Every::reported) {
      withdrawn[cell.front()[Column::subject]].push_back(cell.front().period());
    }
    if (cells.size() <= kCellsMax) return {};
    return fail(too_much(kCellsMax, "cells"));
  };
  const bool frames = plan.kind == QueryKind::sum && plan.subjects.size() > kHistoriesMax;
  CAPEXDB_ASSIGN(ScanReport report, frames ? scan_frames(view, plan, catalogue, limits, visit)
                                           : scan_histories(view, plan, catalogue, limits, visit));
  report.withdrawn = std::move(withdrawn);
  return report;
}

// A figure printed for the group itself is compared with the sum, never added.
Result<void> compare_printed(const ReadView& view, const Plan& plan, const Catalogue& catalogue,
                             const QueryLimits& limits, Answer& answer) {
  const std::uint32_t group = plan.only_group(catalogue);
  if (group == 0 || !plan.by.empty() || plan.every != Every::reported) return {};
  Plan own = plan;
  own.subjects = {group};
  std::vector<ResolvedCell> cells;
  CAPEXDB_TRY(collect(view, own, catalogue, limits, cells));
  keep_best_definitions(cells, own, catalogue);
  for (const ResolvedCell& cell : cells) {
    const AnswerRow printed = describe(cell.leader, own, catalogue);
    for (const AnswerRow& row : answer.rows) {
      if (row.period != printed.period || row.currency != printed.currency ||
          row.unit != printed.unit || !printed.value.has_number()) {
        continue;
      }
      const Interval& v = printed.value;
      const std::string figure = v.point ? v.point->to_string() : bounds_to_string(v);
      answer.notes.push_back(
          "printed for " + printed.company + " itself, not added: " + figure + " " + printed.unit +
          " (" + printed.source + ", " + std::to_string(cell.documents) +
          (cell.documents == 1 ? " document, " : " documents, ") + std::to_string(cell.roots) +
          (cell.roots == 1 ? " root); " : " roots); ") +
          (meet(v, row.value) ? "consistent with the sum" : "it does not agree with the sum"));
    }
  }
  return {};
}

std::string document_text(const v1::Source& source, const std::string& published_at) {
  if (!source.accession().empty()) return source.accession();
  if (!source.url().empty()) return source.url();
  std::string text = source.publisher();
  if (!source.title().empty()) text += ", " + source.title();
  return text + " " + published_at;
}

std::string citation_text(const v1::Citation& c) {
  if (!c.accession().empty()) return c.accession();
  if (!c.url().empty()) return c.url();
  if (c.publisher().empty()) return c.text();
  std::string text = c.publisher();
  if (!c.title().empty()) text += ", " + c.title();
  return c.published_at().empty() ? text : text + " " + c.published_at();
}

Result<void> add_provenance(const ReadView& view, ReadView::CachedBatch& cached, AnswerRow& row) {
  CAPEXDB_ASSIGN(const StoredEvent stored, view.event(row.sequence, cached));
  v1::Event event;
  if (!event.ParseFromString(stored.bytes)) {
    return fail(Errc::data_loss, "sequence " + std::to_string(row.sequence) + " does not decode");
  }
  const v1::Source& source = event.source();
  row.document = document_text(source, event.published_at());
  row.root = source.cites_size() == 0 ? row.document
                                      : citation_text(source.cites(source.cites_size() - 1));
  row.attributed_to = source.attributed_to();
  return {};
}

Result<ScanReport> statements(const ReadView& view, const Plan& plan, const Catalogue& catalogue,
                              const QueryLimits& limits, std::uint32_t rows_max, Answer& answer) {
  CAPEXDB_ASSIGN(
      const ScanReport report,
      scan_histories(view, plan, catalogue, limits, [&](std::span<const Row> cell) -> Result<void> {
        if (answer.rows.size() + cell.size() > kStatementsMax) {
          return fail(too_much(kStatementsMax, "statements"));
        }
        const Verdicts verdicts = resolve(cell, plan.policy);
        std::vector<bool> withdrawn(cell.size());
        for (const std::size_t i : verdicts.withdrawn) withdrawn[i] = true;
        for (std::size_t i = 0; i < cell.size(); ++i) {
          AnswerRow row = describe(cell[i], plan, catalogue);
          row.withdrawn = withdrawn[i];
          row.documents = 1;
          row.roots = 1;
          if (row.retraction) row.reason = "retraction";
          answer.rows.push_back(std::move(row));
        }
        return {};
      }));
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
  // In the log's order, so that neighbours share a decoded batch.
  std::vector<AnswerRow*> by_sequence;
  for (AnswerRow& row : answer.rows) by_sequence.push_back(&row);
  std::sort(by_sequence.begin(), by_sequence.end(),
            [](const AnswerRow* a, const AnswerRow* b) { return a->sequence < b->sequence; });
  ReadView::CachedBatch cached;
  for (AnswerRow* row : by_sequence) {
    CAPEXDB_TRY(check_limits(limits));
    CAPEXDB_TRY(add_provenance(view, cached, *row));
  }
  return report;
}

}  // namespace

Result<Answer> run_query(const EventStore& store, const Query& query, const QueryLimits& limits) {
  const ReadView view = store.view();
  CAPEXDB_TRY(view.status());
  const Catalogue& catalogue = store.catalogue();
  CAPEXDB_ASSIGN(const Plan plan, make_plan(query, catalogue, view.sequence()));
  Answer answer;
  answer.sequence = plan.at;
  if (plan.as_of) answer.as_of = date_to_string(*plan.as_of);
  answer.policy = plan.policy_name;
  const std::uint32_t rows_max =
      plan.limit == 0 ? limits.rows_max : std::min(plan.limit, limits.rows_max);

  ScanReport report;
  std::optional<SumAnswer> columns_sum;
  if (plan.subjects.size() > kHistoriesMax && is_cross_section_sum(query, plan)) {
    CAPEXDB_ASSIGN(columns_sum,
                   cross_section_sum(view, plan, catalogue, limits, &store.state().cross_sections));
  }
  if (columns_sum) {
    answer.rows = std::move(columns_sum->rows);
    answer.coverage = std::move(columns_sum->coverage);
    answer.notes = std::move(columns_sum->notes);
    CAPEXDB_TRY(compare_printed(view, plan, catalogue, limits, answer));
    if (answer.rows.size() > rows_max) {
      answer.rows.resize(rows_max);
      answer.truncated = true;
    }
  } else if (plan.kind == QueryKind::statements) {
    CAPEXDB_ASSIGN(report, statements(view, plan, catalogue, limits, rows_max, answer));
  } else {
    std::vector<ResolvedCell> cells;
    CAPEXDB_ASSIGN(report, collect(view, plan, catalogue, limits, cells));
    std::vector<AbsentPeriod> absent;
    if (plan.every == Every::reported) {
      keep_best_definitions(cells, plan, catalogue);
    } else {
      CAPEXDB_ASSIGN(EveryAnswer every, every_period(cells, plan, catalogue, limits, report));
      cells = std::move(every.cells);
      absent = std::move(every.absent);
      answer.notes = std::move(every.notes);
    }
    if (plan.kind == QueryKind::cells) {
      answer.rows = cells_answer(cells, absent, plan, catalogue, answer.notes);
    } else {
      CAPEXDB_ASSIGN(SumAnswer sum, sum_answer(std::move(cells), plan, catalogue, limits));
      answer.rows = std::move(sum.rows);
      answer.coverage = std::move(sum.coverage);
      answer.notes.insert(answer.notes.end(), sum.notes.begin(), sum.notes.end());
      CAPEXDB_TRY(compare_printed(view, plan, catalogue, limits, answer));
    }
    if (answer.rows.size() > rows_max) {
      answer.rows.resize(rows_max);
      answer.truncated = true;
    }
  }
  if (answer.truncated) {
    answer.notes.push_back("cut after " + std::to_string(rows_max) + " rows; narrow the question");
  }
  hint_at_measures(report, plan, answer);
  if (answer.rows.empty() && plan.as_of) {
    answer.notes.push_back("nothing about this was published by " + answer.as_of);
  }
  return answer;
}

Result<StoredEvent> read_event(const EventStore& store, std::uint64_t sequence) {
  return store.view().event(sequence);
}

}  // namespace capexdb::storage
