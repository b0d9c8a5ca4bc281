#include "storage/query/quarters.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>
#include <vector>

namespace capexdb::storage {
namespace {

constexpr int kQuarterDays = 91;
constexpr int kLengthDays = 16;  // that a reported half or year may be shorter or longer

int quarters_in(Every every) {
  switch (every) {
    case Every::half:
      return 2;
    case Every::year:
    case Every::ttm:
      return 4;
    default:
      return 1;
  }
}

std::string quarter_name(Quarter quarter) {
  return std::to_string(quarter / 4) + "-Q" + std::to_string(quarter % 4 + 1);
}

}  // namespace

Period calendar_label(Every every, Quarter last) {
  const Period begin = quarter_span(last - quarters_in(every) + 1);
  return {PeriodKind::span, begin.start, quarter_span(last).end};
}

bool ends_with(Every every, Quarter last) {
  if (every == Every::half) return last % 2 == 1;
  if (every == Every::year) return last % 4 == 3;
  return true;
}

FiscalQuarters::FiscalQuarters(const SpanGraph& graph) {
  std::map<Quarter, std::vector<Days>> candidates;
  const auto& nodes = graph.nodes();
  for (auto start = nodes.begin(); start != nodes.end(); ++start) {
    for (auto end = nodes.lower_bound(start->first + kQuarterDaysMin); end != nodes.end(); ++end) {
      const auto quarter = calendar_quarter({PeriodKind::span, start->first, end->first});
      if (!quarter) break;  // too long, and so are those behind
      candidates[*quarter].push_back({start->first, end->first});
    }
  }
  // Smaller is better: terms (of none that can be derived, many), then distance
  // from 91 days, then the earlier days.
  const auto rank = [&](const Days& days) {
    const auto derived = graph.derive(days.start, days.end);
    const std::size_t terms = derived ? derived->terms.size() : 1000;
    return std::tuple(terms, std::abs(days.end - days.start - kQuarterDays), days.start);
  };
  for (const auto& [quarter, list] : candidates) {
    Days best = list.front();
    if (list.size() > 1) {
      auto best_rank = rank(best);
      for (std::size_t i = 1; i < list.size(); ++i) {
        const auto other = rank(list[i]);
        if (other >= best_rank) continue;
        best_rank = other;
        best = list[i];
      }
    }
    quarters_[quarter] = best;
  }
  for (const KnownSpan& span : graph.spans()) {
    if (span.end - span.start > kQuarterDaysMax) spans_.push_back({span.start, span.end});
  }
  for (const auto& [quarter, days] : quarters_) {
    begins_[days.start] = quarter;
    ends_[days.end] = quarter;
  }
}

std::optional<Slot> FiscalQuarters::quarter(Quarter quarter) const {
  const auto found = quarters_.find(quarter);
  if (found == quarters_.end()) return std::nullopt;
  return Slot{quarter_span(quarter), found->second.start, found->second.end};
}

Slot FiscalQuarters::slot(Every every, Quarter last) const {
  const int count = quarters_in(every);
  const Period label = calendar_label(every, last);
  std::optional<Slot> whole;
  for (Quarter q = last - count + 1; q <= last; ++q) {
    const auto part = quarter(q);
    const bool follows = part && (!whole || whole->end == part->start);
    if (!follows) {
      whole.reset();
      break;
    }
    if (!whole) whole = Slot{label, part->start, part->end};
    whole->end = part->end;
  }
  return whole ? *whole
               : reported(label, count, last).value_or(Slot{label, label.start, label.end});
}

// How far a span is from the length of so many quarters.
int FiscalQuarters::off_by(const Days& days, int count) {
  return std::abs(days.end - days.start - count * kQuarterDays);
}

// A fiscal year is one even if none of its quarters is known.
std::optional<Slot> FiscalQuarters::reported(const Period& label, int count, Quarter last) const {
  std::optional<Days> best;
  for (const Days& days : spans_) {
    if (off_by(days, count) > kLengthDays || quarter_ending(days.end - 1) != last) continue;
    const bool calendar = days.start == label.start && days.end == label.end;
    if (calendar || !best || off_by(days, count) < off_by(*best, count)) best = days;
    if (calendar) break;
  }
  if (!best) return std::nullopt;
  return Slot{label, best->start, best->end};
}

std::vector<Quarter> FiscalQuarters::ends(Every every) const {
  std::vector<Quarter> all;
  if (!quarters_.empty()) all = {quarters_.begin()->first, quarters_.rbegin()->first};
  for (const Days& days : spans_) {
    if (off_by(days, quarters_in(every)) <= kLengthDays) {
      all.push_back(quarter_ending(days.end - 1));
    }
  }
  return all;
}

std::optional<Quarter> FiscalQuarters::first(Every every) const {
  const auto all = ends(every);
  if (all.empty()) return std::nullopt;
  return *std::min_element(all.begin(), all.end());
}

std::optional<Quarter> FiscalQuarters::last(Every every) const {
  const auto all = ends(every);
  if (all.empty()) return std::nullopt;
  return *std::max_element(all.begin(), all.end());
}

std::string FiscalQuarters::name(Day start, Day end) const {
  const auto begin = begins_.find(start);
  const auto last = ends_.find(end);
  if (begin == begins_.end() || last == ends_.end() || begin->second > last->second) {
    return period_to_string({PeriodKind::span, start, end});
  }
  const Quarter from = begin->second;
  const Quarter to = last->second;
  if (from == to) return quarter_name(from);
  const std::string year = std::to_string(from / 4);
  if (from / 4 == to / 4) {
    if (from % 4 == 0 && to % 4 == 3) return year;
    if (from % 4 == 0 && to % 4 == 1) return year + "-H1";
    if (from % 4 == 2 && to % 4 == 3) return year + "-H2";
    if (from % 4 == 0 && to % 4 == 2) return year + "-9M";
  }
  return quarter_name(from) + ".." + quarter_name(to);
}

}  // namespace capexdb::storage
