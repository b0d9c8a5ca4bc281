// Bad senders, thousands of them, while a good client works.
#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

#include "capexdb/client.h"
#include "tests/integration/processes.h"
#include "tests/integration/raw_connection.h"

namespace capexdb::test {
namespace {

class HostileTest : public testing::Test {
 protected:
  HostileTest() : daemon_(directory_ / "data") {
    EXPECT_EQ(daemon_.capex({"ingest", founding_csv()}).exit_code, 0);
  }
  RawConnection connect() { return RawConnection(daemon_.host(), daemon_.port()); }

  enum class Greeting { none, said };

  // Sends `bytes` and expects an Error whose message holds `words`, then the end.
  void expect_fault(const std::string& bytes, const std::string& words,
                    Greeting greeting = Greeting::said) {
    ASSERT_FALSE(words.empty()) << "which any message holds";
    RawConnection connection = connect();
    if (greeting == Greeting::said) connection.greet();
    connection.send(bytes);
    connection.finish_sending();
    const auto reply = connection.receive();
    ASSERT_TRUE(reply) << "no error came for: " << words;
    ASSERT_TRUE(reply->has_error()) << reply->ShortDebugString();
    EXPECT_NE(reply->error().message().find(words), std::string::npos) << reply->error().message();
    EXPECT_FALSE(connection.receive()) << "the connection is closed behind it";
  }

  TemporaryDirectory directory_;
  Daemon daemon_;
};

TEST_F(HostileTest, EveryFaultIsNamed) {
  expect_fault(std::string("\xff\xff\xff\xff\xff\xff", 6), "length");
  expect_fault(std::string("\xff\xff\xff\xff\x0f", 5), "limit");
  expect_fault(std::string("\x05hello", 6), "not a capexdb.v1.ClientMessage");
  expect_fault(std::string("\x7fhalf", 5), "4 of 127 bytes");
  expect_fault(std::string("\x00", 1), "no request");
  v1::ClientMessage ping;
  ping.mutable_ping();
  expect_fault(wire::frame(ping), "Hello", Greeting::none);
  v1::ClientMessage hello;
  hello.mutable_hello()->set_protocol_version(99);
  expect_fault(wire::frame(hello), "version", Greeting::none);
}

TEST_F(HostileTest, AGoodClientSeesNothingOfThousandsOfBadOnes) {
  ClientOptions options;
  options.server = daemon_.server();
  auto client = Client::connect(options, after(std::chrono::seconds(10)));
  ASSERT_TRUE(client);
  Query query;
  query.select = {"alibaba"};
  query.metric = "capex";
  std::atomic<bool> done = false;
  std::atomic<int> answers = 0;
  std::thread good([&] {
    while (!done) {
      const auto answer = client->query(query, after(std::chrono::seconds(20)));
      if (!answer || answer->rows.empty()) {
        ADD_FAILURE() << (answer ? "an empty answer" : answer.error().message);
        return;
      }
      ++answers;
    }
  });
  // Garbage ends in the middle of a message or is one that cannot be read (the
  // seeds make no good one), so a sender that stays to listen hears of it last.
  const auto storm = [&](std::uint64_t seed, int count) {
    std::mt19937_64 random(seed);
    for (int i = 0; i < count; ++i) {
      RawConnection connection = connect();
      if (random() % 2 == 0) connection.greet();
      std::string bytes(1 + random() % 300, '\0');
      for (char& c : bytes) c = static_cast<char>(random());
      connection.send(bytes);
      if (random() % 3 != 0) {
        connection.finish_sending();
        std::optional<v1::ServerMessage> last;
        while (auto message = connection.receive()) last = std::move(message);
        EXPECT_TRUE(last && last->has_error() && !last->error().message().empty())
            << "seed " << seed << ", sender " << i << ": "
            << (last ? last->ShortDebugString() : "no message");
      }  // else: gone without a word
    }
  };
  storm(1, 300);
  const std::size_t before = resident_bytes(daemon_.process().pid());
  std::thread other([&] { storm(2, 1500); });
  storm(3, 1500);
  other.join();
  const std::size_t after_storm = resident_bytes(daemon_.process().pid());
  done = true;
  good.join();
  EXPECT_GT(answers, 0);
  EXPECT_LT(after_storm, before + (32U << 20U)) << "memory grew";
  EXPECT_EQ(daemon_.capex({"status"}).exit_code, 0);
}

TEST_F(HostileTest, ABadRecordIsAVerdictNotABrokenConnection) {
  RawConnection connection = connect();
  connection.greet("p");
  v1::ClientMessage message;
  message.set_request_id(7);
  message.mutable_ingest()->set_producer_id("p");
  message.mutable_ingest()->set_batch_number(1);
  message.mutable_ingest()->add_events()->mutable_capex();
  ASSERT_TRUE(connection.send(wire::frame(message)));
  const auto reply = connection.receive();
  ASSERT_TRUE(reply && reply->has_ingest());
  EXPECT_EQ(reply->request_id(), 7U);
  ASSERT_EQ(reply->ingest().rejected(), 1U);
  EXPECT_EQ(reply->ingest().verdicts(0).code(), "missing_source");
  message.set_request_id(8);
  message.mutable_ping();
  ASSERT_TRUE(connection.send(wire::frame(message)));
  EXPECT_TRUE(connection.receive()->has_pong());
}

}  // namespace
}  // namespace capexdb::test
