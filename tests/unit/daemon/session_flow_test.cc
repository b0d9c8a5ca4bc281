// How much a connection may have under way, and how it ends in order.
#include "daemon/session.h"
#include "tests/unit/daemon/session_script.h"

namespace capexdb::daemon {
namespace {

using std::chrono::milliseconds;

TEST(SessionFlow, PausesReadingWithTooManyRequestsInFlight) {
  SessionLimits limits;
  limits.requests_in_flight_max = 2;
  limits.requests_running_max = 2;
  Script script(limits);
  script.hello();
  script.bytes(wire::frame(Script::query(2)) + wire::frame(Script::query(3)) +
               wire::frame(Script::query(4)));
  EXPECT_EQ(script.requests.size(), 2U);
  EXPECT_FALSE(script.session().wants_read());
  script.reply_query(script.requests[1]);
  EXPECT_EQ(script.requests.size(), 3U) << "the message that waited in the buffer is taken";
  EXPECT_FALSE(script.session().wants_read());
  script.reply_query(script.requests[0]);
  EXPECT_TRUE(script.session().wants_read());
}

TEST(SessionFlow, RunsOnlyAFewRequestsAtATime) {
  SessionLimits limits;
  limits.requests_running_max = 2;
  Script script(limits);
  script.hello();
  for (std::uint64_t id = 2; id < 7; ++id) script.send(Script::query(id));
  ASSERT_EQ(script.requests.size(), 2U);
  script.reply_query(script.requests[0]);
  ASSERT_EQ(script.requests.size(), 3U);
  EXPECT_EQ(script.requests[2].request_id, 4U);
}

TEST(SessionFlow, PartsOfAReplyKeepTheRequestRunning) {
  SessionLimits limits;
  limits.requests_running_max = 1;
  Script script(limits);
  script.hello();
  script.send(Script::query(2));
  script.send(Script::query(3));
  script.take_received();
  script.part_of_reply(script.requests.at(0));
  script.part_of_reply(script.requests.at(0));
  EXPECT_EQ(script.received.size(), 2U);
  EXPECT_EQ(script.requests.size(), 1U);
  const RunRequest first = script.requests[0];
  script.reply_query(first);
  EXPECT_EQ(script.requests.size(), 2U);
  script.take_received();
  script.part_of_reply(first);
  EXPECT_TRUE(script.received.empty()) << "what comes behind the end is nobody's";
}

TEST(SessionFlow, ProbesAPeerThatSendsNoMoreWhileItsQuestionRuns) {
  Script script;
  script.hello();
  script.send(Script::query(2));
  script.take_received();
  script.pass(milliseconds(200));
  EXPECT_TRUE(script.received.empty());
  script.end();
  script.pass(milliseconds(200));
  ASSERT_EQ(script.received.size(), 1U);
  EXPECT_EQ(script.received[0].request_id(), 2U);
  EXPECT_TRUE(script.received[0].has_query_chunk());
  EXPECT_EQ(script.received[0].query_chunk().rows_size(), 0);
  script.peer_reads = false;
  script.pass(milliseconds(200));
  const std::size_t queued = script.session().queued_bytes();
  script.pass(milliseconds(200));
  EXPECT_EQ(script.session().queued_bytes(), queued) << "one probe at a time";
  script.peer_reads = true;
  script.reply_query(script.requests.at(0));
  EXPECT_TRUE(script.closed);
}

TEST(SessionFlow, WaitsWhileTheCommitQueueIsFull) {
  Script script;
  script.takes_batches = false;
  script.hello();
  script.bytes(wire::frame(Script::ingest(2, 1)) + wire::frame(Script::ingest(3, 2)));
  EXPECT_EQ(script.batches.size(), 1U);
  EXPECT_FALSE(script.session().wants_read());
  script.takes_batches = true;
  script.submitted();
  EXPECT_EQ(script.batches.size(), 2U);
  EXPECT_TRUE(script.session().wants_read());
}

TEST(SessionFlow, ValidatesALargeBatchInSlices) {
  SessionLimits limits;
  limits.slice.events = 10;
  Script script(limits);
  script.hello();
  script.send(Script::ingest(2, 1, 25));
  EXPECT_TRUE(script.session().wants_work());
  EXPECT_FALSE(script.session().wants_read());
  script.work();
  EXPECT_TRUE(script.batches.empty());
  script.work();
  ASSERT_EQ(script.batches.size(), 1U);
  EXPECT_EQ(script.batches[0].batch.records.size(), 25U);
  EXPECT_FALSE(script.session().wants_work());
  EXPECT_TRUE(script.session().wants_read());

  Script whole;
  whole.hello();
  whole.send(Script::ingest(2, 1, 25));
  EXPECT_EQ(whole.batches.at(0).batch.request_hash, script.batches[0].batch.request_hash);
}

TEST(SessionFlow, TakesOnlyAFewMessagesInOneTurn) {
  SessionLimits limits;
  limits.messages_per_turn = 10;
  Script script(limits);
  script.hello();
  std::string pings;
  for (std::uint64_t id = 2; id < 27; ++id) pings += wire::frame(Script::ping(id));
  script.bytes(pings + "\x05");
  script.end();
  EXPECT_EQ(script.take_received().size(), 11U);
  EXPECT_FALSE(script.session().wants_read());
  ASSERT_TRUE(script.session().wants_work());
  script.work();
  EXPECT_EQ(script.take_received().size(), 10U);
  EXPECT_EQ(script.session().fault_text(), "");
  script.work();
  EXPECT_EQ(script.take_received().size(), 6U) << "the last five and the error";
  EXPECT_FALSE(script.session().wants_work());
  EXPECT_TRUE(script.closed);
}

TEST(SessionFlow, ASliceEndsByItsBytesToo) {
  SessionLimits limits;
  limits.slice.bytes = 10'000;
  Script script(limits);
  script.hello();
  v1::ClientMessage message = Script::ingest(2, 1, 0);
  for (int i = 0; i < 5; ++i) {
    v1::Event& event = *message.mutable_ingest()->add_events();
    event = Script::event();
    event.set_note(std::string(6'000, 'n'));
  }
  script.send(message);
  for (int slice = 0; slice < 2; ++slice) {  // two events in each
    EXPECT_TRUE(script.batches.empty());
    ASSERT_TRUE(script.session().wants_work());
    script.work();
  }
  ASSERT_EQ(script.batches.size(), 1U);
  EXPECT_EQ(script.batches[0].batch.records.size(), 5U);
}

TEST(SessionFlow, StopsReadingAndAskingWhileRepliesAreNotRead) {
  SessionLimits limits;
  limits.reply_bytes_queued_max = 1000;
  limits.reply_bytes_queued_to_ask = 1000;
  limits.requests_running_max = 1;
  Script script(limits);
  script.hello();
  script.peer_reads = false;
  script.send(Script::query(2));
  script.send(Script::query(3));
  script.reply_query(script.requests[0], 2000);
  EXPECT_FALSE(script.session().wants_read());
  EXPECT_EQ(script.requests.size(), 1U) << "no more answers for somebody who reads none";
  script.peer_reads = true;
  script.perform();
  EXPECT_EQ(script.requests.size(), 2U);
  EXPECT_TRUE(script.session().wants_read());
}

TEST(SessionFlow, APeerThatTakesNothingIsCutOff) {
  Script script;
  script.hello();
  script.peer_reads = false;
  script.send(Script::ping(2));
  script.pass(milliseconds(29'999));
  EXPECT_FALSE(script.closed);
  script.pass(milliseconds(1));
  EXPECT_TRUE(script.closed);
}

TEST(SessionFlow, AnIdleConnectionMayStay) {
  Script script;
  script.hello();
  script.pass(std::chrono::hours(24));
  EXPECT_FALSE(script.closed);
  script.send(Script::ping(2));
  EXPECT_EQ(script.received.size(), 2U);
}

TEST(SessionFlow, TheMessageDeadlineRestsWhileNothingIsRead) {
  SessionLimits limits;
  limits.requests_in_flight_max = 1;
  Script script(limits);
  script.hello();
  const std::string ping = wire::frame(Script::ping(3));
  script.bytes(wire::frame(Script::query(2)) + ping.substr(0, 2));
  script.pass(milliseconds(20'000));
  script.reply_query(script.requests.at(0));
  script.pass(milliseconds(9'000));
  script.bytes(ping.substr(2));
  EXPECT_TRUE(script.received.back().has_pong());
  script.pass(milliseconds(20'000));
  EXPECT_FALSE(script.session().is_closed());
}

TEST(SessionFlow, AClientThatSendsNoMoreStillGetsItsReplies) {
  Script script;
  script.bytes(wire::frame(Script::hello_message("p")) + wire::frame(Script::ingest(2, 1)) +
               wire::frame(Script::query(3)));
  script.end();
  EXPECT_FALSE(script.closed);
  script.reply_query(script.requests.at(0));
  EXPECT_FALSE(script.closed);
  script.reply_ingest(script.batches.at(0).ticket, 1);
  EXPECT_TRUE(script.closed);
  ASSERT_EQ(script.received.size(), 3U);
  EXPECT_TRUE(script.received[2].has_ingest());
  EXPECT_EQ(script.session().fault_text(), "");
}

TEST(SessionFlow, AConnectionThatSaysNothingEndsQuietly) {
  Script script;
  script.end();
  EXPECT_TRUE(script.closed);
  EXPECT_TRUE(script.received.empty());
}

TEST(SessionFlow, StoppingAnswersWhatWasTakenAndCloses) {
  SessionLimits limits;
  limits.requests_running_max = 1;
  Script script(limits);
  script.hello();
  script.send(Script::ingest(2, 1));
  script.send(Script::query(3));
  script.send(Script::query(4));
  script.stop();
  ASSERT_EQ(script.received.size(), 2U);
  EXPECT_EQ(script.received[1].request_id(), 4U) << "it had not begun";
  EXPECT_EQ(script.received[1].error().code(), static_cast<int>(Errc::unavailable));
  EXPECT_FALSE(script.session().wants_read());
  script.reply_query(script.requests.at(0));
  EXPECT_FALSE(script.send_shut_down);
  script.reply_ingest(script.batches.at(0).ticket, 1);
  EXPECT_TRUE(script.received.back().has_ingest());
  EXPECT_TRUE(script.send_shut_down);
  EXPECT_FALSE(script.closed);
  script.end();
  EXPECT_TRUE(script.closed);
}

TEST(SessionFlow, StoppingCancelsWhatRunsForLong) {
  Script script;
  script.hello();
  script.send(Script::query(2));
  script.stop();
  script.pass(milliseconds(4'999));
  EXPECT_FALSE(*script.requests.at(0).cancelled);
  script.pass(milliseconds(1));
  EXPECT_TRUE(*script.requests[0].cancelled);
  EXPECT_FALSE(script.send_shut_down) << "its answer is still sent";
}

TEST(SessionFlow, StoppingAnIdleConnectionClosesIt) {
  Script script;
  script.hello();
  script.stop();
  EXPECT_TRUE(script.send_shut_down);
  script.pass(milliseconds(2'000));
  EXPECT_TRUE(script.closed);
}

}  // namespace
}  // namespace capexdb::daemon
