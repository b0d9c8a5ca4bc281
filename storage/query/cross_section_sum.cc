#include "storage/query/cross_section_sum.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <map>
#include <tuple>

#include "storage/query/cross_section_read.h"
#include "storage/query/scan.h"
#include "storage/query/shape.h"
#include "storage/query/sum_parts.h"

namespace capexdb::storage {
namespace {

constexpr std::size_t kCompaniesNamed = 10;  // companies of a row that are named

// What a row of the answer says of its parts.
struct RowFacts {
  Period period;
  std::uint32_t subject = 0;  // 0: of all
  Interval value;
  TimeRange newest;
  std::uint64_t sequence = 0;
  std::uint32_t statuses = 0;
  std::size_t parts = 1;
  OrdinalSet sources;
  std::uint32_t documents = 0;
  std::uint32_t roots = 0;
  OrdinalSet subjects;  // where it is of all
  Day earliest = 0;
  Day latest = 0;
};

const IdSet& roots_of(const PeriodTotal& total) {
  return total.roots_apart ? total.roots : total.documents;
}

std::uint32_t union_size(const IdSet& a, const IdSet& b) {
  const IdSet& large = a.size() >= b.size() ? a : b;
  const IdSet& small = a.size() >= b.size() ? b : a;
  std::size_t count = large.size();
  small.for_each([&](std::int64_t id) { count += large.contains(id) ? 0U : 1U; });
  return static_cast<std::uint32_t>(count);
}

// Totals of one period from several places: folded frames, and what the rules let pass.
RowFacts facts_of(std::span<const PeriodTotal* const> totals) {
  RowFacts facts;
  facts.period = totals.front()->period;
  ExactSum sum;
  PeriodTotal times;
  facts.parts = 0;
  for (const PeriodTotal* total : totals) {
    sum.add(total->sum);
    facts.subjects.add(total->subjects);
    facts.sources.add(total->sources);
    times.note_published(total->newest);
    facts.parts += total->parts;
    facts.sequence = std::max(facts.sequence, total->sequence);
    facts.statuses |= total->statuses;
    if (total->earliest != 0) {
      facts.earliest =
          facts.earliest == 0 ? total->earliest : std::min(facts.earliest, total->earliest);
      facts.latest = std::max(facts.latest, total->latest);
    }
  }
  facts.value = sum.value();
  facts.newest = times.newest;
  const PeriodTotal& first = *totals.front();
  if (totals.size() == 1 && first.counted) {
    std::tie(facts.documents, facts.roots) = *first.counted;
  } else if (totals.size() == 1) {
    facts.documents = static_cast<std::uint32_t>(first.documents.size());
    facts.roots = static_cast<std::uint32_t>(roots_of(first).size());
  } else if (totals.size() == 2) {
    facts.documents = union_size(first.documents, totals[1]->documents);
    facts.roots = union_size(roots_of(first), roots_of(*totals[1]));
  } else {
    IdSet documents = first.documents;
    IdSet roots = roots_of(first);
    for (const PeriodTotal* total : totals.subspan(1)) {
      total->documents.for_each([&](std::int64_t id) { documents.insert(id); });
      roots_of(*total).for_each([&](std::int64_t id) { roots.insert(id); });
    }
    facts.documents = static_cast<std::uint32_t>(documents.size());
    facts.roots = static_cast<std::uint32_t>(roots.size());
  }
  return facts;
}

// The ids of the plan's companies in order of text.
class Names {
 public:
  Names(const Plan& plan, const Catalogue& catalogue) {
    names_.reserve(plan.subjects.size());
    for (const std::uint32_t subject : plan.subjects) {
      names_.emplace_back(catalogue.text(NameKind::party, subject), subject);
    }
  }
  // "sum of a + b + 7 more".
  std::string sum_of(const OrdinalSet& subjects, std::size_t count) {
    std::string text = "sum of ";
    std::size_t named = 0;
    for (std::size_t i = 0; i < names_.size() && named < kCompaniesNamed && named < count; ++i) {
      if (i == sorted_) sort_more();
      if (!subjects.contains(names_[i].second)) continue;
      text += (named++ == 0 ? "" : " + ") + names_[i].first;
    }
    if (count > named) text += " + " + std::to_string(count - named) + " more";
    return text;
  }

 private:
  // Few are needed as a rule.
  void sort_more() {
    const std::size_t to = std::min(names_.size(), std::max<std::size_t>(64, sorted_ * 8));
    const auto at = [&](std::size_t i) { return names_.begin() + static_cast<std::ptrdiff_t>(i); };
    std::partial_sort(at(sorted_), at(to), names_.end());
    sorted_ = to;
  }
  std::vector<std::pair<std::string, std::uint32_t>> names_;
  std::size_t sorted_ = 0;
};

class AnswerMaker {
 public:
  AnswerMaker(const Plan& plan, const Catalogue& catalogue, UnitAndCurrency unit)
      : plan_(plan), catalogue_(catalogue), names_(plan, catalogue) {
    common_.metric = plan.metric_entry.id;
    common_.unit = catalogue.text(NameKind::unit, static_cast<std::uint32_t>(unit.first));
    common_.currency = currency_letters(unit.second);
    common_.measure = plan.measure;
    asked_ = asked_text(plan, catalogue);
  }

  AnswerRow row_of(const RowFacts& facts) {
    AnswerRow row = common_;
    const std::size_t companies = facts.subject != 0 ? 1 : facts.subjects.size();
    row.company = facts.subject != 0 ? catalogue_.text(NameKind::party, facts.subject) : asked_;
    row.period = period_to_string(facts.period);
    row.start = period_start_text(facts.period);
    row.end = period_end_text(facts.period);
    row.value = facts.value;
    // The weakest of the parts.
    if (facts.statuses != 0) row.status = static_cast<Status>(std::bit_width(facts.statuses) - 1);
    const std::size_t sources = facts.sources.size();
    row.source = sources == 1 ? catalogue_.text(NameKind::source, facts.sources.front())
                              : std::to_string(sources) + " sources";
    row.published_at = time_range_to_string(facts.newest);
    row.sequence = facts.sequence;
    row.documents = facts.documents;
    row.roots = facts.roots;
    if (facts.parts == 1) {
      row.derivation = "reported";
    } else {
      row.derivation =
          facts.subject != 0 ? "sum of " + row.company : names_.sum_of(facts.subjects, companies);
    }
    if (facts.subject == 0 && companies < plan_.subjects.size()) {
      row.reason = "incomplete: " + std::to_string(companies) + " of " +
                   std::to_string(plan_.subjects.size()) + " companies";
    } else if (!row.value.has_number()) {
      row.reason = "the parts are bounded on different sides; their sum is not";
    }
    return row;
  }

 private:
  const Plan& plan_;
  const Catalogue& catalogue_;
  Names names_;
  AnswerRow common_;
  std::string asked_;
};

// Parts that the rules let pass, by period, and by company where those are listed.
using Extras = std::map<std::pair<Period, std::uint32_t>, PeriodTotal>;

// False where a part does not fit the others.
bool add_parts(const std::vector<SumPart>& parts, bool by_company,
               std::optional<UnitAndCurrency>& unit, Extras& extras) {
  for (const SumPart& part : parts) {
    const Row& row = part.cell.leader;
    const UnitAndCurrency own(row[Column::unit], row[Column::currency]);
    if (!unit) unit = own;
    // Folded figures of another bucket might have to give way to it.
    if (*unit != own || frame_bucket(part.period) != frame_bucket(row.period())) return false;
    PeriodTotal& total =
        extras[{part.period, by_company ? row.ordinal(Column::subject) : std::uint32_t{0}}];
    total.period = part.period;
    if (!total.sum.add(effective(row.value()))) return false;
    total.note(row);
    total.note_evidence(part.cell.document_ids, part.cell.root_ids);
    if (const Period period = row.period(); period.kind == PeriodKind::instant) {
      total.earliest = total.earliest == 0 ? period.start : std::min(total.earliest, period.start);
      total.latest = std::max(total.latest, period.start);
    }
  }
  return true;
}

// Who has a figure in every period, and who has not.
Coverage coverage_of(const std::map<Period, OrdinalSet>& covered, const Plan& plan,
                     const Catalogue& catalogue) {
  Coverage coverage;
  OrdinalSet everywhere = covered.begin()->second;
  for (const auto& [period, subjects] : covered) everywhere.keep(subjects);
  coverage.of = static_cast<std::uint32_t>(plan.subjects.size());
  coverage.reported = static_cast<std::uint32_t>(everywhere.size());
  if (plan.everyone) return coverage;
  for (const std::uint32_t subject : plan.subjects) {
    if (!everywhere.contains(subject)) {
      coverage.missing.push_back(catalogue.text(NameKind::party, subject));
    }
  }
  return coverage;
}

std::vector<RowFacts> rows_by_period(std::span<const PeriodTotal* const> folded,
                                     const Extras& extras) {
  std::map<Period, std::vector<const PeriodTotal*>> totals;
  for (const PeriodTotal* total : folded) totals[total->period].push_back(total);
  for (const auto& [key, total] : extras) totals[key.first].push_back(&total);
  std::vector<RowFacts> rows;
  for (const auto& [period, list] : totals) rows.push_back(facts_of(list));
  return rows;
}

using Covered = std::map<Period, OrdinalSet>;

// A company's figure with the frames that hold its value.
struct HeldFigure {
  const CompanyFigure* figure;
  const FoldedFrames* frames;
};

// Who has a figure in which period.
Covered covered_of(std::span<const HeldFigure> figures, const Extras& extras) {
  Covered covered;
  OrdinalSet* last = nullptr;
  Period last_period;
  for (const HeldFigure& held : figures) {
    if (last == nullptr || held.figure->period != last_period) {
      last_period = held.figure->period;
      last = &covered[last_period];
    }
    last->insert(held.figure->subject);
  }
  for (const auto& [key, total] : extras) covered[key.first].insert(key.second);
  return covered;
}

// Of the figures those that may be among the plan.top largest of their periods:
// keep_largest() decides between equal ones by name.
std::vector<HeldFigure> largest_of(const std::vector<HeldFigure>& figures, const Plan& plan) {
  std::map<Period, std::vector<Decimal>> sizes;
  std::vector<Interval> values;
  values.reserve(figures.size());
  for (const HeldFigure& held : figures) {
    const Interval& value = values.emplace_back(held.frames->value_of(*held.figure));
    if (value.has_number()) sizes[held.figure->period].push_back(size_of(value));
  }
  for (auto& [period, list] : sizes) {
    if (list.size() < plan.top) continue;
    std::nth_element(list.begin(), list.begin() + plan.top - 1, list.end(), std::greater<>());
    list.resize(plan.top);
  }
  std::vector<HeldFigure> kept;
  for (std::size_t i = 0; i < figures.size(); ++i) {
    if (!values[i].has_number()) continue;
    const auto& list = sizes[figures[i].figure->period];
    if (list.size() < plan.top || size_of(values[i]) >= list[plan.top - 1]) {
      kept.push_back(figures[i]);
    }
  }
  return kept;
}

// In order of period and company id.
std::vector<RowFacts> rows_by_company(std::span<const HeldFigure> figures, const Extras& extras,
                                      const Catalogue& catalogue) {
  std::vector<RowFacts> rows;
  rows.reserve(figures.size() + extras.size());
  for (const auto& [held, frames] : figures) {
    const CompanyFigure& figure = *held;
    RowFacts& facts = rows.emplace_back();
    facts.period = figure.period;
    facts.subject = figure.subject;
    facts.value = frames->value_of(figure);
    if (figure.published.end > 0) facts.newest = figure.published;
    facts.sequence = figure.sequence;
    facts.statuses = 1U << static_cast<unsigned>(figure.status);
    facts.sources.insert(figure.source);
    facts.documents = figure.documents;
    facts.roots = figure.roots;
  }
  for (const auto& [key, total] : extras) {
    const PeriodTotal* const list[] = {&total};
    rows.push_back(facts_of(list));
    rows.back().subject = key.second;
  }
  std::map<std::uint32_t, std::string> names;
  for (const RowFacts& row : rows) {
    const auto [at, is_new] = names.try_emplace(row.subject);
    if (is_new) at->second = catalogue.text(NameKind::party, row.subject);
  }
  std::vector<std::pair<std::string, std::uint32_t>> sorted;
  for (auto& [subject, name] : names) sorted.emplace_back(std::move(name), subject);
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::uint32_t> place(names.empty() ? 0 : names.rbegin()->first + 1);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    place[sorted[i].second] = static_cast<std::uint32_t>(i);
  }
  std::sort(rows.begin(), rows.end(), [&](const RowFacts& a, const RowFacts& b) {
    return std::tie(a.period, place[a.subject]) < std::tie(b.period, place[b.subject]);
  });
  return rows;
}

// The cells of those that others were merged into, whom frames leave out. True
// where levels may follow from a growth among them.
Result<bool> add_merged(const ReadView& view, const Plan& plan, const Catalogue& catalogue,
                        const QueryLimits& limits, std::vector<ResolvedCell>& cells) {
  if (!plan.merged) return false;
  Plan merged = plan;
  std::erase_if(merged.subjects, [&](std::uint32_t party) { return !plan.is_merged(party); });
  bool grows = false;
  CAPEXDB_TRY(scan_histories(view, merged, catalogue, limits,
                             [&](std::span<const Row> cell) -> Result<void> {
                               if (!plan.wants(cell.front().measure())) {
                                 grows = true;
                               } else if (auto resolved = resolve_cell(cell, plan)) {
                                 cells.push_back(std::move(*resolved));
                               }
                               return {};
                             }));
  return grows;
}

}  // namespace

bool is_cross_section_sum(const Plan& plan) {
  const bool listed = std::all_of(plan.by.begin(), plan.by.end(), [](Dimension d) {
    return d == Dimension::period || d == Dimension::company;
  });
  return plan.kind == QueryKind::sum && plan.every == Every::reported && plan.measure && listed &&
         plan.lists(Dimension::period) && plan.fold == Fold::sum && plan.growth == Growth::none &&
         !plan.cumulative && plan.currency.empty() && !plan.explain && plan.memberships.empty();
}

Result<std::optional<SumAnswer>> cross_section_sum(const ReadView& view, const Plan& plan,
                                                   const Catalogue& catalogue,
                                                   const QueryLimits& limits,
                                                   CrossSectionCache* cache) {
  HeldMemory held(limits);
  CAPEXDB_ASSIGN(const auto buckets,
                 read_cross_sections(view, plan, catalogue, limits, cache, held));
  std::optional<UnitAndCurrency> unit;
  std::vector<const PeriodTotal*> totals;
  std::vector<HeldFigure> figures;
  std::vector<ResolvedCell> cells;
  const auto is_asked = [&](const Period& period) {
    return plan.covers(period) && sum_period(period, plan) == period;
  };
  for (const auto& bucket : buckets) {
    if (!bucket->foldable || (plan.implied && bucket->grows)) return std::optional<SumAnswer>();
    if (!unit) unit = bucket->unit;
    if (bucket->unit && *bucket->unit != *unit) return std::optional<SumAnswer>();
    // What is kept knows nothing of the periods that are asked for.
    for (const PeriodTotal& total : bucket->totals) {
      if (is_asked(total.period)) totals.push_back(&total);
    }
    Period last;
    bool last_asked = false;
    for (const CompanyFigure& figure : bucket->figures) {
      if (&figure == &bucket->figures.front() || figure.period != last) {
        last = figure.period;
        last_asked = is_asked(last);
      }
      if (last_asked) figures.push_back({&figure, bucket.get()});
    }
    CAPEXDB_TRY(held.add(bucket->figures.size() * sizeof(HeldFigure)));
    if (figures.size() > kCrossSectionFiguresMax) return std::optional<SumAnswer>();
    for (const ResolvedCell& cell : bucket->cells) {
      if (plan.covers(cell.leader.period())) cells.push_back(cell);
    }
  }

  CAPEXDB_ASSIGN(const bool grows, add_merged(view, plan, catalogue, limits, cells));
  if (grows) return std::optional<SumAnswer>();
  SumAnswer answer;
  keep_best_definitions(cells, plan, catalogue);
  CAPEXDB_ASSIGN(const std::vector<SumPart> parts,
                 sum_parts(std::move(cells), plan, catalogue, limits, answer.notes));
  const bool by_company = plan.lists(Dimension::company);
  Extras extras;
  if (!add_parts(parts, by_company, unit, extras)) return std::optional<SumAnswer>();
  std::vector<RowFacts> rows;
  Covered covered;
  if (by_company) {
    covered = covered_of(figures, extras);
    // Shares are of all of them.
    if (plan.top != 0 && !plan.share) figures = largest_of(figures, plan);
    rows = rows_by_company(figures, extras, catalogue);
  } else {
    rows = rows_by_period(totals, extras);
    for (const RowFacts& facts : rows) covered[facts.period] = facts.subjects;
  }
  if (rows.empty()) return std::optional<SumAnswer>();
  answer.coverage = coverage_of(covered, plan, catalogue);
  AnswerMaker maker(plan, catalogue, *unit);
  std::size_t incomplete = 0;
  for (const RowFacts& facts : rows) {
    AnswerRow row = maker.row_of(facts);
    if (row.reason.starts_with("incomplete")) ++incomplete;
    if (facts.earliest != facts.latest) {
      answer.notes.push_back(row.period + ": stocks of different days are put together, " +
                             date_to_string(facts.earliest) + " to " +
                             date_to_string(facts.latest));
    }
    Figure& figure = answer.figures.emplace_back();
    figure.period = facts.period;
    figure.row = std::move(row);
  }
  if (incomplete > 0 && !plan.everyone) {
    answer.notes.push_back(std::to_string(incomplete) + " of " +
                           std::to_string(answer.figures.size()) +
                           " rows are incomplete: not every company has a figure");
  }
  return std::optional(std::move(answer));
}

}  // namespace capexdb::storage
