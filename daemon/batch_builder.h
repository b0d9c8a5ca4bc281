// An ingest request on its way to a validated batch. Sans-I/O.
//
// Validation is done in slices, so that one large batch does not keep the
// other connections of the net thread waiting.
#pragma once

#include <cstddef>

#include "capexdb/internal/v1/raw.pb.h"
#include "storage/event_store.h"

namespace capexdb::daemon {

struct Producer {
  std::string id;
  bool ephemeral = false;
};

class BatchBuilder {
 public:
  // Checks the request as a whole. Errors: invalid_argument (producer, number,
  // mode), unimplemented (a bulk form that this server does not know). A bad
  // event is no error but a record.
  static Result<BatchBuilder> start(internal::v1::RawIngestRequest request,
                                    const Producer& producer);

  // Validates more of it, until `events` or `bytes` are reached; true when the
  // batch is complete.
  struct Slice {
    std::size_t events;
    std::size_t bytes;
  };
  bool step(const Slice& slice);

  // About how much memory a batch takes, from before it is built until it is
  // committed.
  static std::size_t memory(std::size_t events, std::size_t event_bytes);

  // Of a complete batch: its memory(), and the batch itself.
  std::size_t bytes() const { return memory(batch_.records.size(), event_bytes_); }
  storage::Batch take() { return std::move(batch_); }

 private:
  explicit BatchBuilder(internal::v1::RawIngestRequest request) : request_(std::move(request)) {}

  internal::v1::RawIngestRequest request_;
  int next_ = 0;                 // event of request_
  std::string hashes_;           // what request_hash is made from
  std::size_t event_bytes_ = 0;  // of the events before next_
  storage::Batch batch_;
};

}  // namespace capexdb::daemon
