#include "daemon/envelope.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "proto/model/limits.h"

namespace capexdb::daemon {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kEventsMax = 1000;
// Field 2000, a varint: of a later release.
const std::string kLater("\x80\x7D\x01", 3);

Result<Incoming> read(const std::string& bytes) {
  return read_envelope(bytes, outline_of(bytes), kEventsMax);
}

std::string error_of(const Result<Incoming>& result) {
  if (!result) return result.error().message;
  const auto* refused = std::get_if<Refused>(&*result);
  return refused == nullptr ? "" : refused->error.message;
}

v1::ClientMessage query() {
  v1::ClientMessage message;
  message.set_request_id(7);
  message.mutable_query()->add_select("alibaba");
  return message;
}

v1::ClientMessage ingest(int events) {
  v1::ClientMessage message;
  message.set_request_id(7);
  message.mutable_ingest()->set_batch_number(1);
  for (int i = 0; i < events; ++i) message.mutable_ingest()->add_events();
  return message;
}

TEST(Envelope, UnknownFieldsDoNotHideTheRequest) {
  const std::string text("\x82\x7D\x01x", 4);  // field 2000, bytes
  for (const std::string& later : {kLater, text}) {
    const auto after_ingest = read(ingest(1).SerializeAsString() + later);
    ASSERT_TRUE(after_ingest) << after_ingest.error().message;
    EXPECT_EQ(std::get<internal::v1::RawIngestRequest>(*after_ingest).events_size(), 1);
    const auto before_ingest = read(later + ingest(1).SerializeAsString());
    ASSERT_TRUE(before_ingest);
    EXPECT_TRUE(std::holds_alternative<internal::v1::RawIngestRequest>(*before_ingest));
    const auto after_query = read(query().SerializeAsString() + later);
    ASSERT_TRUE(after_query) << after_query.error().message;
    EXPECT_EQ(std::get<v1::QueryRequest>(*after_query).select(0), "alibaba");
  }
}

TEST(Envelope, AMessageOfUnknownFieldsNamesThem) {
  EXPECT_THAT(error_of(read(kLater)), HasSubstr("(field 2000)"));
  // A member of the oneof by its number, but not by its type.
  EXPECT_THAT(error_of(read(std::string("\x20\x01", 2))), HasSubstr("(field 4)"));
}

TEST(Envelope, TheRequestsOfTheFeedAreRead) {
  v1::ClientMessage message;
  message.mutable_subscribe()->mutable_filter()->add_companies("alibaba");
  auto read_back = read(message.SerializeAsString());
  ASSERT_TRUE(read_back) << read_back.error().message;
  EXPECT_EQ(std::get<v1::SubscribeRequest>(*read_back).filter().companies(0), "alibaba");
  message.mutable_credit()->set_changes(7);
  read_back = read(message.SerializeAsString());
  EXPECT_EQ(std::get<v1::Credit>(*read_back).changes(), 7U);
  message.mutable_ack()->set_cursor("desk");
  read_back = read(message.SerializeAsString());
  EXPECT_EQ(std::get<v1::Ack>(*read_back).cursor(), "desk");
  message.mutable_cursors()->set_name("desk");
  read_back = read(message.SerializeAsString());
  EXPECT_EQ(std::get<v1::CursorRequest>(*read_back).name(), "desk");
}

TEST(Envelope, AFilterOfTooManyNamesIsNotBuilt) {
  v1::ClientMessage message;
  v1::FeedFilter& filter = *message.mutable_subscribe()->mutable_filter();
  for (std::size_t i = 0; i < limits::kQuestionFieldsMax; ++i) filter.add_companies();
  EXPECT_THAT(error_of(read(message.SerializeAsString())), HasSubstr("fields is over the limit"));
  filter.clear_companies();
  for (std::size_t i = 0; i < limits::kQuestionFieldsMax; ++i) {
    filter.add_statuses(v1::STATUS_ACTUAL);
  }
  EXPECT_THAT(error_of(read(message.SerializeAsString())), HasSubstr("fields is over the limit"));
}

TEST(Envelope, ARequestAboutTheQuarantineIsOne) {
  v1::ClientMessage message;
  message.set_request_id(7);
  message.mutable_quarantine()->set_action(v1::QUARANTINE_ACTION_APPROVE);
  message.mutable_quarantine()->add_ids(5);
  const auto read_back = read(message.SerializeAsString());
  ASSERT_TRUE(read_back) << read_back.error().message;
  EXPECT_EQ(std::get<v1::QuarantineRequest>(*read_back).ids(0), 5U);
  // A packed list counts by its bytes.
  for (std::size_t i = 0; i < limits::kQuestionFieldsMax; ++i)
    message.mutable_quarantine()->add_ids(5);
  EXPECT_THAT(error_of(read(message.SerializeAsString())), HasSubstr("fields is over the limit"));
}

TEST(Envelope, TheNumbersOfTheSchemaArePayloads) {
  google::protobuf::DescriptorProto message;
  v1::ClientMessage::descriptor()->CopyTo(&message);
  std::vector<int> numbers;
  for (const auto& field : message.field()) {
    if (field.has_oneof_index()) numbers.push_back(field.number());
  }
  std::sort(numbers.begin(), numbers.end());
  for (int number = 1; number < 16; ++number) {
    const std::string bytes = {static_cast<char>(number * 8 + 2), '\0'};  // empty, of that number
    const bool member = std::binary_search(numbers.begin(), numbers.end(), number);
    EXPECT_EQ(outline_of(bytes).payload, member ? number : 0);
  }
}

TEST(Envelope, AnIngestBesideAnotherRequestIsNotBuilt) {
  const std::string bytes = ingest(3).SerializeAsString() + query().SerializeAsString();
  EXPECT_THAT(error_of(read(bytes)), HasSubstr("an ingest and another request"));
}

TEST(Envelope, AQuestionOfTooManyFieldsIsRefusedBeforeItIsBuilt) {
  v1::ClientMessage message = query();
  message.mutable_query()->clear_select();
  // The request itself is one more.
  for (std::size_t i = 1; i < limits::kQuestionFieldsMax; ++i)
    message.mutable_query()->add_select();
  EXPECT_EQ(error_of(read(message.SerializeAsString())), "");
  message.mutable_query()->add_select();
  const auto result = read(message.SerializeAsString());
  ASSERT_TRUE(result) << "the connection goes on";
  EXPECT_EQ(std::get<Refused>(*result).error.code, Errc::invalid_argument);
  EXPECT_THAT(error_of(result), HasSubstr("20001 fields is over the limit of 20000"));
}

TEST(Envelope, APackedListCountsByItsBytes) {
  v1::ClientMessage message = query();
  for (std::size_t i = 0; i < limits::kQuestionFieldsMax; ++i) {
    message.mutable_query()->add_statuses(v1::STATUS_ACTUAL);
  }
  EXPECT_THAT(error_of(read(message.SerializeAsString())), HasSubstr("fields is over the limit"));
}

TEST(Envelope, UnknownFieldsOfAQuestionCount) {
  std::string bytes = query().SerializeAsString();
  for (std::size_t i = 0; i < limits::kQuestionFieldsMax; ++i) bytes += kLater;
  EXPECT_THAT(error_of(read(bytes)), HasSubstr("fields is over the limit"));
}

}  // namespace
}  // namespace capexdb::daemon
