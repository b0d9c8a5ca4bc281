// A dry run over any number of batches: they are committed to a copy of the store that
// shares its files, by the very code that commits them to the store itself, and the
// copy is thrown away. So each verdict is the one that the same batches would get, and
// nothing of it reaches the store.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "storage/event_store.h"

namespace capexdb::storage {

// One thread at a time.
class Trial {
 public:
  // Left free on the disk for the store itself.
  static constexpr std::uint64_t kDiskLeftBytes = std::uint64_t{256} << 20U;

  // A copy of `store` as it is now, in the directory `path`, which must be on the same
  // disk and must not exist yet; its parent must. Any thread. Errors: aborted (too
  // little room), internal.
  static Result<std::unique_ptr<Trial>> begin(const EventStore& store, std::string path);
  ~Trial();  // removes the directory
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;

  // What becomes of the batch behind all earlier ones. The sequences of the reply are
  // those that would be given out, its store_sequence is the store's own at the
  // beginning; records that would be held have no quarantine_id. Error: aborted (too
  // little room, or the copy cannot be read or written); no more can be tried then.
  Result<v1::IngestReply> commit(Batch batch);

 private:
  explicit Trial(std::string path) : path_(std::move(path)) {}
  Result<void> check_room() const;

  const std::string path_;
  std::unique_ptr<EventStore> copy_;
  std::uint64_t store_sequence_ = 0;
  std::uint64_t first_held_ = 0;  // quarantine_ids from here on are the copy's alone
};

// The dry runs of all connections. Their batches are numbered from 1: that one begins a
// trial, and each later one goes on with it.
class Trials {
 public:
  using Owner = std::uint64_t;
  using Clock = std::function<std::chrono::steady_clock::time_point()>;

  // Each has some ten MiB of its own, and the catalogue.
  static constexpr std::size_t kTrialsMax = 2;
  static constexpr std::chrono::seconds kIdleMax{60};  // then it makes room for another

  // The trials lie in `directory`, which is emptied first and made when the first one
  // begins. The store must outlive them.
  Trials(const EventStore& store, std::string directory,
         Clock now = std::chrono::steady_clock::now);
  ~Trials();  // removes the directory

  // The next batch of the owner's trial; not for two threads at a time. Errors: aborted
  // (a batch that does not follow, or those of Trial), resource_exhausted (too many
  // trials; try later).
  Result<v1::IngestReply> commit(Owner owner, Batch batch);
  // Nothing more comes of the owner. Of the same thread.
  void end(Owner owner);
  std::size_t size() const { return trials_.size(); }

 private:
  struct Entry {
    std::unique_ptr<Trial> trial;
    std::uint64_t last_number = 0;
    std::chrono::steady_clock::time_point used;
  };
  Result<void> begin(Owner owner);

  const EventStore& store_;
  const std::string directory_;
  const Clock now_;
  std::map<Owner, Entry> trials_;
  std::uint64_t begun_ = 0;
};

}  // namespace capexdb::storage
