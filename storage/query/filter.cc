#include "storage/query/filter.h"

#include <algorithm>

namespace capexdb::storage {

Filter::Filter(const Plan& plan, const Catalogue& catalogue) : plan_(plan) {
  constexpr std::int64_t kDaySeconds = 86400;
  if (plan.as_of) published_end_ = (std::int64_t{*plan.as_of} + 1) * kDaySeconds;
  if (!plan.definition) return;
  // A definition that nobody has used has no ordinal and matches nothing.
  definition_ = -1;
  const std::uint32_t known = catalogue.find(NameKind::definition, *plan.definition);
  if (known != 0) definition_ = known;
}

void Filter::open(BlockColumns& columns) {
  sequence_ = columns.column(Column::sequence);
  kind_ = columns.column(Column::period_kind);
  start_ = columns.column(Column::period_start);
  end_ = columns.column(Column::period_end);
  flags_ = columns.column(Column::flags);
  measure_ = columns.column(Column::measure);
  if (plan_.as_of) {
    published_begin_ = columns.column(Column::published_begin);
    published_length_ = columns.column(Column::published_length);
    if (plan_.every != Every::reported) {
      subject_ = columns.column(Column::subject);
      source_ = columns.column(Column::source);
    }
  }
  if (definition_ != 0) definitions_ = columns.column(Column::definition);
  if (!plan_.statuses.empty()) status_ = columns.column(Column::status);
}

bool Filter::covered(const Period& period) {
  if (has_last_ && period == last_period_) return last_covered_;
  has_last_ = true;
  last_period_ = period;
  last_covered_ = plan_.covers(period);
  return last_covered_;
}

bool Filter::sees(std::size_t row, ScanReport& report) {
  if (static_cast<std::uint64_t>(sequence_[row]) > plan_.at) return false;
  const auto period = [&] {
    return Period{static_cast<PeriodKind>(kind_[row]), static_cast<Day>(start_[row]),
                  static_cast<Day>(end_[row])};
  };
  bool later = false;
  if (plan_.as_of) {
    // The last second that it covers; an instant covers its own.
    const std::int64_t length = published_length_[row];
    const std::int64_t last = published_begin_[row] + (length == 0 ? 0 : length - 1);
    later = last >= published_end_;
    if (later && plan_.every == Every::reported) return false;
  }
  const auto measure = static_cast<Measure>(measure_[row]);
  const bool implies = plan_.implied && measure == Measure::growth_yoy;
  if (!plan_.range.is_all()) {
    if (!(implies ? plan_.reads(measure, period()) : covered(period()))) return false;
  }
  if (definition_ != 0 && definitions_[row] != definition_) return false;
  const bool retraction = (flags_[row] & flag::kRetraction) != 0;
  if (!plan_.statuses.empty() && !retraction &&
      std::find(plan_.statuses.begin(), plan_.statuses.end(), static_cast<Status>(status_[row])) ==
          plan_.statuses.end()) {
    return false;
  }
  if (!plan_.wants(measure)) {
    if (!retraction && !later) report.other_measures.insert(measure);
    return implies && !later;
  }
  if (!later) return true;
  // Only what would have answered is something that is yet to come.
  const bool asked = plan_.policy.kind != PolicyKind::source ||
                     source_[row] == static_cast<std::int64_t>(plan_.policy.source);
  if (retraction || !asked) return false;
  std::int64_t subject = subject_[row];
  if (plan_.merged) subject = plan_.merged->of(static_cast<std::uint32_t>(subject));
  std::vector<Period>& periods = report.later[subject];
  if (periods.empty() || periods.back() != period()) periods.push_back(period());
  return false;
}

}  // namespace capexdb::storage
