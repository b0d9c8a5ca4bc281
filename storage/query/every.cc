#include "storage/query/every.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "storage/query/quarters.h"

namespace capexdb::storage {
namespace {

constexpr Quarter kQuartersMax = 1000;
constexpr std::size_t kImpliedRank = 1'000'000;

// What is derived together.
struct SeriesKey {
  std::int64_t product;
  std::int64_t counterparties;
  std::int64_t measure;
  std::int64_t unit;
  std::int64_t currency;

  friend auto operator<=>(const SeriesKey&, const SeriesKey&) = default;
};

// One definition of one series: its reported cells by their days, sorted.
class Reported {
 public:
  explicit Reported(std::vector<const ResolvedCell*> cells) : cells_(sorted(std::move(cells))) {
    std::vector<KnownSpan> spans;
    for (const ResolvedCell* cell : cells_) {
      const Period period = cell->leader.period();
      spans.push_back({period.start, period.end, effective(cell->leader.value()), cell->last_stated,
                       cell->restated});
    }
    graph_ = SpanGraph(std::move(spans));
    quarters_ = FiscalQuarters(graph_);
  }

  const FiscalQuarters& quarters() const { return quarters_; }
  bool touches(const Slot& slot) const { return graph_.touches(slot.start, slot.end); }

  std::optional<ResolvedCell> cell_for(const Slot& slot, std::string& conflict) const {
    const auto derived = graph_.derive(slot.start, slot.end);
    if (!derived) return std::nullopt;
    ResolvedCell cell = *cells_[derived->terms.front().span];
    cell.label = slot.label;
    if (derived->terms.size() == 1) {
      note_conflict(slot, *derived, conflict);
      return cell;
    }
    for (std::size_t i = 1; i < derived->terms.size(); ++i) {
      join(cell, *cells_[derived->terms[i].span]);
    }
    cell.leader.set_period({PeriodKind::span, slot.start, slot.end});
    if (!cell.leader.replace_value(derived->value)) return std::nullopt;
    cell.derivation = formula(slot, *derived);
    if (derived->mixes_vintages) cell.reason = vintages(*derived);
    return cell;
  }

 private:
  static std::vector<const ResolvedCell*> sorted(std::vector<const ResolvedCell*> cells) {
    const auto days = [](const ResolvedCell* c) {
      return std::pair(c->leader[Column::period_start], c->leader[Column::period_end]);
    };
    std::sort(cells.begin(), cells.end(),
              [&](const auto* a, const auto* b) { return days(a) < days(b); });
    return cells;
  }

  std::string name(const KnownSpan& span) const { return quarters_.name(span.start, span.end); }

  std::string formula(const Slot& slot, const Derivation& derived) const {
    std::string text = quarters_.name(slot.start, slot.end) + " =";
    bool first = true;
    // What is added first, for people.
    for (const bool added : {true, false}) {
      for (const Term& term : derived.terms) {
        if (term.added != added) continue;
        text += first ? (added ? " " : " -") : (added ? " + " : " - ");
        text += name(graph_.spans()[term.span]);
        first = false;
      }
    }
    return derived.mixes_vintages ? text + " (mixed vintages)" : text;
  }

  std::string vintages(const Derivation& derived) const {
    std::string restated;
    std::string older;
    for (const Term& term : derived.terms) {
      const KnownSpan& span = graph_.spans()[term.span];
      const auto day = [](std::int64_t seconds) {
        return date_to_string(static_cast<Day>((seconds - 1) / 86'400));
      };
      const bool is_older = std::any_of(
          derived.terms.begin(), derived.terms.end(),
          [&](const Term& changed) { return is_of_before(span, graph_.spans()[changed.span]); });
      if (span.restated && !is_older) {
        restated +=
            (restated.empty() ? "" : ", ") + name(span) + " was restated by " + day(*span.restated);
      } else {
        older += (older.empty() ? "" : ", ") + name(span) + " was last stated by " +
                 day(span.last_stated);
      }
    }
    return "mixes vintages: " + restated + "; " + older;
  }

  // A direct report beats a derivation; that they disagree must be said.
  void note_conflict(const Slot& slot, const Derivation& direct, std::string& conflict) const {
    const auto other = graph_.derive(slot.start, slot.end, direct.terms.front().span);
    if (!other || other->terms.size() > 3 || other->mixes_vintages) return;
    if (meet(direct.value, other->value)) return;
    conflict =
        formula(slot, *other) + " gives " +
        (other->value.point ? other->value.point->to_string() : bounds_to_string(other->value));
  }

  std::vector<const ResolvedCell*> cells_;
  SpanGraph graph_{std::vector<KnownSpan>{}};
  FiscalQuarters quarters_{graph_};
};

// The quarters with which the asked-for periods end.
struct QuarterRange {
  Quarter first;
  Quarter last;
};

Quarter quarter_of_day(Day day) {
  const Civil c = civil_from_day(day);
  return c.year * 4 + (c.month - 1) / 3;
}

// All definitions of one series; the first one that covers a period answers.
class FlowSeries {
 public:
  FlowSeries(const std::vector<const ResolvedCell*>& cells, const Plan& plan,
             const Catalogue& catalogue)
      : every_(plan.every) {
    std::map<std::pair<std::size_t, std::string>, std::vector<const ResolvedCell*>> by_definition;
    for (const ResolvedCell* cell : cells) {
      const std::string name = definition_of(cell->leader, catalogue);
      // What only follows from a growth goes behind all that was stated.
      const std::size_t rank = definition_rank(name, plan) + (cell->implied ? kImpliedRank : 0);
      by_definition[{rank, name}].push_back(cell);
    }
    for (auto& [definition, list] : by_definition) definitions_.emplace_back(std::move(list));
  }

  void widen(std::optional<QuarterRange>& range) const {
    for (const Reported& reported : definitions_) {
      const auto first = reported.quarters().first(every_);
      const auto last = reported.quarters().last(every_);
      if (!first || !last) continue;
      if (!range) range = QuarterRange{*first, *last};
      range->first = std::min(range->first, *first);
      range->last = std::max(range->last, *last);
    }
  }
  std::optional<ResolvedCell> cell_for(Quarter last, std::string& conflict) const {
    for (const Reported& reported : definitions_) {
      const Slot slot = reported.quarters().slot(every_, last);
      if (auto cell = reported.cell_for(slot, conflict)) return cell;
    }
    return std::nullopt;
  }
  bool touches(Quarter last) const {
    return std::any_of(definitions_.begin(), definitions_.end(), [&](const Reported& reported) {
      return reported.touches(reported.quarters().slot(every_, last));
    });
  }

 private:
  Every every_;
  std::vector<Reported> definitions_;
};

// The last instant of each quarter; a period's stock is that of its last quarter.
class StockSeries {
 public:
  StockSeries(const std::vector<const ResolvedCell*>& cells, const Plan& plan,
              const Catalogue& catalogue) {
    const auto rank = [&](const ResolvedCell* cell) {
      const std::string name = definition_of(cell->leader, catalogue);
      return std::tuple(-cell->leader[Column::period_start], definition_rank(name, plan), name);
    };
    for (const ResolvedCell* cell : cells) {
      const auto [at, is_new] =
          last_.try_emplace(quarter_ending(cell->leader.period().start), cell);
      if (!is_new && rank(cell) < rank(at->second)) at->second = cell;
    }
  }

  void widen(std::optional<QuarterRange>& range) const {
    if (last_.empty()) return;
    if (!range) range = QuarterRange{last_.begin()->first, last_.begin()->first};
    range->first = std::min(range->first, last_.begin()->first);
    range->last = std::max(range->last, last_.rbegin()->first);
  }
  std::optional<ResolvedCell> cell_for(Quarter last, std::string& /*conflict*/) const {
    const auto found = last_.find(last);
    if (found == last_.end()) return std::nullopt;
    return *found->second;
  }
  bool touches(Quarter /*last*/) const { return false; }

 private:
  std::map<Quarter, const ResolvedCell*> last_;
};

PeriodKind answering_kind(const Plan& plan) {
  return plan.metric_entry.aggregation == Aggregation::stock ? PeriodKind::instant
                                                             : PeriodKind::span;
}

// The quarters that the question names; empty where one side is open.
std::optional<QuarterRange> asked_quarters(const PeriodRange& asked) {
  if (!asked.start || !asked.end) return std::nullopt;
  return QuarterRange{quarter_of_day(*asked.start), quarter_of_day(*asked.end - 1)};
}

bool inside(const PeriodRange& asked, const Period& label) {
  return (!asked.start || label.start >= *asked.start) && (!asked.end || label.end <= *asked.end);
}

// `kind` is that of periods which could have answered.
std::string why_absent(bool touched, std::int64_t subject, const Period& label, PeriodKind kind,
                       const ScanReport& report) {
  const auto among = [&](const ScanReport::Periods& periods) {
    const auto found = periods.find(subject);
    return found != periods.end() &&
           std::any_of(found->second.begin(), found->second.end(), [&](const Period& p) {
             return p.kind == kind && p.start < label.end && p.end > label.start;
           });
  };
  if (among(report.later)) return "not yet published";
  if (among(report.withdrawn)) return "withdrawn";
  if (touched) return "incomplete: what is reported does not add up to these days";
  return "never reported";
}

// Of one company: every series of it, period by period.
template <class OneSeries>
class Company {
 public:
  Company(std::int64_t subject, const std::vector<const ResolvedCell*>& cells, const Plan& plan,
          const Catalogue& catalogue)
      : subject_(subject), plan_(plan) {
    std::map<SeriesKey, std::vector<const ResolvedCell*>> lists;
    for (const ResolvedCell* cell : cells) {
      const Row& r = cell->leader;
      lists[{r[Column::product], r[Column::counterparties], r[Column::measure], r[Column::unit],
             r[Column::currency]}]
          .push_back(cell);
    }
    for (const auto& [key, list] : lists) series_.emplace_back(list, plan, catalogue);
  }

  Result<void> answer(const Catalogue& catalogue, const ScanReport& report,
                      EveryAnswer& out) const {
    std::optional<QuarterRange> range = asked_quarters(plan_.asked_range);
    if (!range) {
      for (const OneSeries& series : series_) series.widen(range);
    }
    if (!range) return {};
    if (range->last - range->first > kQuartersMax) {
      return fail(Error{Errc::invalid_argument,
                        "more than " + std::to_string(kQuartersMax / 4) +
                            " years are asked for; narrow the periods",
                        "periods", "too_many_periods"});
    }
    for (Quarter last = range->first; last <= range->last; ++last) {
      const Period label = calendar_label(plan_.every, last);
      const bool wanted = plan_.every == Every::ttm
                              ? inside(plan_.asked_range, quarter_span(last))
                              : ends_with(plan_.every, last) && inside(plan_.asked_range, label);
      if (wanted) answer_one(last, label, catalogue, report, out);
    }
    return {};
  }

 private:
  void answer_one(Quarter last, const Period& label, const Catalogue& catalogue,
                  const ScanReport& report, EveryAnswer& out) const {
    bool found = false;
    for (const OneSeries& series : series_) {
      std::string conflict;
      auto cell = series.cell_for(last, conflict);
      if (!cell) continue;
      found = true;
      cell->label = label;
      if (!conflict.empty()) {
        cell->note = catalogue.text(NameKind::party, cell->leader.ordinal(Column::subject)) + " " +
                     period_to_string(label) + ": a figure is reported, but " + conflict;
      }
      out.cells.push_back(std::move(*cell));
    }
    if (found) return;
    const bool touched = std::any_of(series_.begin(), series_.end(),
                                     [last](const OneSeries& s) { return s.touches(last); });
    out.absent.push_back(
        {subject_, label, why_absent(touched, subject_, label, answering_kind(plan_), report)});
  }

  std::int64_t subject_;
  const Plan& plan_;
  std::vector<OneSeries> series_;
};

}  // namespace

Result<EveryAnswer> every_period(const std::vector<ResolvedCell>& cells, const Plan& plan,
                                 const Catalogue& catalogue, const QueryLimits& limits,
                                 const ScanReport& report) {
  const bool stock = plan.metric_entry.aggregation == Aggregation::stock;
  std::map<std::int64_t, std::vector<const ResolvedCell*>> by_subject;
  for (const std::uint32_t subject : plan.subjects) by_subject[subject];
  for (const ResolvedCell& cell : cells) {
    const PeriodKind kind = cell.leader.period().kind;
    const bool fits = kind == answering_kind(plan);
    if (!fits || !cell.leader.value().has_number()) continue;
    by_subject[cell.leader[Column::subject]].push_back(&cell);
  }
  EveryAnswer out;
  for (const auto& [subject, list] : by_subject) {
    CAPEXDB_TRY(check_limits(limits));
    if (stock) {
      CAPEXDB_TRY(
          Company<StockSeries>(subject, list, plan, catalogue).answer(catalogue, report, out));
    } else {
      CAPEXDB_TRY(
          Company<FlowSeries>(subject, list, plan, catalogue).answer(catalogue, report, out));
    }
  }
  return out;
}

}  // namespace capexdb::storage
