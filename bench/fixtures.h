// Deterministic rows, events and stores for the benchmarks.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bench/temporary_directory.h"
#include "storage/event_store.h"
#include "storage/row.h"

namespace capexdb::bench {

// `count` rows as a history or a frame holds them: quarters of several
// companies with revisions, values in millions.
std::vector<storage::Row> make_rows(std::size_t count);

std::string company_name(std::size_t company);

// Observation number `index` of a workload of `companies` companies, 4 metrics,
// 40 quarters and revisions, in order of publication.
std::string make_event(std::size_t index, std::size_t companies);

std::unique_ptr<storage::EventStore> open_store(const std::string& path,
                                                const PlausibilityRules& rules = {});
storage::Batch make_batch(std::size_t first, std::size_t count, std::size_t companies);

}  // namespace capexdb::bench
