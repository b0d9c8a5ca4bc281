// The founding facts through the real daemon and the real command line.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "capexdb/client.h"
#include "client/importers/importer.h"
#include "client/importers/rich_csv.h"
#include "tests/integration/processes.h"

namespace capexdb::test {
namespace {

using nlohmann::json;

class FoundingTest : public testing::Test {
 protected:
  FoundingTest() : daemon_(directory_ / "data") {
    first_ = daemon_.capex({"ingest", founding_csv(), "-o", "json"});
  }

  json ask(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"-o", "json"});
    const Outcome outcome = daemon_.capex(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return json::parse(outcome.out, nullptr, false);
  }
  std::uint64_t sequence() { return ask({"status"})["sequence"].get<std::uint64_t>(); }

  TemporaryDirectory directory_;
  Daemon daemon_;
  Outcome first_;
};

TEST_F(FoundingTest, TheFirstTimeAllAreAcceptedAndTheSecondTimeAllAreDuplicates) {
  ASSERT_EQ(first_.exit_code, 0) << first_.err;
  EXPECT_EQ(json::parse(first_.out)["accepted"], 89);
  const std::uint64_t before = sequence();
  const json again = ask({"ingest", founding_csv()});
  EXPECT_EQ(again["accepted"], 0);
  EXPECT_EQ(again["duplicates"], 89);
  EXPECT_EQ(sequence(), before);
}

TEST_F(FoundingTest, TheThreeCompaniesAddUpAndThePrintedTotalIsNotAdded) {
  const json answer = ask({"sum", "bat", "capex", "2024-H1"});
  ASSERT_EQ(answer["rows"].size(), 1U);
  const json& row = answer["rows"][0];
  EXPECT_EQ(row["value"], "50200000000");
  EXPECT_EQ(row["low"], "49150000000");
  EXPECT_EQ(row["high"], "51250000000");
  EXPECT_EQ(row["bounds"], "[]");
  EXPECT_EQ(row["currency"], "CNY");
  EXPECT_EQ(answer["coverage"]["reported"], 3);
  EXPECT_EQ(answer["coverage"]["of"], 3);
}

TEST_F(FoundingTest, TwoDocumentsOfOneRootAreNoTwoConfirmations) {
  const json answer = ask({"get", "alibaba", "capex", "2024-H1"});
  ASSERT_EQ(answer["rows"].size(), 1U);
  EXPECT_EQ(answer["rows"][0]["value"], "23000000000");
  EXPECT_EQ(answer["rows"][0]["currency"], "CNY");
  EXPECT_EQ(answer["rows"][0]["documents"], 2);
  EXPECT_EQ(answer["rows"][0]["roots"], 1);
}

TEST_F(FoundingTest, TheSameNumberIsThreeCells) {
  for (const auto& [company, period] :
       {std::pair("alibaba", "2024-H1"), std::pair("tencent", "2024-H1"),
        std::pair("bat", "2023-H1")}) {
    const json answer = ask({"get", company, "capex", period});
    ASSERT_EQ(answer["rows"].size(), 1U) << company;
    EXPECT_EQ(answer["rows"][0]["value"], "23000000000");
    EXPECT_EQ(answer["rows"][0]["company"], company);
  }
}

TEST_F(FoundingTest, BeforePublicationNothingWasKnown) {
  EXPECT_TRUE(ask({"sum", "bat", "capex", "2024-H1", "--as-of", "2024-08-01"})["rows"].empty());
  EXPECT_TRUE(ask({"get", "alibaba", "capex", "2024-H1", "--as-of", "2024-08-01"})["rows"].empty());
}

TEST_F(FoundingTest, AtASequenceTheBytesStayTheSame) {
  const std::vector<std::string> question = {
      "get", "alibaba", "capex", "--at", std::to_string(sequence()), "-o", "json"};
  const Outcome before = daemon_.capex(question);
  write_file(directory_ / "later.csv",
             "company,metric,period,value,currency,source,published_at\n"
             "Alibaba,capex,2024-H1,24bn,CNY,Later News,2025-01-05\n"
             "Somebody New,capex,2024-H1,1bn,CNY,Later News,2025-01-05\n");
  EXPECT_EQ(daemon_.capex({"ingest", directory_ / "later.csv"}).exit_code, 0);
  const Outcome after = daemon_.capex(question);
  EXPECT_EQ(before.out, after.out);
  EXPECT_NE(daemon_.capex({"get", "alibaba", "capex", "-o", "json"}).out, before.out);
}

TEST_F(FoundingTest, AReplayedTokenGivesTheSameBytes) {
  for (const std::vector<std::string>& question :
       {std::vector<std::string>{"sum", "bat", "capex", "--by", "company"},
        {"get", "alibaba", "capex", "2024", "--every", "half"},
        {"history", "alibaba", "capex", "2024-H1"}}) {
    std::vector<std::string> asked = question;
    asked.insert(asked.end(), {"-o", "json"});
    const std::string before = daemon_.capex(asked).out;
    write_file(directory_ / "later.csv",
               "company,metric,period,value,currency,source,published_at\n"
               "Alibaba,capex,2024-H1,24bn,CNY,Later News,2025-01-0" +
                   std::to_string(question.size()) + "\n");
    EXPECT_EQ(daemon_.capex({"ingest", directory_ / "later.csv"}).exit_code, 0);
    EXPECT_NE(daemon_.capex(asked).out, before);
    const std::string token = json::parse(before)["token"];
    EXPECT_EQ(daemon_.capex({"replay", token, "-o", "json"}).out, before);
  }
  EXPECT_EQ(daemon_.capex({"replay", "nonsense"}).exit_code, 2);
}

TEST_F(FoundingTest, ShipmentsComeBackFromBothEndsAsALowerBound) {
  const json from_seller = ask({"get", "nvidia", "unit_shipments"});
  const json from_buyer = ask({"get", "Chinese tech groups", "unit_shipments"});
  ASSERT_EQ(from_seller["rows"].size(), 1U) << "three documents, one cell";
  EXPECT_EQ(from_seller["rows"], from_buyer["rows"]);
  const json& row = from_seller["rows"][0];
  EXPECT_TRUE(row["value"].is_null());
  EXPECT_EQ(row["low"], "1000000");
  EXPECT_TRUE(row["high"].is_null());
  EXPECT_EQ(row["bounds"], "()");
  EXPECT_EQ(row["documents"], 3);
  EXPECT_EQ(row["roots"], 1);
  const json total = ask({"sum", "nvidia,chinese-tech-companies", "unit_shipments"});
  ASSERT_EQ(total["rows"].size(), 1U);
  EXPECT_EQ(total["rows"][0]["low"], "1000000");
}

TEST_F(FoundingTest, WrongQuestionsGetTheirExitCodes) {
  EXPECT_EQ(daemon_.capex({"get", "alibab", "capex"}).exit_code, 2);
  EXPECT_NE(daemon_.capex({"get", "alibab", "capex"}).err.find("alibaba"), std::string::npos);
  EXPECT_EQ(daemon_.capex({"get", "baidu", "capex", "1999", "--fail-empty"}).exit_code, 1);
  EXPECT_EQ(daemon_.capex({"nonsense"}).exit_code, 2);
  EXPECT_EQ(run({program("capex"), "--server", "127.0.0.1:1", "status"}).exit_code, 69);
}

// CSV -> Event -> store -> Event -> CSV, every field of every row.
void expect_round_trip(Daemon& daemon, const std::string& path) {
  std::ifstream in(path);
  auto importer = importers::open_importer(in, path, importers::Format::csv);
  ASSERT_TRUE(importer) << importer.error().message;
  std::vector<std::string> wanted;
  importers::Record record;
  for (;;) {
    const auto more = (*importer)->next(record);
    ASSERT_TRUE(more);
    if (!*more) break;
    ASSERT_TRUE(record.event) << record.event.error().message;
    wanted.push_back(record.raw);
  }
  ClientOptions options;
  options.server = daemon.server();
  auto client = Client::connect(options, after(std::chrono::seconds(10)));
  ASSERT_TRUE(client) << client.error().message;
  const auto status = client->status(after(std::chrono::seconds(10)));
  ASSERT_TRUE(status);
  // The facts lie at the end of the log, in the order of the file.
  const std::uint64_t first = status->sequence() - wanted.size() + 1;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto shown = client->show(first + i, after(std::chrono::seconds(10)));
    ASSERT_TRUE(shown) << shown.error().message;
    // The same cells, whatever the quoting.
    std::istringstream again_in(importers::rich_csv_header() + "\n" +
                                importers::event_to_rich_csv(shown->event()) + "\n");
    auto again = importers::open_importer(again_in, path, importers::Format::csv);
    ASSERT_TRUE(again);
    importers::Record reread;
    ASSERT_TRUE((*again)->next(reread).value_or(false));
    ASSERT_TRUE(reread.event);
    EXPECT_EQ(reread.event->SerializeAsString(), shown->event().SerializeAsString());
    EXPECT_EQ(reread.raw, wanted[i]) << "row " << i + 1;
  }
}

TEST_F(FoundingTest, EveryFieldOfEveryRowComesBackFromTheStore) {
  expect_round_trip(daemon_, founding_csv());
}

TEST(FoundingSource, EveryFieldOfEveryRowComesBackFromTheStore) {
  const char* given = std::getenv("CAPEXDB_FOUNDING_CSV");
  const std::string path = given != nullptr ? given
                                            : std::string(CAPEXDB_SOURCE_DIR) +
                                                  "/../shared/data/founding/seed_facts.csv";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is not here";
  const TemporaryDirectory directory;
  Daemon daemon(directory / "data");
  const Outcome outcome = daemon.capex({"ingest", path, "-o", "json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(json::parse(outcome.out)["accepted"], 89);
  expect_round_trip(daemon, path);
}

}  // namespace
}  // namespace capexdb::test
