// Numbers for people at a terminal: short, and never prettier than true. Files
// and pipes get numbers in full.
#pragma once

#include <string>

#include "proto/model/arithmetic.h"
#include "proto/model/interval.h"

namespace capexdb::cli {

// "23.0bn", "49.15bn", "12.0k", "999": at most two digits behind the point
// with k, M, bn or tn; below a thousand all digits, or six of more than those.
std::string humane(const Decimal& number, Rounding rounding = Rounding::half_even);

// A value in one word: "23.0bn", "~7.0bn" (about), ">1.0M", ">=1.0M", "<5.0k",
// or "[12.0k, 13.0k]" where only bounds are stated. Empty without a number.
std::string humane_value(const Interval& value);

// "[22.5bn, 23.5bn]", "(1.0M, ..)": the bounds around a stated point, rounded
// outward. Empty where they say no more than the value itself, or only how a
// quotient was rounded.
std::string humane_bounds(const Interval& value);

}  // namespace capexdb::cli
