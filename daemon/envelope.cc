#include "daemon/envelope.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include "proto/model/limits.h"
#include "proto/model/text.h"

namespace capexdb::daemon {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

CodedInputStream stream_of(std::string_view bytes) {
  return CodedInputStream(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                          static_cast<int>(bytes.size()));
}

// Two bytes make a field that takes far more in memory, so fields are counted
// before a message is built.
constexpr std::size_t kIngestFieldsMax = 1000;  // beside the events

constexpr std::uint32_t bytes_tag(int field) {
  return WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
}

// The numbers of the oneof, which leaves none out.
constexpr int kFirstPayload = v1::ClientMessage::kHelloFieldNumber;
constexpr int kLastPayload = v1::ClientMessage::kCursorsFieldNumber;

bool is_known(int payload) { return payload >= kFirstPayload && payload <= kLastPayload; }

bool is_payload(std::uint32_t tag) {
  const int number = WireFormatLite::GetTagFieldNumber(tag);
  return number >= kFirstPayload && number <= kLastPayload && tag == bytes_tag(number);
}

// Groups hide more fields, and no message of ours has any.
bool skip(CodedInputStream& in, std::uint32_t tag) {
  const auto type = WireFormatLite::GetTagWireType(tag);
  return type != WireFormatLite::WIRETYPE_START_GROUP &&
         type != WireFormatLite::WIRETYPE_END_GROUP && WireFormatLite::SkipField(&in, tag);
}

// Those of a message inside of a payload, at its length. A packed list counts by its bytes.
bool count_fields(CodedInputStream& in, std::string_view payload, Outline& outline) {
  std::uint32_t length = 0;
  if (!in.ReadVarint32(&length)) return false;
  const auto at = static_cast<std::size_t>(in.CurrentPosition());
  if (length > payload.size() - at || !in.Skip(static_cast<int>(length))) return false;
  CodedInputStream inner = stream_of(payload.substr(at, length));
  while (const std::uint32_t tag = inner.ReadTag()) {
    ++outline.others;
    const int before = inner.CurrentPosition();
    if (!skip(inner, tag)) return false;
    if (tag == bytes_tag(v1::FeedFilter::kStatusesFieldNumber) ||
        tag == bytes_tag(v1::FeedFilter::kMeaningsFieldNumber)) {
      outline.others += static_cast<std::size_t>(inner.CurrentPosition() - before);
    }
  }
  return inner.ConsumedEntireMessage();
}

// The fields of one payload. A packed list counts by its bytes.
bool outline_payload(int payload, std::string_view bytes, Outline& outline) {
  constexpr std::uint32_t kEvent = bytes_tag(internal::v1::RawIngestRequest::kEventsFieldNumber);
  constexpr std::uint32_t kStatuses = bytes_tag(v1::QueryRequest::kStatusesFieldNumber);
  constexpr std::uint32_t kBy = bytes_tag(v1::QueryRequest::kByFieldNumber);
  const bool ingest = payload == v1::ClientMessage::kIngestFieldNumber;
  const bool query = payload == v1::ClientMessage::kQueryFieldNumber;
  constexpr std::uint32_t kIds = bytes_tag(v1::QuarantineRequest::kIdsFieldNumber);
  const bool quarantine = payload == v1::ClientMessage::kQuarantineFieldNumber;
  // The lists of a subscription lie one level deeper.
  constexpr std::uint32_t kFilter = bytes_tag(v1::SubscribeRequest::kFilterFieldNumber);
  const bool subscribe = payload == v1::ClientMessage::kSubscribeFieldNumber;
  CodedInputStream in = stream_of(bytes);
  while (const std::uint32_t tag = in.ReadTag()) {
    ++(ingest && tag == kEvent ? outline.events : outline.others);
    const int before = in.CurrentPosition();
    if (subscribe && tag == kFilter) {
      if (!count_fields(in, bytes, outline)) return false;
      continue;
    }
    if (!skip(in, tag)) return false;
    if ((query && (tag == kStatuses || tag == kBy)) || (quarantine && tag == kIds)) {
      outline.others += static_cast<std::size_t>(in.CurrentPosition() - before);
    }
  }
  return in.ConsumedEntireMessage();
}

bool parse(google::protobuf::MessageLite& message, std::string_view bytes) {
  CodedInputStream in = stream_of(bytes);
  in.SetRecursionLimit(limits::kRecursionDepthMax);
  return message.ParseFromCodedStream(&in) && in.ConsumedEntireMessage();
}

tl::unexpected<Error> malformed() {
  return fail(Errc::invalid_argument,
              "these bytes are not a capexdb.v1.ClientMessage; send one serialized ClientMessage "
              "after each length");
}

Result<void> check_name(const char* field, const std::string& name, std::size_t bytes_max) {
  if (name.size() <= bytes_max && is_clean_text(name)) return {};
  return fail(Error{Errc::invalid_argument,
                    std::string("a ") + field + " is clean text of at most " +
                        std::to_string(bytes_max) + " bytes",
                    std::string("hello.") + field});
}

tl::unexpected<Error> no_payload(const Outline& outline) {
  const int field = outline.payload != 0 ? outline.payload : outline.unknown;
  std::string message = "the message holds no request that this server knows";
  if (field != 0) message += " (field " + std::to_string(field) + ")";
  return fail(Errc::invalid_argument, message + "; see capexdb/v1/envelope.proto");
}

}  // namespace

bool Outline::is_batch() const { return whole && payload == v1::ClientMessage::kIngestFieldNumber; }

std::size_t Outline::question_memory(std::size_t bytes) const {
  constexpr std::size_t kFieldBytes = 64;  // a string, its pointer and its allocation
  return bytes + others * kFieldBytes;
}

Outline outline_of(std::string_view bytes) {
  constexpr std::uint32_t kRequestId = WireFormatLite::MakeTag(
      v1::ClientMessage::kRequestIdFieldNumber, WireFormatLite::WIRETYPE_VARINT);
  Outline outline;
  CodedInputStream in = stream_of(bytes);
  while (const std::uint32_t tag = in.ReadTag()) {
    if (tag == kRequestId) {
      if (!in.ReadVarint64(&outline.request_id)) return outline;
      continue;
    }
    ++outline.others;
    if (!is_payload(tag)) {
      outline.unknown = WireFormatLite::GetTagFieldNumber(tag);
      if (!skip(in, tag)) return outline;
      continue;
    }
    outline.payload = WireFormatLite::GetTagFieldNumber(tag);
    outline.has_ingest |= outline.payload == v1::ClientMessage::kIngestFieldNumber;
    std::uint32_t length = 0;
    if (!in.ReadVarint32(&length)) return outline;
    const auto at = static_cast<std::size_t>(in.CurrentPosition());
    if (length > bytes.size() - at) return outline;
    const std::string_view payload = bytes.substr(at, length);
    if (is_known(outline.payload) && !outline_payload(outline.payload, payload, outline)) {
      return outline;
    }
    if (!in.Skip(static_cast<int>(length))) return outline;
  }
  outline.whole = in.ConsumedEntireMessage();
  return outline;
}

Result<Incoming> read_envelope(std::string_view bytes, const Outline& outline,
                               std::size_t batch_events_max) {
  if (!outline.whole) return malformed();

  if (outline.is_batch()) {
    if (outline.others > kIngestFieldsMax) return malformed();
    if (outline.events > batch_events_max) {
      return Refused{Error{Errc::resource_exhausted,
                           "a batch of " + std::to_string(outline.events) +
                               " events is over the limit of " + std::to_string(batch_events_max) +
                               "; send smaller batches",
                           "ingest.events"}};
    }
    internal::v1::RawClientMessage raw;
    if (!parse(raw, bytes)) return malformed();
    return Incoming(std::move(*raw.mutable_ingest()));
  }
  // Its events would be built only to be thrown away.
  if (outline.has_ingest) {
    return fail(Errc::invalid_argument, "the message holds an ingest and another request");
  }
  if (bytes.size() > limits::kQuestionBytesMax) {
    return Refused{Error{Errc::invalid_argument,
                         "a request of " + std::to_string(bytes.size()) +
                             " bytes that is no ingest is over the limit of " +
                             std::to_string(limits::kQuestionBytesMax) + "; ask for less at once"}};
  }
  if (outline.others > limits::kQuestionFieldsMax) {
    return Refused{Error{Errc::invalid_argument, "a request of " + std::to_string(outline.others) +
                                                     " fields is over the limit of " +
                                                     std::to_string(limits::kQuestionFieldsMax) +
                                                     "; ask for less at once"}};
  }
  if (!is_known(outline.payload)) return no_payload(outline);
  v1::ClientMessage message;
  if (!parse(message, bytes)) return malformed();
  switch (message.message_case()) {
    case v1::ClientMessage::kHello:
      return Incoming(std::move(*message.mutable_hello()));
    case v1::ClientMessage::kQuery:
      return Incoming(std::move(*message.mutable_query()));
    case v1::ClientMessage::kShow:
      return Incoming(std::move(*message.mutable_show()));
    case v1::ClientMessage::kCatalog:
      return Incoming(std::move(*message.mutable_catalog()));
    case v1::ClientMessage::kStatus:
      return Incoming(std::move(*message.mutable_status()));
    case v1::ClientMessage::kPing:
      return Incoming(message.ping());
    case v1::ClientMessage::kCancel:
      return Incoming(message.cancel());
    case v1::ClientMessage::kQuarantine:
      return Incoming(std::move(*message.mutable_quarantine()));
    case v1::ClientMessage::kSubscribe:
      return Incoming(std::move(*message.mutable_subscribe()));
    case v1::ClientMessage::kCredit:
      return Incoming(message.credit());
    case v1::ClientMessage::kAck:
      return Incoming(std::move(*message.mutable_ack()));
    case v1::ClientMessage::kCursors:
      return Incoming(std::move(*message.mutable_cursors()));
    case v1::ClientMessage::kIngest:
    case v1::ClientMessage::MESSAGE_NOT_SET:
      break;
  }
  return no_payload(outline);
}

Result<void> check_hello(const v1::Hello& hello) {
  if (hello.protocol_version() != kProtocolVersion) {
    return fail(Errc::failed_precondition,
                "this server speaks protocol version " + std::to_string(kProtocolVersion) +
                    ", Hello asks for " + std::to_string(hello.protocol_version()));
  }
  CAPEXDB_TRY(check_name("producer_id", hello.producer_id(), limits::kProducerIdBytesMax));
  return check_name("client_name", hello.client_name(), limits::kNameBytesMax);
}

}  // namespace capexdb::daemon
