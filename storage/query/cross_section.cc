#include "storage/query/cross_section.h"

#include <algorithm>

#include "storage/query/scan.h"
#include "storage/query/sum_parts.h"

namespace capexdb::storage {
namespace {

std::uint32_t bit_of(Status status) { return 1U << static_cast<unsigned>(status); }

}  // namespace

void PeriodTotal::note_published(TimeRange published) {
  if (published_later(published, newest)) newest = published;
}

void PeriodTotal::note(const Row& leader) {
  const std::uint32_t subject = leader.ordinal(Column::subject);
  subjects.insert(subject);
  sources.insert(leader.ordinal(Column::source));
  note_published(leader.published());
  ++parts;
  sequence = std::max(sequence, leader.sequence());
  statuses |= bit_of(leader.status());
}

void PeriodTotal::count_evidence() {
  const IdSet& own_roots = roots_apart ? roots : documents;
  counted = {static_cast<std::uint32_t>(documents.size()),
             static_cast<std::uint32_t>(own_roots.size())};
  documents = {};
  roots = {};
}

void PeriodTotal::note_evidence(std::int64_t document, std::int64_t root) {
  if (!roots_apart && document != root) {
    roots_apart = true;
    roots = documents;
  }
  documents.insert(document);
  if (roots_apart) roots.insert(root);
}

void PeriodTotal::note_evidence(std::span<const std::int64_t> document_ids,
                                std::span<const std::int64_t> root_ids) {
  const bool same =
      std::equal(document_ids.begin(), document_ids.end(), root_ids.begin(), root_ids.end());
  if (!roots_apart && !same) {
    roots_apart = true;
    roots = documents;
  }
  for (const std::int64_t id : document_ids) documents.insert(id);
  if (!roots_apart) return;
  for (const std::int64_t id : root_ids) roots.insert(id);
}

Interval FoldedFrames::value_of(const CompanyFigure& figure) const {
  if (figure.interval != CompanyFigure::kPlain) return intervals[figure.interval];
  return effective({.point = *Decimal::make(figure.mantissa, figure.scale)});
}

std::size_t FoldedFrames::bytes() const {
  std::size_t bytes = sizeof *this + figures.capacity() * sizeof(CompanyFigure) +
                      intervals.capacity() * sizeof(Interval);
  for (const PeriodTotal& total : totals) {
    bytes += sizeof total + total.documents.bytes() + total.roots.bytes() + total.subjects.bytes() +
             total.sources.bytes();
  }
  for (const ResolvedCell& cell : cells) {
    bytes += sizeof cell + (cell.document_ids.capacity() + cell.root_ids.capacity()) * 8;
  }
  return bytes;
}

FrameFolder::FrameFolder(const Plan& plan, const Catalogue& catalogue, const OrdinalSet& subjects)
    : plan_(plan),
      subjects_(subjects),
      by_company_(plan.lists(Dimension::company)),
      filter_(plan, catalogue) {}

void FrameFolder::open_columns() {
  filter_.open(columns_);
  subject_ = columns_.column(Column::subject);
  product_ = columns_.column(Column::product);
  counterparties_ = columns_.column(Column::counterparties);
  definition_ = columns_.column(Column::definition);
  unit_ = columns_.column(Column::unit);
  currency_ = columns_.column(Column::currency);
  measure_ = columns_.column(Column::measure);
  kind_ = columns_.column(Column::period_kind);
  start_ = columns_.column(Column::period_start);
  end_ = columns_.column(Column::period_end);
  flags_ = columns_.column(Column::flags);
  status_ = columns_.column(Column::status);
  source_ = columns_.column(Column::source);
  published_begin_ = columns_.column(Column::published_begin);
  published_length_ = columns_.column(Column::published_length);
  sequence_ = columns_.column(Column::sequence);
  scale_ = columns_.column(Column::scale);
  value_ = columns_.column(Column::value);
  value_upper_ = columns_.column(Column::value_upper);
  document_ = columns_.column(Column::document);
  root_ = columns_.column(Column::root);
  one_shape_ = product_.is_constant() && product_[0] == 0 && counterparties_.is_constant() &&
               counterparties_[0] == 0 && definition_.is_constant() && unit_.is_constant() &&
               currency_.is_constant() && measure_.is_constant() && flags_.is_constant() &&
               (flags_[0] & flag::kRetraction) == 0;
}

Result<void> FrameFolder::fold(std::string_view block, FoldedFrames& out) {
  if (!out.foldable) return {};
  CAPEXDB_TRY(columns_.open(block));
  open_columns();
  if (!out.grows) out.grows = has_growth();
  for (KnownPeriod& period : periods_) period.total = SIZE_MAX;
  for (std::size_t i = 0; i < out.totals.size(); ++i) {
    for (KnownPeriod& period : periods_) {
      if (period.period == out.totals[i].period) period.total = i;
    }
  }
  const auto rows = static_cast<std::uint32_t>(columns_.rows());
  for (std::uint32_t begin = 0; begin < rows;) {
    const std::int64_t subject = subject_[begin];
    const bool wanted = subjects_.contains(static_cast<std::uint32_t>(subject));
    visible_.clear();
    std::uint32_t row = begin;
    for (; row < rows && subject_[row] == subject; ++row) {
      if (wanted && filter_.sees(row, report_)) visible_.push_back(row);
    }
    begin = row;
    if (visible_.empty()) continue;
    if (is_odd(visible_)) {
      CAPEXDB_TRY(keep_cells(visible_, out));
    } else {
      out.foldable = out.foldable && fold_company(visible_, out);
    }
    if (std::max(out.cells.size(), out.figures.size()) > kCrossSectionFiguresMax)
      out.foldable = false;
    if (!out.foldable) return {};
  }
  return {};
}

bool FrameFolder::has_growth() const {
  const auto yoy = static_cast<std::int64_t>(Measure::growth_yoy);
  if (measure_.is_constant()) return columns_.rows() != 0 && measure_[0] == yoy;
  for (std::size_t row = 0; row < columns_.rows(); ++row) {
    if (measure_[row] == yoy) return true;
  }
  return false;
}

std::uint32_t FrameFolder::period_of(std::size_t row) {
  const auto kind = static_cast<PeriodKind>(kind_[row]);
  const auto start = static_cast<Day>(start_[row]);
  const auto end = static_cast<Day>(end_[row]);
  const auto is_it = [&](const KnownPeriod& k) {
    return k.period.start == start && k.period.end == end && k.period.kind == kind;
  };
  // The same as before, or the one that followed it with the last company.
  for (std::uint32_t i = last_period_; i < last_period_ + 2 && i < periods_.size(); ++i) {
    if (is_it(periods_[i])) return last_period_ = i;
  }
  const auto found = std::find_if(periods_.begin(), periods_.end(), is_it);
  last_period_ = static_cast<std::uint32_t>(found - periods_.begin());
  if (found != periods_.end()) return last_period_;
  KnownPeriod& known = periods_.emplace_back();
  known.period = {kind, start, end};
  const auto added_under = sum_period(known.period, plan_);
  known.dropped = !added_under;
  known.odd = kind != PeriodKind::span || (added_under && *added_under != known.period);
  return last_period_;
}

bool FrameFolder::is_odd(Rows rows) {
  period_indexes_.clear();
  const std::size_t first = rows.front();
  for (const std::uint32_t row : rows) {
    if (!one_shape_ && ((flags_[row] & flag::kRetraction) != 0 || product_[row] != 0 ||
                        counterparties_[row] != 0 || definition_[row] != definition_[first] ||
                        unit_[row] != unit_[first] || currency_[row] != currency_[first] ||
                        measure_[row] != measure_[first])) {
      return true;
    }
    period_indexes_.push_back(period_of(row));
    if (periods_[period_indexes_.back()].odd) return true;
  }
  return false;
}

Result<void> FrameFolder::keep_cells(Rows rows, FoldedFrames& out) {
  std::vector<Row> built;
  built.reserve(rows.size());
  for (const std::uint32_t row : rows) built.push_back(columns_.row(row));
  if (plan_.merged) plan_.merged->relabel(built);
  return visit_cells(built, [&](std::span<const Row> cell) -> Result<void> {
    if (auto resolved = resolve_cell(cell, plan_)) out.cells.push_back(std::move(*resolved));
    return {};
  });
}

bool FrameFolder::fold_company(Rows rows, FoldedFrames& out) {
  for (std::size_t begin = 0; begin < rows.size();) {
    std::size_t end = begin + 1;
    while (end < rows.size() && period_indexes_[end] == period_indexes_[begin]) ++end;
    KnownPeriod& period = periods_[period_indexes_[begin]];
    if (!period.dropped && !fold_cell(rows.subspan(begin, end - begin), period, out)) return false;
    begin = end;
  }
  return true;
}

std::uint64_t FrameFolder::rank_of(std::int64_t source) {
  const auto i = static_cast<std::size_t>(source);
  if (i >= ranks_.size()) ranks_.resize(i + 1);
  if (ranks_[i] == 0) {
    ranks_[i] = std::uint64_t{plan_.policy.source_rank(static_cast<std::uint32_t>(source))} + 1;
  }
  return ranks_[i];
}

// As goes_before(), on the columns: -1 when `a` goes first, 0 when they do not tell.
int FrameFolder::order_of(std::uint32_t a, std::uint32_t b) {
  const std::int64_t begin_a = published_begin_[a];
  const std::int64_t begin_b = published_begin_[b];
  const std::int64_t end_a = begin_a + published_length_[a];
  const std::int64_t end_b = begin_b + published_length_[b];
  int newest = 0;
  if (end_a != end_b) {
    newest = end_a > end_b ? -1 : 1;
  } else if (begin_a != begin_b) {
    newest = begin_a > begin_b ? -1 : 1;
  }
  if (plan_.policy.kind == PolicyKind::newest && newest != 0) return newest;
  if (plan_.policy.kind == PolicyKind::first_print && newest != 0) return -newest;
  const int status_a = status_rank(static_cast<Status>(status_[a]));
  const int status_b = status_rank(static_cast<Status>(status_[b]));
  if (status_a != status_b) return status_a < status_b ? -1 : 1;
  if (plan_.policy.source_rank && source_[a] != source_[b]) {
    const std::uint64_t rank_a = rank_of(source_[a]);
    const std::uint64_t rank_b = rank_of(source_[b]);
    if (rank_a != rank_b) return rank_a < rank_b ? -1 : 1;
  }
  return newest;
}

std::optional<std::uint32_t> FrameFolder::leader_of(Rows cell) {
  std::optional<std::uint32_t> leader;
  for (const std::uint32_t row : cell) {
    if (plan_.policy.kind == PolicyKind::source && source_[row] != plan_.policy.source) continue;
    if (!leader) {
      leader = row;
      continue;
    }
    const int order = order_of(row, *leader);
    const bool first =
        order < 0 ||
        (order == 0 && goes_before(columns_.row(row), columns_.row(*leader), plan_.policy));
    if (first) leader = row;
  }
  return leader;
}

// Of two plain numbers; empty trailing digits are never stored, but are allowed for.
bool FrameFolder::plainly_meets(std::uint32_t a, std::uint32_t b) const {
  if (scale_[a] == scale_[b]) return value_[a] == value_[b] && value_upper_[a] == value_upper_[b];
  return false;
}

void FrameFolder::find_evidence(Rows cell, std::uint32_t leader) {
  document_ids_.clear();
  root_ids_.clear();
  // A document that cites none at hand is its own root or names it. (Printed
  // bounds that exclude one another would not even meet themselves.)
  if (cell.size() == 1 && (flags_[leader] & (flag::kLow | flag::kHigh)) == 0) {
    document_ids_.push_back(document_[leader]);
    root_ids_.push_back(root_[leader]);
    return;
  }
  const bool plain = std::all_of(cell.begin(), cell.end(), [&](std::uint32_t row) {
    return flags_[row] == flag::kValue && root_[row] == document_[row] &&
           scale_[row] == scale_[leader];
  });
  if (plain) {
    for (const std::uint32_t row : cell) {
      if (!plainly_meets(row, leader)) continue;
      const std::int64_t id = document_[row];
      if (std::find(document_ids_.begin(), document_ids_.end(), id) == document_ids_.end()) {
        document_ids_.push_back(id);
      }
    }
    root_ids_ = document_ids_;
    return;
  }
  std::vector<Row> rows;
  Verdicts verdicts;
  for (const std::uint32_t row : cell) {
    if (row == leader) verdicts.leader = rows.size();
    verdicts.standing.push_back(rows.size());
    rows.push_back(columns_.row(row));
  }
  Evidence evidence = evidence_for(rows, verdicts);
  document_ids_ = std::move(evidence.document_ids);
  root_ids_ = std::move(evidence.root_ids);
}

PeriodTotal& FrameFolder::total_of(KnownPeriod& period, FoldedFrames& out) const {
  if (period.total == SIZE_MAX) {
    period.total = out.totals.size();
    out.totals.emplace_back().period = period.period;
  }
  return out.totals[period.total];
}

bool FrameFolder::fold_cell(Rows cell, KnownPeriod& period, FoldedFrames& out) {
  const auto leads = leader_of(cell);
  if (!leads) return true;
  const std::uint32_t row = *leads;
  const std::int64_t flags = flags_[row];
  if ((flags & (flag::kValue | flag::kLow | flag::kHigh)) == 0) return true;
  const UnitAndCurrency unit(unit_[row], currency_[row]);
  if (!out.unit) out.unit = unit;
  if (*out.unit != unit) return false;
  const bool exact = flags == flag::kValue;
  if (exact && (value_upper_[row] != 0 || scale_[row] > ExactSum::kScaleMax)) return false;

  find_evidence(cell, row);
  const TimeRange published{published_begin_[row], published_begin_[row] + published_length_[row]};
  const auto subject = static_cast<std::uint32_t>(subject_[row]);
  const auto status = static_cast<Status>(status_[row]);
  const auto sequence = static_cast<std::uint64_t>(sequence_[row]);
  if (by_company_) {
    CompanyFigure& figure = out.figures.emplace_back();
    figure = {.subject = subject,
              .source = static_cast<std::uint32_t>(source_[row]),
              .status = status,
              .period = period.period,
              .mantissa = exact ? value_[row] : 0,
              .scale = exact ? static_cast<std::int8_t>(scale_[row]) : std::int8_t{0},
              .published = published,
              .sequence = sequence,
              .documents = static_cast<std::uint32_t>(document_ids_.size()),
              .roots = static_cast<std::uint32_t>(root_ids_.size())};
    if (!exact) {
      figure.interval = static_cast<std::uint32_t>(out.intervals.size());
      out.intervals.push_back(effective(columns_.row(row).value()));
    }
    return true;
  }
  PeriodTotal& total = total_of(period, out);
  if (exact) {
    total.sum.add_exact(value_[row], static_cast<int>(scale_[row]));
  } else if (!total.sum.add(effective(columns_.row(row).value()))) {
    return false;
  }
  total.subjects.insert(subject);
  total.sources.insert(static_cast<std::uint32_t>(source_[row]));
  total.note_published(published);
  ++total.parts;
  total.sequence = std::max(total.sequence, sequence);
  total.statuses |= bit_of(status);
  if (document_ids_.size() == 1 && root_ids_.size() == 1) {
    total.note_evidence(document_ids_[0], root_ids_[0]);
  } else {
    total.note_evidence(document_ids_, root_ids_);
  }
  return true;
}

}  // namespace capexdb::storage
