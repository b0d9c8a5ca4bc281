// Records that are held for review, from the settings to the answers, over kills and
// restarts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "capexdb/client.h"
#include "tests/integration/processes.h"

namespace capexdb::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

const char* const kHeader = "company,metric,period,value,currency,source,published_at\n";

std::string known_csv() {
  return std::string(kHeader) +
         "Alibaba,capex,2023-H1,10100000000,CNY,Filings,2023-08-10\n"
         "Alibaba,capex,2023-H2,12400000000,CNY,Filings,2024-02-07\n"
         "Alibaba,capex,2024-H1,23100000000,CNY,Filings,2024-08-15\n"
         "Tencent,capex,2023-H1,8400000000,CNY,Filings,2023-08-16\n"
         "Tencent,capex,2023-H2,15500000000,CNY,Filings,2024-03-20\n";
}

// Five that are suspect, each of another thing, and one that is not.
std::string suspect_csv(const std::string& source) {
  return std::string(kHeader) + "Alibaba,capex,2024-H1,23100000,CNY," + source +
         ",2024-09-01\n"
         "Alibaba,capex,2023-H2,12400000000,USD," +
         source +
         ",2024-09-01\n"
         "Alibaba,capex,2023-H1,-10100000000,CNY," +
         source +
         ",2024-09-01\n"
         "Alibaba,capex,2023-Q4,12400000000,CNY," +
         source +
         ",2024-09-01\n"
         "Brand New,capex,2024-H1,23100000000,CNY," +
         source +
         ",2024-08-15\n"
         "Tencent,capex,2024-H1,23000000000,CNY," +
         source + ",2024-08-14\n";
}

const std::vector<std::string> kCodes = {"suspect_unit_slip", "suspect_currency_slip",
                                         "suspect_sign_flip", "suspect_year_to_date",
                                         "suspect_other_company"};

class HeldRecords : public testing::Test {
 protected:
  HeldRecords() {
    write_file(directory_ / "capexd.toml", "[plausibility]\nhold = [\"scraper-*\"]\n");
    write_file(directory_ / "known.csv", known_csv());
    write_file(directory_ / "suspect.csv", suspect_csv("A blog"));
    start();
  }

  void start() {
    daemon_ =
        std::make_unique<Daemon>(directory_ / "data", "127.0.0.1:0", directory_ / "capexd.toml");
  }
  void kill_and_start() {
    daemon_->kill();
    const Outcome checked = run({program("capexd"), "check", "--data-dir", directory_ / "data"});
    EXPECT_EQ(checked.exit_code, 0) << checked.out << checked.err;
    start();
  }
  Outcome ingest(const std::string& file, const std::string& producer,
                 std::vector<std::string> more = {}) {
    std::vector<std::string> words = {"ingest", directory_ / file, "--producer", producer};
    words.insert(words.end(), more.begin(), more.end());
    return daemon_->capex(words);
  }
  json ask(std::vector<std::string> words) {
    words.insert(words.end(), {"-o", "json"});
    const Outcome outcome = daemon_->capex(words);
    EXPECT_THAT(outcome.exit_code, ::testing::AnyOf(0, 65)) << outcome.err;
    return json::parse(outcome.out, nullptr, false);
  }
  // The ids of what is listed.
  std::vector<int> ids(std::vector<std::string> filters = {}) {
    filters.insert(filters.begin(), {"quarantine", "list"});
    std::vector<int> all;
    const json answer = ask(filters);
    for (const json& row : answer["rows"]) all.push_back(row["id"]);
    return all;
  }
  std::size_t statements() {
    std::size_t count = 0;
    for (const char* company : {"alibaba", "tencent"}) {
      count += ask({"history", company, "capex", ".."})["rows"].size();
    }
    return count;
  }

  const TemporaryDirectory directory_;
  std::unique_ptr<Daemon> daemon_;
};

TEST_F(HeldRecords, AreKeptShownAndDecidedOverKills) {
  ASSERT_EQ(ingest("known.csv", "desk").exit_code, 0);
  const Outcome held =
      ingest("suspect.csv", "scraper-1", {"--rejects", directory_ / "rejects.csv"});
  EXPECT_EQ(held.exit_code, 0) << "nothing of it need be sent again: " << held.err;
  EXPECT_EQ(held.out, "accepted 1, duplicate 0, rejected 0, quarantined 5, sequence 9\n");
  EXPECT_THAT(held.err, HasSubstr("suspect.csv:2: held for review as 1: suspect_unit_slip: value: "
                                  "value 23100000 is 1/1000 of 23100000000"));
  EXPECT_THAT(held.err, HasSubstr("note: 5 records are held for review: capex quarantine list"));
  EXPECT_EQ(read_file(directory_ / "rejects.csv"), "");
  EXPECT_EQ(statements(), 6U);

  kill_and_start();
  EXPECT_EQ(ask({"status"})["quarantined"], 5);
  EXPECT_EQ(statements(), 6U);
  const json listed = ask({"quarantine", "list"});
  ASSERT_EQ(listed["rows"].size(), 5U);
  for (std::size_t i = 0; i < kCodes.size(); ++i) {
    EXPECT_EQ(listed["rows"][i]["id"], i + 1);
    EXPECT_EQ(listed["rows"][i]["code"], kCodes[i]);
    EXPECT_EQ(listed["rows"][i]["producer_id"], "scraper-1");
    EXPECT_EQ(listed["rows"][i]["state"], "held");
  }
  EXPECT_EQ(listed["held"], 5);
  EXPECT_EQ(daemon_->capex({"companies", "Brand New"}).exit_code, 2) << "nobody knows it yet";
  // Sent again by another run: held as before.
  const Outcome again = ingest("suspect.csv", "scraper-2");
  EXPECT_EQ(again.out, "accepted 0, duplicate 1, rejected 0, quarantined 5, sequence 9\n");
  EXPECT_EQ(ids().size(), 5U);

  const json approved = ask({"quarantine", "approve", "5", "2"});
  EXPECT_EQ(approved["rows"][0]["id"], 2);
  EXPECT_EQ(approved["rows"][0]["sequence"], 10);
  EXPECT_EQ(approved["rows"][1]["sequence"], 12) << "behind the name that it brings";
  kill_and_start();
  const Outcome rejected = daemon_->capex({"quarantine", "reject", "1", "--note", "in thousands"});
  EXPECT_EQ(rejected.exit_code, 0) << rejected.err;
  kill_and_start();
  EXPECT_EQ(ids(), (std::vector<int>{3, 4}));
  EXPECT_EQ(ids({"--state", "all"}), (std::vector<int>{1, 2, 3, 4, 5}));
  EXPECT_EQ(ids({"--code", "year_to_date"}), (std::vector<int>{4}));
  EXPECT_EQ(daemon_->capex({"companies", "Brand New"}).exit_code, 0);
  EXPECT_EQ(statements(), 7U);
  const json shown = ask({"show", "12"});
  EXPECT_EQ(shown["producer_id"], "scraper-1");
  EXPECT_EQ(shown["event"]["capex"]["subject"]["name"], "Brand New");
  const json show = ask({"quarantine", "show", "1"});
  EXPECT_EQ(show["state"], "rejected");
  EXPECT_EQ(show["note"], "in thousands");
  EXPECT_EQ(show["event"]["source"]["publisher"], "A blog");

  const Outcome last = ingest("suspect.csv", "scraper-3");
  EXPECT_EQ(last.exit_code, 65);
  EXPECT_EQ(last.out, "accepted 0, duplicate 3, rejected 1, quarantined 2, sequence 12\n");
  EXPECT_THAT(last.err, HasSubstr("rejected_in_review: rejected in review as 1 on "));
  EXPECT_THAT(last.err, HasSubstr(": in thousands\n"));
  EXPECT_EQ(daemon_->terminate(), 0);
  // What is held is not in the log.
  const Outcome dumped = run({program("capexd"), "dump", "--data-dir", directory_ / "data"});
  EXPECT_THAT(dumped.out, HasSubstr("Brand New"));
  EXPECT_THAT(dumped.out, Not(HasSubstr("\"23100000\"")));
}

TEST_F(HeldRecords, OfOneProducerAreAnothersAcceptedOnes) {
  ASSERT_EQ(ingest("known.csv", "desk").exit_code, 0);
  const Outcome desk = ingest("suspect.csv", "desk-2");
  EXPECT_EQ(desk.exit_code, 0);
  EXPECT_THAT(desk.out, HasSubstr("accepted 6, duplicate 0, rejected 0, sequence"));
  for (const std::string& code : kCodes) EXPECT_THAT(desk.err, HasSubstr("warning: " + code));
  EXPECT_EQ(statements(), 10U);
  EXPECT_THAT(ids(), ::testing::IsEmpty());
  // They are stored, so there is nothing to hold.
  EXPECT_THAT(ingest("suspect.csv", "scraper-1").out, HasSubstr("duplicate 6"));
}

TEST_F(HeldRecords, DryRunsAndAtomicFilesHoldNothing) {
  ASSERT_EQ(ingest("known.csv", "desk").exit_code, 0);
  const Outcome dry = ingest("suspect.csv", "scraper-1", {"--dry-run"});
  EXPECT_EQ(dry.exit_code, 0);
  EXPECT_THAT(dry.out, HasSubstr("dry run: accepted 1, duplicate 0, rejected 0, quarantined 5"));
  EXPECT_THAT(dry.err, HasSubstr("suspect.csv:2: held for review: suspect_unit_slip"));
  const Outcome atomic = ingest("suspect.csv", "scraper-1", {"--atomic"});
  EXPECT_EQ(atomic.exit_code, 65);
  EXPECT_THAT(atomic.out, HasSubstr("accepted 0, duplicate 0, rejected 5"));
  EXPECT_THAT(atomic.err, HasSubstr("nothing of this atomic batch is stored"));
  EXPECT_THAT(ids({"--state", "all"}), ::testing::IsEmpty());
  EXPECT_EQ(statements(), 5U);
}

// Killed in the middle of many decisions: each record is in one state, and the same
// request goes on.
TEST_F(HeldRecords, ADaemonKilledWhileItDecidesLeavesEachInOneState) {
  ASSERT_EQ(ingest("known.csv", "desk").exit_code, 0);
  constexpr int kHeld = 3000;
  std::ostringstream csv;
  csv << kHeader;
  for (int i = 0; i < kHeld; ++i) {
    csv << "Alibaba,capex,2024-H1," << 23'100'001 + i << ",CNY,Blog " << i << ",2024-09-01\n";
  }
  write_file(directory_ / "many.csv", csv.str());
  ASSERT_THAT(ingest("many.csv", "scraper-1").out,
              HasSubstr("quarantined " + std::to_string(kHeld)));
  const std::size_t before = statements();
  Process approve(
      {program("capex"), "--server", daemon_->server(), "quarantine", "approve", "--all"},
      directory_ / "approve.out", directory_ / "approve.err");
  ClientOptions options;
  options.server = daemon_->server();
  auto client = Client::connect(options, after(std::chrono::seconds(60)));
  ASSERT_TRUE(client) << client.error().message;
  while (approve.running()) {
    const auto status = client->status(after(std::chrono::seconds(60)));
    ASSERT_TRUE(status) << status.error().message;
    if (status->quarantined() < kHeld) break;
  }
  kill_and_start();
  approve.wait();
  const std::size_t approved = ids({"--state", "approved"}).size();
  EXPECT_EQ(approved + ids().size(), kHeld);
  EXPECT_GT(approved, 0U);
  EXPECT_EQ(statements(), before + approved) << "in the answers when, and only when, approved";
  const json rest = ask({"quarantine", "approve", "--all"});
  EXPECT_EQ(rest["rows"].size(), kHeld - approved);
  EXPECT_EQ(statements(), before + kHeld);
  std::set<int> sequences;
  const json all = ask({"quarantine", "list", "--state", "approved"});
  for (const json& row : all["rows"]) sequences.insert(row["sequence"].get<int>());
  EXPECT_EQ(sequences.size(), kHeld);
  EXPECT_EQ(daemon_->terminate(), 0);
}

TEST_F(HeldRecords, SettingsAreCheckedAndShown) {
  const std::string config = directory_ / "capexd.toml";
  const Outcome shown = run({program("capexd"), "--config", config, "config", "show"});
  EXPECT_EQ(shown.exit_code, 0);
  EXPECT_THAT(shown.out, HasSubstr("plausibility.hold = ['scraper-*']\n"));
  EXPECT_THAT(shown.out, HasSubstr("plausibility.unit_slip.powers = [3, 4, 6, 8, 9]\n"));
  EXPECT_EQ(run({program("capexd"), "--config", config, "config", "check"}).exit_code, 0);
  write_file(config, "[plausibility]\nhold = [\"a*b\"]\n");
  const Outcome wrong = run({program("capexd"), "--config", config, "config", "check"});
  EXPECT_EQ(wrong.exit_code, 78);
  EXPECT_THAT(wrong.err, HasSubstr("capexd.toml:2: plausibility.hold: 'a*b'"));
}

}  // namespace
}  // namespace capexdb::test
