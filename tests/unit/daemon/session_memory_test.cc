// What sessions hold together stays within its bounds, and none waits for ever.
#include "daemon/session.h"
#include "tests/unit/daemon/session_script.h"

namespace capexdb::daemon {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

// A ping made long by an unknown field; its bytes with the length before them.
std::string padded_ping(std::uint64_t request_id, std::size_t bytes) {
  v1::ClientMessage message = Script::ping(request_id);
  message.GetReflection()->MutableUnknownFields(&message)->AddLengthDelimited(
      2000, std::string(bytes, 'x'));
  return wire::frame(message);
}

v1::ClientMessage long_query(std::uint64_t request_id, std::size_t names, std::size_t name_bytes) {
  v1::ClientMessage message = Script::query(request_id);
  for (std::size_t i = 0; i < names; ++i) {
    message.mutable_query()->add_select(std::string(name_bytes, 'a'));
  }
  return message;
}

class SessionMemory : public ::testing::Test {
 protected:
  static constexpr std::size_t kBytes = 100'000;
  static constexpr std::size_t kPart = 70'000;  // of such a message, short of its end

  // Room for one message of kBytes, and for another half.
  const std::shared_ptr<Memory> memory_{new Memory{.messages = Budget(kBytes * 3 / 2),
                                                   .large_messages = Budget(1),
                                                   .batches = Budget(1'000'000),
                                                   .large_batches = Budget(1),
                                                   .questions = Budget(kBytes * 3 / 2)}};
  const std::string message_ = padded_ping(9, kBytes);
  const std::string_view begin_ = std::string_view(message_).substr(0, kPart);
  const std::string_view rest_ = std::string_view(message_).substr(kPart);
};

TEST_F(SessionMemory, SmallMessagesNeedNoAsking) {
  Script full({}, memory_);
  full.hello();
  full.bytes(begin_);
  EXPECT_GT(memory_->messages.taken(), kBytes);
  Script script({}, memory_);
  script.hello();
  script.bytes(padded_ping(2, 60'000).substr(0, 50'000));
  EXPECT_TRUE(script.session().wants_read());
  EXPECT_LT(memory_->messages.taken(), kBytes + 100);
  EXPECT_EQ(script.session().read_bytes_max(), limits::kUnaskedBytes);
}

TEST_F(SessionMemory, ALongMessageIsReadToItsEndAndGivesItsRoomBack) {
  Script script({}, memory_);
  script.hello();
  script.bytes(begin_);
  EXPECT_EQ(memory_->messages.taken(), message_.size());
  EXPECT_TRUE(script.session().wants_read());
  EXPECT_EQ(script.session().read_bytes_max(), rest_.size()) << "and no further";
  script.bytes(rest_);
  EXPECT_TRUE(script.received.back().has_pong());
  EXPECT_EQ(memory_->messages.taken(), 0U);
}

TEST_F(SessionMemory, ASecondLongMessageWaitsUnreadUntilThereIsRoom) {
  Script first({}, memory_);
  Script second({}, memory_);
  first.hello();
  second.hello();
  first.bytes(begin_);
  second.bytes(begin_);
  EXPECT_FALSE(second.session().wants_read());
  EXPECT_EQ(memory_->messages.waiting(), 1U);
  second.pass(milliseconds(20'000));
  EXPECT_EQ(second.session().fault_text(), "") << "it is this side that does not read";

  first.bytes(rest_);
  ASSERT_TRUE(second.take_memory());
  EXPECT_TRUE(second.session().wants_read());
  second.pass(milliseconds(1'900));
  second.bytes(rest_);
  EXPECT_TRUE(second.received.back().has_pong());
  EXPECT_EQ(memory_->messages.taken(), 0U);
}

TEST_F(SessionMemory, WhoSendsSlowlyMakesRoomForOthers) {
  Script slow({}, memory_);
  slow.hello();
  slow.bytes(begin_);
  slow.pass(milliseconds(9'000));
  EXPECT_EQ(slow.session().fault_text(), "") << "nobody else wants its room";
  Script other({}, memory_);
  other.hello();
  other.bytes(begin_);
  slow.pass(milliseconds(100));
  EXPECT_EQ(slow.received.back().error().code(), static_cast<int>(Errc::resource_exhausted));
  EXPECT_THAT(slow.session().fault_text(), HasSubstr("of 100"));
  EXPECT_TRUE(other.take_memory());
  EXPECT_TRUE(other.session().wants_read());
}

TEST_F(SessionMemory, WhatHasComeEarnsTimeForTheRest) {
  constexpr std::size_t kLong = 12U << 20U;
  const std::string bytes = padded_ping(2, kLong);
  Script first({}, memory_);
  Script second({}, memory_);
  for (Script* script : {&first, &second}) {
    script->hello();
    script->bytes(std::string_view(bytes).substr(0, kPart));
  }
  first.bytes(std::string_view(bytes).substr(kPart, kLong / 3));
  first.pass(milliseconds(3'000));
  EXPECT_EQ(first.session().fault_text(), "");
  first.pass(milliseconds(100));
  EXPECT_THAT(first.session().fault_text(), HasSubstr("others wait for its room"));
}

TEST_F(SessionMemory, AConnectionThatEndsGivesItsRoomAndItsPlaceBack) {
  auto first = std::make_unique<Script>(SessionLimits{}, memory_);
  auto second = std::make_unique<Script>(SessionLimits{}, memory_);
  Script third({}, memory_);
  for (Script* script : {first.get(), second.get(), &third}) {
    script->hello();
    script->bytes(begin_);
  }
  EXPECT_EQ(memory_->messages.waiting(), 2U);
  second.reset();
  EXPECT_EQ(memory_->messages.waiting(), 1U);
  first->session().on_disconnected();
  EXPECT_TRUE(third.take_memory());
  third.stop();
  EXPECT_EQ(memory_->messages.taken(), 0U);
}

TEST_F(SessionMemory, TheLongestMessageIsLetInThoughItIsOverTheBudget) {
  Script script({}, memory_);
  script.hello();
  const std::string bytes = padded_ping(2, limits::kMessageBytesMax - 100);
  script.bytes(std::string_view(bytes).substr(0, kPart));
  EXPECT_TRUE(script.session().wants_read());
  EXPECT_EQ(memory_->large_messages.taken(), bytes.size());
  EXPECT_EQ(memory_->messages.taken(), 0U) << "shorter ones have room of their own";
}

TEST_F(SessionMemory, ALongMessageIsTakenToItsEndThoughItsPeerReadsNoReplies) {
  SessionLimits limits;
  limits.reply_bytes_queued_max = 1000;
  Script script(limits, memory_);
  script.hello();
  script.send(Script::query(2));
  script.bytes(begin_);
  script.peer_reads = false;
  script.reply_query(script.requests.at(0), 2000);
  EXPECT_TRUE(script.session().wants_read()) << "its room would never come back";
  script.bytes(rest_);
  EXPECT_EQ(memory_->messages.taken(), 0U);
  EXPECT_FALSE(script.session().wants_read());
}

TEST_F(SessionMemory, ABatchAsksForWhatItTakesWhenItIsBuilt) {
  const std::string empty_events = [] {
    v1::ClientMessage message = Script::ingest(2, 1, 0);
    for (int i = 0; i < 1000; ++i) message.mutable_ingest()->add_events();
    return wire::frame(message);
  }();
  ASSERT_LT(empty_events.size(), 3000U);
  Script first({}, memory_);
  Script second({}, memory_);
  first.hello();
  second.hello();
  first.takes_batches = false;
  first.bytes(empty_events);
  if (first.session().wants_work()) first.work();
  ASSERT_EQ(first.batches.size(), 1U);
  const std::size_t bytes = first.batches[0].bytes;
  EXPECT_GT(bytes, 1000 * sizeof(Result<ValidEvent>));
  EXPECT_GE(memory_->batches.taken(), bytes) << "refused by the commit queue, it still counts";

  second.bytes(empty_events);
  EXPECT_FALSE(second.session().wants_work());
  EXPECT_FALSE(second.session().wants_read());
  second.end();
  EXPECT_FALSE(second.closed) << "its batch came whole and waits";
  first.submitted();
  ASSERT_TRUE(second.take_memory());
  if (second.session().wants_work()) second.work();
  EXPECT_EQ(second.batches.size(), 1U);
  EXPECT_EQ(memory_->batches.taken(), 0U);
}

TEST_F(SessionMemory, ALargeBatchHasRoomOfItsOwnAndLeavesSmallOnesAlone) {
  Script large({}, memory_);
  large.hello();
  large.send(Script::ingest(2, 1, 10'000));
  EXPECT_TRUE(large.session().wants_work());
  EXPECT_GT(memory_->large_batches.taken(), limits::kLargeBatchBytes);
  Script small({}, memory_);
  small.hello();
  small.send(Script::ingest(2, 1, 500));
  EXPECT_EQ(small.batches.size(), 1U);
  EXPECT_EQ(memory_->batches.taken(), 0U);
}

TEST_F(SessionMemory, ALargeBatchIsHeldBackWhileTooManyRepliesWaitEverywhere) {
  memory_->reply_bytes = limits::kReplyBytesQueuedMaxOfAll + 1;
  Script large({}, memory_);
  large.hello();
  large.send(Script::ingest(2, 1, 10'000));
  EXPECT_FALSE(large.session().wants_work());
  EXPECT_FALSE(large.session().wants_read());
  Script small({}, memory_);
  small.hello();
  small.send(Script::ingest(2, 1, 500));
  EXPECT_EQ(small.batches.size(), 1U);
  memory_->reply_bytes = 0;
  large.pass(milliseconds(200));
  EXPECT_TRUE(large.session().wants_work());
}

TEST_F(SessionMemory, ABatchThatIsNotBuiltGivesItsRoomBack) {
  Script script({}, memory_);
  script.hello();
  v1::ClientMessage message = Script::ingest(2, 1, 1000);
  message.mutable_ingest()->set_producer_id("another");
  script.send(message);
  EXPECT_EQ(memory_->batches.taken(), 0U);
  script.session().fence();
  script.send(Script::ingest(3, 1, 1000));
  EXPECT_EQ(memory_->batches.taken(), 0U);
  EXPECT_TRUE(script.session().wants_read());
}

TEST_F(SessionMemory, WaitingQuestionsStopTheReading) {
  Script script({}, memory_);
  script.hello();
  script.send(Script::query(2));
  int sent = 0;
  for (; script.session().wants_read(); ++sent) script.send(long_query(3, 100, 100));
  EXPECT_LT(sent, 10);
  EXPECT_LE(script.session().waiting_bytes(), 2 * limits::kQuestionBytesWaitingMax);
  while (!script.session().wants_read()) script.reply_query(script.requests.back());
  EXPECT_LE(script.session().waiting_bytes(), limits::kQuestionBytesWaitingMax);
}

TEST_F(SessionMemory, ALargeQuestionWaitsUntilAnotherIsAnswered) {
  Script first({}, memory_);
  Script second({}, memory_);
  first.hello();
  second.hello();
  first.send(long_query(2, 1500, 1));
  EXPECT_GT(memory_->questions.taken(), limits::kUnaskedBytes);
  second.send(Script::query(2));
  second.reply_query(second.requests.at(0));
  second.send(long_query(3, 1500, 1));
  EXPECT_EQ(second.requests.size(), 1U) << "small ones need no asking, large ones do";
  EXPECT_FALSE(second.session().wants_read());
  first.reply_query(first.requests.at(0));
  ASSERT_TRUE(second.take_memory());
  EXPECT_EQ(second.requests.size(), 2U);
  EXPECT_TRUE(second.session().wants_read());
  second.session().on_disconnected();
  EXPECT_EQ(memory_->questions.taken(), 0U);
}

TEST_F(SessionMemory, WhoReadsNoRepliesDoesNotKeepTheRoomOfQuestions) {
  Script slow({}, memory_);
  slow.hello();
  slow.send(Script::query(2));
  slow.send(long_query(3, 1500, 1));
  slow.peer_reads = false;
  slow.reply_query(slow.requests.at(0), limits::kReplyBytesQueuedToAsk);
  EXPECT_EQ(slow.requests.size(), 1U) << "the large question waits for its peer to read";
  (void)slow.session().take_output();
  for (int second = 0; second < 40; ++second) {
    slow.session().on_sent(1, slow.now());
    slow.pass(milliseconds(1000));
  }
  EXPECT_FALSE(slow.closed) << "nobody else wants its room";
  Script other({}, memory_);
  other.hello();
  other.send(long_query(2, 1500, 1));
  EXPECT_TRUE(other.requests.empty());
  slow.pass(milliseconds(1));
  EXPECT_TRUE(slow.closed);
  EXPECT_TRUE(other.take_memory());
  EXPECT_EQ(other.requests.size(), 1U);
}

TEST_F(SessionMemory, WithManyRepliesWaitingEverywhereNobodyMayLeaveManyUnread) {
  SessionLimits limits;
  limits.reply_bytes_queued_max = 5000;
  limits.reply_bytes_if_crowded = 1000;
  Script script(limits, memory_);
  script.hello();
  script.send(Script::query(2));
  script.peer_reads = false;
  script.reply_query(script.requests.at(0), 2000);
  EXPECT_TRUE(script.session().wants_read());
  memory_->reply_bytes = limits::kReplyBytesQueuedMaxOfAll + 1;
  EXPECT_FALSE(script.session().wants_read());

  // Byte by byte is progress, but not enough.
  const std::string output = script.session().take_output();
  for (int second = 0; second < 29; ++second) {
    script.pass(milliseconds(1000));
    script.session().on_sent(1, script.now());
  }
  EXPECT_FALSE(script.closed);
  memory_->reply_bytes = 0;
  script.pass(milliseconds(5000));
  EXPECT_FALSE(script.closed) << "nobody needs its room";
  memory_->reply_bytes = limits::kReplyBytesQueuedMaxOfAll + 1;
  script.pass(milliseconds(1));
  EXPECT_TRUE(script.closed);
  EXPECT_THAT(script.session().fault_text(), HasSubstr("too slowly"));
}

}  // namespace
}  // namespace capexdb::daemon
