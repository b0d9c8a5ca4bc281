#include "daemon/session.h"

#include "proto/model/text.h"
#include "tests/unit/daemon/session_script.h"

namespace capexdb::daemon {
namespace {

using ::testing::HasSubstr;

TEST(Session, AnswersHelloWithWelcomeAndItsLimits) {
  Script script;
  script.hello();
  ASSERT_EQ(script.received.size(), 1U);
  EXPECT_EQ(script.received[0].request_id(), 1U);
  const v1::Welcome& welcome = script.received[0].welcome();
  EXPECT_EQ(welcome.protocol_version(), 1U);
  EXPECT_EQ(welcome.last_sequence(), 89U);
  EXPECT_EQ(welcome.last_batch_number(), 4U);
  EXPECT_EQ(welcome.limits().message_bytes_max(), limits::kMessageBytesMax);
  EXPECT_EQ(welcome.limits().batch_events_max(), limits::kBatchEventsMax);
  EXPECT_EQ(welcome.limits().requests_in_flight_max(), limits::kRequestsInFlightMax);
  EXPECT_EQ(script.session().client_name(), "test");
  EXPECT_TRUE(script.session().wants_read());
}

TEST(Session, AnswersPingAtOnce) {
  Script script;
  script.hello();
  script.send(Script::ping(5, 42));
  ASSERT_EQ(script.received.size(), 2U);
  EXPECT_EQ(script.received[1].request_id(), 5U);
  EXPECT_EQ(script.received[1].pong().nonce(), 42U);
}

TEST(Session, HandsABatchOverWithEveryEventsOwnBytes) {
  Script script;
  script.hello();
  v1::ClientMessage message = Script::ingest(2, 5);
  // A field of a later release: number 1000, varint 1.
  const std::string unknown("\xC0\x3E\x01", 3);
  internal::v1::RawClientMessage raw;
  ASSERT_TRUE(raw.ParseFromString(message.SerializeAsString()));
  raw.mutable_ingest()->mutable_events(0)->append(unknown);
  const std::string event = raw.ingest().events(0);
  script.bytes(wire::frame(raw));

  ASSERT_EQ(script.batches.size(), 1U);
  const storage::Batch& batch = script.batches[0].batch;
  EXPECT_EQ(batch.producer_id, "p");
  EXPECT_EQ(batch.batch_number, 5U);
  EXPECT_FALSE(batch.atomic);
  ASSERT_EQ(batch.records.size(), 1U);
  ASSERT_TRUE(batch.records[0].has_value()) << batch.records[0].error().message;
  EXPECT_EQ(batch.records[0]->bytes(), event);

  script.reply_ingest(script.batches[0].ticket, 5);
  ASSERT_EQ(script.received.size(), 2U);
  EXPECT_EQ(script.received[1].request_id(), 2U);
  EXPECT_EQ(script.received[1].ingest().batch_number(), 5U);
}

TEST(Session, ABadEventIsARecordAndNotAFault) {
  Script script;
  script.hello();
  internal::v1::RawClientMessage raw;
  raw.set_request_id(2);
  raw.mutable_ingest()->set_producer_id("p");
  raw.mutable_ingest()->set_batch_number(1);
  raw.mutable_ingest()->add_events("\xFF\xFF");
  raw.mutable_ingest()->add_events(Script::event().SerializeAsString());
  script.bytes(wire::frame(raw));
  ASSERT_EQ(script.batches.size(), 1U);
  EXPECT_FALSE(script.batches[0].batch.records[0].has_value());
  EXPECT_TRUE(script.batches[0].batch.records[1].has_value());
}

TEST(Session, TheSameContentHasTheSameHashAndOtherContentAnother) {
  const auto hash = [](const v1::ClientMessage& message) {
    Script script;
    script.hello();
    script.send(message);
    return script.batches.at(0).batch.request_hash;
  };
  v1::ClientMessage atomic = Script::ingest(2, 1);
  atomic.mutable_ingest()->set_mode(v1::BATCH_MODE_ATOMIC);
  v1::ClientMessage partial = Script::ingest(2, 1);
  partial.mutable_ingest()->set_mode(v1::BATCH_MODE_PARTIAL);
  v1::ClientMessage other = Script::ingest(2, 1, 0);
  *other.mutable_ingest()->add_events() = Script::event("1");
  EXPECT_EQ(hash(Script::ingest(2, 1)), hash(Script::ingest(9, 1)));
  EXPECT_EQ(hash(Script::ingest(2, 1)), hash(partial));
  EXPECT_NE(hash(Script::ingest(2, 1)), hash(atomic));
  EXPECT_NE(hash(Script::ingest(2, 1)), hash(other));
  EXPECT_NE(hash(Script::ingest(2, 1)), hash(Script::ingest(2, 1, 2)));
}

TEST(Session, RunsReadingRequestsAndPassesTheirFramesOn) {
  Script script;
  script.hello();
  script.send(Script::query(8));
  ASSERT_EQ(script.requests.size(), 1U);
  EXPECT_EQ(script.requests[0].request_id, 8U);
  EXPECT_EQ(std::get<v1::QueryRequest>(script.requests[0].request).select(0), "alibaba");
  script.reply_query(script.requests[0]);
  ASSERT_EQ(script.received.size(), 2U);
  EXPECT_EQ(script.received[1].request_id(), 8U);
  EXPECT_TRUE(script.received[1].has_query_done());
}

TEST(Session, RunsRequestsAboutTheQuarantineLikeOthers) {
  Script script;
  script.hello("");
  v1::ClientMessage message;
  message.set_request_id(8);
  message.mutable_quarantine()->set_action(v1::QUARANTINE_ACTION_REJECT);
  message.mutable_quarantine()->add_ids(5);
  script.send(message);
  ASSERT_EQ(script.requests.size(), 1U) << "it needs no producer";
  const auto& request = std::get<v1::QuarantineRequest>(script.requests[0].request);
  EXPECT_EQ(request.action(), v1::QUARANTINE_ACTION_REJECT);
  EXPECT_EQ(request.ids(0), 5U);
}

// An ingest that cannot be taken, but leaves the connection whole.
struct BadIngest {
  const char* name;
  Errc code;
  const char* says;
  std::function<void(v1::IngestRequest&)> spoil;
};
void PrintTo(const BadIngest& bad, std::ostream* out) { *out << bad.name; }

class SessionBadIngest : public ::testing::TestWithParam<BadIngest> {};

TEST_P(SessionBadIngest, GetsAnErrorAndTheConnectionGoesOn) {
  SessionLimits limits;
  limits.batch_events_max = 3;
  Script script(limits);
  script.hello();
  v1::ClientMessage message = Script::ingest(2, 1);
  GetParam().spoil(*message.mutable_ingest());
  script.send(message);
  script.send(Script::ping(3));
  ASSERT_EQ(script.received.size(), 3U);
  EXPECT_EQ(script.received[1].request_id(), 2U);
  EXPECT_EQ(script.received[1].error().code(), static_cast<int>(GetParam().code));
  EXPECT_THAT(script.received[1].error().message(), HasSubstr(GetParam().says));
  EXPECT_TRUE(script.received[2].has_pong());
  EXPECT_TRUE(script.batches.empty());
}

INSTANTIATE_TEST_SUITE_P(
    All, SessionBadIngest,
    ::testing::Values(
        BadIngest{"NoProducer", Errc::invalid_argument, "another producer",
                  [](v1::IngestRequest& m) { m.clear_producer_id(); }},
        BadIngest{"OtherProducer", Errc::invalid_argument, "another producer",
                  [](v1::IngestRequest& m) { m.set_producer_id("q"); }},
        BadIngest{"NoNumber", Errc::invalid_argument, "numbered from 1",
                  [](v1::IngestRequest& m) { m.clear_batch_number(); }},
        BadIngest{"UnknownMode", Errc::invalid_argument, "unknown batch mode 9",
                  [](v1::IngestRequest& m) { m.set_mode(static_cast<v1::BatchMode>(9)); }},
        BadIngest{"TooManyEvents", Errc::resource_exhausted, "4 events is over the limit of 3",
                  [](v1::IngestRequest& m) {
                    for (int i = 0; i < 3; ++i) m.add_events();
                  }},
        BadIngest{"EventTable", Errc::unimplemented, "EventTable",
                  [](v1::IngestRequest& m) {
                    m.GetReflection()->MutableUnknownFields(&m)->AddLengthDelimited(6, "table");
                  }}),
    [](const auto& param) { return std::string(param.param.name); });

TEST(Session, IngestNeedsAProducerInHello) {
  Script script;
  script.hello("");
  script.send(Script::ingest(2, 1));
  EXPECT_THAT(script.received.at(1).error().message(), HasSubstr("Hello named no producer_id"));
  EXPECT_TRUE(script.session().wants_read());
}

TEST(Session, ADryRunNeedsNoNumber) {
  Script script;
  script.hello();
  v1::ClientMessage message = Script::ingest(2, 0);
  message.mutable_ingest()->set_dry_run(true);
  script.send(message);
  ASSERT_EQ(script.batches.size(), 1U);
  EXPECT_TRUE(script.batches[0].batch.dry_run);
}

TEST(Session, AFencedProducerIsToldAndKeepsItsConnection) {
  Script script;
  script.hello();
  script.session().fence();
  script.send(Script::ingest(2, 1));
  EXPECT_EQ(script.received.at(1).error().code(), static_cast<int>(Errc::aborted));
  EXPECT_THAT(script.received[1].error().message(), HasSubstr("a newer connection"));
  script.send(Script::query(3));
  EXPECT_EQ(script.requests.size(), 1U);
}

TEST(Session, CancelStopsWhatRunsAndAnswersWhatWaits) {
  SessionLimits limits;
  limits.requests_running_max = 1;
  Script script(limits);
  script.hello();
  script.send(Script::query(2));
  script.send(Script::query(3));
  ASSERT_EQ(script.requests.size(), 1U);

  v1::ClientMessage cancel;
  cancel.mutable_cancel()->set_request_id(3);
  script.send(cancel);
  ASSERT_EQ(script.received.size(), 2U);
  EXPECT_EQ(script.received[1].request_id(), 3U);
  EXPECT_EQ(script.received[1].error().code(), static_cast<int>(Errc::cancelled));
  EXPECT_FALSE(*script.requests[0].cancelled);

  cancel.mutable_cancel()->set_request_id(2);
  script.send(cancel);
  EXPECT_TRUE(*script.requests[0].cancelled);
  EXPECT_EQ(script.received.size(), 2U) << "its own answer says that it was cancelled";
}

TEST(Session, AnIngestReplyThatIsTooLongLosesItsTextsOnly) {
  const auto reply_within = [](std::size_t bytes) {
    SessionLimits limits;
    limits.reply_bytes_max = bytes;
    Script script(limits);
    script.hello();
    script.send(Script::ingest(2, 1));
    v1::IngestReply reply;
    for (int i = 0; i < 20; ++i) {
      v1::Verdict& verdict = *reply.add_verdicts();
      verdict.set_code("bad");
      verdict.set_field(std::string(50, 'f'));
      verdict.set_message(std::string(100, 'x'));
    }
    script.session().on_ingest_reply(script.batches.at(0).ticket, reply, {});
    script.perform();
    return script.received.at(1).ingest();
  };
  EXPECT_FALSE(reply_within(4000).verdicts(7).message().empty());
  for (const std::size_t bytes : {2000U, 500U}) {
    const v1::IngestReply got = reply_within(bytes);
    EXPECT_LE(got.ByteSizeLong(), bytes);
    ASSERT_EQ(got.verdicts_size(), 20);
    EXPECT_EQ(got.verdicts(7).code(), "bad");
    EXPECT_TRUE(got.verdicts(7).message().empty());
    EXPECT_EQ(got.verdicts(7).field().empty(), bytes == 500U);
  }
}

TEST(Session, TheReplyToTheLargestBatchOfBadEventsFitsAMessage) {
  Script script;
  script.hello();
  script.send(Script::ingest(2, 1));
  v1::IngestReply reply;
  for (std::uint32_t i = 0; i < limits::kBatchEventsMax; ++i) {
    v1::Verdict& verdict = *reply.add_verdicts();
    verdict.set_index(i);
    verdict.set_outcome(v1::OUTCOME_CONFLICT);
    verdict.set_sequence(~std::uint64_t{0});
    verdict.set_code("missing_published_at_or_longer");
    verdict.set_field(std::string(150, 'f'));
    verdict.set_message(std::string(300, 'x'));
  }
  script.session().on_ingest_reply(script.batches.at(0).ticket, reply, {});
  script.perform();
  EXPECT_LE(script.received.at(1).ByteSizeLong(), limits::kMessageBytesMax);
  EXPECT_EQ(script.received[1].ingest().verdicts_size(), 100'000);
}

}  // namespace
}  // namespace capexdb::daemon
