// Subscriptions and cursors, as one connection has them.
#include "tests/unit/daemon/session_script.h"

namespace capexdb::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SessionFeed : public testing::Test {
 protected:
  SessionFeed() {
    script_.hello();
    script_.take_received();
  }
  const Subscribe& subscribe(std::uint64_t request_id) {
    script_.send(Script::subscribe(request_id));
    EXPECT_FALSE(script_.subscribed.empty());
    return script_.subscribed.back();
  }
  Script script_;
};

TEST_F(SessionFeed, WhatTheFeedSendsIsPassedOn) {
  const Subscribe subscription = subscribe(2);
  EXPECT_EQ(subscription.request.credit(), 10U);
  script_.progress(subscription, 5);
  script_.progress(subscription, 6);
  const auto received = script_.take_received();
  ASSERT_EQ(received.size(), 2U);
  EXPECT_EQ(received[1].request_id(), 2U);
  EXPECT_EQ(received[1].progress().sequence(), 6U);
}

TEST_F(SessionFeed, CreditGoesToItsSubscription) {
  const Subscribe one = subscribe(2);
  const Subscribe other = subscribe(3);
  v1::ClientMessage message;
  message.mutable_credit()->set_subscription(3);
  message.mutable_credit()->set_changes(7);
  script_.send(message);
  message.mutable_credit()->set_subscription(99);
  script_.send(message);
  ASSERT_EQ(script_.credits.size(), 1U);
  EXPECT_EQ(script_.credits[0].ticket, other.ticket);
  EXPECT_EQ(script_.credits[0].changes, 7U);
  EXPECT_THAT(script_.received, IsEmpty());
}

TEST_F(SessionFeed, CancelEndsIt) {
  const Subscribe subscription = subscribe(2);
  script_.send(Script::cancel(3, 2));
  EXPECT_THAT(script_.unsubscribed, ElementsAre(subscription.ticket));
  const auto received = script_.take_received();
  ASSERT_EQ(received.size(), 1U);
  EXPECT_EQ(received[0].request_id(), 2U);
  EXPECT_EQ(received[0].error().code(), 1);
  script_.progress(subscription, 5);  // was on its way
  EXPECT_THAT(script_.received, IsEmpty());
  subscribe(2);  // the id is free again
  EXPECT_EQ(script_.subscribed.size(), 2U);
}

TEST_F(SessionFeed, AnEndIsTheLastOfIt) {
  const Subscribe subscription = subscribe(2);
  script_.end_of_feed(subscription);
  script_.progress(subscription, 5);
  const auto received = script_.take_received();
  ASSERT_EQ(received.size(), 1U);
  EXPECT_EQ(received[0].error().code(), 15);
  EXPECT_THAT(script_.unsubscribed, IsEmpty());
  EXPECT_FALSE(script_.closed);
}

TEST_F(SessionFeed, AnIdThatIsOpenIsRefused) {
  subscribe(2);
  script_.send(Script::subscribe(2));
  EXPECT_EQ(script_.subscribed.size(), 1U);
  ASSERT_EQ(script_.received.size(), 1U);
  EXPECT_THAT(script_.received[0].error().message(), HasSubstr("is open"));
}

TEST_F(SessionFeed, TooManyAreRefused) {
  for (std::uint64_t id = 2; id < 2 + limits::kSubscriptionsMax; ++id) subscribe(id);
  script_.send(Script::subscribe(1000));
  EXPECT_EQ(script_.subscribed.size(), limits::kSubscriptionsMax);
  ASSERT_EQ(script_.received.size(), 1U);
  EXPECT_EQ(script_.received[0].error().code(), 8);
  EXPECT_FALSE(script_.closed);
}

TEST_F(SessionFeed, QuestionsAreAnsweredMeanwhile) {
  const Subscribe subscription = subscribe(2);
  script_.send(Script::query(3));
  script_.progress(subscription, 5);
  script_.reply_query(script_.requests.back());
  EXPECT_EQ(script_.received.size(), 2U);
}

TEST_F(SessionFeed, TheConnectionsEndIsTheirs) {
  const Subscribe subscription = subscribe(2);
  script_.session().on_disconnected();
  script_.perform();
  EXPECT_THAT(script_.unsubscribed, ElementsAre(subscription.ticket));
}

TEST_F(SessionFeed, AClientThatSendsNoMoreEndsThem) {
  const Subscribe subscription = subscribe(2);
  script_.end();
  EXPECT_THAT(script_.unsubscribed, ElementsAre(subscription.ticket));
  EXPECT_TRUE(script_.closed);
}

TEST_F(SessionFeed, AFaultEndsThem) {
  const Subscribe subscription = subscribe(2);
  script_.hello();
  EXPECT_THAT(script_.unsubscribed, ElementsAre(subscription.ticket));
}

TEST_F(SessionFeed, StoppingTellsThemToComeAgain) {
  const Subscribe subscription = subscribe(2);
  script_.stop();
  EXPECT_THAT(script_.unsubscribed, ElementsAre(subscription.ticket));
  ASSERT_EQ(script_.received.size(), 1U);
  EXPECT_EQ(script_.received[0].error().code(), 14);
}

TEST_F(SessionFeed, AnAckIsAnsweredOnceItIsKept) {
  v1::ClientMessage message;
  message.set_request_id(5);
  message.mutable_ack()->set_cursor("desk");
  message.mutable_ack()->set_sequence(42);
  script_.send(message);
  EXPECT_THAT(script_.received, IsEmpty());
  ASSERT_EQ(script_.acks.size(), 1U);
  EXPECT_EQ(script_.acks[0].ack.cursor(), "desk");
  script_.reply_ack(script_.acks[0]);
  ASSERT_EQ(script_.received.size(), 1U);
  EXPECT_EQ(script_.received[0].ack().sequence(), 42U);
}

TEST_F(SessionFeed, AnAckIsInFlight) {
  v1::ClientMessage message;
  message.set_request_id(5);
  message.mutable_ack()->set_cursor("desk");
  script_.send(message);
  script_.end();
  EXPECT_FALSE(script_.closed) << "its answer is awaited";
  script_.reply_ack(script_.acks[0]);
  EXPECT_TRUE(script_.closed);
}

}  // namespace
}  // namespace capexdb::daemon
