#include "storage/trial.h"

#include <rocksdb/utilities/checkpoint.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "storage/rocks/database.h"
#include "storage/rocks/status.h"
#include "storage/store_state.h"

namespace capexdb::storage {
namespace {

constexpr std::size_t kTrialCacheBytes = 16U << 20U;
constexpr std::size_t kTrialWriteBufferBytes = 8U << 20U;

tl::unexpected<Error> ended(const std::string& why) {
  return fail(Errc::aborted, "the dry run ended: " + why);
}

}  // namespace

Result<void> Trial::check_room() const {
  std::error_code error;
  const auto space = std::filesystem::space(std::filesystem::path(path_).parent_path(), error);
  if (error || space.available >= kDiskLeftBytes) return {};
  return ended(
      "what it stores for its own use would fill the disk of the data directory; make room"
      " there, or divide the input");
}

Result<std::unique_ptr<Trial>> Trial::begin(const EventStore& store, std::string path) {
  std::unique_ptr<Trial> trial(new Trial(std::move(path)));
  CAPEXDB_TRY(trial->check_room());
  const StoreState& origin = store.state();
  rocksdb::Checkpoint* raw = nullptr;
  auto status = rocksdb::Checkpoint::Create(&origin.database->db(), &raw);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(raw);
  if (status.ok()) status = checkpoint->CreateCheckpoint(trial->path_);
  if (!status.ok()) return fail(to_error(status, "cannot copy the store for a dry run"));
  StoreOptions options = origin.options;
  options.path = trial->path_;
  options.seed = {};
  options.scratch = true;
  options.create_if_missing = false;
  options.block_cache_bytes = kTrialCacheBytes;
  options.write_buffer_bytes = kTrialWriteBufferBytes;
  CAPEXDB_ASSIGN(trial->copy_, EventStore::open(std::move(options)));
  trial->store_sequence_ = trial->copy_->last_sequence();
  trial->first_held_ = trial->copy_->state().quarantine.next_id();
  return trial;
}

Trial::~Trial() {
  copy_.reset();
  std::error_code ignored;  // the next start removes what is left
  std::filesystem::remove_all(path_, ignored);
}

Result<v1::IngestReply> Trial::commit(Batch batch) {
  CAPEXDB_TRY(check_room());
  const std::uint64_t number = std::exchange(batch.batch_number, 0);
  batch.dry_run = false;
  auto reply = std::move(copy_->commit({&batch, 1}).front());
  if (!reply) return ended(reply.error().message);
  reply->set_batch_number(number);
  reply->set_store_sequence(store_sequence_);
  for (v1::Verdict& verdict : *reply->mutable_verdicts()) {
    if (verdict.quarantine_id() >= first_held_) verdict.clear_quarantine_id();
  }
  return reply;
}

Trials::Trials(const EventStore& store, std::string directory, Clock now)
    : store_(store), directory_(std::move(directory)), now_(std::move(now)) {
  std::error_code ignored;  // of a process that was killed
  std::filesystem::remove_all(directory_, ignored);
}

Trials::~Trials() {
  trials_.clear();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

Result<void> Trials::begin(Owner owner) {
  trials_.erase(owner);
  if (trials_.size() >= kTrialsMax) {
    const auto oldest = std::min_element(
        trials_.begin(), trials_.end(),
        [](const auto& a, const auto& b) { return a.second.used < b.second.used; });
    if (now_() - oldest->second.used < kIdleMax) {
      return fail(Errc::resource_exhausted, "the server has its " + std::to_string(kTrialsMax) +
                                                " dry runs under way; try again later");
    }
    trials_.erase(oldest);
  }
  std::error_code error;
  std::filesystem::create_directories(directory_, error);
  if (error) {
    return fail(Errc::internal, "cannot create " + directory_ + ": " + error.message());
  }
  CAPEXDB_ASSIGN(auto trial, Trial::begin(store_, directory_ + "/" + std::to_string(++begun_)));
  trials_[owner] = {std::move(trial), 0, now_()};
  return {};
}

Result<v1::IngestReply> Trials::commit(Owner owner, Batch batch) {
  const std::uint64_t number = batch.batch_number;
  if (number == 1) CAPEXDB_TRY(begin(owner));
  const auto entry = trials_.find(owner);
  if (entry == trials_.end()) {
    return ended("batch " + std::to_string(number) +
                 " goes on with a trial that is not there: the connection was lost, or it was idle "
                 "while others waited; begin again");
  }
  if (number != entry->second.last_number + 1) {
    return ended("batch " + std::to_string(number) + " came where " +
                 std::to_string(entry->second.last_number + 1) + " follows");
  }
  auto reply = entry->second.trial->commit(std::move(batch));
  if (!reply) {
    trials_.erase(entry);
    return reply;
  }
  entry->second.last_number = number;
  entry->second.used = now_();
  return reply;
}

void Trials::end(Owner owner) { trials_.erase(owner); }

}  // namespace capexdb::storage
