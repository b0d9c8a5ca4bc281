// Short ways to make events and stores in tests.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "capexdb/v1/event.pb.h"
#include "proto/model/query.h"
#include "storage/event_store.h"

namespace capexdb::storage::test {

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

CatalogMetric metric_of(std::string id, UnitClass unit_class, Aggregation aggregation);

// Three companies in a group, a few metrics; ids as in the shipped catalogue.
CatalogChange small_catalogue();

// "23000000000 CNY" of `company` in 2024-H1, actual, published 2024-08-26 by
// `publisher`, stated to the nearest billion.
v1::Event capex(const std::string& company, const std::string& value,
                const std::string& publisher = "WinBuzzer");

v1::Event shipment(const std::string& seller, const std::string& buyer, const std::string& low);

// A plain figure of Reuters, exact and actual; `period` as people write it.
v1::Event measured(const std::string& company, const std::string& metric, const std::string& period,
                   const std::string& value, const std::string& unit,
                   const std::string& published_at = "2024-08-26");

// Opens (or opens again) a store whose clock stands still.
std::unique_ptr<EventStore> open_store(const std::string& path, CatalogChange seed);
// The same with rules of its own, and on another file system, which must outlive it.
std::unique_ptr<EventStore> open_store(const std::string& path, CatalogChange seed,
                                       const PlausibilityRules& rules, rocksdb::Env* env = nullptr);

// Commits one batch of `producer` and gives the reply; fails the test on an error.
v1::IngestReply commit(EventStore& store, const std::vector<v1::Event>& events,
                       const std::string& producer = "test", std::uint64_t batch_number = 0,
                       bool atomic = false, bool dry_run = false);
Batch make_batch(const std::vector<v1::Event>& events, const std::string& producer,
                 std::uint64_t batch_number);

Query question(QueryKind kind, const std::string& select, const std::string& metric,
               const std::string& periods = "");
Answer ask(const EventStore& store, const Query& query);
// The row of an answer that has one; else the test fails.
AnswerRow only_row(const EventStore& store, const Query& query);

}  // namespace capexdb::storage::test
