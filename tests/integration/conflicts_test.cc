// What contradicts what among the founding facts, through the real programs.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/integration/processes.h"

namespace capexdb::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class FoundingConflicts : public testing::Test {
 protected:
  FoundingConflicts() : daemon_(directory_ / "data") {
    const Outcome outcome = daemon_.capex({"ingest", founding_csv(), "-o", "json"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  }

  // The conflicts of a class; the exit code says whether there were any.
  json of_class(const std::string& name, std::vector<std::string> more = {}) {
    std::vector<std::string> words = {"conflicts"};
    words.insert(words.end(), more.begin(), more.end());
    words.insert(words.end(), {"--class", name, "-o", "json"});
    const Outcome outcome = daemon_.capex(words);
    const json answer = json::parse(outcome.out, nullptr, false);
    EXPECT_TRUE(answer.is_object()) << outcome.err;
    const bool duplicate = name == "complete-duplicate" || name == "consistent-duplicate";
    EXPECT_EQ(outcome.exit_code, answer["rows"].empty() || duplicate ? 0 : 1) << outcome.err;
    for (const json& row : answer["rows"]) EXPECT_EQ(row["finding"], name);
    return answer["rows"];
  }

  TemporaryDirectory directory_;
  Daemon daemon_;
};

TEST_F(FoundingConflicts, OneRateWasUsedForTheMoneyOfTwoYears) {
  const json rows = of_class("conversion");
  ASSERT_EQ(rows.size(), 1U) << "160bn as 22.7bn and as 23bn is one rate, rounded";
  EXPECT_EQ(rows[0]["company"], "bat");
  EXPECT_EQ(rows[0]["source"], "Benzinga");
  EXPECT_EQ(rows[0]["parts"].size(), 4U);
  EXPECT_THAT(rows[0]["reason"], HasSubstr("7.143 CNY/USD"));
}

TEST_F(FoundingConflicts, UnitsTimesPriceIsNotTheHeadline) {
  const json rows = of_class("broken-identity");
  ASSERT_EQ(rows.size(), 2U) << "more than a million at 12,000 to 13,000 fits 12bn; " << rows;
  EXPECT_EQ(rows[0]["reason"],
            "120000 x 40000 USD = 4.8bn USD, but 12bn USD is stated: 2.5 times as much");
  EXPECT_EQ(rows[0]["roots"], 1) << "one article against itself";
  EXPECT_EQ(rows[0]["parts"].size(), 3U);
  EXPECT_EQ(rows[1]["reason"],
            "120000 x [12000, 13000] USD = [1.44bn, 1.56bn] USD, but 12bn USD is stated: 8 times "
            "as much");
  EXPECT_EQ(rows[1]["documents"], 3);
  EXPECT_EQ(rows[1]["roots"], 2);
}

TEST_F(FoundingConflicts, OneBuyerHasMoreThanAll) {
  const json rows = of_class("part-above-whole");
  ASSERT_EQ(rows.size(), 1U) << rows;
  EXPECT_EQ(rows[0]["company"], "china-top-cloud-providers");
  EXPECT_EQ(rows[0]["value"], "120000");
  ASSERT_EQ(rows[0]["parts"].size(), 2U);
  EXPECT_EQ(rows[0]["parts"][1]["company"], "bytedance");
  EXPECT_EQ(rows[0]["parts"][1]["low"], "200000");
  EXPECT_EQ(rows[0]["parts"][1]["attributed_to"], "Dylan Patel, SemiAnalysis");
}

TEST_F(FoundingConflicts, PricesOfOneChipAreFarApart) {
  const json rows = of_class("inconsistent-duplicate");
  ASSERT_EQ(rows.size(), 1U) << rows;
  EXPECT_EQ(rows[0]["metric"], "unit_price");
  EXPECT_THAT(rows[0]["reason"], HasSubstr("40000 USD (RedRobot"));
  EXPECT_THAT(rows[0]["reason"], HasSubstr("[12000, 13000] USD"));
}

TEST_F(FoundingConflicts, ABoundWasLostInRewriting) {
  const json rows = of_class("bound-lost");
  ASSERT_EQ(rows.size(), 1U) << rows;
  EXPECT_EQ(rows[0]["company"], "bytedance");
  EXPECT_EQ(rows[0]["metric"], "cash_and_equivalents");
  EXPECT_EQ(rows[0]["parts"].size(), 2U);
}

TEST_F(FoundingConflicts, FiftyBillionAreCapexOrAiInfrastructure) {
  const json rows = of_class("scope-drift");
  ASSERT_EQ(rows.size(), 2U) << rows;
  for (const json& row : rows) {
    EXPECT_EQ(row["company"], "bat");
    EXPECT_EQ(row["documents"], 3);
    EXPECT_EQ(row["roots"], 1);
    EXPECT_THAT(row["reason"], HasSubstr("ai_investment as \"investment in AI infrastructure"));
  }
  EXPECT_EQ(rows[0]["period"], "2023-H1");
  EXPECT_EQ(rows[1]["period"], "2024-H1");
  EXPECT_EQ(rows[1]["value"], "50000000000");
}

TEST_F(FoundingConflicts, PartsAndTotalsAgree) {
  // 50.2bn and 50bn, 22.69bn (by growth) and 23bn.
  EXPECT_TRUE(of_class("parts-and-total").empty());
}

TEST_F(FoundingConflicts, TwoPrecisionsOfOneFigureAreADuplicate) {
  const json rows = of_class("consistent-duplicate", {"alibaba", "share_price_change"});
  ASSERT_EQ(rows.size(), 1U) << rows;
  EXPECT_EQ(rows[0]["value"], "80.3");
}

TEST_F(FoundingConflicts, TheSameNumberOfOtherThingsIsNoneAtAll) {
  const Outcome outcome =
      daemon_.capex({"conflicts", "alibaba,tencent", "capex", "--class", "all", "-o", "json"});
  for (const json& row : json::parse(outcome.out)["rows"]) {
    for (const json& part : row["parts"]) {
      EXPECT_EQ(part["company"], row["company"]) << "23bn of one is not that of another: " << row;
    }
  }
}

TEST_F(FoundingConflicts, ATokenGivesTheSameBytesAndExitCode) {
  const Outcome before = daemon_.capex({"conflicts", "-o", "json"});
  EXPECT_EQ(before.exit_code, 1);
  write_file(directory_ / "later.csv",
             "company,metric,period,value,currency,source,published_at\n"
             "Alibaba,capex,2024-H1,99bn,CNY,Later News,2025-01-05\n");
  EXPECT_EQ(daemon_.capex({"ingest", directory_ / "later.csv"}).exit_code, 0);
  EXPECT_NE(daemon_.capex({"conflicts", "-o", "json"}).out, before.out);
  const std::string token = json::parse(before.out)["token"];
  const Outcome again = daemon_.capex({"replay", token, "-o", "json"});
  EXPECT_EQ(again.out, before.out);
  EXPECT_EQ(again.exit_code, 1);
}

TEST_F(FoundingConflicts, BeforePublicationNobodyContradictedAnybody) {
  const Outcome outcome = daemon_.capex({"conflicts", "--as-of", "2024-08-01", "-o", "csv"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out,
            "finding,company,metric,product,counterparty,period,start,end,value,low,high,unit,"
            "currency,status,source,published_at,sequence,derivation,documents,roots,reason\n");
}

}  // namespace
}  // namespace capexdb::test
