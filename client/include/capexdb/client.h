// Questions to capexd over one connection: blocking, with a deadline on every
// call and typed answers. No exceptions come out.
//
//   auto client = capexdb::Client::connect({.server = "127.0.0.1:7411"}, after(5s));
//   auto answer = client->query({.select = {"alibaba"}, .metric = "capex"}, after(30s));
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "capexdb/v1/envelope.pb.h"
#include "proto/model/catalog.h"
#include "proto/model/query.h"

namespace capexdb {

using Deadline = std::chrono::steady_clock::time_point;

inline Deadline after(std::chrono::milliseconds duration) {
  return std::chrono::steady_clock::now() + duration;
}

struct ClientOptions {
  std::string server = "127.0.0.1:7411";  // HOST:PORT; an IPv6 address as [::1]:7411
  std::string client_name = "capexdb-client";
  std::string token = {};                           // credentials, where the server asks for them
  std::string producer_id = {};                     // of a client that ingests
  bool ephemeral_producer = false;                  // the id was made for this run
  std::chrono::milliseconds connect_timeout{5000};  // of one attempt, with its handshake
  std::chrono::milliseconds backoff_min{50};        // between attempts, doubled each time,
  std::chrono::milliseconds backoff_max{2000};      // with jitter
};

// The word in Error::reason when the other side does not keep to the protocol.
inline constexpr const char* kProtocolReason = "protocol";

enum class CatalogKind : std::uint8_t {
  companies = 1,  // every party but groups
  groups = 2,
  metrics = 3,
  sources = 4,
  products = 5,
};

struct CatalogQuestion {
  CatalogKind kind = CatalogKind::companies;
  std::string name = {};          // only this one; empty: all
  std::uint64_t at_sequence = 0;  // 0: now
  // YYYY-MM-DD: a name that passed on means whoever held it that day; empty: the newest
  // holder.
  std::string as_of = {};
};

struct CatalogAnswer {
  CatalogChange entries;  // of the kind that was asked for
  std::uint64_t sequence = 0;
};

// A position in the log that the server keeps under a name.
struct FeedCursor {
  std::string name;
  std::uint64_t sequence = 0;    // everything up to it has been dealt with
  std::int64_t moved_at_us = 0;  // microseconds since 1970-01-01 UTC
};

struct FeedCursors {
  std::vector<FeedCursor> cursors;  // by name
  std::uint64_t sequence = 0;       // the store's last one
};

// One thread at a time. A call whose connection broke is asked once more over
// a new one. Errors of every call: unavailable (no connection in time, or broken
// twice), deadline_exceeded (no answer in time), internal with reason
// kProtocolReason, and whatever the server answers.
class Client {
 public:
  static Result<Client> connect(const ClientOptions& options, Deadline deadline);
  ~Client();
  Client(Client&& other) noexcept;
  Client& operator=(Client&& other) noexcept;

  Result<Answer> query(const Query& query, Deadline deadline);
  // The question of an answer's token, to be asked again as of its sequence: the
  // answer is the same at any later time. Error: invalid_argument.
  static Result<Query> question_of(const std::string& token);
  Result<v1::ShowReply> show(std::uint64_t sequence, Deadline deadline);
  Result<CatalogAnswer> catalog(const CatalogQuestion& question, Deadline deadline);
  Result<v1::StatusReply> status(Deadline deadline);
  // The records that are held for review: lists them, shows one, approves, rejects. A
  // decision may be asked for again, and changes nothing then. Where the reply says
  // `more`, ask again with its last_id as after_id.
  Result<v1::QuarantineReply> quarantine(const v1::QuarantineRequest& request, Deadline deadline);
  // Named cursors of subscribers; see capexdb/subscription.h. `name` empty: all.
  Result<FeedCursors> cursors(const std::string& name, Deadline deadline);
  // Moves one, or makes it, and answers where it stands, on disk. It goes back only with
  // `rewind`. Also out_of_range: a sequence that the store does not have yet.
  Result<std::uint64_t> ack(const std::string& cursor, std::uint64_t sequence, bool rewind,
                            Deadline deadline);
  Result<void> forget_cursor(const std::string& cursor, Deadline deadline);
  Result<void> ping(Deadline deadline);

 private:
  struct Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace capexdb
