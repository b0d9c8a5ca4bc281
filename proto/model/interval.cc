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

enum class Side : std::uint8_t { low, high };

// Whether `a` lies further out than `b`; a missing bound is infinite.
bool reaches_further(const std::optional<Bound>& a, const std::optional<Bound>& b, Side side) {
  if (!a || !b) return !a;
  if (a->value != b->value) return (a->value < b->value) == (side == Side::low);
  return reach(a->kind) > reach(b->kind);
}

std::optional<Bound> outer(const std::optional<Bound>& a, const std::optional<Bound>& b,
                           Side side) {
  return reaches_further(b, a, side) ? b : a;
}

std::optional<Bound> inner(const std::optional<Bound>& a, const std::optional<Bound>& b,
                           Side side) {
  return reaches_further(a, b, side) ? b : a;
}

bool lies_within(const Decimal& x, const Interval& interval) {
  const std::optional<Bound> at(Bound{x});
  return !below(at, interval.low) && !below(interval.high, at);
}

}  // namespace

int reach(BoundKind kind) {
  switch (kind) {
    case BoundKind::open:
      return -1;
    case BoundKind::closed:
      return 0;
    case BoundKind::approximate:
      return 1;
  }
  return 0;
}

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

Interval negate(const Interval& x) {
  const auto negated = [](const std::optional<Bound>& bound) -> std::optional<Bound> {
    if (!bound) return std::nullopt;
    return Bound{bound->value.negated(), bound->kind};
  };
  Interval result{.low = negated(x.high), .high = negated(x.low), .approx = x.approx};
  if (x.point) result.point = x.point->negated();
  return result;
}

Result<Interval> subtract(const Interval& a, const Interval& b) { return add(a, negate(b)); }

bool meet(const Interval& a, const Interval& b) {
  return !below(a.high, b.low) && !below(b.high, a.low);
}

std::optional<Interval> intersect(const Interval& a, const Interval& b) {
  if (!meet(a, b)) return std::nullopt;
  Interval common{.low = inner(a.low, b.low, Side::low),
                  .high = inner(a.high, b.high, Side::high),
                  .approx = a.approx || b.approx};
  if (!a.point || !b.point || *a.point == *b.point) {
    const auto& point = a.point ? a.point : b.point;
    if (point && lies_within(*point, common)) common.point = point;
  }
  return common;
}

Interval hull(const Interval& a, const Interval& b) {
  Interval both{.low = outer(a.low, b.low, Side::low),
                .high = outer(a.high, b.high, Side::high),
                .approx = a.approx || b.approx};
  if (a.point && a.point == b.point) both.point = a.point;
  return both;
}

Interval max(const Interval& a, const Interval& b) {
  Interval larger{.low = inner(a.low, b.low, Side::low),
                  .high = outer(a.high, b.high, Side::high),
                  .approx = a.approx || b.approx};
  if (a.point && b.point) larger.point = std::max(*a.point, *b.point);
  return larger;
}

Interval min(const Interval& a, const Interval& b) {
  Interval smaller{.low = outer(a.low, b.low, Side::low),
                   .high = inner(a.high, b.high, Side::high),
                   .approx = a.approx || b.approx};
  if (a.point && b.point) smaller.point = std::min(*a.point, *b.point);
  return smaller;
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
