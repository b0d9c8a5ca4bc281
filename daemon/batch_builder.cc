#include "daemon/batch_builder.h"

#include <google/protobuf/message.h>
#include <google/protobuf/unknown_field_set.h>

#include <algorithm>

#include "proto/codec/validate.h"
#include "proto/model/limits.h"
#include "proto/model/text.h"

namespace capexdb::daemon {
namespace {

constexpr int kTableFieldNumber = 6;  // IngestRequest.table, reserved

bool has_field(const google::protobuf::UnknownFieldSet& fields, int number) {
  for (int i = 0; i < fields.field_count(); ++i) {
    if (fields.field(i).number() == number) return true;
  }
  return false;
}

tl::unexpected<Error> wrong(const char* field, std::string message) {
  return fail(Error{Errc::invalid_argument, std::move(message), std::string("ingest.") + field});
}

void append_number(std::string& bytes, std::uint64_t number) {
  for (int shift = 0; shift < 64; shift += 8) {
    bytes.push_back(static_cast<char>((number >> shift) & 0xFFU));
  }
}

constexpr std::size_t kErrorTextBytes = 128;  // of a record that is refused

}  // namespace

std::size_t BatchBuilder::memory(std::size_t events, std::size_t event_bytes) {
  return events * (sizeof(Result<ValidEvent>) + kErrorTextBytes) + 2 * event_bytes;
}

Result<BatchBuilder> BatchBuilder::start(internal::v1::RawIngestRequest request,
                                         const Producer& producer) {
  if (producer.id.empty()) {
    return wrong("producer_id", "Hello named no producer_id; connect again and name one to ingest");
  }
  if (request.producer_id() != producer.id) {
    return wrong("producer_id", "the batch names another producer than the connection's Hello ('" +
                                    producer.id + "')");
  }
  if (request.batch_number() == 0 && !request.dry_run()) {
    return wrong("batch_number", "batches are numbered from 1; go on from Welcome's number");
  }
  if (request.mode() != v1::BATCH_MODE_UNSPECIFIED && request.mode() != v1::BATCH_MODE_PARTIAL &&
      request.mode() != v1::BATCH_MODE_ATOMIC) {
    return wrong("mode", "unknown batch mode " + std::to_string(request.mode()));
  }
  if (has_field(request.GetReflection()->GetUnknownFields(request), kTableFieldNumber)) {
    return fail(Error{Errc::unimplemented,
                      "this server does not take EventTable; send the facts as events",
                      "ingest.table"});
  }

  if (request.checkpoint().size() > limits::kCheckpointBytesMax ||
      !is_clean_text(request.checkpoint())) {
    return wrong("checkpoint", "a checkpoint has at most " +
                                   std::to_string(limits::kCheckpointBytesMax) +
                                   " bytes of clean UTF-8");
  }

  BatchBuilder builder(std::move(request));
  builder.batch_.producer_id = producer.id;
  builder.batch_.ephemeral_producer = producer.ephemeral;
  builder.batch_.batch_number = builder.request_.batch_number();
  builder.batch_.atomic = builder.request_.mode() == v1::BATCH_MODE_ATOMIC;
  builder.batch_.dry_run = builder.request_.dry_run();
  if (builder.request_.has_checkpoint()) {
    builder.batch_.checkpoint = builder.request_.checkpoint();
  }
  builder.batch_.records.reserve(static_cast<std::size_t>(builder.request_.events_size()));
  builder.hashes_.push_back(builder.batch_.atomic ? 'a' : 'p');
  return builder;
}

bool BatchBuilder::step(const Slice& slice) {
  const std::size_t total = static_cast<std::size_t>(request_.events_size());
  const std::size_t last = std::min(total, static_cast<std::size_t>(next_) + slice.events);
  const std::size_t last_byte = event_bytes_ + slice.bytes;
  for (; static_cast<std::size_t>(next_) < last && event_bytes_ < last_byte; ++next_) {
    std::string& event = *request_.mutable_events(next_);
    append_number(hashes_, event.size());
    append_number(hashes_, hash64(event));
    event_bytes_ += event.size();
    batch_.records.push_back(validate(std::move(event)));
  }
  if (static_cast<std::size_t>(next_) < total) return false;
  batch_.request_hash = hash64(hashes_);
  return true;
}

}  // namespace capexdb::daemon
