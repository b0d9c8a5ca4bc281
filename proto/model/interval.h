// Values as statements give them: a point, bounds, or both, with what is known
// about their precision.
#pragma once

#include <cstdint>
#include <optional>

#include "proto/model/decimal.h"

namespace capexdb {

// The numbers are part of the storage format.
enum class BoundKind : std::uint8_t { closed = 0, open = 1, approximate = 2 };

struct Bound {
  Decimal value;
  BoundKind kind = BoundKind::closed;

  friend bool operator==(const Bound&, const Bound&) = default;
};

// A stated value. Everything is optional: a statement may give only a bound,
// or (unquantified) nothing at all.
struct Interval {
  std::optional<Decimal> point = {};
  std::optional<Bound> low = {};
  std::optional<Bound> high = {};
  bool approx = false;
  std::optional<int> stated_decimals = {};  // XBRL sense; widens a point only

  bool has_number() const { return point || low || high; }

  friend bool operator==(const Interval&, const Interval&) = default;
};

// What the statement allows: printed bounds as they are; else a point with
// stated decimals d is [point - 5e-(d+1), point + 5e-(d+1)]; else a plain point
// is exact. A point that is only "about" has no bounds unless it states some.
Interval effective(const Interval& stated);

// Point and bounds added end by end, approximate where either end is, else
// open where either is. A missing end of one is a missing end of the sum. Both
// must be effective intervals of one unit. Error: decimal overflow.
Result<Interval> add(const Interval& a, const Interval& b);
// -x: its ends change places.
Interval negate(const Interval& x);
// a - b = a + (-b), as add().
Result<Interval> subtract(const Interval& a, const Interval& b);

// Whether two effective intervals have a number in common. An interval that is
// approximate or unbounded on a side reaches as far as it says: without any
// bounds (an approximate point) it meets everything.
bool meet(const Interval& a, const Interval& b);

// What two effective intervals have in common; empty where they do not meet. The
// point is the one that both have, or that one has and that lies within.
std::optional<Interval> intersect(const Interval& a, const Interval& b);
// The smallest interval that holds both; a point only where both have the same.
Interval hull(const Interval& a, const Interval& b);
// The larger, or smaller, of a value of `a` and one of `b`; the point is that of
// their points.
Interval max(const Interval& a, const Interval& b);
Interval min(const Interval& a, const Interval& b);

// Decides between ends of one value: an open one falls short of it, an
// approximate one may pass it.
int reach(BoundKind kind);

// Whether `a` is narrower than `b`; unbounded is widest.
bool narrower(const Interval& a, const Interval& b);

}  // namespace capexdb
