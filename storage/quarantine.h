// The records that are held for review, and those that were rejected in it: which
// there are, and which content they have. What they say lies in `meta`, under 'Q' and
// their number; see docs/storage-format.md.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "capexdb/disk/v1/log.pb.h"
#include "proto/model/statement.h"
#include "storage/catalogue.h"

namespace capexdb::storage {

class Database;

using QuarantineState = disk::v1::QuarantineRecord::State;

std::string quarantine_key(std::uint64_t id);  // 'Q' id:u64be
std::string quarantine_prefix();
Result<std::uint64_t> decode_quarantine_key(std::string_view key);

// A hash of what a statement says but for names, which may become known or change:
// its document, status, days and numbers. Statements of the same content have the same.
std::uint64_t content_but_for_names(const Statement& statement);
// Whether both say the same content, with names as they are known now and, where they
// are not, as they are written.
bool same_statement(const Statement& a, const Statement& b, const Catalogue& catalogue);

// A record on its way to the quarantine. `content` is content_but_for_names().
struct HeldRecord {
  std::uint64_t id = 0;  // 0 in a trial
  std::string bytes;
  std::string event_id;
  std::uint64_t content = 0;
  std::string code;
  std::string field;
  std::string message;
};

// All but held() for the commit thread only.
class Quarantine {
 public:
  // Reads which there are. Error: data_loss, internal.
  Result<void> load(const Database& database);

  // Whether nothing was ever held that is not approved by now.
  bool is_empty() const { return by_content_.empty(); }
  std::uint64_t next_id() const { return last_id_ + 1; }
  std::uint64_t last_id() const { return last_id_; }
  // How many are held, as of what is on disk. Any thread.
  std::uint64_t held() const { return held_; }

  // The held or rejected ones that may have this content; the held one that a
  // producer sent under an event_id.
  std::vector<std::uint64_t> of_content(std::uint64_t content) const;
  std::optional<std::uint64_t> of_event_id(const std::string& event_id_key) const;
  // One that was ever held, staged ones included. Error: not_found, data_loss, internal.
  Result<disk::v1::QuarantineRecord> record(const Database& database, std::uint64_t id) const;

  // Notes what is about to be written; the bytes are those of the value.
  std::string stage(std::uint64_t id, disk::v1::QuarantineRecord record);
  void committed();

 private:
  void forget(std::uint64_t id, const disk::v1::QuarantineRecord& record);
  void note(std::uint64_t id, const disk::v1::QuarantineRecord& record);

  std::unordered_multimap<std::uint64_t, std::uint64_t> by_content_;  // held and rejected
  std::unordered_map<std::uint64_t, QuarantineState> states_;         // held and rejected
  std::unordered_map<std::string, std::uint64_t> by_event_id_;        // held
  std::unordered_map<std::uint64_t, disk::v1::QuarantineRecord> staged_;
  std::uint64_t last_id_ = 0;
  std::uint64_t held_with_staged_ = 0;
  std::atomic<std::uint64_t> held_{0};
};

}  // namespace capexdb::storage
