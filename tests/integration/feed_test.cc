// The feed as it goes over a connection: where it begins and ends, and what holds it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "tests/integration/processes.h"
#include "tests/integration/raw_connection.h"

namespace capexdb::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint64_t kFounding = 90;  // sequences after the founding facts

class FeedOverTheWire : public testing::Test {
 protected:
  void start(const std::string& settings = "") {
    write_file(directory_ / "capexd.toml", settings);
    daemon_ =
        std::make_unique<Daemon>(directory_ / "data", "127.0.0.1:0", directory_ / "capexd.toml");
  }
  void load_founding() {
    const Outcome loaded = daemon_->capex({"ingest", founding_csv()});
    ASSERT_EQ(loaded.exit_code, 0) << loaded.err;
  }
  std::unique_ptr<RawConnection> connect() {
    auto connection = std::make_unique<RawConnection>(daemon_->host(), daemon_->port());
    connection->greet();
    return connection;
  }
  static void send(RawConnection& connection, std::uint64_t id, v1::ClientMessage message) {
    message.set_request_id(id);
    ASSERT_TRUE(connection.send(wire::frame(message)));
  }
  static void subscribe(RawConnection& connection, const v1::SubscribeRequest& request,
                        std::uint64_t id = 2) {
    v1::ClientMessage message;
    *message.mutable_subscribe() = request;
    send(connection, id, std::move(message));
  }
  static v1::SubscribeRequest after(std::uint64_t sequence, std::uint32_t credit = 1'000'000) {
    v1::SubscribeRequest request;
    request.set_after_sequence(sequence);
    request.set_credit(credit);
    return request;
  }
  static v1::ServerMessage next(RawConnection& connection) {
    const auto message = connection.receive();
    EXPECT_TRUE(message) << "the connection ended";
    return message.value_or(v1::ServerMessage());
  }
  // The next one that is no sign of life.
  static v1::ServerMessage next_news(RawConnection& connection) {
    constexpr int kSignsMax = 4;  // each takes seconds
    for (int signs = 0; signs < kSignsMax; ++signs) {
      v1::ServerMessage message = next(connection);
      if (!message.has_progress()) return message;
    }
    ADD_FAILURE() << "nothing comes";
    return {};
  }
  // Changes up to CaughtUp.
  static std::vector<v1::Change> caught_up(RawConnection& connection) {
    std::vector<v1::Change> changes;
    for (;;) {
      v1::ServerMessage message = next(connection);
      if (message.has_change()) {
        changes.push_back(std::move(*message.mutable_change()));
      } else if (!message.has_progress()) {
        EXPECT_TRUE(message.has_caught_up()) << message.DebugString();
        return changes;
      }
    }
  }
  static std::vector<std::uint64_t> sequences(const std::vector<v1::Change>& changes) {
    std::vector<std::uint64_t> all;
    for (const v1::Change& change : changes) all.push_back(change.sequence());
    return all;
  }
  v1::AckReply ack(RawConnection& connection, const v1::Ack& ack) {
    v1::ClientMessage message;
    *message.mutable_ack() = ack;
    send(connection, 77, std::move(message));
    for (;;) {
      v1::ServerMessage reply = next(connection);
      if (reply.has_change() || reply.has_progress() || reply.has_caught_up()) continue;
      EXPECT_TRUE(reply.has_ack()) << reply.DebugString();
      return reply.ack();
    }
  }
  static v1::Ack position(const std::string& cursor, std::uint64_t sequence) {
    v1::Ack ack;
    ack.set_cursor(cursor);
    ack.set_sequence(sequence);
    return ack;
  }
  // Of a period that the founding facts do not speak of.
  void add_figure(const std::string& value, const std::string& published) {
    write_file(directory_ / "one.csv",
               "company,metric,period,value,currency,source,published_at\nAlibaba,capex,2019-Q1," +
                   value + ",CNY,Filings," + published + "\n");
    const Outcome added = daemon_->capex({"ingest", directory_ / "one.csv"});
    ASSERT_EQ(added.exit_code, 0) << added.err;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Daemon> daemon_;
};

TEST_F(FeedOverTheWire, FromTheBeginningThenLive) {
  start();
  load_founding();
  const auto subscriber = connect();
  subscribe(*subscriber, after(0));
  EXPECT_EQ(next(*subscriber).progress().sequence(), 0U);
  const auto changes = caught_up(*subscriber);
  ASSERT_EQ(changes.size(), kFounding);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    ASSERT_EQ(changes[i].sequence(), i + 1);
    v1::ClientMessage show;
    show.mutable_show()->set_sequence(i + 1);
    send(*subscriber, 5, show);
    const auto shown = next(*subscriber);
    // The event's own bytes.
    ASSERT_EQ(changes[i].event().SerializeAsString(), shown.show().event().SerializeAsString());
    ASSERT_EQ(changes[i].recorded_at_us(), shown.show().recorded_at_us());
    ASSERT_EQ(changes[i].producer_id(), shown.show().producer_id());
  }
  add_figure("24000000000", "2024-09-01");
  const v1::ServerMessage message = next_news(*subscriber);
  EXPECT_EQ(message.change().sequence(), kFounding + 1);
}

TEST_F(FeedOverTheWire, FromNowAndFromTheMiddle) {
  start();
  load_founding();
  const auto subscriber = connect();
  v1::SubscribeRequest request = after(0);
  request.set_from_now(true);
  subscribe(*subscriber, request);
  EXPECT_EQ(next(*subscriber).progress().sequence(), kFounding);
  EXPECT_TRUE(caught_up(*subscriber).empty());
  subscribe(*subscriber, after(kFounding - 2), 3);
  EXPECT_THAT(sequences(caught_up(*subscriber)), ElementsAre(kFounding - 1, kFounding));
}

TEST_F(FeedOverTheWire, CreditIsWhatIsSent) {
  start();
  load_founding();
  const auto subscriber = connect();
  subscribe(*subscriber, after(0, 3));
  next(*subscriber);
  for (std::uint64_t i = 1; i <= 3; ++i) EXPECT_EQ(next(*subscriber).change().sequence(), i);
  // No more comes until it is allowed; others are served meanwhile, and so is a question.
  const auto other = connect();
  subscribe(*other, after(0));
  EXPECT_EQ(caught_up(*other).size(), kFounding);
  v1::ClientMessage ping;
  ping.mutable_ping()->set_nonce(9);
  send(*subscriber, 3, ping);
  EXPECT_EQ(next(*subscriber).pong().nonce(), 9U);
  v1::ClientMessage credit;
  credit.mutable_credit()->set_subscription(2);
  credit.mutable_credit()->set_changes(2);
  send(*subscriber, 4, credit);
  EXPECT_EQ(next(*subscriber).change().sequence(), 4U);
  EXPECT_EQ(next(*subscriber).change().sequence(), 5U);
}

TEST_F(FeedOverTheWire, WithoutCreditItHearsThatItLives) {
  start();
  load_founding();
  const auto subscriber = connect();
  subscribe(*subscriber, after(5, 0));
  EXPECT_EQ(next(*subscriber).progress().sequence(), 5U);
  EXPECT_EQ(next(*subscriber).progress().sequence(), 5U) << "a sign of life, some seconds later";
}

TEST_F(FeedOverTheWire, APositionOfAnotherStoreIsRefused) {
  start();
  const auto subscriber = connect();
  subscribe(*subscriber, after(5'000'000));
  const v1::ServerMessage message = next(*subscriber);
  EXPECT_EQ(message.error().code(), 11);
  EXPECT_THAT(message.error().message(), HasSubstr("another store"));
  subscribe(*subscriber, after(0));  // the connection goes on
  EXPECT_TRUE(next(*subscriber).has_progress());
}

TEST_F(FeedOverTheWire, AnUnknownNameIsRefused) {
  start();
  const auto subscriber = connect();
  v1::SubscribeRequest request = after(0);
  request.mutable_filter()->add_companies("alibabba");
  subscribe(*subscriber, request);
  const v1::ServerMessage message = next(*subscriber);
  EXPECT_EQ(message.error().code(), 5);
  ASSERT_EQ(message.error().violations_size(), 1);
  EXPECT_EQ(message.error().violations(0).field(), "filter.companies");
}

TEST_F(FeedOverTheWire, WhatIsTrimmedIsAGapAndStillInTheLog) {
  start("[feed]\nretention_events = 10\n");
  load_founding();
  const auto subscriber = connect();
  subscribe(*subscriber, after(7));
  EXPECT_EQ(next(*subscriber).progress().sequence(), 7U);
  const v1::ServerMessage gap = next(*subscriber);
  ASSERT_TRUE(gap.has_gap()) << gap.DebugString();
  EXPECT_EQ(gap.gap().first(), 8U);
  EXPECT_EQ(gap.gap().last(), kFounding - 10);
  EXPECT_EQ(caught_up(*subscriber).size(), 10U);
  v1::ClientMessage show;
  show.mutable_show()->set_sequence(8);
  send(*subscriber, 5, show);
  EXPECT_EQ(next(*subscriber).show().sequence(), 8U);
}

TEST_F(FeedOverTheWire, ACursorIsWhereItWasLeft) {
  start();
  load_founding();
  auto subscriber = connect();
  v1::SubscribeRequest request = after(0, 10);
  request.set_cursor("desk");
  subscribe(*subscriber, request);
  next(*subscriber);
  EXPECT_EQ(next(*subscriber).change().sequence(), 1U) << "a new one begins as asked";
  EXPECT_EQ(ack(*subscriber, position("desk", 88)).sequence(), 88U);
  daemon_->kill();
  start();
  subscriber = connect();
  request.set_after_sequence(3);
  subscribe(*subscriber, request);
  EXPECT_EQ(next(*subscriber).progress().sequence(), 88U);
  EXPECT_THAT(sequences(caught_up(*subscriber)), ElementsAre(89U, 90U));
  EXPECT_EQ(ack(*subscriber, position("desk", 80)).sequence(), 88U);
  v1::Ack rewind = position("desk", 80);
  rewind.set_rewind(true);
  EXPECT_EQ(ack(*subscriber, rewind).sequence(), 80U);
  v1::ClientMessage message;
  message.mutable_cursors();
  send(*subscriber, 5, message);
  const v1::CursorReply listed = next(*subscriber).cursors();
  ASSERT_EQ(listed.cursors_size(), 1);
  EXPECT_EQ(listed.cursors(0).name(), "desk");
  EXPECT_EQ(listed.cursors(0).sequence(), 80U);
  EXPECT_EQ(listed.sequence(), kFounding);
}

TEST_F(FeedOverTheWire, RevisionsComeWithBothSources) {
  start();
  load_founding();
  const auto subscriber = connect();
  v1::SubscribeRequest request = after(0);
  request.set_from_now(true);
  request.mutable_filter()->add_companies("alibaba");
  request.mutable_filter()->add_meanings(v1::MEANING_REVISION);
  request.mutable_filter()->set_change_above_percent("5");
  subscribe(*subscriber, request);
  EXPECT_TRUE(caught_up(*subscriber).empty());
  add_figure("23100000000", "2024-09-01");
  add_figure("30030000000", "2024-09-02");
  const v1::ServerMessage message = next_news(*subscriber);
  ASSERT_EQ(message.change().cells_size(), 1) << message.DebugString();
  const v1::CellChange& cell = message.change().cells(0);
  EXPECT_EQ(cell.before().value(), "23100000000");
  EXPECT_EQ(cell.after().value(), "30030000000");
  EXPECT_EQ(cell.change_percent(), "30");
  EXPECT_EQ(cell.before().source(), "Filings");
  EXPECT_EQ(cell.after().published_at(), "2024-09-02");
}

TEST_F(FeedOverTheWire, AReplayEnds) {
  start();
  load_founding();
  const auto subscriber = connect();
  v1::SubscribeRequest request;
  request.set_credit(1000);
  request.set_cells(true);
  request.mutable_replay()->set_from("2025-01-01");
  subscribe(*subscriber, request);
  EXPECT_EQ(next(*subscriber).progress().sequence(), kFounding) << "what is played";
  std::string last;
  std::size_t count = 0;
  v1::ServerMessage message = next(*subscriber);
  for (; message.has_change(); message = next(*subscriber)) {
    const std::string& published = message.change().event().published_at();
    EXPECT_LE(last, published);
    last = published;
    EXPECT_GT(message.change().cells_size(), 0);
    ++count;
  }
  EXPECT_TRUE(message.caught_up().end()) << message.DebugString();
  EXPECT_GT(count, 5U);
  subscribe(*subscriber, after(0));  // its id is free
  EXPECT_TRUE(next(*subscriber).has_progress());
}

TEST_F(FeedOverTheWire, AReplayTakesItsTime) {
  start();
  load_founding();
  const auto subscriber = connect();
  v1::SubscribeRequest request;
  request.set_credit(1000);
  request.mutable_replay()->set_speed(1e-3);  // a second of the world takes a thousand
  subscribe(*subscriber, request);
  next(*subscriber);
  EXPECT_TRUE(next(*subscriber).has_change()) << "the first one's time is the beginning";
  v1::ClientMessage status;
  status.mutable_status();
  send(*subscriber, 9, status);
  v1::ServerMessage message = next(*subscriber);
  while (message.has_change()) message = next(*subscriber);  // of the same moment
  EXPECT_EQ(message.status().subscriptions(), 1U);
  v1::ClientMessage cancel;
  cancel.mutable_cancel()->set_request_id(2);
  send(*subscriber, 10, cancel);
  EXPECT_EQ(next(*subscriber).error().code(), 1);
}

TEST_F(FeedOverTheWire, StoppingSaysSo) {
  start();
  const auto subscriber = connect();
  subscribe(*subscriber, after(0));
  caught_up(*subscriber);
  daemon_->process().signal(SIGTERM);
  const auto message = subscriber->receive();
  ASSERT_TRUE(message);
  EXPECT_EQ(message->error().code(), 14);
  EXPECT_FALSE(subscriber->receive());
  EXPECT_EQ(daemon_->process().wait(), 0);
}

TEST_F(FeedOverTheWire, ASubscriberThatDoesNotReadHoldsNothing) {
  start();
  load_founding();
  // Sockets' buffers take some; the daemon makes no more than that ahead.
  std::vector<std::unique_ptr<RawConnection>> stuck;
  for (int i = 0; i < 50; ++i) {
    stuck.push_back(connect());
    subscribe(*stuck.back(), after(0));
  }
  const std::size_t before = resident_bytes(daemon_->process().pid());
  std::string csv = "company,metric,period,value,currency,source,published_at,note\n";
  for (int i = 0; i < 20'000; ++i) {
    csv += "Alibaba,capex,2024-H1," + std::to_string(24'000'000'000 + i) +
           ",CNY,Filings,2024-09-01," + std::string(400, 'n') + "\n";
  }
  write_file(directory_ / "many.csv", csv);
  const Outcome added = daemon_->capex({"ingest", directory_ / "many.csv"});
  ASSERT_EQ(added.exit_code, 0) << added.err;
  const auto subscriber = connect();
  subscribe(*subscriber, after(kFounding));
  EXPECT_EQ(caught_up(*subscriber).size(), 20'001U) << "with their source, and nobody waits";
  // 12 MB of changes each; what they hold is far less.
  EXPECT_LT(resident_bytes(daemon_->process().pid()), before + (300U << 20U));
}

}  // namespace
}  // namespace capexdb::test
