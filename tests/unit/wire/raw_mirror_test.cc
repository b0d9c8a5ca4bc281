// capexdb/internal/v1/raw.proto is a second view of the public ingest message;
// the two must never come apart.
#include <google/protobuf/wire_format_lite.h>
#include <gtest/gtest.h>

#include <string>

#include "capexdb/internal/v1/raw.pb.h"
#include "capexdb/v1/envelope.pb.h"

namespace capexdb {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;

WireFormatLite::WireType wire_type(const FieldDescriptor& field) {
  return WireFormatLite::WireTypeForFieldType(static_cast<WireFormatLite::FieldType>(field.type()));
}

// Every field of the raw message is a public one: name, number and encoding.
void expect_mirror(const Descriptor& raw, const Descriptor& open) {
  for (int i = 0; i < raw.field_count(); ++i) {
    const FieldDescriptor& field = *raw.field(i);
    const FieldDescriptor* mirrored = open.FindFieldByNumber(field.number());
    ASSERT_NE(mirrored, nullptr) << field.full_name();
    EXPECT_EQ(mirrored->name(), field.name()) << field.full_name();
    EXPECT_EQ(mirrored->is_repeated(), field.is_repeated()) << field.full_name();
    EXPECT_EQ(wire_type(*mirrored), wire_type(field)) << field.full_name();
  }
}

TEST(RawMirror, EveryRawFieldIsAPublicFieldOfTheSameNumber) {
  expect_mirror(*internal::v1::RawClientMessage::descriptor(), *v1::ClientMessage::descriptor());
  expect_mirror(*internal::v1::RawIngestRequest::descriptor(), *v1::IngestRequest::descriptor());
}

TEST(RawMirror, EveryFieldOfAnIngestRequestIsMirrored) {
  const Descriptor& open = *v1::IngestRequest::descriptor();
  for (int i = 0; i < open.field_count(); ++i) {
    EXPECT_NE(
        internal::v1::RawIngestRequest::descriptor()->FindFieldByNumber(open.field(i)->number()),
        nullptr)
        << open.field(i)->full_name();
  }
}

TEST(RawMirror, TheSameBytesAreReadEitherWayAndEachEventKeepsItsOwn) {
  v1::ClientMessage message;
  message.set_request_id(7);
  v1::IngestRequest& ingest = *message.mutable_ingest();
  ingest.set_producer_id("edgar");
  ingest.set_batch_number(3);
  ingest.set_mode(v1::BATCH_MODE_ATOMIC);
  ingest.set_dry_run(true);
  ingest.add_events()->set_event_id("row-1");
  ASSERT_TRUE(ingest.add_events()->ParseFromString("\x0A\x05row-2\xC2\x3E\x05later"));

  internal::v1::RawClientMessage raw;
  ASSERT_TRUE(raw.ParseFromString(message.SerializeAsString()));
  EXPECT_EQ(raw.request_id(), 7U);
  ASSERT_TRUE(raw.has_ingest());
  EXPECT_EQ(raw.ingest().producer_id(), "edgar");
  EXPECT_EQ(raw.ingest().batch_number(), 3U);
  EXPECT_EQ(raw.ingest().mode(), v1::BATCH_MODE_ATOMIC);
  EXPECT_TRUE(raw.ingest().dry_run());
  ASSERT_EQ(raw.ingest().events_size(), 2);
  EXPECT_EQ(raw.ingest().events(0), ingest.events(0).SerializeAsString());
  EXPECT_EQ(raw.ingest().events(1), "\x0A\x05row-2\xC2\x3E\x05later");
  EXPECT_EQ(raw.SerializeAsString(), message.SerializeAsString());
}

TEST(RawMirror, AMessageThatIsNoIngestHasNone) {
  v1::ClientMessage message;
  message.set_request_id(8);
  message.mutable_ping()->set_nonce(1);
  internal::v1::RawClientMessage raw;
  ASSERT_TRUE(raw.ParseFromString(message.SerializeAsString()));
  EXPECT_FALSE(raw.has_ingest());
  EXPECT_EQ(raw.request_id(), 8U);
}

}  // namespace
}  // namespace capexdb
