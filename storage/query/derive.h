// Figures that nobody stated, out of those that somebody did: known spans are
// added and subtracted until exactly the wanted days are left. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "proto/model/interval.h"
#include "proto/model/period.h"

namespace capexdb::storage {

// A figure for the days [start, end), of one series: one subject, metric,
// dimensions, unit and definition.
struct KnownSpan {
  Day start = 0;
  Day end = 0;
  Interval value;  // effective
  // Seconds: when this value was last said, and, where another one was said
  // before it, when it took its place.
  std::int64_t last_stated = 0;
  std::optional<std::int64_t> restated;
};

struct Term {
  std::size_t span = 0;  // index
  bool added = true;     // else subtracted
};

struct Derivation {
  std::vector<Term> terms;  // in the order of the path; one term: reported as such
  Interval value;
  // One of the figures was restated and another one is of before that: together
  // they may mean nothing.
  bool mixes_vintages = false;
};

// Whether what `restated` says now is later news than `other` knows of: it was
// restated, and `other` has not been said since, nor was it restated within the
// year before, when the figures of one year are restated one after another.
bool is_of_before(const KnownSpan& other, const KnownSpan& restated);

// The days are nodes and each known span is an edge: a derivation is a path.
class SpanGraph {
 public:
  // At most one span for each pair of days.
  explicit SpanGraph(std::vector<KnownSpan> spans);

  // The derivation of one vintage with the fewest terms; one that mixes
  // vintages only where nothing else is found within two more terms. Of
  // several, the narrowest value, then the earliest spans. Empty where the
  // spans do not add up, or not to a number. A span in `without` is not used.
  std::optional<Derivation> derive(Day start, Day end,
                                   std::optional<std::size_t> without = {}) const;

  const std::vector<KnownSpan>& spans() const { return spans_; }
  // Every first day, and every day behind a last one.
  const std::map<Day, std::vector<Term>>& nodes() const { return nodes_; }
  // Whether a span has a day in [start, end).
  bool touches(Day start, Day end) const;

 private:
  struct Search;
  bool mixes_vintages(const std::vector<Term>& terms) const;
  std::optional<Interval> value_of(const std::vector<Term>& terms) const;

  std::vector<KnownSpan> spans_;
  std::map<Day, std::vector<Term>> nodes_;  // the edges that leave a day
};

}  // namespace capexdb::storage
