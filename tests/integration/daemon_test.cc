// How the daemon starts, stops and guards its directory.
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <memory>
#include <thread>

#include "proto/wire/frame.h"
#include "tests/integration/processes.h"
#include "tests/integration/raw_connection.h"

namespace capexdb::test {
namespace {

TEST(DaemonProcess, TerminatesCleanlyAndTakesItsEndpointAway) {
  const TemporaryDirectory directory;
  Daemon daemon(directory / "data");
  EXPECT_TRUE(std::filesystem::exists(directory / "data/endpoint"));
  EXPECT_EQ(daemon.terminate(), 0) << daemon.log();
  EXPECT_FALSE(std::filesystem::exists(directory / "data/endpoint"));
}

TEST(DaemonProcess, ASecondOneOnTheSameDirectoryIsRefusedAndTheFirstIsUnharmed) {
  const TemporaryDirectory directory;
  Daemon daemon(directory / "data");
  const Outcome second =
      run({program("capexd"), "--data-dir", directory / "data", "--listen", "127.0.0.1:0"});
  EXPECT_EQ(second.exit_code, 75);
  EXPECT_NE(second.err.find("in use"), std::string::npos) << second.err;
  EXPECT_EQ(run({program("capexd"), "check", "--data-dir", directory / "data"}).exit_code, 75);
  EXPECT_EQ(daemon.capex({"status"}).exit_code, 0);
}

TEST(DaemonProcess, RefusesToListenBeyondLoopbackWithoutTlsAndTokens) {
  const TemporaryDirectory directory;
  const Outcome outcome =
      run({program("capexd"), "--data-dir", directory / "data", "--listen", "0.0.0.0:0"});
  EXPECT_EQ(outcome.exit_code, 78) << outcome.err;
}

TEST(DaemonProcess, ABurstOfConnectionsEachWithManyRequestsIsServed) {
  const TemporaryDirectory directory;
  const Daemon daemon(directory / "data");
  constexpr std::uint64_t kPings = 500;
  std::string pings;
  for (std::uint64_t id = 1; id <= kPings; ++id) {
    v1::ClientMessage message;
    message.set_request_id(id);
    message.mutable_ping()->set_nonce(id);
    pings += wire::frame(message);
  }
  std::vector<std::unique_ptr<RawConnection>> connections;
  for (int i = 0; i < 200; ++i) {
    connections.push_back(std::make_unique<RawConnection>(daemon.host(), daemon.port()));
  }
  for (const auto& connection : connections) {
    connection->greet();
    ASSERT_TRUE(connection->send(pings));
  }
  for (const auto& connection : connections) {
    for (std::uint64_t id = 1; id <= kPings; ++id) {
      const auto reply = connection->receive();
      ASSERT_TRUE(reply && reply->has_pong());
      ASSERT_EQ(reply->request_id(), id);
    }
  }
}

TEST(DaemonProcess, LongMessagesOfManyConnectionsAreTakenOneAfterAnother) {
  const TemporaryDirectory directory;
  const Daemon daemon(directory / "data");
  v1::ClientMessage message;
  message.set_request_id(7);
  message.mutable_ping();
  message.GetReflection()->MutableUnknownFields(&message)->AddLengthDelimited(
      2000, std::string(15U << 20U, 'x'));
  const std::string bytes = wire::frame(message);
  // Together more than may be received at a time.
  std::vector<std::thread> senders;
  for (int i = 0; i < 24; ++i) {
    senders.emplace_back([&] {
      RawConnection connection(daemon.host(), daemon.port());
      connection.greet();
      EXPECT_TRUE(connection.send(bytes));
      const auto reply = connection.receive();
      ASSERT_TRUE(reply);
      EXPECT_EQ(reply->error().message().substr(0, 10), "a request ") << "it is no ingest";
      EXPECT_EQ(reply->request_id(), 7U);
    });
  }
  for (std::thread& sender : senders) sender.join();
  EXPECT_EQ(daemon.capex({"status"}).exit_code, 0);
}

TEST(DaemonProcess, CheckAndDumpWorkOffline) {
  const TemporaryDirectory directory;
  {
    Daemon daemon(directory / "data");
    EXPECT_EQ(daemon.capex({"ingest", founding_csv()}).exit_code, 0);
    EXPECT_EQ(daemon.terminate(), 0);
  }
  const Outcome checked = run({program("capexd"), "check", "--data-dir", directory / "data"});
  EXPECT_EQ(checked.exit_code, 0) << checked.out << checked.err;
  const Outcome dumped =
      run({program("capexd"), "dump", "--data-dir", directory / "data", "--canonical"});
  EXPECT_EQ(dumped.exit_code, 0);
  EXPECT_EQ(std::count(dumped.out.begin(), dumped.out.end(), '\n'), 89);
  EXPECT_EQ(run({program("capexd"), "check", "--data-dir", directory / "absent"}).exit_code, 78)
      << "a directory that is not there is no empty store";
}

TEST(DaemonProcess, AnswersStayTheSameOverARestart) {
  const TemporaryDirectory directory;
  const std::vector<std::string> question = {"get", "bytedance", "capex", "-o", "json"};
  std::string before;
  {
    Daemon daemon(directory / "data");
    EXPECT_EQ(daemon.capex({"ingest", founding_csv()}).exit_code, 0);
    before = daemon.capex(question).out;
    daemon.kill();
  }
  const Daemon daemon(directory / "data");
  EXPECT_EQ(daemon.capex(question).out, before);
}

TEST(DaemonProcess, DamagedDataIsRefusedNotHidden) {
  const TemporaryDirectory directory;
  {
    Daemon daemon(directory / "data");
    EXPECT_EQ(daemon.capex({"ingest", founding_csv()}).exit_code, 0);
    daemon.kill();
  }
  // A bit in the middle of the write-ahead log, with acknowledged writes behind it.
  std::filesystem::path log;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory / "data")) {
    if (entry.path().extension() == ".log" && entry.file_size() > 1000) log = entry.path();
  }
  ASSERT_FALSE(log.empty());
  std::string bytes = read_file(log);
  bytes[bytes.size() / 8] = static_cast<char>(bytes[bytes.size() / 8] ^ 1);
  write_file(log, bytes);
  const Outcome outcome =
      run({program("capexd"), "--data-dir", directory / "data", "--listen", "127.0.0.1:0"});
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_NE(outcome.err.find("damaged"), std::string::npos) << outcome.err;
}

TEST(DaemonProcess, WhatIsNoDumpEndsWithTheCodeOfBadData) {
  const TemporaryDirectory directory;
  const std::string deep(1'000'000, '[');
  for (const std::string& text : {std::string("garbage\n"), std::string(17U << 20U, 'x'),
                                  "{\"event\": " + deep, std::string("{\"event\": 7}\n")}) {
    const auto file = directory / "dump.jsonl";
    write_file(file, text);
    const Outcome outcome =
        run({program("capexd"), "load", file.string(), "--data-dir", directory / "data"});
    EXPECT_EQ(outcome.exit_code, 65) << outcome.err;
    EXPECT_NE(outcome.err.find("line 1 is no event of a dump"), std::string::npos) << outcome.err;
  }
}

TEST(DaemonProcess, ADryRunLeavesTheSequenceAndItsCopyIsRemoved) {
  const TemporaryDirectory directory;
  Daemon daemon(directory / "data");
  const std::string before = daemon.capex({"companies", "-o", "json"}).out;
  const Outcome tried = daemon.capex({"ingest", founding_csv(), "--dry-run", "-o", "json"});
  EXPECT_EQ(tried.exit_code, 0) << tried.err;
  EXPECT_NE(tried.out.find("\"accepted\":89"), std::string::npos) << tried.out;
  EXPECT_EQ(daemon.capex({"companies", "-o", "json"}).out, before) << "with the sequence";
  EXPECT_EQ(daemon.capex({"show", "2"}).exit_code, 2) << "nothing is there";
  // A daemon that was killed in the middle of one leaves a copy; the next one removes it.
  daemon.kill();
  std::filesystem::create_directories(directory / "data/dry-runs/1");
  write_file(directory / "data/dry-runs/1/CURRENT", "MANIFEST-000001\n");
  {
    Daemon again(directory / "data");
    EXPECT_FALSE(std::filesystem::exists(directory / "data/dry-runs"));
    EXPECT_EQ(again.capex({"ingest", founding_csv()}).exit_code, 0);
    EXPECT_EQ(again.terminate(), 0);
  }
  EXPECT_FALSE(std::filesystem::exists(directory / "data/dry-runs"));
}

}  // namespace
}  // namespace capexdb::test
