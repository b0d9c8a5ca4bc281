// What a sum makes of its parts, one number after the other.
#include <algorithm>

#include "proto/model/arithmetic.h"
#include "tests/unit/storage/model_store.h"

namespace capexdb::storage::test {
namespace {

Interval plain(std::int64_t number) {
  return {Decimal(number), Bound{Decimal(number)}, Bound{Decimal(number)}};
}

// The middle one of a sorted list, or those two.
template <class T>
std::pair<T, T> middle(const std::vector<T>& sorted) {
  return {sorted[(sorted.size() - 1) / 2], sorted[sorted.size() / 2]};
}

// Bounds of one side; a missing one is infinite, of equal ones the one that reaches
// further down (of lows) or up (of highs) is the outer one.
using Ends = std::vector<std::optional<Bound>>;

Result<std::optional<Bound>> median_end(Ends ends, bool low) {
  std::sort(ends.begin(), ends.end(), [&](const auto& a, const auto& b) {
    if (!a || !b) return low ? !a && b : a && !b;
    if (a->value != b->value) return a->value < b->value;
    return low ? reach(a->kind) > reach(b->kind) : reach(a->kind) < reach(b->kind);
  });
  const auto [first, second] = middle(ends);
  if (!first || !second) return std::optional<Bound>();
  Interval a;
  Interval b;
  (low ? a.low : a.high) = first;
  (low ? b.low : b.high) = second;
  if (ends.size() % 2 == 1) return first;
  CAPEXDB_ASSIGN(const Interval both, add(a, b));
  CAPEXDB_ASSIGN(const Interval half, mean(both, 2));
  return low ? half.low : half.high;
}

Result<Interval> median_of(const std::vector<Interval>& values) {
  Interval result;
  std::vector<Decimal> points;
  Ends lows;
  Ends highs;
  for (const Interval& value : values) {
    if (value.point) points.push_back(*value.point);
    lows.push_back(value.low);
    highs.push_back(value.high);
    result.approx = result.approx || value.approx;
  }
  if (points.size() == values.size()) {
    std::sort(points.begin(), points.end());
    const auto [first, second] = middle(points);
    Interval both;
    CAPEXDB_ASSIGN(both.point, add(first, second));
    CAPEXDB_ASSIGN(const Interval half, mean(both, 2));
    result.point = points.size() % 2 == 1 ? first : half.point;
  }
  CAPEXDB_ASSIGN(result.low, median_end(lows, true));
  CAPEXDB_ASSIGN(result.high, median_end(highs, false));
  return result;
}

}  // namespace

Result<Interval> folded(Fold fold, const std::vector<Interval>& values) {
  if (fold == Fold::count) return plain(static_cast<std::int64_t>(values.size()));
  if (fold == Fold::median) return median_of(values);
  Interval result = values.front();
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (fold == Fold::min) {
      result = min(result, values[i]);
    } else if (fold == Fold::max) {
      result = max(result, values[i]);
    } else {
      CAPEXDB_ASSIGN(result, add(result, values[i]));
    }
  }
  if (fold == Fold::avg) return mean(result, static_cast<std::int64_t>(values.size()));
  return result;
}

}  // namespace capexdb::storage::test
