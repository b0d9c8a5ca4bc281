// Subscriptions whose acknowledgements are refused, whose server fails or is not there yet,
// and whose callers are late.
#include <gmock/gmock.h>

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <future>
#include <thread>

#include "tests/unit/client/feed_server.h"

namespace capexdb::client {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

// Greets, begins a subscription, and answers what comes then by `answer`, without it an Ack
// with what it says.
using AckAnswer = std::function<v1::ServerMessage(const v1::ClientMessage&)>;
void serve_acks(FakeConnection& connection, std::uint64_t start, const AckAnswer& answer) {
  const auto request = first_request(connection);
  if (!request || !request->has_subscribe()) return;
  connection.send(progress(request->request_id(), start));
  while (const auto message = connection.read()) {
    if (message->has_ack()) connection.send(answer(*message));
  }
}

v1::ServerMessage acknowledged(const v1::ClientMessage& message) {
  return ack_reply(message.request_id(), message.ack().cursor(), message.ack().sequence());
}

TEST(TroubledSubscription, OpensOnceItsCursorStandsWhereItBegins) {
  for (const std::uint64_t start : {0U, 41U}) {
    std::vector<std::uint64_t> acks;
    FakeServer server([&](int, FakeConnection& c) {
      serve_acks(c, start, [&](const v1::ClientMessage& message) {
        acks.push_back(message.ack().sequence());
        return acknowledged(message);
      });
    });
    const auto feed =
        Subscription::open(options_for(server), {.from_now = true, .cursor = "c"}, after(kLong));
    ASSERT_TRUE(feed) << feed.error().message;
    EXPECT_THAT(acks, ElementsAre(start));
    EXPECT_EQ(feed->acked(), start);
  }
}

TEST(TroubledSubscription, SaysARefusedAcknowledgementAgainOverTheSameConnection) {
  for (const Errc code :
       {Errc::unavailable, Errc::aborted, Errc::deadline_exceeded, Errc::resource_exhausted}) {
    int connections = 0;
    std::vector<std::uint64_t> acks;
    FakeServer server([&](int, FakeConnection& c) {
      ++connections;
      serve_acks(c, 3, [&](const v1::ClientMessage& message) {
        acks.push_back(message.ack().sequence());
        return acks.size() < 4 ? error(message.request_id(), code, "not now")
                               : acknowledged(message);
      });
    });
    {
      const auto feed = Subscription::open(options_for(server), {.cursor = "c"}, after(kLong));
      ASSERT_TRUE(feed) << feed.error().message;
      EXPECT_EQ(feed->acked(), 3U);
      EXPECT_EQ(feed->reconnects(), 0U);
    }
    EXPECT_EQ(connections, 1);
    EXPECT_THAT(acks, ElementsAre(3, 3, 3, 3));
  }
}

TEST(TroubledSubscription, SaysAcknowledgementsAgainWithPausesAndGoesOnMeanwhile) {
  int refused = 0;
  FakeServer server([&](int, FakeConnection& c) {
    std::uint64_t id = 0;
    const auto request = first_request(c);
    if (!request) return;
    c.send(progress(id = request->request_id(), 0));
    while (const auto message = c.read()) {
      if (!message->has_ack()) continue;
      if (message->ack().sequence() == 0) {
        c.send(acknowledged(*message));
        c.send(change(id, 1));
        continue;
      }
      c.send(error(message->request_id(), Errc::resource_exhausted, "the disk is full"));
      c.send(change(id, static_cast<std::uint64_t>(++refused) + 1));
    }
  });
  {
    ClientOptions options = options_for(server);
    options.backoff_min = options.backoff_max = 100ms;
    auto feed = Subscription::open(options, {.cursor = "c"}, after(kLong));
    ASSERT_TRUE(feed) << feed.error().message;
    const auto begun = std::chrono::steady_clock::now();
    while (feed->position() < 4) {
      const auto item = feed->next(after(kLong));
      ASSERT_TRUE(item) << item.error().message;
      ASSERT_TRUE(feed->ack(feed->position()));
    }
    EXPECT_GE(std::chrono::steady_clock::now() - begun, 100ms) << "two pauses";
    const auto settled = feed->settle_acks(after(10ms));
    ASSERT_TRUE(settled) << settled.error().message;
    EXPECT_FALSE(*settled);
    EXPECT_EQ(feed->acked(), 0U);
    EXPECT_FALSE(feed->trouble());
  }
  EXPECT_LE(refused, 5) << "it asked without a pause";
}

TEST(TroubledSubscription, AnAcknowledgementThatIsRefusedForGoodIsFinal) {
  int connections = 0;
  FakeServer server([&](int, FakeConnection& c) {
    ++connections;
    serve_acks(c, 3, [&](const v1::ClientMessage& message) {
      return error(message.request_id(), Errc::invalid_argument, "no name");
    });
  });
  const auto feed = Subscription::open(options_for(server), {.cursor = "c"}, after(kLong));
  ASSERT_FALSE(feed);
  EXPECT_EQ(feed.error().code, Errc::invalid_argument);
  EXPECT_EQ(feed.error().message, "no name");
  EXPECT_EQ(connections, 1);
}

TEST(TroubledSubscription, TellsWhyItsCursorDoesNotStand) {
  FakeServer server([&](int, FakeConnection& c) {
    serve_acks(c, 3, [&](const v1::ClientMessage& message) {
      return error(message.request_id(), Errc::resource_exhausted, "too many cursors");
    });
  });
  const auto feed = Subscription::open(options_for(server), {.cursor = "c"}, after(50ms));
  ASSERT_FALSE(feed);
  EXPECT_EQ(feed.error().code, Errc::resource_exhausted);
  EXPECT_EQ(feed.error().message, "too many cursors");
}

TEST(TroubledSubscription, LeavesAServerInPeaceThatFailsRightAfterTheBeginning) {
  int connections = 0;
  FakeServer server([&](int, FakeConnection& c) {
    ++connections;
    const auto request = first_request(c);
    if (request) c.send(progress(request->request_id(), 0));
  });
  {
    ClientOptions options = options_for(server);
    options.backoff_min = 5ms;
    options.backoff_max = 10s;
    auto feed = Subscription::open(options, {}, after(kLong));
    ASSERT_TRUE(feed) << feed.error().message;
    const auto item = feed->next(after(400ms));
    ASSERT_TRUE(item) << item.error().message;
    EXPECT_FALSE(*item);
  }
  // Pauses of at least 2.5, 5, 10, ... ms.
  EXPECT_GE(connections, 3);
  EXPECT_LE(connections, 9);
}

TEST(TroubledSubscription, GivesUpOnAServerThatOnlyEverBeginsIt) {
  FakeServer server([&](int, FakeConnection& c) {
    const auto request = first_request(c);
    if (request) c.send(progress(request->request_id(), 0));
  });
  auto feed = Subscription::open(options_for(server), {.give_up_after = 50ms}, after(kLong));
  ASSERT_TRUE(feed) << feed.error().message;
  const auto item = feed->next(after(kLong));
  ASSERT_FALSE(item);
  EXPECT_THAT(item.error().message, HasSubstr("gave up"));
}

TEST(TroubledSubscription, CountsNoTimeInWhichNobodyCalled) {
  std::vector<v1::SubscribeRequest> asked;
  std::atomic<bool> works{false};
  FakeServer server([&](int n, FakeConnection& c) {
    if (works) return serve_log(c, 1, -1, asked);
    const auto request = first_request(c);
    if (request && n == 0) c.send(progress(request->request_id(), 0));
  });
  auto feed = Subscription::open(options_for(server), {.give_up_after = 300ms}, after(kLong));
  ASSERT_TRUE(feed) << feed.error().message;
  const auto none = feed->next(after(50ms));
  ASSERT_TRUE(none) << none.error().message;
  EXPECT_FALSE(*none);
  ASSERT_TRUE(feed->trouble());
  std::this_thread::sleep_for(400ms);  // polls nothing: time passes in which nobody calls
  works = true;
  const auto got = sequences_of(*feed, 1);
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_THAT(*got, ElementsAre(1));
}

TEST(TroubledSubscription, GivesWhatHasComeThoughTheDeadlineHasPassed) {
  std::promise<void> sent;
  FakeServer server([&](int, FakeConnection& c) {
    const auto request = first_request(c);
    if (!request) return;
    const std::uint64_t id = request->request_id();
    std::string bytes = wire::frame(progress(id, 0));
    for (int i = 0; i < 20; ++i) bytes += wire::frame(progress(id, 0));  // signs of life
    bytes += wire::frame(change(id, 1)) + wire::frame(caught_up(id, 1));
    c.send_bytes(bytes);
    sent.set_value();
    c.read();
  });
  auto feed = Subscription::open(options_for(server), {}, after(kLong));
  ASSERT_TRUE(feed) << feed.error().message;
  sent.get_future().wait();
  const auto change = feed->next(Deadline::min());
  ASSERT_TRUE(change) << change.error().message;
  ASSERT_TRUE(*change) << "it had come";
  EXPECT_TRUE(std::holds_alternative<FeedChange>(**change));
  EXPECT_TRUE(*feed->next(Deadline::min()));
  EXPECT_FALSE(*feed->next(Deadline::min()));
}

// A port where nobody listens yet.
std::string free_address() {
  boost::asio::io_context io;
  const boost::asio::ip::tcp::acceptor acceptor(io,
                                                {boost::asio::ip::make_address("127.0.0.1"), 0});
  return "127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
}

TEST(TroubledSubscription, OpensWhenTheServerComes) {
  std::vector<v1::SubscribeRequest> asked;
  FakeServer server([&](int n, FakeConnection& c) {
    if (n < 2) return;  // not yet
    if (n > 2) return serve_log(c, 2, -1, asked);
    const auto request = first_request(c);
    if (request) c.send(error(request->request_id(), Errc::unavailable, "starting"));
  });
  auto feed = Subscription::open(options_for(server), {}, after(kLong));
  ASSERT_TRUE(feed) << feed.error().message;
  EXPECT_EQ(*sequences_of(*feed, 2), up_to(2));
  EXPECT_EQ(feed->reconnects(), 0U);
}

TEST(TroubledSubscription, OpensNotWhereNobodyComesInTime) {
  ClientOptions options;
  options.server = free_address();
  options.backoff_min = options.backoff_max = 10ms;
  const auto begun = std::chrono::steady_clock::now();
  const auto late = Subscription::open(options, {}, after(100ms));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::unavailable);
  EXPECT_THAT(late.error().message, HasSubstr("is capexd running there?"));
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 100ms);
  const auto gave_up = Subscription::open(options, {.give_up_after = 30ms}, after(kLong));
  ASSERT_FALSE(gave_up);
  EXPECT_THAT(gave_up.error().message, HasSubstr("gave up"));
}

}  // namespace
}  // namespace capexdb::client
