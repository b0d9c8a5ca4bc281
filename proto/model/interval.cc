#include "proto/model/interval.h"

#include <algorithm>

namespace capexdb {
namespace {

Result<std::optional<Bound>> add_ends(const std::optional<Bound>& a,
                                      const std::optional<Bound>& b) {
  if (!a || !b) return std::optional<Bound>{};
  CAPEXDB_ASSIGN(const Decimal sum, add(a->value, b->value));
  return std::optional<Bound>(Bound{sum, std::max(a->kind, b->kind)});
}

bool below(const std::optional<Bound>& high, const std::optional<Bound>& low) {
  if (!high || !low) return false;
  if (high->value != low->value) return high->value < low->value;
  return high->kind == BoundKind::open || low->kind == BoundKind::open;
}

}  // namespace

Interval effective(const Interval& stated) {
  Interval result = stated;
  if (!stated.point || stated.low || stated.high) return result;
  if (stated.stated_decimals) {
    if (const auto half = half_unit(*stated.stated_decimals)) {
      const auto low = subtract(*stated.point, *half);
      const auto high = add(*stated.point, *half);
      if (low && high) {
        result.low = Bound{*low};
        result.high = Bound{*high};
        return result;
      }
    }
  }
  if (!stated.approx) {
    result.low = Bound{*stated.point};
    result.high = Bound{*stated.point};
  }
  return result;
}

Result<Interval> add(const Interval& a, const Interval& b) {
  Interval sum;
  if (a.point && b.point) {
    CAPEXDB_ASSIGN(sum.point, add(*a.point, *b.point));
  }
  CAPEXDB_ASSIGN(sum.low, add_ends(a.low, b.low));
  CAPEXDB_ASSIGN(sum.high, add_ends(a.high, b.high));
  sum.approx = a.approx || b.approx;
  return sum;
}

bool meet(const Interval& a, const Interval& b) {
  return !below(a.high, b.low) && !below(b.high, a.low);
}

bool narrower(const Interval& a, const Interval& b) {
  const auto width = [](const Interval& i) -> std::optional<Decimal> {
    if (!i.low || !i.high) return std::nullopt;
    const auto w = subtract(i.high->value, i.low->value);
    return w ? std::optional<Decimal>(*w) : std::nullopt;
  };
  const auto wa = width(a);
  const auto wb = width(b);
  if (!wa || !wb) return wa.has_value() && !wb.has_value();
  return *wa < *wb;
}

}  // namespace capexdb
