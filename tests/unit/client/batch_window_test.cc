#include "client/batch_window.h"

#include <gmock/gmock.h>

#include "tests/unit/client/messages.h"

namespace capexdb::client {
namespace {

v1::IngestRequest batch_of(int events) {
  v1::IngestRequest request;
  for (int i = 0; i < events; ++i) request.add_events();
  return request;
}

v1::IngestReply reply_to(std::uint64_t number) {
  v1::IngestReply reply;
  reply.set_batch_number(number);
  return reply;
}

// Sends what may be sent, with the batch's number + 100 as request id.
std::vector<std::uint64_t> send_all(BatchWindow& window, std::size_t max = 100) {
  std::vector<std::uint64_t> numbers;
  while (auto* message = window.next_to_send(max)) {
    numbers.push_back(message->ingest().batch_number());
    window.on_sent(message->ingest().batch_number() + 100);
  }
  return numbers;
}

std::vector<std::uint64_t> bases_of_replies(BatchWindow& window) {
  std::vector<std::uint64_t> bases;
  while (const auto reply = window.next_reply()) bases.push_back(reply->base);
  return bases;
}

using testing::ElementsAre;
using testing::IsEmpty;

TEST(BatchWindow, GoesOnFromTheNumberOfWelcome) {
  BatchWindow window(Numbering::kept);
  ASSERT_TRUE(window.on_welcome(41));
  window.push(batch_of(1));
  window.push(batch_of(1));
  EXPECT_THAT(send_all(window), ElementsAre(42, 43));
}

TEST(BatchWindow, SendsNoMoreThanTheWindowAllows) {
  BatchWindow window(Numbering::kept);
  ASSERT_TRUE(window.on_welcome(0));
  for (int i = 0; i < 5; ++i) window.push(batch_of(1));
  EXPECT_THAT(send_all(window, 2), ElementsAre(1, 2));
  ASSERT_TRUE(window.on_reply(101, reply_to(1)));
  EXPECT_THAT(send_all(window, 2), ElementsAre(3));
}

TEST(BatchWindow, HandsOutRepliesInTheOrderOfTheBatches) {
  BatchWindow window(Numbering::kept);
  ASSERT_TRUE(window.on_welcome(0));
  window.push(batch_of(3));
  window.push(batch_of(2));
  window.push(batch_of(1));
  send_all(window);
  ASSERT_TRUE(window.on_reply(102, reply_to(2)));
  EXPECT_THAT(bases_of_replies(window), IsEmpty());
  EXPECT_EQ(window.on_their_way(), 2U);
  ASSERT_TRUE(window.on_reply(101, reply_to(1)));
  EXPECT_THAT(bases_of_replies(window), ElementsAre(0, 3));
  ASSERT_TRUE(window.on_reply(103, reply_to(3)));
  EXPECT_THAT(bases_of_replies(window), ElementsAre(5));
  EXPECT_EQ(window.unanswered(), 0U);
}

TEST(BatchWindow, SendsUnansweredBatchesAgainWithTheirNumbers) {
  BatchWindow window(Numbering::kept);
  ASSERT_TRUE(window.on_welcome(0));
  for (int i = 0; i < 3; ++i) window.push(batch_of(1));
  send_all(window);
  ASSERT_TRUE(window.on_reply(101, reply_to(1)));
  ASSERT_TRUE(window.on_welcome(2));  // the answer to 2 was lost, 3 never came
  EXPECT_THAT(send_all(window), ElementsAre(2, 3));
}

TEST(BatchWindow, AsksAgainForAnAnswerThatCameTooEarly) {
  BatchWindow window(Numbering::kept);
  ASSERT_TRUE(window.on_welcome(0));
  window.push(batch_of(1));
  window.push(batch_of(1));
  send_all(window);
  ASSERT_TRUE(window.on_reply(102, reply_to(2)));
  ASSERT_TRUE(window.on_welcome(2));
  EXPECT_THAT(send_all(window), ElementsAre(1, 2));
  ASSERT_TRUE(window.on_reply(101, reply_to(1)));
  ASSERT_TRUE(window.on_reply(102, reply_to(2)));
  EXPECT_THAT(bases_of_replies(window), ElementsAre(0, 1));
}

TEST(BatchWindow, NoticesThatAnotherProducerUsesTheId) {
  BatchWindow window(Numbering::kept);
  ASSERT_TRUE(window.on_welcome(0));
  window.push(batch_of(1));
  send_all(window);
  const auto again = window.on_welcome(2);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::aborted);
}

TEST(BatchWindow, NoticesThatTheServerForgotAnsweredBatches) {
  BatchWindow window(Numbering::kept);
  ASSERT_TRUE(window.on_welcome(5));
  window.push(batch_of(1));
  send_all(window);
  ASSERT_TRUE(window.on_reply(106, reply_to(6)));
  const auto again = window.on_welcome(5);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::data_loss);
}

TEST(BatchWindow, StartsAgainFromOneWhenAnEphemeralIdIsForgotten) {
  BatchWindow window(Numbering::ephemeral);
  ASSERT_TRUE(window.on_welcome(0));
  window.push(batch_of(1));
  send_all(window);
  ASSERT_TRUE(window.on_reply(101, reply_to(1)));
  window.push(batch_of(1));
  window.push(batch_of(1));
  ASSERT_TRUE(window.on_welcome(0));
  EXPECT_THAT(send_all(window), ElementsAre(1, 2));
}

TEST(BatchWindow, DryRunsCountFromOneWhateverTheServerKnows) {
  BatchWindow window(Numbering::trial);
  ASSERT_TRUE(window.on_welcome(9));
  window.push(batch_of(1));
  window.push(batch_of(1));
  EXPECT_THAT(send_all(window), ElementsAre(1, 2));
  ASSERT_TRUE(window.on_welcome(9)) << "nothing was answered, so nothing is lost";
  EXPECT_THAT(send_all(window), ElementsAre(1, 2));
  ASSERT_TRUE(window.on_reply(101, reply_to(1)));
  ASSERT_TRUE(window.on_reply(102, reply_to(2)));
  EXPECT_EQ(window.unanswered(), 0U);
}

TEST(BatchWindow, DryRunsThatStandForThemselvesTakeNoNumber) {
  BatchWindow window(Numbering::none);
  ASSERT_TRUE(window.on_welcome(9));
  window.push(batch_of(1));
  EXPECT_THAT(send_all(window), ElementsAre(0));
  ASSERT_TRUE(window.on_reply(100, reply_to(0)));
  EXPECT_EQ(window.unanswered(), 0U);
}

TEST(BatchWindow, ADryRunEndsWithTheConnectionThatKnewItsBeginning) {
  BatchWindow window(Numbering::trial);
  ASSERT_TRUE(window.on_welcome(0));
  window.push(batch_of(1));
  window.push(batch_of(1));
  send_all(window);
  ASSERT_TRUE(window.on_reply(101, reply_to(1)));
  const auto again = window.on_welcome(0);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::aborted);
}

TEST(BatchWindow, AReplyWithAnotherNumberBreaksTheProtocol) {
  BatchWindow window(Numbering::kept);
  ASSERT_TRUE(window.on_welcome(0));
  window.push(batch_of(1));
  send_all(window);
  const auto taken = window.on_reply(101, reply_to(2));
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().reason, kProtocolReason);
}

}  // namespace
}  // namespace capexdb::client
