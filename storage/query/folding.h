// What a sum makes of its parts: their sum, mean, smallest, largest, median or
// number. Pure.
#pragma once

#include <vector>

#include "proto/model/interval.h"
#include "proto/model/query.h"

namespace capexdb::storage {

class Folding {
 public:
  explicit Folding(Fold fold) : fold_(fold) {}

  // `value` must be effective and of the parts' unit. Error: decimal overflow.
  Result<void> add(const Interval& value);
  std::size_t count() const { return count_; }

  // The mean is rounded as arithmetic.h says. The median of intervals has the
  // medians of their points and of their ends; without a point, or an end, in the
  // middle it has none. Only after an add(), unless it counts. Error: decimal
  // overflow.
  Result<Interval> value() const;

 private:
  Fold fold_;
  std::size_t count_ = 0;
  Interval value_;                // of all but the median
  std::vector<Interval> values_;  // of a median
};

}  // namespace capexdb::storage
