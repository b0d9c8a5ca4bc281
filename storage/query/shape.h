// What is made of a series of figures: growth, running totals, shares, the
// largest. Pure functions of figures.
#pragma once

#include <vector>

#include "storage/query/fold.h"

namespace capexdb::storage {

// Each figure becomes its growth: in percent against the same days a year before
// (yoy), against the quarter before (qoq), or per year from the first figure of
// its series that is shown to the last one (cagr: one row for each series). A
// series is one company and what else the rows are listed by, in one unit. What
// has no base, or none above zero, says so and has no value. Only figures that the
// plan shows are left. Errors: cancelled, deadline_exceeded.
Result<std::vector<Figure>> growth_of(std::vector<Figure> figures, const Plan& plan,
                                      const QueryLimits& limits);

// Each figure becomes the sum of its series up to it. Error: invalid_argument when
// periods of a series overlap; out_of_range for an overflow; cancelled,
// deadline_exceeded. Behind a gap the rows say what is missing.
Result<void> accumulate(std::vector<Figure>& figures, const Plan& plan, const QueryLimits& limits);

// Gives each row its share, in percent, of what all rows of its period have
// together; of a sum over time, of what all rows have. Error: invalid_argument when
// they have several units, or a figure may be below zero; cancelled, deadline_exceeded.
Result<void> add_shares(std::vector<Figure>& figures, const Plan& plan, const QueryLimits& limits);

// By which keep_largest() ranks a value, which has a number.
const Decimal& size_of(const Interval& value);

// Leaves the plan.top largest of each period, or of all that is summed over time, the
// largest first; of equal ones the one whose name comes first. Where there is no point
// a lower bound counts, else an upper one. Error: invalid_argument when they have
// several units.
Result<void> keep_largest(std::vector<Figure>& figures, const Plan& plan);

}  // namespace capexdb::storage
