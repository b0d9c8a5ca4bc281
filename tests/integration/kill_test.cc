// The daemon killed while a file goes in: nothing lost, nothing doubled.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "capexdb/client.h"
#include "tests/integration/processes.h"

namespace capexdb::test {
namespace {

using nlohmann::json;

std::string generated_csv(std::uint64_t rows) {
  std::ostringstream csv;
  csv << "company,metric,period,value,currency,source,published_at\n";
  for (std::uint64_t i = 0; i < rows; ++i) {
    csv << "Firm " << i % 500 << ",capex," << 2015 + i / 500 % 10 << "-Q" << 1 + i / 5000 % 4 << ","
        << 1'000'000 + i << ",USD,Filings " << i / 20'000 << ",2025-03-" << 10 + i / 20'000 << "\n";
  }
  return csv.str();
}

// Polls until the store has come to `goal` or nothing comes any more.
void wait_for_sequence(Client& client, std::uint64_t goal, Process& ingest) {
  while (ingest.running()) {
    const auto status = client.status(after(std::chrono::seconds(60)));
    ASSERT_TRUE(status) << status.error().message;
    if (status->sequence() >= goal) return;
  }
}

TEST(KilledDaemon, LosesNothingAndTheRetryDoublesNothing) {
  constexpr std::uint64_t kRows = 200'000;
  constexpr std::uint64_t kKills = 5;
  const TemporaryDirectory directory;
  write_file(directory / "rows.csv", generated_csv(kRows));
  auto daemon = std::make_unique<Daemon>(directory / "data");
  ClientOptions options;
  options.server = daemon->server();
  Process ingest({program("capex"), "--server", options.server, "ingest", directory / "rows.csv",
                  "-o", "json", "--batch", "1000"},
                 directory / "ingest.out", directory / "ingest.err");
  constexpr std::uint64_t kSeed = 20240826;
  std::mt19937_64 random(kSeed);
  std::uint64_t hits = 0;
  for (std::uint64_t kill = 0; kill < kKills; ++kill) {
    auto client = Client::connect(options, after(std::chrono::seconds(60)));
    ASSERT_TRUE(client) << client.error().message;
    const auto status = client->status(after(std::chrono::seconds(60)));
    ASSERT_TRUE(status) << status.error().message;
    // Random moments, found by how far the store has come, that leave enough
    // for the kills behind them.
    const std::uint64_t done = std::min(status->sequence(), kRows);
    const std::uint64_t share = (kRows - done) / (kKills - kill + 1);
    wait_for_sequence(*client, done + 1 + random() % std::max<std::uint64_t>(share, 1), ingest);
    daemon->kill();
    const Outcome checked = run({program("capexd"), "check", "--data-dir", directory / "data"});
    EXPECT_EQ(checked.exit_code, 0) << "seed " << kSeed << "\n" << checked.out << checked.err;
    // With all its answers it would have ended by now.
    if (ingest.running()) ++hits;
    daemon = std::make_unique<Daemon>(directory / "data", options.server);
  }
  EXPECT_GE(hits, 3U) << "the kills came too late to prove anything";
  EXPECT_EQ(ingest.wait(), 0) << read_file(directory / "ingest.err");
  const json summary = json::parse(read_file(directory / "ingest.out"), nullptr, false);
  EXPECT_EQ(summary["accepted"].get<std::uint64_t>() + summary["duplicates"].get<std::uint64_t>(),
            kRows);
  EXPECT_EQ(summary["rejected"], 0);
  // Once more: everything is there, once.
  const json again =
      json::parse(daemon->capex({"ingest", directory / "rows.csv", "-o", "json"}).out);
  EXPECT_EQ(again["duplicates"], kRows);
  EXPECT_EQ(daemon->terminate(), 0);
  const Outcome checked = run({program("capexd"), "check", "--data-dir", directory / "data"});
  EXPECT_EQ(checked.exit_code, 0) << checked.out;
  EXPECT_NE(checked.out.find(", " + std::to_string(kRows) + " observations,"), std::string::npos)
      << checked.out;
}

}  // namespace
}  // namespace capexdb::test
