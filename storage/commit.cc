#include "storage/commit.h"

#include <rocksdb/db.h>

#include <algorithm>
#include <memory>

#include "proto/codec/catalog_codec.h"
#include "proto/codec/validate.h"
#include "proto/model/limits.h"
#include "storage/group_write.h"
#include "storage/rocks/database.h"

namespace capexdb::storage {
namespace {

constexpr std::int64_t kHourUs = 3'600'000'000;
constexpr std::int64_t kEphemeralProducerIdleUs = 24 * kHourUs;

// Producers whose ids were made for one run are forgotten when idle.
void prune_producers(StoreState& state, std::span<const Batch> group) {
  const std::int64_t now = state.now_us();
  if (now - state.producers_pruned_at_us < kHourUs) return;
  state.producers_pruned_at_us = now;
  rocksdb::DB& db = state.database->db();
  rocksdb::WriteBatch write;
  const std::unique_ptr<rocksdb::Iterator> it(db.NewIterator({}, state.database->meta()));
  for (it->Seek(producer_key("")); it->Valid() && it->key().starts_with("P"); it->Next()) {
    disk::v1::ProducerState producer;
    const bool parsed =
        producer.ParseFromArray(it->value().data(), static_cast<int>(it->value().size()));
    if (!parsed || !producer.ephemeral() ||
        now - producer.used_at_us() < kEphemeralProducerIdleUs) {
      continue;
    }
    const std::string id = it->key().ToString().substr(1);
    const bool at_work = std::any_of(group.begin(), group.end(),
                                     [&](const Batch& b) { return b.producer_id == id; });
    if (at_work) continue;
    (void)write.Delete(state.database->meta(), it->key());
    for (std::uint64_t back = 0; back < limits::kAnsweredBatchesKept; ++back) {
      if (producer.last_batch_number() <= back) break;
      (void)write.Delete(state.database->meta(),
                         answer_key(id, producer.last_batch_number() - back));
    }
  }
  // Failing here loses nothing; the next hour tries again.
  if (it->status().ok() && write.Count() > 0) (void)db.Write({}, &write);
}

Error unknown_outcome(const std::string& why) {
  return {Errc::unavailable,
          "the outcome of this batch is unknown (" + why +
              "); send it again with the same batch_number once the server is back"};
}

}  // namespace

void fail_store(StoreState& state) {
  state.failed = true;
  state.database->abandon();
  state.series.clear();
}

std::vector<Result<v1::IngestReply>> commit_group(StoreState& state, std::span<Batch> group) {
  std::vector<Result<v1::IngestReply>> replies;
  replies.reserve(group.size());
  const auto fail_all = [&](const std::string& why) {
    fail_store(state);
    replies.assign(group.size(), fail(unknown_outcome(why)));
  };
  if (state.failed) {
    fail_all("the store has failed");
    return replies;
  }
  prune_producers(state, group);
  GroupWrite write(state);
  for (Batch& batch : group) {
    state.series.trim();
    replies.push_back(write.add(batch));
    if (!replies.back()) {
      const Errc code = replies.back().error().code;
      if (code == Errc::data_loss || code == Errc::internal || code == Errc::unavailable) {
        fail_all(replies.back().error().message);
        return replies;
      }
    }
  }
  const auto written = write.write();
  if (!written) {
    fail_all(written.error().message);
    return replies;
  }
  return replies;
}

Result<void> commit_seed(StoreState& state, const CatalogChange& seed) {
  v1::Event event;
  *event.mutable_catalog_change() = to_proto(seed);
  Batch batch;
  batch.records.push_back(validate(event.SerializeAsString()));
  if (!batch.records.front()) return fail(batch.records.front().error());
  auto replies = commit_group(state, {&batch, 1});
  if (!replies.front()) return fail(replies.front().error());
  if (replies.front()->accepted() == 1) return {};
  return fail(Errc::invalid_argument,
              "the seed of the catalogue was refused: " +
                  (replies.front()->verdicts_size() > 0 ? replies.front()->verdicts(0).message()
                                                        : std::string("no reason")));
}

}  // namespace capexdb::storage
