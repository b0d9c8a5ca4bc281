// Deterministic rows, events and stores for the benchmarks.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "storage/event_store.h"
#include "storage/row.h"

namespace capexdb::bench {

// A directory that is gone with the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

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
