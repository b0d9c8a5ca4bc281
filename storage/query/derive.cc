#include "storage/query/derive.h"

#include <algorithm>
#include <tuple>

namespace capexdb::storage {
namespace {

constexpr std::size_t kTermsMax = 12;       // a year out of its months
constexpr std::size_t kStepsMax = 20'000;   // of one search; a bound on work, not on answers met
constexpr std::size_t kMixedTermsMore = 2;  // that a derivation of one vintage may cost
constexpr std::int64_t kRestatingSeconds = std::int64_t{366} * 86'400;

}  // namespace

SpanGraph::SpanGraph(std::vector<KnownSpan> spans) : spans_(std::move(spans)) {
  std::sort(spans_.begin(), spans_.end(), [](const KnownSpan& a, const KnownSpan& b) {
    return std::tie(a.start, a.end) < std::tie(b.start, b.end);
  });
  for (std::size_t i = 0; i < spans_.size(); ++i) {
    nodes_[spans_[i].start].push_back({i, true});
    nodes_[spans_[i].end].push_back({i, false});
  }
}

bool SpanGraph::touches(Day start, Day end) const {
  return std::any_of(spans_.begin(), spans_.end(),
                     [&](const KnownSpan& s) { return s.start < end && s.end > start; });
}

bool is_of_before(const KnownSpan& other, const KnownSpan& restated) {
  if (!restated.restated || other.last_stated >= *restated.restated) return false;
  return !other.restated || *other.restated < *restated.restated - kRestatingSeconds;
}

bool SpanGraph::mixes_vintages(const std::vector<Term>& terms) const {
  return std::any_of(terms.begin(), terms.end(), [&](const Term& changed) {
    return std::any_of(terms.begin(), terms.end(), [&](const Term& other) {
      return is_of_before(spans_[other.span], spans_[changed.span]);
    });
  });
}

std::optional<Interval> SpanGraph::value_of(const std::vector<Term>& terms) const {
  Interval sum = spans_[terms.front().span].value;
  if (!terms.front().added) sum = negate(sum);
  for (std::size_t i = 1; i < terms.size(); ++i) {
    const Interval& next = spans_[terms[i].span].value;
    const auto total = terms[i].added ? add(sum, next) : subtract(sum, next);
    if (!total) return std::nullopt;
    sum = *total;
  }
  if (!sum.has_number()) return std::nullopt;
  return sum;
}

// Paths of one length, depth first.
struct SpanGraph::Search {
  const SpanGraph& graph;
  Day goal;
  std::optional<std::size_t> without;
  std::size_t steps = 0;
  std::vector<Term> path;
  std::vector<Day> met;
  std::optional<Derivation> pure;
  std::optional<Derivation> mixed;

  void visit(Day day, std::size_t terms_left) {
    if (++steps > kStepsMax) return;
    if (terms_left == 0) {
      if (day == goal) arrive();
      return;
    }
    if (day == goal) return;  // a shorter path, which an earlier round has met
    const auto node = graph.nodes_.find(day);
    if (node == graph.nodes_.end()) return;
    met.push_back(day);
    for (const Term& term : node->second) {
      if (term.span == without) continue;
      const KnownSpan& span = graph.spans_[term.span];
      const Day next = term.added ? span.end : span.start;
      if (std::find(met.begin(), met.end(), next) != met.end()) continue;
      path.push_back(term);
      visit(next, terms_left - 1);
      path.pop_back();
    }
    met.pop_back();
  }

  void arrive() {
    const auto value = graph.value_of(path);
    if (!value) return;
    const bool mixes = graph.mixes_vintages(path);
    auto& best = mixes ? mixed : pure;
    if (!best || narrower(*value, best->value)) best = Derivation{path, *value, mixes};
  }
};

std::optional<Derivation> SpanGraph::derive(Day start, Day end,
                                            std::optional<std::size_t> without) const {
  Search search{*this, end, without, 0, {}, {}, {}, {}};
  std::size_t terms_max = kTermsMax;
  for (std::size_t terms = 1; terms <= terms_max; ++terms) {
    search.visit(start, terms);
    if (search.pure) return search.pure;
    if (search.mixed) terms_max = std::min(terms_max, search.mixed->terms.size() + kMixedTermsMore);
  }
  return search.mixed;
}

}  // namespace capexdb::storage
