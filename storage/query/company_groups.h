// The companies of an answer, some at a time, so that it need not lie in memory as
// a whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "storage/query/plan.h"

namespace capexdb::storage {

// The plan's subjects by name, as answers are ordered, at most `at_once` in a
// group. All in one where rows depend on those of other companies: sums, ranks,
// shares, and statements that may name two of the subjects.
std::vector<std::vector<std::uint32_t>> company_groups(const Plan& plan, const Catalogue& catalogue,
                                                       std::size_t at_once);

}  // namespace capexdb::storage
