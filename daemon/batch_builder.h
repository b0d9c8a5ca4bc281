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

  // Validates up to `events` more; true when the batch is complete.
  bool step(std::size_t events);

  // Of a complete batch. About how much memory it takes, and the batch itself.
  std::size_t bytes() const { return bytes_; }
  storage::Batch take() { return std::move(batch_); }

 private:
  explicit BatchBuilder(internal::v1::RawIngestRequest request) : request_(std::move(request)) {}

  internal::v1::RawIngestRequest request_;
  int next_ = 0;        // event of request_
  std::string hashes_;  // what request_hash is made from
  std::size_t bytes_ = 0;
  storage::Batch batch_;
};

}  // namespace capexdb::daemon
