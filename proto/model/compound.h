// Growth by the year, compounded.
#pragma once

#include "proto/model/interval.h"

namespace capexdb {

// The yearly growth in percent that leads from `before` to `now` within so many
// months: ((now / before) ^ (12 / months) - 1) * 100. Rounded to 12 significant
// digits, the low end down, the high end up. Both must be effective. Errors:
// invalid_argument with the reason "no_growth_from_zero_or_less" when one of them
// is not above zero, or "no_time" when months is not 1 to 12,000.
Result<Interval> compound_growth(const Interval& now, const Interval& before, int months);

}  // namespace capexdb
