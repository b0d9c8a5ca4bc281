// Levels that nobody stated, but that follow: "23bn, up 123 %" says what it was
// a year before. Pure.
#pragma once

#include <span>
#include <vector>

#include "storage/query/fold.h"

namespace capexdb::storage {

// The level cells that follow from one of `growths` (growth yoy, resolved) and one
// of `levels`, of the same company, dimensions and definition: of the period of the
// growth, or of the same days a year before. Only those that the plan covers and
// that `levels` lack. Each is the leader of a cell of its own, marked implied, with
// both parents' evidence; where it follows twice, the narrower value, then the one
// that follows from its own period's growth.
std::vector<ResolvedCell> implied_levels(std::span<const ResolvedCell> growths,
                                         std::span<const ResolvedCell> levels, const Plan& plan);

}  // namespace capexdb::storage
