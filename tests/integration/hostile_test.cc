// Bad senders, thousands of them, while a good client works.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
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

// Statements whose documents have long names, so that an answer of them outgrows
// every buffer between the store and a client that does not read.
void ingest_long_documents(RawConnection& connection) {
  constexpr int kBatches = 8;
  constexpr int kEvents = 200;
  connection.greet("p");
  for (int batch = 1; batch <= kBatches; ++batch) {
    v1::ClientMessage message;
    message.set_request_id(static_cast<std::uint64_t>(batch) + 1);
    message.mutable_ingest()->set_producer_id("p");
    message.mutable_ingest()->set_batch_number(static_cast<std::uint64_t>(batch));
    for (int i = 0; i < kEvents; ++i) {
      const std::string number = std::to_string(batch * kEvents + i);
      v1::Event& event = *message.mutable_ingest()->add_events();
      event.mutable_source()->set_publisher("Reuters");
      event.mutable_source()->set_url("https://example.org/" + number + std::string(15'000, 'x'));
      event.set_published_at("2024-08-26");
      event.set_status(v1::STATUS_ACTUAL);
      v1::CapexFact& capex = *event.mutable_capex();
      capex.mutable_subject()->set_name("wordy " + number);
      capex.mutable_period()->set_start("2024-01-01");
      capex.mutable_period()->set_end("2024-06-30");
      capex.set_measure(v1::MEASURE_LEVEL);
      capex.mutable_amount()->set_value("1");
      capex.mutable_amount()->set_currency("USD");
    }
    ASSERT_TRUE(connection.send(wire::frame(message)));
    const auto reply = connection.receive();
    ASSERT_TRUE(reply && reply->has_ingest()) << (reply ? reply->ShortDebugString() : "ended");
    ASSERT_EQ(reply->ingest().accepted(), static_cast<std::uint32_t>(kEvents))
        << reply->ingest().verdicts(0).message();
  }
}

// The question for all of them, framed.
std::string every_statement(std::uint64_t request_id) {
  v1::ClientMessage message;
  message.set_request_id(request_id);
  message.mutable_query()->set_kind(v1::QUERY_KIND_STATEMENTS);
  message.mutable_query()->add_select("all");
  message.mutable_query()->set_metric("capex");
  return wire::frame(message);
}

TEST_F(HostileTest, AClientThatDoesNotReadHoldsNobodyUpAndEndsItsQuestion) {
  {
    RawConnection feeder = connect();
    ASSERT_NO_FATAL_FAILURE(ingest_long_documents(feeder));
  }
  const auto running = [&] {
    const Outcome status = daemon_.capex({"status", "-o", "json"});
    const std::string key = "\"queries_running\":";
    const std::size_t at = status.out.find(key);
    return at == std::string::npos ? -1 : std::stoi(status.out.substr(at + key.size()));
  };
  const auto await_running = [&](int count) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (running() != count) {
      if (std::chrono::steady_clock::now() > end) return false;
    }
    return true;
  };
  const std::size_t before = resident_bytes(daemon_.process().pid());
  {
    std::vector<std::unique_ptr<RawConnection>> silent;
    for (int i = 0; i < 8; ++i) {
      silent.push_back(std::make_unique<RawConnection>(daemon_.host(), daemon_.port()));
      silent.back()->greet();
      ASSERT_TRUE(silent.back()->send(every_statement(2)));
    }
    EXPECT_TRUE(await_running(8)) << running() << " run";
    EXPECT_EQ(daemon_.capex({"get", "wordy 300", "capex"}).exit_code, 0)
        << "another client's question waits for them";
    EXPECT_LT(resident_bytes(daemon_.process().pid()), before + (400U << 20U));
  }
  EXPECT_TRUE(await_running(0)) << running() << " run on though their clients are gone";

  RawConnection cancelling = connect();
  cancelling.greet();
  ASSERT_TRUE(cancelling.send(every_statement(2)));
  ASSERT_TRUE(await_running(1));
  v1::ClientMessage cancel;
  cancel.set_request_id(3);
  cancel.mutable_cancel()->set_request_id(2);
  ASSERT_TRUE(cancelling.send(wire::frame(cancel)));
  EXPECT_TRUE(await_running(0)) << "it is cancelled where nothing is read";
  std::size_t bytes = 0;
  for (auto reply = cancelling.receive(); reply; reply = cancelling.receive()) {
    bytes += reply->ByteSizeLong();
    if (reply->has_query_chunk()) continue;
    EXPECT_EQ(reply->error().code(), static_cast<int>(Errc::cancelled));
    break;
  }
  EXPECT_LT(bytes, std::size_t{16} << 20U) << "of 48 MiB";
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
