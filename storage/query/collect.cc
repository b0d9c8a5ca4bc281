#include "storage/query/collect.h"

#include <algorithm>

#include "storage/query/cross_section_sum.h"
#include "storage/query/currency.h"
#include "storage/query/every.h"
#include "storage/query/implied.h"
#include "storage/query/shape.h"
#include "storage/query/shipments.h"
#include "storage/query/sum.h"

namespace capexdb::storage {
namespace {

// A cell without an answer: whether what it held was withdrawn. Another source's
// statements were never an answer.
bool was_withdrawn(std::span<const Row> cell, const Plan& plan) {
  const Verdicts verdicts = resolve(cell, plan.policy);
  return std::any_of(verdicts.withdrawn.begin(), verdicts.withdrawn.end(), [&](std::size_t i) {
    return plan.policy.kind != PolicyKind::source ||
           cell[i].ordinal(Column::source) == plan.policy.source;
  });
}

bool by_frames(const Plan& plan) {
  const bool without_mirrors = plan.kind == QueryKind::sum || plan.kind == QueryKind::shipments;
  return without_mirrors && plan.subjects.size() > kHistoriesMax;
}

// The levels that the growth statements of a plan imply.
Result<void> add_implied(const Reading& reading, const Plan& plan,
                         const std::vector<ResolvedCell>& growths, std::vector<ResolvedCell>& cells,
                         HeldMemory& held) {
  if (growths.empty()) return {};
  Plan wide = plan;
  wide.implied = false;
  wide.range = plan.read_range();
  wide.subjects.clear();
  for (const ResolvedCell& growth : growths) {
    wide.subjects.push_back(growth.leader.ordinal(Column::subject));
  }
  std::sort(wide.subjects.begin(), wide.subjects.end());
  wide.subjects.erase(std::unique(wide.subjects.begin(), wide.subjects.end()), wide.subjects.end());
  std::vector<ResolvedCell> levels;
  HeldMemory held_levels(reading.limits);
  CAPEXDB_TRY(collect_cells(reading, wide, levels, held_levels));
  for (ResolvedCell& cell : implied_levels(growths, levels, plan)) {
    CAPEXDB_TRY(held.add(cell.bytes()));
    cells.push_back(std::move(cell));
  }
  return {};
}

// A figure printed for the group itself is compared with the sum, never added.
Result<void> compare_printed(const Reading& reading, const Plan& plan, Figures& sum) {
  const std::uint32_t group = plan.only_group(reading.catalogue);
  const bool plain = plan.by == std::vector{Dimension::period} && plan.fold == Fold::sum &&
                     plan.every == Every::reported && plan.growth == Growth::none &&
                     !plan.cumulative;
  if (group == 0 || !plain) return {};
  Plan own = plan;
  own.subjects = {group};
  own.implied = false;
  std::vector<ResolvedCell> cells;
  CAPEXDB_TRY(collect_cells(reading, own, cells, sum.held));
  keep_best_definitions(cells, own, reading.catalogue);
  std::vector<std::uint32_t> printed_in;
  for (const ResolvedCell& cell : cells) {
    printed_in.push_back(cell.leader.ordinal(Column::currency));
  }
  if (!plan.currency.empty()) {
    std::vector<std::string> no_notes;
    CAPEXDB_TRY(
        convert_cells(cells, own, reading.catalogue, reading.rates, reading.limits, no_notes));
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const ResolvedCell& cell = cells[i];
    const bool converted = cell.leader.ordinal(Column::currency) != printed_in[i];
    const AnswerRow printed = describe(cell.leader, own, reading.catalogue);
    for (const Figure& figure : sum.list) {
      const AnswerRow& row = figure.row;
      if (row.period != printed.period || row.currency != printed.currency ||
          row.unit != printed.unit || !printed.value.has_number()) {
        continue;
      }
      sum.notes.push_back(
          "printed for " + printed.company + " itself" +
          (sum.list.size() > 1 ? " for " + printed.period : "") +
          ", not added: " + interval_to_string(printed.value) + " " + printed.unit +
          (converted ? " when converted" : "") + " (" + printed.source + ", " +
          std::to_string(cell.documents) + (cell.documents == 1 ? " document, " : " documents, ") +
          std::to_string(cell.roots) + (cell.roots == 1 ? " root); " : " roots); ") +
          (meet(printed.value, row.value) ? "consistent with the sum"
                                          : "it does not agree with the sum"));
    }
  }
  return {};
}

Result<void> name_rates(const Reading& reading, const Plan& plan,
                        std::vector<ResolvedCell>& cells) {
  Plan levels_plan = plan;
  levels_plan.measure = Measure::level;
  levels_plan.implied = false;
  std::vector<ResolvedCell> levels;
  HeldMemory held(reading.limits);
  CAPEXDB_TRY(collect_cells(reading, levels_plan, levels, held));
  name_printed_rates(cells, levels, reading.catalogue);
  return {};
}

}  // namespace

Result<ScanReport> collect_cells(const Reading& reading, const Plan& plan,
                                 std::vector<ResolvedCell>& cells, HeldMemory& held) {
  ScanReport::Periods withdrawn;
  std::vector<ResolvedCell> growths;
  const CellVisitor visit = [&](std::span<const Row> cell) -> Result<void> {
    const bool asked = plan.wants(cell.front().measure());
    if (plan.kind == QueryKind::shipments && !is_asked(cell.front(), plan, reading.catalogue)) {
      return {};
    }
    if (auto resolved = resolve_cell(cell, plan)) {
      CAPEXDB_TRY(held.add(resolved->bytes()));
      (asked ? cells : growths).push_back(std::move(*resolved));
    } else if (plan.every != Every::reported && asked && was_withdrawn(cell, plan)) {
      withdrawn[cell.front()[Column::subject]].push_back(cell.front().period());
    }
    return {};
  };
  const auto scan = by_frames(plan) ? scan_frames : scan_histories;
  CAPEXDB_ASSIGN(ScanReport report,
                 scan(reading.view, plan, reading.catalogue, reading.limits, visit));
  report.withdrawn = std::move(withdrawn);
  CAPEXDB_TRY(add_implied(reading, plan, growths, cells, held));
  return report;
}

namespace {

void take(SumAnswer sum, Figures& figures) {
  figures.list = std::move(sum.figures);
  figures.coverage = std::move(sum.coverage);
  figures.notes.insert(figures.notes.end(), sum.notes.begin(), sum.notes.end());
}

// Everything but the shape, cell by cell.
Result<Figures> from_cells(const Reading& reading, const Plan& plan) {
  Figures figures{HeldMemory(reading.limits)};
  const Catalogue& catalogue = reading.catalogue;
  std::vector<ResolvedCell> cells;
  HeldMemory held(reading.limits);
  CAPEXDB_ASSIGN(figures.report, collect_cells(reading, plan, cells, held));
  figures.any_cell = !cells.empty();
  std::vector<AbsentPeriod> absent;
  if (plan.every == Every::reported) {
    keep_best_definitions(cells, plan, catalogue);
  } else {
    CAPEXDB_ASSIGN(EveryAnswer every,
                   every_period(cells, plan, catalogue, reading.limits, figures.report));
    cells = std::move(every.cells);
    absent = std::move(every.absent);
    CAPEXDB_TRY(held.add(cells.size() * sizeof(ResolvedCell)));
    CAPEXDB_TRY(held.add(absent.size() * sizeof(AbsentPeriod)));
    if (plan.kind == QueryKind::sum) {
      for (ResolvedCell& cell : cells) {
        if (!cell.note.empty()) figures.notes.push_back(std::move(cell.note));
      }
    }
  }
  if (!plan.memberships.empty()) {
    std::erase_if(cells, [&](const ResolvedCell& cell) {
      return !plan.belongs(cell.leader.ordinal(Column::subject), cell.leader.period());
    });
  }
  if (plan.measure == Measure::conversion) CAPEXDB_TRY(name_rates(reading, plan, cells));
  if (!plan.currency.empty()) {
    CAPEXDB_TRY(
        convert_cells(cells, plan, catalogue, reading.rates, reading.limits, figures.notes));
  }
  if (plan.kind == QueryKind::sum) {
    CAPEXDB_ASSIGN(SumAnswer sum,
                   sum_answer(std::move(cells), absent, plan, catalogue, reading.limits));
    take(std::move(sum), figures);
    CAPEXDB_TRY(figures.held.add(figures.list.size() * sizeof(Figure)));
  } else {
    CAPEXDB_TRY(figures.held.add((cells.size() + absent.size()) * sizeof(Figure)));
    CAPEXDB_ASSIGN(figures.list,
                   cells_answer(std::move(cells), absent, plan, catalogue, reading.limits));
  }
  return figures;
}

}  // namespace

Result<Figures> collect_figures(const Reading& reading, const Plan& plan) {
  Figures figures{HeldMemory(reading.limits)};
  std::optional<SumAnswer> sum;
  if (plan.subjects.size() > kHistoriesMax && is_cross_section_sum(plan)) {
    CAPEXDB_ASSIGN(sum, cross_section_sum(reading.view, plan, reading.catalogue, reading.limits,
                                          reading.cross_sections));
  }
  if (sum) {
    take(std::move(*sum), figures);
  } else {
    CAPEXDB_ASSIGN(figures, from_cells(reading, plan));
  }
  if (plan.kind == QueryKind::sum) CAPEXDB_TRY(compare_printed(reading, plan, figures));
  const QueryLimits& limits = reading.limits;
  if (plan.cumulative) CAPEXDB_TRY(accumulate(figures.list, plan, limits));
  if (plan.growth != Growth::none) {
    CAPEXDB_ASSIGN(figures.list, growth_of(std::move(figures.list), plan, limits));
  }
  if (plan.share) CAPEXDB_TRY(add_shares(figures.list, plan, limits));
  if (plan.top != 0) CAPEXDB_TRY(keep_largest(figures.list, plan));
  return figures;
}

}  // namespace capexdb::storage
