#include "client/connection_fsm.h"

#include <gmock/gmock.h>

#include "capexdb/client.h"
#include "tests/unit/client/feed_messages.h"

namespace capexdb::client {
namespace {

using State = ConnectionFsm::State;
using testing::HasSubstr;

// The messages that the machine wants to send.
std::vector<v1::ClientMessage> sent(ConnectionFsm& fsm) {
  wire::FrameReader reader(std::size_t{1} << 20U);
  reader.append(fsm.take_output());
  std::vector<v1::ClientMessage> messages;
  std::string_view body;
  while (reader.next(body).value() == wire::FrameReader::State::message) {
    messages.emplace_back().ParseFromArray(body.data(), static_cast<int>(body.size()));
  }
  return messages;
}

ConnectionFsm greeting() {
  v1::Hello hello;
  hello.set_client_name("test");
  hello.set_producer_id("p");
  return ConnectionFsm(hello);
}

ConnectionFsm opened() {
  ConnectionFsm fsm = greeting();
  fsm.take_output();
  fsm.on_bytes(wire::frame(welcome(7)));
  return fsm;
}

std::uint64_t ask_status(ConnectionFsm& fsm) {
  v1::ClientMessage request;
  request.mutable_status();
  return fsm.send(request);
}

std::uint64_t ask_query(ConnectionFsm& fsm) {
  v1::ClientMessage request;
  request.mutable_query();
  return fsm.send(request);
}

TEST(ConnectionFsm, SaysHelloFirst) {
  ConnectionFsm fsm = greeting();
  EXPECT_EQ(fsm.state(), State::greeting);
  const auto messages = sent(fsm);
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].hello().protocol_version(), 1U);
  EXPECT_EQ(messages[0].hello().client_name(), "test");
  EXPECT_EQ(messages[0].hello().producer_id(), "p");
  EXPECT_FALSE(fsm.has_output());
}

TEST(ConnectionFsm, IsOpenAfterWelcomeAndKeepsIt) {
  ConnectionFsm fsm = opened();
  EXPECT_EQ(fsm.state(), State::open);
  EXPECT_EQ(fsm.welcome().last_batch_number(), 7U);
  EXPECT_EQ(fsm.in_flight(), 0U);
}

TEST(ConnectionFsm, ReadsAWelcomeThatComesByteByByte) {
  ConnectionFsm fsm = greeting();
  for (const char byte : wire::frame(welcome())) {
    EXPECT_EQ(fsm.state(), State::greeting);
    fsm.on_bytes(std::string_view(&byte, 1));
  }
  EXPECT_EQ(fsm.state(), State::open);
}

TEST(ConnectionFsm, ARefusalInsteadOfWelcomeIsTheError) {
  ConnectionFsm fsm = greeting();
  fsm.on_bytes(wire::frame(error(1, Errc::unauthenticated, "a token is needed")));
  ASSERT_EQ(fsm.state(), State::failed);
  EXPECT_EQ(fsm.error().code, Errc::unauthenticated);
  EXPECT_EQ(fsm.error().message, "a token is needed");
}

TEST(ConnectionFsm, AnythingElseBeforeWelcomeBreaksTheProtocol) {
  ConnectionFsm fsm = greeting();
  fsm.on_bytes(wire::frame(ingest_reply(1, 1)));
  ASSERT_EQ(fsm.state(), State::failed);
  EXPECT_EQ(fsm.error().reason, kProtocolReason);
}

TEST(ConnectionFsm, AnotherProtocolVersionIsRefused) {
  v1::ServerMessage message = welcome();
  message.mutable_welcome()->set_protocol_version(2);
  ConnectionFsm fsm = greeting();
  fsm.on_bytes(wire::frame(message));
  ASSERT_EQ(fsm.state(), State::failed);
  EXPECT_EQ(fsm.error().reason, kProtocolReason);
  EXPECT_THAT(fsm.error().message, HasSubstr("version 2"));
}

TEST(ConnectionFsm, AnEndBeforeWelcomeIsTheTransportsError) {
  ConnectionFsm fsm = greeting();
  fsm.on_disconnected(Error{Errc::unavailable, "gone"});
  ASSERT_EQ(fsm.state(), State::failed);
  EXPECT_EQ(fsm.error().code, Errc::unavailable);
}

TEST(ConnectionFsm, GivesEachRequestAnIdOfItsOwn) {
  ConnectionFsm fsm = opened();
  const auto first = ask_status(fsm);
  const auto second = ask_query(fsm);
  EXPECT_NE(first, second);
  const auto messages = sent(fsm);
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].request_id(), first);
  EXPECT_EQ(messages[1].request_id(), second);
  EXPECT_EQ(fsm.in_flight(), 2U);
}

TEST(ConnectionFsm, MatchesRepliesThatInterleave) {
  ConnectionFsm fsm = opened();
  const auto query = ask_query(fsm);
  const auto status = ask_status(fsm);
  v1::ServerMessage chunk;
  chunk.set_request_id(query);
  chunk.mutable_query_chunk()->add_rows()->set_company("alibaba");
  v1::ServerMessage answer;
  answer.set_request_id(status);
  answer.mutable_status()->set_sequence(3);
  v1::ServerMessage done;
  done.set_request_id(query);
  done.mutable_query_done();
  fsm.on_bytes(wire::frame(chunk) + wire::frame(answer) + wire::frame(done));

  const auto first = fsm.next_reply();
  ASSERT_TRUE(first && first->message);
  EXPECT_EQ(first->request_id, query);
  EXPECT_FALSE(first->last);
  const auto second = fsm.next_reply();
  ASSERT_TRUE(second && second->message);
  EXPECT_EQ(second->message->status().sequence(), 3U);
  EXPECT_TRUE(second->last);
  const auto third = fsm.next_reply();
  ASSERT_TRUE(third);
  EXPECT_TRUE(third->last);
  EXPECT_FALSE(fsm.next_reply());
  EXPECT_EQ(fsm.in_flight(), 0U);
}

TEST(ConnectionFsm, AnErrorToOneRequestLeavesTheConnectionGood) {
  ConnectionFsm fsm = opened();
  const auto id = ask_status(fsm);
  fsm.on_bytes(wire::frame(error(id, Errc::invalid_argument, "no")));
  const auto reply = fsm.next_reply();
  ASSERT_TRUE(reply);
  ASSERT_FALSE(reply->message);
  EXPECT_EQ(reply->message.error().code, Errc::invalid_argument);
  EXPECT_TRUE(reply->last);
  EXPECT_EQ(fsm.state(), State::open);
}

TEST(ConnectionFsm, AnErrorToNoRequestEndsTheConnection) {
  ConnectionFsm fsm = opened();
  fsm.on_bytes(wire::frame(error(0, Errc::aborted, "fenced")));
  ASSERT_EQ(fsm.state(), State::failed);
  EXPECT_EQ(fsm.error().code, Errc::aborted);
}

TEST(ConnectionFsm, AReplyThatNobodyWaitsForBreaksTheProtocol) {
  ConnectionFsm fsm = opened();
  fsm.on_bytes(wire::frame(ingest_reply(99, 1)));
  ASSERT_EQ(fsm.state(), State::failed);
  EXPECT_EQ(fsm.error().reason, kProtocolReason);
}

TEST(ConnectionFsm, AReplyOfAnotherKindBreaksTheProtocol) {
  ConnectionFsm fsm = opened();
  const auto id = ask_status(fsm);
  fsm.on_bytes(wire::frame(ingest_reply(id, 1)));
  ASSERT_EQ(fsm.state(), State::failed);
  EXPECT_EQ(fsm.error().reason, kProtocolReason);
}

TEST(ConnectionFsm, BytesThatAreNoMessageBreakTheProtocol) {
  ConnectionFsm fsm = opened();
  fsm.on_bytes(std::string("\x02\xFF\xFF", 3));
  ASSERT_EQ(fsm.state(), State::failed);
  EXPECT_EQ(fsm.error().reason, kProtocolReason);
}

TEST(ConnectionFsm, ALengthOverTheLimitIsRefusedAtOnce) {
  ConnectionFsm fsm = opened();
  fsm.on_bytes("\xFF\xFF\xFF\xFF\x07");
  ASSERT_EQ(fsm.state(), State::failed);
  EXPECT_EQ(fsm.error().reason, kProtocolReason);
}

TEST(ConnectionFsm, RepliesThatCameBeforeTheEndAreKept) {
  ConnectionFsm fsm = opened();
  v1::ClientMessage request;
  request.mutable_ingest()->set_batch_number(8);
  const auto id = fsm.send(request);
  fsm.on_bytes(wire::frame(ingest_reply(id, 8)));
  fsm.on_disconnected(Error{Errc::unavailable, "gone"});
  EXPECT_EQ(fsm.state(), State::failed);
  const auto reply = fsm.next_reply();
  ASSERT_TRUE(reply && reply->message);
  EXPECT_EQ(reply->message->ingest().batch_number(), 8U);
}

std::uint64_t subscribe(ConnectionFsm& fsm) {
  v1::ClientMessage request;
  request.mutable_subscribe();
  return fsm.send(request);
}

TEST(ConnectionFsm, ASubscriptionHasRepliesUntilItsEnd) {
  ConnectionFsm fsm = opened();
  const auto id = subscribe(fsm);
  fsm.on_bytes(wire::frame(progress(id, 1)) + wire::frame(change(id, 2)) +
               wire::frame(gap(id, 3, 4)) + wire::frame(caught_up(id, 4)) +
               wire::frame(change(id, 5)));
  for (int i = 0; i < 5; ++i) {
    const auto reply = fsm.next_reply();
    ASSERT_TRUE(reply && reply->message);
    EXPECT_FALSE(reply->last);
  }
  EXPECT_EQ(fsm.in_flight(), 1U);
  fsm.on_bytes(wire::frame(caught_up(id, 5, /*end=*/true)));
  EXPECT_TRUE(fsm.next_reply()->last);
  EXPECT_EQ(fsm.in_flight(), 0U);
  fsm.on_bytes(wire::frame(change(id, 6)));
  EXPECT_EQ(fsm.error().reason, kProtocolReason) << "it was over";
}

TEST(ConnectionFsm, AnErrorEndsASubscriptionAndNotTheConnection) {
  ConnectionFsm fsm = opened();
  const auto id = subscribe(fsm);
  fsm.on_bytes(wire::frame(progress(id, 1)) +
               wire::frame(error(id, Errc::cancelled, "as you wish")));
  ASSERT_TRUE(fsm.next_reply());
  const auto reply = fsm.next_reply();
  ASSERT_TRUE(reply && !reply->message);
  EXPECT_EQ(reply->message.error().code, Errc::cancelled);
  EXPECT_EQ(fsm.state(), State::open);
  EXPECT_EQ(fsm.in_flight(), 0U);
}

TEST(ConnectionFsm, CreditHasNoReplyAndAnAckHasOne) {
  ConnectionFsm fsm = opened();
  v1::ClientMessage credit;
  credit.mutable_credit()->set_changes(3);
  fsm.send(credit);
  EXPECT_EQ(fsm.in_flight(), 0U);
  v1::ClientMessage ack;
  ack.mutable_ack()->set_cursor("c");
  const auto id = fsm.send(ack);
  fsm.on_bytes(wire::frame(ack_reply(id, "c", 1)));
  const auto reply = fsm.next_reply();
  ASSERT_TRUE(reply && reply->message && reply->last);
  EXPECT_EQ(reply->message->ack().sequence(), 1U);
}

TEST(ConnectionFsm, NothingOfAFeedAnswersAQuestion) {
  for (const bool of_feed : {false, true}) {
    ConnectionFsm fsm = opened();
    const auto id = of_feed ? subscribe(fsm) : ask_query(fsm);
    v1::ServerMessage chunk;
    chunk.set_request_id(id);
    chunk.mutable_query_chunk();
    fsm.on_bytes(wire::frame(of_feed ? chunk : change(id, 1)));
    ASSERT_EQ(fsm.state(), State::failed);
    EXPECT_EQ(fsm.error().reason, kProtocolReason);
  }
}

}  // namespace
}  // namespace capexdb::client
