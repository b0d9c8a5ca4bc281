#include "capexdb/producer.h"

#include <gmock/gmock.h>

#include "tests/unit/client/fake_server.h"

namespace capexdb::client {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> ids(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back("e" + std::to_string(i));
  return names;
}

struct Sent {
  std::vector<std::uint64_t> bases;
  std::uint64_t accepted = 0;
  std::uint64_t reconnects = 0;
};

// Sends `count` events in batches of 10 and waits for every answer.
Result<Sent> send(const ClientOptions& options, std::size_t count, std::size_t window = 4) {
  ProducerOptions producer_options;
  producer_options.window = window;
  producer_options.batch_events_max = 10;
  CAPEXDB_ASSIGN(auto producer, Producer::open(options, producer_options, after(kLong)));
  Sent sent;
  const auto take = [&] {
    while (const auto reply = producer.next_reply()) {
      sent.bases.push_back(reply->base);
      sent.accepted += reply->reply.accepted();
    }
  };
  for (const std::string& id : ids(count)) {
    CAPEXDB_TRY(producer.add(event(id)));
    if (!producer.has_room()) CAPEXDB_TRY(producer.make_room(after(kLong)));
    take();
  }
  CAPEXDB_TRY(producer.drain(after(kLong)));
  take();
  sent.reconnects = producer.reconnects();
  return sent;
}

enum class Fault { none, before_storing, before_replying, unavailable };

// Serves until the client goes, or until `batches` have come and the fault happens.
void serve(FakeConnection& connection, FakeStore& store, Fault fault, int batches) {
  while (const auto message = connection.read()) {
    if (message->has_hello()) {
      connection.send(store.greet(*message));
      continue;
    }
    if (fault == Fault::before_storing && batches == 0) return;
    if (fault == Fault::unavailable && batches == 0) {
      connection.send(error(message->request_id(), Errc::unavailable, "the queue is full"));
      fault = Fault::none;
      continue;
    }
    const v1::ServerMessage reply = store.ingest(*message);
    if (fault == Fault::before_replying && batches == 0) return;
    connection.send(reply);
    --batches;
  }
}

TEST(Producer, DeliversEveryAnswerInOrder) {
  FakeStore store;
  FakeServer server([&](int, FakeConnection& c) { serve(c, store, Fault::none, 0); });
  const auto sent = send(options_for(server), 95);
  ASSERT_TRUE(sent) << sent.error().message;
  EXPECT_THAT(sent->bases, ElementsAre(0, 10, 20, 30, 40, 50, 60, 70, 80, 90));
  EXPECT_EQ(sent->accepted, 95U);
  EXPECT_EQ(sent->reconnects, 0U);
  EXPECT_EQ(store.event_ids, ids(95));
}

class ProducerFault : public testing::TestWithParam<std::tuple<Fault, int>> {};

TEST_P(ProducerFault, LosesAndDoublesNothing) {
  const auto [fault, batches] = GetParam();
  FakeStore store;
  FakeServer server([&, fault = fault, batches = batches](int index, FakeConnection& c) {
    serve(c, store, index < 3 ? fault : Fault::none, batches);
  });
  const auto sent = send(options_for(server), 200);
  ASSERT_TRUE(sent) << sent.error().message;
  EXPECT_EQ(sent->reconnects, 3U);
  EXPECT_EQ(sent->accepted, 200U);
  EXPECT_EQ(sent->bases.size(), 20U);
  EXPECT_TRUE(std::is_sorted(sent->bases.begin(), sent->bases.end()));
  EXPECT_EQ(store.event_ids, ids(200));
}

INSTANTIATE_TEST_SUITE_P(Everywhere, ProducerFault,
                         testing::Combine(testing::Values(Fault::before_storing,
                                                          Fault::before_replying,
                                                          Fault::unavailable),
                                          testing::Values(0, 1, 5)));

TEST(Producer, ReconnectsAfterAServerThatGoesBeforeItsWelcome) {
  FakeStore store;
  FakeServer server([&](int index, FakeConnection& c) {
    if (index == 0) return serve(c, store, Fault::before_storing, 0);
    if (index == 1) return;
    serve(c, store, Fault::none, 0);
  });
  const auto sent = send(options_for(server), 30);
  ASSERT_TRUE(sent) << sent.error().message;
  EXPECT_EQ(store.event_ids, ids(30));
}

TEST(Producer, GoesOnFromTheLastBatchOfAnEarlierRun) {
  FakeStore store;
  FakeServer server([&](int, FakeConnection& c) { serve(c, store, Fault::none, 0); });
  ASSERT_TRUE(send(options_for(server), 20));
  ASSERT_TRUE(send(options_for(server), 10));
  EXPECT_THAT(store.received, ElementsAre(1, 2, 3));
  EXPECT_FALSE(store.hellos[0].ephemeral_producer());
}

TEST(Producer, MakesAnIdOfItsOwnWhenNoneIsGiven) {
  FakeStore store;
  FakeServer server([&](int, FakeConnection& c) { serve(c, store, Fault::none, 0); });
  ClientOptions options = options_for(server);
  options.producer_id.clear();
  ASSERT_TRUE(send(options, 1));
  ASSERT_EQ(store.hellos.size(), 1U);
  EXPECT_EQ(store.hellos[0].producer_id().size(), 32U);
  EXPECT_TRUE(store.hellos[0].ephemeral_producer());
}

TEST(Producer, StaysWithinTheServersLimits) {
  FakeStore store;
  std::size_t largest = 0;
  FakeServer server([&](int, FakeConnection& c) {
    while (const auto message = c.read()) {
      if (message->has_hello()) {
        v1::ServerMessage reply = store.greet(*message);
        reply.mutable_welcome()->mutable_limits()->set_message_bytes_max(4096);
        reply.mutable_welcome()->mutable_limits()->set_batch_events_max(7);
        c.send(reply);
        continue;
      }
      largest = std::max(largest, message->ByteSizeLong());
      EXPECT_LE(message->ingest().events_size(), 7);
      c.send(store.ingest(*message));
    }
  });
  {
    auto producer = Producer::open(options_for(server), {}, after(kLong));
    ASSERT_TRUE(producer);
    for (int i = 0; i < 20; ++i) {
      v1::Event large = event("e" + std::to_string(i));
      large.set_note(std::string(900, 'x'));
      ASSERT_TRUE(producer->add(std::move(large)));
    }
    v1::Event too_large = event("never");
    too_large.set_note(std::string(5000, 'x'));
    const auto taken = producer->add(std::move(too_large));
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, Errc::invalid_argument);
    ASSERT_TRUE(producer->drain(after(kLong)).value());
  }
  EXPECT_LE(largest, 4096U);
  EXPECT_EQ(store.event_ids, ids(20));
}

TEST(Producer, AnErrorOfTheServerIsFatal) {
  FakeStore store;
  FakeServer server([&](int, FakeConnection& c) {
    while (const auto message = c.read()) {
      if (message->has_hello()) {
        c.send(store.greet(*message));
      } else {
        c.send(error(message->request_id(), Errc::aborted, "a newer connection took over"));
      }
    }
  });
  const auto sent = send(options_for(server), 10);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, Errc::aborted);
  EXPECT_EQ(sent.error().message, "a newer connection took over");
}

TEST(Producer, GivesUpWhenTheServerStaysAway) {
  FakeStore store;
  auto server = std::make_unique<FakeServer>([&](int index, FakeConnection& c) {
    if (index == 0) serve(c, store, Fault::before_storing, 0);
  });
  ProducerOptions options;
  options.give_up_after = 20ms;
  auto producer = Producer::open(options_for(*server), options, after(kLong));
  ASSERT_TRUE(producer);
  ASSERT_TRUE(producer->add(event("e0")));
  const auto drained = producer->drain(after(kLong));
  ASSERT_FALSE(drained);
  EXPECT_EQ(drained.error().code, Errc::unavailable);
  EXPECT_THAT(drained.error().message, HasSubstr("gave up"));
  const auto later = producer->add(event("e1"));
  ASSERT_FALSE(later);
  EXPECT_EQ(later.error().message, drained.error().message);
}

TEST(Producer, GivesUpWhenTheServerStaysSilent) {
  FakeStore store;
  FakeServer server([&](int, FakeConnection& c) {
    while (const auto message = c.read()) {
      if (message->has_hello()) c.send(store.greet(*message));
    }
  });
  ProducerOptions options;
  options.give_up_after = 20ms;
  auto producer = Producer::open(options_for(server), options, after(kLong));
  ASSERT_TRUE(producer);
  ASSERT_TRUE(producer->add(event("e0")));
  const auto drained = producer->drain(after(kLong));
  ASSERT_FALSE(drained);
  EXPECT_EQ(drained.error().code, Errc::deadline_exceeded);
}

TEST(Producer, SaysSoWhenADeadlinePassesAndStaysGood) {
  FakeStore store;
  std::atomic<bool> answer{false};
  FakeServer server([&](int, FakeConnection& c) {
    while (const auto message = c.read()) {
      if (message->has_hello()) {
        c.send(store.greet(*message));
        continue;
      }
      answer.wait(false);
      c.send(store.ingest(*message));
    }
  });
  auto producer = Producer::open(options_for(server), {}, after(kLong));
  ASSERT_TRUE(producer);
  ASSERT_TRUE(producer->add(event("e0")));
  EXPECT_FALSE(producer->drain(after(1ms)).value());
  answer = true;
  answer.notify_all();
  EXPECT_TRUE(producer->drain(after(kLong)).value());
}

TEST(Producer, ADeadlineHoldsWhileItReconnectsAndTheAttemptGoesOn) {
  FakeStore store;
  std::atomic<bool> greet{false};
  std::atomic<int> connections{0};
  FakeServer server([&](int index, FakeConnection& c) {
    ++connections;
    if (index == 0) return serve(c, store, Fault::before_storing, 0);
    const auto hello = c.read();
    if (!hello) return;
    greet.wait(false);
    c.send(store.greet(*hello));
    serve(c, store, Fault::none, 0);
  });
  ClientOptions options = options_for(server);
  options.connect_timeout = 30s;
  auto producer = Producer::open(options, {}, after(kLong));
  ASSERT_TRUE(producer);
  ASSERT_TRUE(producer->add(event("e0")));
  const auto begun_at = std::chrono::steady_clock::now();
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(producer->drain(after(20ms)).value());
  EXPECT_LT(std::chrono::steady_clock::now() - begun_at, 20s);
  greet = true;
  greet.notify_all();
  EXPECT_TRUE(producer->drain(after(kLong)).value());
  EXPECT_EQ(connections, 2);
  EXPECT_EQ(producer->reconnects(), 1U);
  EXPECT_EQ(store.event_ids, ids(1));
}

TEST(Producer, GivesUpWhileAnAttemptHangs) {
  FakeStore store;
  FakeServer server([&](int index, FakeConnection& c) {
    if (index == 0) return serve(c, store, Fault::before_storing, 0);
    while (c.read()) {
    }
  });
  ProducerOptions options;
  options.give_up_after = 100ms;
  auto producer = Producer::open(options_for(server), options, after(kLong));
  ASSERT_TRUE(producer);
  ASSERT_TRUE(producer->add(event("e0")));
  const auto drained = producer->drain(after(kLong));
  ASSERT_FALSE(drained);
  EXPECT_EQ(drained.error().code, Errc::unavailable);
}

TEST(Producer, SettlesWhatWasHandedOverAndKeepsTheOpenBatch) {
  FakeStore store;
  FakeServer server([&](int, FakeConnection& c) { serve(c, store, Fault::none, 0); });
  {
    auto producer = Producer::open(options_for(server), {}, after(kLong));
    ASSERT_TRUE(producer);
    ASSERT_TRUE(producer->add(event("e0")));
    producer->flush();
    ASSERT_TRUE(producer->add(event("e1")));
    EXPECT_TRUE(producer->settle(after(kLong)).value());
  }
  EXPECT_EQ(store.event_ids, ids(1));
}

TEST(Producer, DryRunsHaveNumbersOfTheirOwn) {
  FakeStore store;
  FakeServer server([&](int, FakeConnection& c) { serve(c, store, Fault::none, 0); });
  ProducerOptions options;
  options.dry_run = true;
  options.batch_events_max = 2;
  auto producer = Producer::open(options_for(server), options, after(kLong));
  ASSERT_TRUE(producer);
  for (const std::string& id : ids(6)) ASSERT_TRUE(producer->add(event(id)));
  ASSERT_TRUE(producer->drain(after(kLong)).value());
  EXPECT_THAT(store.received, ElementsAre(1, 2, 3));
  { const Producer ended = std::move(*producer); }
  options.dry_run = false;
  options.dry_run_alone = true;
  auto alone = Producer::open(options_for(server), options, after(kLong));
  ASSERT_TRUE(alone);
  ASSERT_TRUE(alone->add(event("e0")));
  ASSERT_TRUE(alone->drain(after(kLong)).value());
  EXPECT_THAT(store.received, ElementsAre(1, 2, 3, 0));
  EXPECT_TRUE(store.event_ids.empty());
}

TEST(Producer, AnAtomicBatchOverTheLimitsIsDroppedWhole) {
  FakeStore store;
  FakeServer server([&](int, FakeConnection& c) {
    while (const auto message = c.read()) {
      if (!message->has_hello()) {
        EXPECT_EQ(message->ingest().mode(), v1::BATCH_MODE_ATOMIC);
        c.send(store.ingest(*message));
        continue;
      }
      v1::ServerMessage reply = store.greet(*message);
      reply.mutable_welcome()->mutable_limits()->set_batch_events_max(3);
      c.send(reply);
    }
  });
  ProducerOptions options;
  options.atomic = true;
  auto producer = Producer::open(options_for(server), options, after(kLong));
  ASSERT_TRUE(producer);
  for (const std::string& id : ids(3)) ASSERT_TRUE(producer->add(event(id)));
  EXPECT_FALSE(producer->add(event("e3")));
  ASSERT_TRUE(producer->add(event("alone")));
  ASSERT_TRUE(producer->drain(after(kLong)).value());
  EXPECT_THAT(store.event_ids, ElementsAre("alone"));
}

TEST(Producer, ARefusedConnectionIsUnavailable) {
  std::string address;
  {
    FakeServer server([](int, FakeConnection&) {});
    address = server.address();
  }
  ClientOptions options;
  options.server = address;
  const auto producer = Producer::open(options, {}, after(kLong));
  ASSERT_FALSE(producer);
  EXPECT_EQ(producer.error().code, Errc::unavailable);
  EXPECT_THAT(producer.error().message, HasSubstr(address));
}

}  // namespace
}  // namespace capexdb::client
