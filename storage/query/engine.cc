#include "storage/query/engine.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <span>
#include <tuple>

#include "proto/model/limits.h"
#include "proto/model/text.h"
#include "storage/query/changes.h"
#include "storage/query/collect.h"
#include "storage/query/company_groups.h"
#include "storage/query/conflicts.h"
#include "storage/query/plan_selection.h"
#include "storage/query/provenance.h"
#include "storage/query/row_writer.h"
#include "storage/query/shipments.h"
#include "storage/query/sort_large.h"
#include "storage/store_state.h"

namespace capexdb::storage {
namespace {

// One metric of a question, and where its answer goes.
struct Answering {
  const Reading& reading;
  const Plan& plan;
  RowWriter& writer;
  Answer& answer;  // all but the rows
};

void hint_at_measures(const ScanReport& report, const Answering& to) {
  if (!to.writer.is_empty() || report.other_measures.empty()) return;
  std::string words;
  for (const Measure measure : report.other_measures) {
    words += (words.empty() ? "" : ", ") + std::string(to_string(measure));
  }
  const Plan& plan = to.plan;
  to.answer.notes.push_back(
      "nothing states the " + std::string(plan.measure ? to_string(*plan.measure) : "growth") +
      " of " + plan.metric_entry.id + " here, but there is: " + words + " (ask with --measure)");
}

// Calls `visit` with the plan of each group of companies, until rows are left out. It
// says how many rows those made, and sets `is_written` before it writes the first;
// where they are too many to hold it is called again with fewer companies.
using GroupVisitor = std::function<Result<std::size_t>(const Plan& part, bool& is_written)>;

Result<void> by_companies(const Answering& to, const GroupVisitor& visit) {
  CAPEXDB_ASSIGN(CompanyGroups groups, CompanyGroups::make(to.reading, to.plan));
  Plan part = to.plan;
  std::size_t rows = 0;
  do {
    part.subjects = groups.take(rows);
    bool is_written = false;
    const auto made = visit(part, is_written);
    if (made) {
      rows = *made;
      continue;
    }
    const bool too_many = made.error().code == Errc::resource_exhausted && !is_written;
    if (!too_many || !groups.retry_smaller()) return fail(made.error());
  } while (!groups.at_end() && !to.writer.is_cut());
  return {};
}

// Statements on their way out, with their documents. Those are read from the log, of
// which neighbours share a piece, so many are looked up together: as many as their
// texts allow.
class StatementWriter {
 public:
  explicit StatementWriter(const Answering& to) : to_(to), held_(to.reading.limits) {}

  Result<void> add(AnswerRow row) {
    CAPEXDB_TRY(held_.add(sizeof row));
    rows_.push_back(std::move(row));
    return {};
  }
  bool has_earlier() const { return ordered_ != 0; }  // of groups before
  // Forgets what was added since the last group ended.
  void drop_group() {
    held_.give_back((rows_.size() - ordered_) * sizeof(AnswerRow));
    rows_.resize(ordered_);
  }
  // Orders what was added since the last call, and writes all where it is enough.
  Result<std::size_t> end_of_group() {
    const std::size_t count = rows_.size() - ordered_;
    sort_large(
        rows_,
        [](const AnswerRow& a, const AnswerRow& b) {
          return std::tie(a.company, a.start, a.end, a.product, a.counterparty, a.currency,
                          a.published_at, a.sequence) <
                 std::tie(b.company, b.start, b.end, b.product, b.counterparty, b.currency,
                          b.published_at, b.sequence);
        },
        ordered_);
    ordered_ = rows_.size();
    if (rows_.size() >= at_once_) CAPEXDB_TRY(write());
    return count;
  }
  Result<void> write() {
    const std::size_t wanted = std::min<std::size_t>(rows_.size(), to_.writer.room());
    for (std::size_t begin = 0; begin < wanted;) {
      const std::size_t end = std::min(wanted, begin + at_once_);
      std::vector<AnswerRow*> part;
      for (std::size_t i = begin; i < end; ++i) part.push_back(&rows_[i]);
      HeldMemory texts(to_.reading.limits);
      CAPEXDB_TRY(add_provenance(to_.reading.view, part, to_.reading.limits, texts));
      std::size_t bytes = 1;
      for (const AnswerRow* row : part) bytes += row->document.size() + row->root.size();
      at_once_ = std::clamp(kTextBytes / (bytes / part.size() + 1), kRowsAtOnce, kRowsMax);
      for (AnswerRow* row : part) CAPEXDB_TRY(to_.writer.add(std::move(*row)));
      begin = end;
    }
    for (std::size_t i = wanted; i < rows_.size(); ++i) {
      CAPEXDB_TRY(to_.writer.add(std::move(rows_[i])));  // which are left out, but counted
    }
    rows_.clear();
    ordered_ = 0;
    held_.clear();
    return {};
  }

 private:
  static constexpr std::size_t kTextBytes = 8U << 20U;
  static constexpr std::size_t kRowsMax = 20'000;

  const Answering& to_;
  HeldMemory held_;
  std::vector<AnswerRow> rows_;
  std::size_t ordered_ = 0;
  std::size_t at_once_ = kRowsAtOnce;
};

Result<ScanReport> statements(const Answering& to) {
  const auto& [reading, plan, writer, answer] = to;
  ScanReport report;
  StatementWriter out(to);
  const CellVisitor visit = [&](std::span<const Row> cell) -> Result<void> {
    CAPEXDB_TRY(check_limits(reading.limits));
    const Verdicts verdicts = resolve(cell, plan.policy);
    std::vector<bool> withdrawn(cell.size());
    for (const std::size_t i : verdicts.withdrawn) withdrawn[i] = true;
    for (std::size_t i = 0; i < cell.size(); ++i) {
      CAPEXDB_TRY(check_limits(reading.limits));
      AnswerRow row = describe_statement(cell[i], plan, reading.catalogue);
      row.withdrawn = withdrawn[i];
      if (row.retraction) row.reason = "retraction";
      CAPEXDB_TRY(out.add(std::move(row)));
    }
    return {};
  };
  CAPEXDB_TRY(by_companies(to, [&](const Plan& part, bool& is_written) -> Result<std::size_t> {
    const auto scan = [&] {
      return scan_histories(reading.view, part, reading.catalogue, reading.limits, visit);
    };
    auto more = scan();
    if (!more && more.error().code == Errc::resource_exhausted && out.has_earlier()) {
      out.drop_group();
      CAPEXDB_TRY(out.write());
      more = scan();
    }
    if (!more) {
      out.drop_group();
      return fail(more.error());
    }
    report.other_measures.insert(more->other_measures.begin(), more->other_measures.end());
    is_written = true;
    return out.end_of_group();
  }));
  CAPEXDB_TRY(out.write());
  return report;
}

// The statements that each row is made of, each once, the oldest first.
Result<void> explain(const Answering& to, std::span<Figure> figures, HeldMemory& held) {
  for (Figure& figure : figures) {
    CAPEXDB_TRY(check_limits(to.reading.limits));
    std::sort(figure.parts.begin(), figure.parts.end(), [](const Row& a, const Row& b) {
      return std::pair(a.sequence(), a[Column::fact_index]) <
             std::pair(b.sequence(), b[Column::fact_index]);
    });
    figure.parts.erase(std::unique(figure.parts.begin(), figure.parts.end()), figure.parts.end());
    CAPEXDB_TRY(held.add(figure.parts.size() * sizeof(AnswerRow)));
    for (const Row& part : figure.parts) {
      figure.row.parts.push_back(describe_statement(part, to.plan, to.reading.catalogue));
    }
  }
  std::vector<AnswerRow*> rows;
  for (Figure& figure : figures) {
    for (AnswerRow& row : figure.row.parts) rows.push_back(&row);
  }
  return add_provenance(to.reading.view, rows, to.reading.limits, held);
}

// What is to be said about single figures, once each and not without end.
class FigureNotes {
 public:
  void add(const std::vector<std::string>& notes) {
    for (const std::string& note : notes) {
      if (std::find(first_.begin(), first_.end(), note) != first_.end()) continue;
      if (first_.size() < kNotesMax) {
        first_.push_back(note);
      } else {
        more_ = true;
      }
    }
  }
  void put(std::vector<std::string>& notes) const {
    notes.insert(notes.end(), first_.begin(), first_.end());
    if (more_) notes.emplace_back("more figures have such notes; narrow the question to see them");
  }

 private:
  static constexpr std::size_t kNotesMax = 20;
  std::vector<std::string> first_;
  bool more_ = false;
};

Result<ScanReport> figures(const Answering& to) {
  ScanReport report;
  FigureNotes figure_notes;
  bool any_cell = false;
  CAPEXDB_TRY(by_companies(to, [&](const Plan& part, bool& is_written) -> Result<std::size_t> {
    CAPEXDB_ASSIGN(Figures figures, collect_figures(to.reading, part));
    report.other_measures.insert(figures.report.other_measures.begin(),
                                 figures.report.other_measures.end());
    any_cell = any_cell || figures.any_cell;
    const std::size_t written = std::min<std::size_t>(figures.list.size(), to.writer.room());
    if (part.explain) {
      CAPEXDB_TRY(explain(to, std::span(figures.list).first(written), figures.held));
    }
    for (std::size_t i = 0; i < written; ++i) figure_notes.add(figures.list[i].notes);
    is_written = true;
    for (Figure& figure : figures.list) {
      CAPEXDB_TRY(to.writer.add(std::move(figure.row)));
      figures.held.give_back(sizeof(Figure));
    }
    if (figures.coverage) to.answer.coverage = std::move(figures.coverage);
    to.answer.notes.insert(to.answer.notes.end(), figures.notes.begin(), figures.notes.end());
    return figures.list.size();
  }));
  figure_notes.put(to.answer.notes);
  if (any_cell) report.other_measures.clear();  // no hint is needed
  return report;
}

Result<void> conflicts(const Answering& to) {
  const Reading& reading = to.reading;
  bool cut = false;
  CAPEXDB_ASSIGN(std::vector<AnswerRow> rows,
                 conflicts_answer(reading.view, to.plan, reading.catalogue, reading.limits,
                                  to.writer.room(), cut));
  std::vector<AnswerRow*> sides;
  for (AnswerRow& row : rows) {
    for (AnswerRow& side : row.parts) sides.push_back(&side);
  }
  HeldMemory held(reading.limits);
  CAPEXDB_TRY(add_provenance(reading.view, sides, reading.limits, held));
  for (AnswerRow& row : rows) CAPEXDB_TRY(to.writer.add(std::move(row)));
  to.answer.truncated = cut;
  return {};
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

Result<Answer> run_query(const EventStore& store, const Query& query, const QueryLimits& limits,
                         const RowSink& sink) {
  const ReadView view = store.view();
  CAPEXDB_TRY(view.status());
  const Catalogue& catalogue = store.catalogue();
  Answer answer;
  answer.sequence = query.at_sequence != 0 ? query.at_sequence : view.sequence();
  const std::uint32_t rows_max =
      query.limit == 0 ? limits.rows_max : std::min(query.limit, limits.rows_max);
  RowWriter writer(sink, rows_max);
  CAPEXDB_ASSIGN(const std::vector<std::string> metrics,
                 metrics_of(query, catalogue, answer.sequence));
  if (metrics.empty()) return fail(Errc::not_found, "the catalogue has no metrics of shipments");
  for (const std::string& metric : metrics) {
    Query one = query;
    one.metric = metric;
    CAPEXDB_ASSIGN(const Plan plan, make_plan(one, catalogue, view.sequence()));
    if (plan.as_of) answer.as_of = date_to_string(*plan.as_of);
    answer.policy = plan.policy_name;
    ExchangeRates rates(view, plan, catalogue, limits);
    const Reading reading{view, catalogue, limits, rates, &store.state().cross_sections};
    const Answering to{reading, plan, writer, answer};
    ScanReport report;
    switch (plan.kind) {
      case QueryKind::statements: {
        CAPEXDB_ASSIGN(report, statements(to));
        break;
      }
      case QueryKind::changes: {
        CAPEXDB_TRY(answer_changes(reading, plan, one, writer));
        break;
      }
      case QueryKind::conflicts: {
        CAPEXDB_TRY(conflicts(to));
        break;
      }
      default: {
        CAPEXDB_ASSIGN(report, figures(to));
        break;
      }
    }
    if (metrics.size() == 1) hint_at_measures(report, to);
  }
  CAPEXDB_TRY(writer.finish());
  answer.truncated = answer.truncated || writer.is_cut();
  if (answer.truncated) {
    answer.notes.push_back("cut after " + std::to_string(rows_max) + " rows; narrow the question");
  }
  const bool none = writer.is_empty() && query.kind != QueryKind::conflicts;
  if (none && !answer.as_of.empty()) {
    answer.notes.push_back("nothing about this was published by " + answer.as_of);
  }
  return answer;
}

Result<Answer> run_query(const EventStore& store, const Query& query, const QueryLimits& limits) {
  std::vector<AnswerRow> rows;
  const RowSink sink = [&rows](std::vector<AnswerRow> more) -> Result<void> {
    std::move(more.begin(), more.end(), std::back_inserter(rows));
    return {};
  };
  CAPEXDB_ASSIGN(Answer answer, run_query(store, query, limits, sink));
  answer.rows = std::move(rows);
  return answer;
}

Result<StoredEvent> read_event(const EventStore& store, std::uint64_t sequence) {
  return store.view().event(sequence);
}

}  // namespace capexdb::storage
