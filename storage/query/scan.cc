#include "storage/query/scan.h"

#include <algorithm>
#include <unordered_set>

#include "storage/block.h"

namespace capexdb::storage {
namespace {

// Decides row by row, on the columns, before a row is put together.
class Filter {
 public:
  Filter(const Plan& plan, const Catalogue& catalogue) : plan_(plan) {
    if (plan.definition) {
      // A definition that nobody has used has no ordinal and matches nothing.
      definition_ = 0;
      for (std::uint32_t i = 1; i <= catalogue.size(NameKind::definition); ++i) {
        if (catalogue.text(NameKind::definition, i) == *plan.definition) definition_ = i;
      }
      if (definition_ == 0) definition_ = -1;
    }
  }

  bool sees(const Block& block, std::size_t i, ScanReport& report) const {
    const auto at = [&](Column c) { return block.column(c)[i]; };
    if (static_cast<std::uint64_t>(at(Column::sequence)) > plan_.at) return false;
    const TimeRange published{at(Column::published_begin),
                              at(Column::published_begin) + at(Column::published_length)};
    const bool later = plan_.as_of && published.last_day() > *plan_.as_of;
    if (later && plan_.every == Every::reported) return false;
    const auto measure = static_cast<Measure>(at(Column::measure));
    if (!plan_.range.is_all()) {
      const Period period{static_cast<PeriodKind>(at(Column::period_kind)),
                          static_cast<Day>(at(Column::period_start)),
                          static_cast<Day>(at(Column::period_end))};
      const bool implies = plan_.implied && measure == Measure::growth_yoy;
      if (!(implies ? plan_.reads(measure, period) : plan_.covers(period))) return false;
    }
    if (definition_ != 0 && at(Column::definition) != std::max<std::int64_t>(definition_, 0)) {
      return false;
    }
    if (definition_ < 0) return false;
    const bool retraction = (at(Column::flags) & flag::kRetraction) != 0;
    if (!plan_.statuses.empty() && !retraction &&
        std::find(plan_.statuses.begin(), plan_.statuses.end(),
                  static_cast<Status>(at(Column::status))) == plan_.statuses.end()) {
      return false;
    }
    if (!plan_.wants(measure)) {
      if (!retraction && !later) report.other_measures.insert(measure);
      return plan_.implied && measure == Measure::growth_yoy && !later;
    }
    // Only what would have answered is something that is yet to come.
    if (later && !retraction && is_of_asked_source(at(Column::source)))
      note_later(block, i, report);
    return !later;
  }

 private:
  bool is_of_asked_source(std::int64_t source) const {
    return plan_.policy.kind != PolicyKind::source || source == plan_.policy.source;
  }
  static void note_later(const Block& block, std::size_t i, ScanReport& report) {
    const auto at = [&](Column c) { return block.column(c)[i]; };
    std::vector<Period>& periods = report.later[at(Column::subject)];
    const Period period{static_cast<PeriodKind>(at(Column::period_kind)),
                        static_cast<Day>(at(Column::period_start)),
                        static_cast<Day>(at(Column::period_end))};
    if (periods.empty() || periods.back() != period) periods.push_back(period);
  }

  const Plan& plan_;
  std::int64_t definition_ = 0;  // 0: any; -1: none
};

// Blocks are sorted by cell, so a cell is a run of rows.
Result<void> visit_runs(const std::vector<Row>& rows, const CellVisitor& visit) {
  std::size_t begin = 0;
  for (std::size_t i = 1; i <= rows.size(); ++i) {
    if (i < rows.size() && same_cell(rows[begin], rows[i])) continue;
    if (i > begin) CAPEXDB_TRY(visit({rows.data() + begin, i - begin}));
    begin = i;
  }
  return {};
}

}  // namespace

Result<void> check_limits(const QueryLimits& limits) {
  if (limits.cancelled != nullptr && limits.cancelled->load(std::memory_order_relaxed)) {
    return fail(Errc::cancelled, "the query was cancelled");
  }
  if (std::chrono::steady_clock::now() > limits.deadline) {
    return fail(Errc::deadline_exceeded,
                "the query took longer than its deadline; narrow the selection or the periods");
  }
  return {};
}

Result<ScanReport> scan_histories(const ReadView& view, const Plan& plan,
                                  const Catalogue& catalogue, const QueryLimits& limits,
                                  const CellVisitor& visit) {
  ScanReport report;
  const Filter filter(plan, catalogue);
  const bool mirrors = plan.kind != QueryKind::sum;
  // With several subjects a statement may be met from both of its ends.
  const bool may_repeat = mirrors && plan.subjects.size() > 1;
  std::set<std::pair<std::int64_t, std::int64_t>> met;
  std::vector<Row> rows;
  for (const std::uint32_t subject : plan.subjects) {
    CAPEXDB_TRY(
        view.history(subject, plan.metric, plan.read_range(),
                     [&](const HistoryKey& /*key*/, std::string_view bytes) -> Result<void> {
                       CAPEXDB_TRY(check_limits(limits));
                       CAPEXDB_ASSIGN(const Block block, decode_block(bytes));
                       rows.clear();
                       for (std::size_t i = 0; i < block.rows(); ++i) {
                         const bool mirror = (block.column(Column::flags)[i] & flag::kMirror) != 0;
                         if ((mirror && !mirrors) || !filter.sees(block, i, report)) continue;
                         Row row = block.row(i);
                         row[Column::flags] &= ~flag::kMirror;
                         const auto id = std::pair(row[Column::sequence], row[Column::fact_index]);
                         const bool shared = may_repeat && row[Column::counterparties] != 0;
                         if (shared && !met.insert(id).second) continue;
                         rows.push_back(row);
                       }
                       return visit_runs(rows, visit);
                     }));
  }
  return report;
}

Result<void> scan_every_history(const ReadView& view, const Plan& plan, const Catalogue& catalogue,
                                const QueryLimits& limits, const KeyFilter& wanted,
                                const KeyedCellVisitor& visit) {
  ScanReport report;
  const Filter filter(plan, catalogue);
  std::vector<Row> rows;
  return view.all_history([&](const HistoryKey& key, std::string_view bytes) -> Result<void> {
    CAPEXDB_TRY(check_limits(limits));
    if (!wanted(key)) return {};
    CAPEXDB_ASSIGN(const Block block, decode_block(bytes));
    rows.clear();
    const auto flags = block.column(Column::flags);
    for (std::size_t i = 0; i < block.rows(); ++i) {
      const bool mirror = (flags[i] & flag::kMirror) != 0;
      if (!mirror && filter.sees(block, i, report)) rows.push_back(block.row(i));
    }
    return visit_runs(rows, [&](std::span<const Row> cell) { return visit(key, cell); });
  });
}

Result<ScanReport> scan_frames(const ReadView& view, const Plan& plan, const Catalogue& catalogue,
                               const QueryLimits& limits, const CellVisitor& visit) {
  ScanReport report;
  const Filter filter(plan, catalogue);
  const std::unordered_set<std::int64_t> wanted(plan.subjects.begin(), plan.subjects.end());
  std::vector<Row> rows;
  CAPEXDB_TRY(view.frames(plan.metric, plan.read_range(),
                          [&](const FrameKey& /*key*/, std::string_view bytes) -> Result<void> {
                            CAPEXDB_TRY(check_limits(limits));
                            CAPEXDB_ASSIGN(const Block block, decode_block(bytes));
                            rows.clear();
                            const auto subjects = block.column(Column::subject);
                            std::int64_t last = -1;
                            bool keep = false;
                            for (std::size_t i = 0; i < block.rows(); ++i) {
                              if (subjects[i] != last) {
                                last = subjects[i];
                                keep = wanted.contains(last);
                              }
                              if (keep && filter.sees(block, i, report))
                                rows.push_back(block.row(i));
                            }
                            return visit_runs(rows, visit);
                          }));
  return report;
}

}  // namespace capexdb::storage
