#include "capexdb/subscription.h"

#include <gmock/gmock.h>

#include "tests/unit/client/feed_server.h"

namespace capexdb::client {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

TEST(Subscription, GivesEveryChangeWithLittleCredit) {
  std::vector<v1::SubscribeRequest> asked;
  FakeServer server([&](int, FakeConnection& c) { serve_log(c, 57, -1, asked); });
  auto feed = Subscription::open(options_for(server), {.window = 3}, after(kLong));
  ASSERT_TRUE(feed) << feed.error().message;
  const auto got = sequences_of(*feed, 57);
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(*got, up_to(57));
  EXPECT_EQ(feed->reconnects(), 0U);
}

TEST(Subscription, GoesOnBehindWhatItHasWhenConnectionsBreak) {
  std::vector<v1::SubscribeRequest> asked;
  FakeServer server(
      [&](int n, FakeConnection& c) { serve_log(c, 57, n < 20 ? n % 5 : -1, asked); });
  auto feed = Subscription::open(options_for(server), {.window = 4}, after(kLong));
  ASSERT_TRUE(feed) << feed.error().message;
  const auto got = sequences_of(*feed, 57);
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(*got, up_to(57));
  EXPECT_GT(feed->reconnects(), 10U);
  EXPECT_FALSE(feed->trouble());
}

TEST(Subscription, CutsAtEveryByteLoseNothing) {
  // What a server sends for changes 1 to 3.
  const std::string greeting = wire::frame(welcome(0, 3));
  std::string bytes = wire::frame(progress(2, 0));
  for (std::uint64_t n = 1; n <= 3; ++n) bytes += wire::frame(change(2, n));
  bytes += wire::frame(caught_up(2, 3));
  for (std::size_t cut = 0; cut < greeting.size() + bytes.size(); ++cut) {
    std::vector<v1::SubscribeRequest> asked;
    // The first connection is whole up to the beginning, so that open() succeeds.
    FakeServer server([&](int n, FakeConnection& c) {
      if (n == 0) {
        const auto request = first_request(c);
        if (request) c.send(progress(request->request_id(), 0));
      } else if (n == 1) {
        if (c.read()) c.send_bytes(greeting.substr(0, cut));
        if (cut >= greeting.size() && c.read())
          c.send_bytes(bytes.substr(0, cut - greeting.size()));
      } else {
        serve_log(c, 3, -1, asked);
      }
    });
    auto feed = Subscription::open(options_for(server), {}, after(kLong));
    ASSERT_TRUE(feed) << feed.error().message;
    const auto got = sequences_of(*feed, 3);
    ASSERT_TRUE(got) << cut << ": " << got.error().message;
    ASSERT_EQ(*got, up_to(3)) << cut;
  }
}

TEST(Subscription, TakesASilentServerForDead) {
  std::vector<v1::SubscribeRequest> asked;
  FakeServer server([&](int n, FakeConnection& c) {
    if (n > 0) return serve_log(c, 2, -1, asked);
    const auto request = first_request(c);
    if (request) c.send(progress(request->request_id(), 0));
    while (c.read()) {  // says nothing more, until the client goes
    }
  });
  auto feed = Subscription::open(options_for(server), {.silence_max = 50ms}, after(kLong));
  ASSERT_TRUE(feed) << feed.error().message;
  const auto got = sequences_of(*feed, 2);
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(*got, up_to(2));
  EXPECT_EQ(feed->reconnects(), 1U);
}

TEST(Subscription, GivesUpAfterSoLongWithoutAServer) {
  Result<Subscription> feed = fail(Errc::internal, "not opened");
  {
    FakeServer server([&](int, FakeConnection& c) {
      const auto request = first_request(c);
      if (request) c.send(progress(request->request_id(), 0));
    });
    feed = Subscription::open(options_for(server), {.give_up_after = 30ms}, after(kLong));
    ASSERT_TRUE(feed) << feed.error().message;
  }
  const auto item = feed->next(after(kLong));
  ASSERT_FALSE(item);
  EXPECT_EQ(item.error().code, Errc::unavailable);
  EXPECT_THAT(item.error().message, HasSubstr("gave up after 0.030 s"));
  EXPECT_TRUE(feed->trouble());
  EXPECT_EQ(feed->next(after(kLong)).error().message, item.error().message);
}

TEST(Subscription, WaitsForAServerWithoutGivingUp) {
  Result<Subscription> feed = fail(Errc::internal, "not opened");
  {
    FakeServer server([&](int, FakeConnection& c) {
      const auto request = first_request(c);
      if (request) c.send(progress(request->request_id(), 0));
    });
    feed = Subscription::open(options_for(server), {}, after(kLong));
    ASSERT_TRUE(feed) << feed.error().message;
  }
  const auto item = feed->next(after(50ms));
  ASSERT_TRUE(item) << item.error().message;
  EXPECT_FALSE(*item);
  ASSERT_TRUE(feed->trouble());
  EXPECT_EQ(feed->trouble()->code, Errc::unavailable);
}

TEST(Subscription, TellsWhatTheServerRefuses) {
  FakeServer server([&](int, FakeConnection& c) {
    const auto request = first_request(c);
    if (request) c.send(error(request->request_id(), Errc::out_of_range, "no such sequence"));
    c.read();
  });
  const auto feed = Subscription::open(options_for(server), {.after_sequence = 999}, after(kLong));
  ASSERT_FALSE(feed);
  EXPECT_EQ(feed.error().code, Errc::out_of_range);
}

TEST(Subscription, AnErrorOnTheWayIsFinalUnlessItPasses) {
  for (const Errc code : {Errc::unavailable, Errc::resource_exhausted, Errc::aborted}) {
    std::vector<v1::SubscribeRequest> asked;
    FakeServer server([&](int n, FakeConnection& c) {
      if (n > 0) return serve_log(c, 2, -1, asked);
      const auto request = first_request(c);
      if (!request) return;
      c.send(progress(request->request_id(), 0));
      c.send(change(request->request_id(), 1));
      c.send(error(request->request_id(), code, "later"));
    });
    auto feed = Subscription::open(options_for(server), {}, after(kLong));
    ASSERT_TRUE(feed) << feed.error().message;
    const auto got = sequences_of(*feed, 2);
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(*got, up_to(2));
    EXPECT_EQ(asked.at(0).after_sequence(), 1U);
  }
  for (const Errc code : {Errc::data_loss, Errc::cancelled, Errc::not_found}) {
    FakeServer server([&](int, FakeConnection& c) {
      const auto request = first_request(c);
      if (!request) return;
      c.send(progress(request->request_id(), 0));
      c.send(change(request->request_id(), 1));
      c.send(error(request->request_id(), code, "no"));
      c.read();
    });
    auto feed = Subscription::open(options_for(server), {}, after(kLong));
    ASSERT_TRUE(feed) << feed.error().message;
    const auto first = feed->next(after(kLong));
    ASSERT_TRUE(first && *first) << "what came before counts";
    const auto item = feed->next(after(kLong));
    ASSERT_FALSE(item);
    EXPECT_EQ(item.error().code, code);
  }
}

TEST(Subscription, RefusesAServerThatBreaksTheRules) {
  FakeServer server([&](int, FakeConnection& c) {
    const auto request = first_request(c);
    if (!request) return;
    c.send(progress(request->request_id(), 0));
    c.send(change(request->request_id(), 2));
    c.send(change(request->request_id(), 1));
    c.read();
  });
  auto feed = Subscription::open(options_for(server), {}, after(kLong));
  ASSERT_TRUE(feed) << feed.error().message;
  ASSERT_TRUE(feed->next(after(kLong)));
  const auto item = feed->next(after(kLong));
  ASSERT_FALSE(item);
  EXPECT_EQ(item.error().reason, kProtocolReason);
}

TEST(Subscription, NeverFencesAProducer) {
  v1::Hello hello;
  FakeServer server([&](int, FakeConnection& c) {
    if (const auto message = c.read()) hello = message->hello();
    c.send(welcome());
    if (const auto request = c.read()) c.send(progress(request->request_id(), 0));
    c.read();
  });
  {
    auto feed = Subscription::open(options_for(server), {}, after(kLong));
    ASSERT_TRUE(feed) << feed.error().message;
  }
  EXPECT_EQ(hello.producer_id(), "");
}

TEST(Subscription, AcknowledgesAndWaitsForIt) {
  std::vector<v1::SubscribeRequest> asked;
  FakeServer server([&](int n, FakeConnection& c) { serve_log(c, 9, n == 0 ? 5 : -1, asked); });
  auto feed = Subscription::open(options_for(server), {.cursor = "c"}, after(kLong));
  ASSERT_TRUE(feed) << feed.error().message;
  while (feed->position() < 9) {
    const auto item = feed->next(after(kLong));
    ASSERT_TRUE(item) << item.error().message;
    ASSERT_TRUE(feed->ack(feed->position()));
  }
  const auto settled = feed->settle_acks(after(kLong));
  ASSERT_TRUE(settled) << settled.error().message;
  EXPECT_TRUE(*settled);
  EXPECT_EQ(feed->acked(), 9U);
  EXPECT_FALSE(feed->ack(10));
}

TEST(QueryAndSubscribe, BeginsBehindTheAnswer) {
  std::vector<v1::ClientMessage> asked;
  FakeServer server([&](int, FakeConnection& c) {
    const auto request = first_request(c);
    if (!request) return;
    asked.push_back(*request);
    if (request->has_query()) {
      v1::ServerMessage done;
      done.set_request_id(request->request_id());
      done.mutable_query_done()->set_sequence(41);
      c.send(done);
    } else {
      c.send(progress(request->request_id(), request->subscribe().after_sequence()));
    }
    c.read();
  });
  {
    const auto both = query_and_subscribe(
        options_for(server), {.select = {"bat"}, .metric = "capex", .statuses = {Status::actual}},
        {.from_now = true}, after(kLong));
    ASSERT_TRUE(both) << both.error().message;
    EXPECT_EQ(both->answer.sequence, 41U);
    EXPECT_EQ(both->feed.position(), 41U);
  }
  ASSERT_THAT(asked, SizeIs(2));
  const v1::SubscribeRequest& request = asked[1].subscribe();
  EXPECT_EQ(request.after_sequence(), 41U);
  EXPECT_FALSE(request.from_now());
  EXPECT_EQ(request.filter().ShortDebugString(),
            "companies: \"bat\" metrics: \"capex\" statuses: STATUS_ACTUAL");
  EXPECT_FALSE(query_and_subscribe(options_for(server), {}, {.cursor = "c"}, after(kLong)));
}

}  // namespace
}  // namespace capexdb::client
