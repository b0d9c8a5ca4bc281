// From frames to folded frames, through what is kept of them.
#pragma once

#include <memory>
#include <vector>

#include "storage/query/cross_section.h"
#include "storage/query/cross_section_cache.h"
#include "storage/query/query_limits.h"
#include "storage/read_view.h"

namespace capexdb::storage {

// The frames of the plan's sum: bucket by bucket where they may be kept (all
// periods of a bucket then, whatever the plan's range), else all in one.
// `cache` may be null; `held` counts what was not in it. Errors: cancelled, deadline_exceeded,
// data_loss, resource_exhausted.
Result<std::vector<std::shared_ptr<const FoldedFrames>>> read_cross_sections(
    const ReadView& view, const Plan& plan, const Catalogue& catalogue, const QueryLimits& limits,
    CrossSectionCache* cache, HeldMemory& held);

}  // namespace capexdb::storage
