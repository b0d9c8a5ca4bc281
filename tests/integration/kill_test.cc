// The daemon killed while a file goes in: nothing lost, nothing doubled.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <thread>

#include "tests/integration/processes.h"

namespace capexdb::test {
namespace {

using nlohmann::json;

std::string generated_csv(int rows) {
  std::ostringstream csv;
  csv << "company,metric,period,value,currency,source,published_at\n";
  for (int i = 0; i < rows; ++i) {
    csv << "Firm " << i % 500 << ",capex," << 2015 + i / 500 % 10 << "-Q" << 1 + i / 5000 % 4 << ","
        << 1'000'000 + i << ",USD,Filings " << i / 20'000 << ",2025-03-" << 10 + i / 20'000 << "\n";
  }
  return csv.str();
}

std::uint64_t sequence_of(const Daemon& daemon) {
  return json::parse(daemon.capex({"status", "-o", "json"}).out)["sequence"].get<std::uint64_t>();
}

TEST(KilledDaemon, LosesNothingAndTheRetryDoublesNothing) {
  constexpr int kRows = 40'000;
  const TemporaryDirectory directory;
  write_file(directory / "rows.csv", generated_csv(kRows));
  auto daemon = std::make_unique<Daemon>(directory / "data");
  const std::string address = daemon->server();
  const std::string out = directory / "ingest.out";
  Process ingest({program("capex"), "--server", address, "ingest", directory / "rows.csv", "-o",
                  "json", "--batch", "500"},
                 out, directory / "ingest.err");
  const std::uint64_t seed = 20240826;
  std::mt19937_64 random(seed);
  for (int kill = 0; kill < 5; ++kill) {
    // Random moments, found by how far the store has come.
    const std::uint64_t goal = sequence_of(*daemon) + 200 + random() % 6000;
    while (ingest.running() && sequence_of(*daemon) < goal) {
    }
    daemon->kill();
    const Outcome checked = run({program("capexd"), "check", "--data-dir", directory / "data"});
    EXPECT_EQ(checked.exit_code, 0) << "seed " << seed << "\n" << checked.out << checked.err;
    daemon = std::make_unique<Daemon>(directory / "data", address);
  }
  EXPECT_EQ(ingest.wait(), 0) << read_file(directory / "ingest.err");
  const json summary = json::parse(read_file(out), nullptr, false);
  EXPECT_EQ(summary["accepted"].get<int>() + summary["duplicates"].get<int>(), kRows);
  EXPECT_EQ(summary["rejected"], 0);
  // Once more: everything is there, once.
  const json again =
      json::parse(daemon->capex({"ingest", directory / "rows.csv", "-o", "json"}).out);
  EXPECT_EQ(again["duplicates"], kRows);
  EXPECT_EQ(daemon->terminate(), 0);
  const Outcome dumped =
      run({program("capexd"), "dump", "--data-dir", directory / "data", "--canonical"});
  EXPECT_EQ(std::count(dumped.out.begin(), dumped.out.end(), '\n'), kRows);
}

}  // namespace
}  // namespace capexdb::test
