// The store: every statement ever committed, and the indexes that answer from
// them. One process opens a directory; one thread commits; any thread reads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "capexdb/v1/feed.pb.h"
#include "capexdb/v1/ingest.pb.h"
#include "proto/model/plausibility_rules.h"
#include "proto/model/statement.h"

namespace rocksdb {
class Env;
}

namespace capexdb::storage {

class Catalogue;
class ReadView;
struct StoreState;

enum class LogLevel : std::uint8_t { debug, info, warn, error };

struct StoreOptions {
  std::string path;
  // Stored as the first event of a store that is made by this call.
  CatalogChange seed;
  bool create_if_missing = true;
  bool read_only = false;  // for offline verbs
  std::size_t block_cache_bytes = std::size_t{256} << 20U;
  std::size_t write_buffer_bytes = std::size_t{64} << 20U;  // of one column family
  // Receives RocksDB's own log; may be called from its threads.
  std::function<void(LogLevel, const std::string&)> log;
  // Microseconds since 1970-01-01 UTC; the system's clock where empty.
  std::function<std::int64_t()> now_us;
  PlausibilityRules plausibility;
  // A copy that nobody keeps (trial.h): nothing is synced, and files are left as they are.
  bool scratch = false;
  rocksdb::Env* env = nullptr;  // another file system, for tests; not owned
};

// Moves a named cursor of the feed; see capexdb.v1.Ack.
struct CursorMove {
  std::string cursor;
  std::uint64_t sequence = 0;
  bool rewind = false;
  bool forget = false;
};

// One numbered batch of a producer, validated record by record.
struct Batch {
  std::string producer_id;
  bool ephemeral_producer = false;
  std::uint64_t batch_number = 0;
  bool atomic = false;
  bool dry_run = false;
  std::uint64_t trial = 0;                // whose dry run of many batches it is part of (trial.h)
  bool reviewed = false;                  // approved: it is stored however odd it is
  std::uint64_t request_hash = 0;         // of what was sent; tells a retry from a reused number
  std::optional<std::string> checkpoint;  // of the producer, to be kept; empty: forgotten
  // Of a batch that another store recorded then: it keeps its number and its time.
  std::optional<std::int64_t> restored_at_us;
  // Instead of all the above, of a batch without records: the reply's last_sequence is
  // where the cursor stands then, 0 for one that is forgotten.
  std::optional<CursorMove> cursor_move;
  std::vector<Result<ValidEvent>> records;  // an error is a record refused by validate()
};

struct StoredEvent {
  std::uint64_t sequence = 0;
  std::int64_t recorded_at_us = 0;
  std::string producer_id;
  std::uint64_t batch_number = 0;
  std::vector<std::uint64_t> supersedes;
  std::string bytes;  // serialized capexdb.v1.Event
};

class EventStore {
 public:
  // Errors: failed_precondition (a newer format version; another kind of
  // directory), unavailable (another process has it open), data_loss (damage
  // that would hide acknowledged data), internal (I/O).
  static Result<std::unique_ptr<EventStore>> open(StoreOptions options);
  ~EventStore();
  EventStore(const EventStore&) = delete;
  EventStore& operator=(const EventStore&) = delete;

  // Commits the batches in order, in one synced write, and answers each. Only
  // the commit thread may call. A batch whose own number is wrong gets an error
  // and leaves nothing behind. After an I/O error every batch of the group gets
  // `unavailable`, its outcome is unknown, and failed() stays true.
  std::vector<Result<v1::IngestReply>> commit(std::span<Batch> group);

  // Approves or rejects records that are held for review (QuarantineRequest), each in
  // a synced write before this returns, some hundred at a time. Only the commit
  // thread may call. What cannot be stored is a decision that says why. Errors:
  // invalid_argument (a request that makes no sense), not_found (an unknown company),
  // unavailable (as of commit()).
  Result<v1::QuarantineReply> review(const v1::QuarantineRequest& request);
  // The records of the quarantine that a list or show asks for. Any thread. Errors:
  // as of review(), data_loss, internal.
  Result<v1::QuarantineReply> quarantine(const v1::QuarantineRequest& request) const;
  // How many are held. Any thread.
  std::uint64_t quarantined() const;

  bool failed() const;

  // Last committed sequence; 0 for an empty store. Any thread.
  std::uint64_t last_sequence() const;
  // Where a producer stands; zero and empty if it is not known. Any thread. Error:
  // internal, data_loss.
  struct ProducerPosition {
    std::uint64_t last_batch_number = 0;
    std::string checkpoint;
  };
  Result<ProducerPosition> producer_position(const std::string& producer_id) const;

  // The named cursors, by name; only `name` where it is not empty. Any thread. Errors:
  // invalid_argument (no cursor can have that name), internal, data_loss.
  Result<v1::CursorReply> cursors(const std::string& name) const;

  // A frozen view of the store, cheap; any thread. Must not outlive the store.
  ReadView view() const;

  // The names, ids, groups and metrics; any thread, filtered by sequence.
  const Catalogue& catalogue() const;

  std::uint64_t disk_bytes() const;

  // Internal: for the modules of storage.
  StoreState& state() const { return *state_; }

 private:
  explicit EventStore(std::unique_ptr<StoreState> state);
  std::unique_ptr<StoreState> state_;
};

inline constexpr std::uint32_t kFormatVersion = 1;

}  // namespace capexdb::storage
