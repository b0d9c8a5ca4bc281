#include "storage/rocks/database.h"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <filesystem>

#include "storage/acknowledged.h"
#include "storage/key.h"
#include "storage/rocks/merge_operator.h"
#include "storage/rocks/status.h"
#include "storage/store_state.h"

namespace capexdb::storage {
namespace {

constexpr std::array<const char*, 7> kFamilies = {"default", "history", "frames", "log",
                                                  "names",   "meta",    "ids"};
constexpr std::size_t kMetaIndex = 5;

// Debian's library is an assert build whose own logger aborts the process when
// its file cannot be written; this one never touches the disk.
class InfoLog : public rocksdb::Logger {
 public:
  explicit InfoLog(std::function<void(LogLevel, const std::string&)> sink)
      : rocksdb::Logger(rocksdb::InfoLogLevel::INFO_LEVEL), sink_(std::move(sink)) {}

  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    write(rocksdb::InfoLogLevel::INFO_LEVEL, format, arguments);
  }
  void Logv(const rocksdb::InfoLogLevel level, const char* format, va_list arguments) override {
    if (level >= GetInfoLogLevel()) write(level, format, arguments);
  }

 private:
  void write(rocksdb::InfoLogLevel level, const char* format, va_list arguments) {
    if (!sink_) return;
    std::array<char, 1024> line{};
    const int length = std::vsnprintf(line.data(), line.size(), format, arguments);
    if (length <= 0) return;
    const LogLevel ours = level >= rocksdb::InfoLogLevel::ERROR_LEVEL  ? LogLevel::error
                          : level >= rocksdb::InfoLogLevel::WARN_LEVEL ? LogLevel::warn
                                                                       : LogLevel::debug;
    sink_(ours, std::string(line.data()));
  }

  std::function<void(LogLevel, const std::string&)> sink_;
};

// What RocksDB does in the background and cannot return to a caller.
class Reporter : public rocksdb::EventListener {
 public:
  explicit Reporter(std::function<void(LogLevel, const std::string&)> sink)
      : sink_(std::move(sink)) {}

  void OnBackgroundError(rocksdb::BackgroundErrorReason /*reason*/,
                         rocksdb::Status* status) override {
    if (sink_) sink_(LogLevel::error, "background error: " + status->ToString());
  }
  void OnStallConditionsChanged(const rocksdb::WriteStallInfo& info) override {
    if (!sink_ || info.condition.cur == rocksdb::WriteStallCondition::kNormal) return;
    const bool stopped = info.condition.cur == rocksdb::WriteStallCondition::kStopped;
    sink_(LogLevel::warn, "writes to " + info.cf_name + (stopped ? " wait" : " are slowed down") +
                              " for compaction");
  }

 private:
  std::function<void(LogLevel, const std::string&)> sink_;
};

int open_files_max() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return 4096;
  return static_cast<int>(std::clamp<rlim_t>(limit.rlim_cur / 2, 16, 4096));
}

rocksdb::DBOptions db_options(const StoreOptions& options,
                              const std::shared_ptr<rocksdb::Logger>& logger) {
  rocksdb::DBOptions o;
  o.create_if_missing = options.create_if_missing && !options.read_only;
  o.create_missing_column_families = o.create_if_missing;
  o.info_log = logger;
  o.max_background_jobs = 2;
  o.avoid_flush_during_shutdown = options.scratch;
  o.max_open_files = open_files_max();
  o.max_total_wal_size = 256U << 20U;  // bounds the work of a restart
  // False alarms in 7.8; the log's own sequence numbers are checked instead.
  o.track_and_verify_wals_in_manifest = false;
  o.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  o.bytes_per_sync = 1U << 20U;
  o.listeners.push_back(std::make_shared<Reporter>(options.log));
  if (options.env != nullptr) o.env = options.env;
  return o;
}

rocksdb::ColumnFamilyOptions family_options(const StoreOptions& options,
                                            const std::shared_ptr<rocksdb::Cache>& cache,
                                            const std::string& name) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.format_version = 5;
  table.checksum = rocksdb::kXXH3;
  table.verify_compression = true;
  table.detect_filter_construct_corruption = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.optimize_filters_for_memory = true;
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.block_size = 16U << 10U;

  rocksdb::ColumnFamilyOptions o;
  o.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  o.level_compaction_dynamic_level_bytes = true;
  o.compression = rocksdb::kLZ4Compression;
  o.bottommost_compression = rocksdb::kZSTD;
  // Small blocks of one family have much in common.
  o.bottommost_compression_opts.enabled = true;
  o.bottommost_compression_opts.max_dict_bytes = 16U << 10U;
  o.periodic_compaction_seconds = 30ULL * 24 * 3600;  // reads cold data again, and so verifies it
  o.max_write_buffer_number = 3;
  o.memtable_protection_bytes_per_key = 8;
  const bool big = name == "history" || name == "frames" || name == "log";
  o.write_buffer_size = big ? options.write_buffer_bytes : std::size_t{4} << 20U;
  if (name == "history" || name == "frames") {
    o.merge_operator = make_fold_operator();
    // Bounds the operands that pile up on a hot key until they are flushed.
    o.max_successive_merges = 64;
  }
  return o;
}

std::vector<rocksdb::ColumnFamilyDescriptor> descriptors(const StoreOptions& options) {
  const auto cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> result;
  for (const char* name : kFamilies) {
    result.emplace_back(
        std::string_view(name) == "default" ? rocksdb::kDefaultColumnFamilyName : std::string(name),
        family_options(options, cache, name));
  }
  return result;
}

using Handles = std::vector<rocksdb::ColumnFamilyHandle*>;

// What a recovery mode would keep, found without changing a byte.
struct Recoverable {
  std::uint64_t writes = 0;         // RocksDB's own numbering
  std::uint64_t last_sequence = 0;  // ours
};
Result<Recoverable> recoverable(const StoreOptions& options, rocksdb::DBOptions o,
                                rocksdb::WALRecoveryMode mode) {
  o.wal_recovery_mode = mode;
  o.create_if_missing = false;
  o.create_missing_column_families = false;
  Handles handles;
  rocksdb::DB* raw = nullptr;
  auto status = rocksdb::DB::OpenForReadOnly(o, options.path, descriptors(options), &handles, &raw);
  if (!status.ok()) return fail(to_error(status, options.path));
  const std::unique_ptr<rocksdb::DB> db(raw);
  Recoverable result;
  result.writes = db->GetLatestSequenceNumber();
  std::string value;
  status = db->Get({}, handles[kMetaIndex], kLastSequenceKey, &value);
  if (status.ok()) result.last_sequence = read_big_endian(value);
  for (auto* handle : handles) (void)db->DestroyColumnFamilyHandle(handle);
  return result;
}

// A newer format may have column families that this program does not know.
Result<void> check_families(const StoreOptions& options, const rocksdb::DBOptions& o) {
  std::vector<std::string> names;
  const auto status = rocksdb::DB::ListColumnFamilies(o, options.path, &names);
  if (!status.ok()) return {};  // no store yet, or one that opening it tells more about
  for (const std::string& name : names) {
    const bool known = std::any_of(kFamilies.begin(), kFamilies.end(),
                                   [&](const char* family) { return name == family; });
    if (!known) {
      return fail(Errc::failed_precondition,
                  options.path + " holds the column family '" + name +
                      "', which this program does not know; use the program that wrote it, or a "
                      "newer one");
    }
  }
  if (names.size() == kFamilies.size()) return {};
  return fail(Errc::failed_precondition, options.path + " is no capexdb store");
}

tl::unexpected<Error> acknowledged_data_lost(const std::string& path, const std::string& why) {
  return fail(Errc::data_loss, path + " is damaged: " + why +
                                   ". The files were not touched; restore a backup, or see "
                                   "\"Damage\" in docs/operations.md");
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const StoreOptions& options) {
  std::unique_ptr<Database> database(new Database());
  database->logger_ = std::make_shared<InfoLog>(options.log);
  database->read_only_ = options.read_only;
  database->scratch_ = options.scratch;
  rocksdb::DBOptions o = db_options(options, database->logger_);
  const auto attempt = [&](rocksdb::WALRecoveryMode mode) {
    o.wal_recovery_mode = mode;
    rocksdb::DB* raw = nullptr;
    Handles handles;
    const auto status =
        options.read_only
            ? rocksdb::DB::OpenForReadOnly(o, options.path, descriptors(options), &handles, &raw)
            : rocksdb::DB::Open(o, options.path, descriptors(options), &handles, &raw);
    if (status.ok()) {
      database->db_.reset(raw);
      database->families_ = std::move(handles);
    }
    return status;
  };

  CAPEXDB_TRY(check_families(options, o));
  // Opening cuts off a torn tail, so what it would hide is looked for before.
  const auto acknowledged = AcknowledgedMark::read(options.path);
  const auto lost = [&](std::uint64_t last_sequence) {
    return acknowledged_data_lost(options.path, "sequences up to " + std::to_string(*acknowledged) +
                                                    " were acknowledged, only " +
                                                    std::to_string(last_sequence) + " can be read");
  };
  if (acknowledged) {
    const auto kept =
        recoverable(options, o, rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords);
    if (kept && kept->last_sequence < *acknowledged) return lost(kept->last_sequence);
  }
  auto status = attempt(rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords);
  if (status.IsCorruption()) {
    // A torn tail and damage in the middle look alike to one recovery mode;
    // two of them tell whether anything readable lies behind the fault.
    const auto until_fault =
        recoverable(options, o, rocksdb::WALRecoveryMode::kPointInTimeRecovery);
    const auto beyond_fault =
        recoverable(options, o, rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords);
    if (!until_fault || !beyond_fault) {
      return acknowledged_data_lost(options.path, status.ToString());
    }
    if (until_fault->writes != beyond_fault->writes) {
      return acknowledged_data_lost(options.path,
                                    "the write-ahead log is broken in its middle, and " +
                                        std::to_string(beyond_fault->writes - until_fault->writes) +
                                        " acknowledged writes lie behind the fault");
    }
    // Where nothing readable lies behind the fault, the mark still knows.
    if (acknowledged && *acknowledged > until_fault->last_sequence) {
      return lost(until_fault->last_sequence);
    }
    status = attempt(rocksdb::WALRecoveryMode::kPointInTimeRecovery);
  }
  if (!status.ok()) return fail(to_error(status, "cannot open the store " + options.path));
  return database;
}

Database::~Database() {
  if (!db_) return;
  // Closing it would end the process that serves the store itself. See the server's end
  // after a failed write.
  if (scratch_ && abandoned_) {
    (void)db_.release();
    return;
  }
  // What is in the files need not be read from the log at the next start. After
  // a failed write RocksDB asserts when it is synced, so it is left alone.
  if (!read_only_ && !abandoned_ && !scratch_) {
    (void)db_->SyncWAL();
    for (auto* handle : families_) (void)db_->Flush({}, handle);
  }
  for (auto* handle : families_) (void)db_->DestroyColumnFamilyHandle(handle);
  (void)db_->Close();
}

std::uint64_t Database::disk_bytes() const {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(db_->GetName(), error)) {
    const auto size = entry.file_size(error);
    if (!error) bytes += size;
  }
  return bytes;
}

}  // namespace capexdb::storage
