// Conflicts across cells: wholes and parts, sales, growth, conversions; and that
// the order of arrival never matters.
#include <algorithm>
#include <random>

#include "storage/query/engine.h"
#include "tests/unit/storage/said.h"

namespace capexdb::storage::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(ConflictsTest, AMemberAboveItsGroupIsReportedEvenAcrossOpenPeriods) {
  Said whole = chips("cloud", "2024-03-01", "");
  whole.value = "120000";
  whole.published = "2025-04";
  Said part = chips("bytedance", "", "2024-08-31");
  part.low = "200000";
  part.status = v1::STATUS_ESTIMATE;
  part.source = "Post";
  say({whole, part});
  const Answer answer = conflicts();
  ASSERT_EQ(found(), std::vector{Finding::part_above_whole});
  EXPECT_EQ(answer.rows[0].company, "cloud");
  EXPECT_EQ(answer.rows[0].parts.size(), 2U);
  EXPECT_EQ(conflicts("bytedance").rows.size(), 1U) << "either end asks for it";
  EXPECT_EQ(conflicts("bytedance", "unit_purchases").rows.size(), 1U);
  EXPECT_EQ(conflicts("bytedance", "unit_purchases,capex").rows.size(), 1U) << "of either one";
  EXPECT_EQ(conflicts("bytedance", "capex,unit_purchases").rows.size(), 1U);
  EXPECT_THAT(conflicts("baidu").rows, IsEmpty());
  EXPECT_THAT(conflicts("bytedance", "capex").rows, IsEmpty());
}

TEST_F(ConflictsTest, APartBelowItsWholeOrOfOtherDaysIsNot) {
  Said whole = chips("cloud", "2024-03-01", "");
  whole.value = "120000";
  whole.published = "2025-04";
  Said below = chips("bytedance", "", "2024-08-31");
  below.low = "110000";
  Said earlier = chips("tencent", "", "2024-02-29");
  earlier.low = "200000";
  Said stranger = chips("baidu", "", "2024-08-31");
  stranger.low = "200000";
  Said pledge = chips("alibaba", "2024-04-01", "2024-06-30");
  pledge.low = "200000";
  pledge.status = v1::STATUS_TARGET;
  say({whole,
       below,
       earlier,
       stranger,
       pledge,
       {.who = "bat", .metric = "net_income", .value = "10"},
       {.who = "baidu", .metric = "net_income", .value = "20"}});
  EXPECT_THAT(texts(conflicts()), IsEmpty());
}

TEST_F(ConflictsTest, ANarrowerProductOrBuyerIsAPartToo) {
  Said all = {.who = "nvidia", .metric = "unit_shipments", .value = "100", .unit = "{chip}"};
  Said h20 = all;
  h20.value = "150";
  h20.product = "H20";
  say({all, h20});
  ASSERT_EQ(found(), std::vector{Finding::part_above_whole});
  EXPECT_THAT(conflicts().rows[0].reason, HasSubstr("nvidia (H20) alone has 150 {chip}"));
}

TEST_F(ConflictsTest, PricesToBuyersThatContainOneAnotherMayNotBeFarApart) {
  Said range = price("chinese-firms", "", "Post");
  range.low = "12000";
  range.high = "13000";
  range.start = range.end = "2024-08-26";
  say({price("tencent", "40000", "Times"), range});
  const Answer answer = conflicts("tencent", "unit_price");
  ASSERT_EQ(answer.rows.size(), 1U);
  EXPECT_EQ(*answer.rows[0].finding, Finding::inconsistent_duplicate);
  EXPECT_EQ(answer.rows[0].reason,
            "within a year, 40000 USD (Times) against [12000, 13000] USD (Post), apart by a factor "
            "of 3.2");
}

TEST_F(ConflictsTest, PricesToStrangersOrOfOtherYearsMayDiffer) {
  Said later = price("tencent", "12000", "Post");
  later.start = later.end = "2025-08-26";
  say({price("tencent", "40000", "Times"), later, price("baidu", "20000", "News")});
  EXPECT_THAT(texts(conflicts()), IsEmpty());
}

TEST_F(ConflictsTest, UnitsTimesPriceIsTheValue) {
  Said units = chips("cloud", "2024-03-01", "");
  units.value = "120000";
  Said value = {.who = "cloud",
                .metric = "purchase_value",
                .value = "12000000000",
                .unit = "USD",
                .start = "2024-03-01",
                .end = "",
                .product = "H20",
                .seller = "nvidia"};
  say({units, value, price("tencent", "40000", "Times")});
  const Answer answer = conflicts();
  ASSERT_EQ(found(), std::vector{Finding::broken_identity});
  EXPECT_EQ(answer.rows[0].reason,
            "120000 x 40000 USD = 4.8bn USD, but 12bn USD is stated: 2.5 times as much");
  EXPECT_EQ(answer.rows[0].metric, "purchase_value");
  EXPECT_EQ(answer.rows[0].parts.size(), 3U);
  EXPECT_EQ(conflicts("tencent", "unit_price").rows.size(), 1U);
  say({price("baidu", "1", "Times")});
  EXPECT_EQ(conflicts().rows.size(), 1U) << "what others pay is no matter";
  Said average = price("cloud", "100000", "Times");
  say({average});
  EXPECT_THAT(found(), IsEmpty()) << "one price of the document explains it";
}

TEST_F(ConflictsTest, MoreThanAMillionAtAPriceFitsAValueAbove) {
  Said units = chips("cloud", "2024-03-01", "");
  units.low = "1000000";
  units.low_open = true;
  Said value = {.who = "cloud",
                .metric = "purchase_value",
                .value = "12000000000",
                .decimals = -9,
                .unit = "USD",
                .start = "2024-03-01",
                .end = "",
                .product = "H20",
                .seller = "nvidia"};
  Said range = price("chinese-firms", "", "Post");
  range.low = "12000";
  range.high = "13000";
  // What one buyer bought may be worth less than what all did.
  Said one = chips("bytedance", "2024-03-01", "");
  one.value = "1000";
  say({units, value, range, one});
  EXPECT_THAT(texts(conflicts()), IsEmpty());
}

TEST_F(ConflictsTest, StatedGrowthLeadsFromOneStatedLevelToTheOther) {
  const Said before = {
      .who = "bat", .value = "23", .decimals = 0, .start = "2023-01-01", .end = "2023-06-30"};
  const Said now = {.who = "bat", .value = "50", .decimals = 0};
  say({before, now, {.who = "bat", .value = "60", .unit = "%", .measure = v1::MEASURE_GROWTH_YOY}});
  const Answer answer = conflicts();
  ASSERT_EQ(found(), std::vector{Finding::broken_identity});
  EXPECT_THAT(answer.rows[0].reason, HasSubstr("is 117.4 %, but 60 % is stated"));
  say({{.who = "bat",
        .value = "117",
        .decimals = 0,
        .unit = "%",
        .published = "2024-09-01",
        .measure = v1::MEASURE_GROWTH_YOY}});
  EXPECT_THAT(found(), IsEmpty()) << "revised";
}

TEST_F(ConflictsTest, APrintedTotalIsTheSumOfItsMembers) {
  const auto level = [](const std::string& who, const std::string& value) {
    return Said{.who = who, .value = value, .decimals = -8};
  };
  Said total = level("bat", "50000000000");
  total.decimals = -9;
  say({level("alibaba", "23000000000"), level("tencent", "23000000000"),
       level("baidu", "4200000000"), total});
  EXPECT_THAT(texts(conflicts()), IsEmpty()) << "50.2bn is 50bn";
  Said revised = total;
  revised.value = "60000000000";
  revised.published = "2024-09-01";
  say({revised});
  const Answer answer = conflicts();
  ASSERT_EQ(found(), std::vector{Finding::parts_and_total});
  EXPECT_EQ(answer.rows[0].reason,
            "23bn + 4.2bn + 23bn = 50.2bn CNY for the members as catalogued, but 60bn CNY (Times) "
            "is stated for bat: 1.2 times as much");
  EXPECT_EQ(answer.rows[0].parts.size(), 4U);
}

TEST_F(ConflictsTest, LevelsThatFollowFromGrowthAddUpToo) {
  std::vector<Said> all;
  const auto grown = [&](const std::string& who, const std::string& value, int decimals,
                         const std::string& growth) {
    all.push_back({.who = who, .value = value, .decimals = decimals});
    all.push_back({.who = who,
                   .value = growth,
                   .decimals = 0,
                   .unit = "%",
                   .measure = v1::MEASURE_GROWTH_YOY});
  };
  grown("alibaba", "23000000000", -9, "123");
  grown("tencent", "23000000000", -9, "176");
  grown("baidu", "4200000000", -8, "4");
  Said total = {.who = "bat",
                .value = "23000000000",
                .decimals = -9,
                .start = "2023-01-01",
                .end = "2023-06-30"};
  all.push_back(total);
  say(all);
  EXPECT_THAT(texts(conflicts()), IsEmpty()) << "22.69bn is 23bn";
  total.value = "30000000000";
  total.published = "2024-09-01";
  say({total});
  EXPECT_EQ(found(), std::vector{Finding::parts_and_total});
}

Said converted(const std::string& year, const std::string& value, const std::string& unit,
               int decimals) {
  return {.who = "bat",
          .value = value,
          .decimals = decimals,
          .unit = unit,
          .start = year + "-01-01",
          .end = year + "-06-30",
          .measure = unit == "USD" ? v1::MEASURE_CONVERSION : v1::MEASURE_LEVEL};
}

TEST_F(ConflictsTest, OneRateForMoneyOfTwoYearsIsReported) {
  say({converted("2024", "50000000000", "CNY", -9), converted("2024", "7000000000", "USD", -9),
       converted("2023", "23000000000", "CNY", -9), converted("2023", "3220000000", "USD", -7)});
  const Answer answer = conflicts();
  ASSERT_EQ(found(), std::vector{Finding::conversion});
  EXPECT_THAT(answer.rows[0].reason, HasSubstr("7.143 CNY/USD"));
  EXPECT_EQ(answer.rows[0].parts.size(), 4U);
}

TEST_F(ConflictsTest, ARoundedConversionIsTheSameOneAndAnotherRateIsNot) {
  say({converted("2026", "160000000000", "CNY", -10), converted("2026", "22700000000", "USD", -8),
       converted("2026", "23000000000", "USD", -9), converted("2023", "23000000000", "CNY", -9),
       converted("2023", "3300000000", "USD", -8)});
  EXPECT_THAT(texts(conflicts()), IsEmpty());
  say({converted("2026", "29000000000", "USD", -9)});
  EXPECT_EQ(found(), std::vector{Finding::conversion}) << "5.5 is not 7";
}

// A random handful of statements that contradict one another in many ways, told
// in another order each time.
TEST(ConflictsOrder, TheOrderOfArrivalDoesNotMatter) {
  const std::uint32_t seed = 20240826;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto pick = [&](const std::vector<std::string>& words) {
    return words[random() % words.size()];
  };
  std::vector<v1::Event> events;
  for (int i = 0; i < 150; ++i) {
    const std::string year = pick({"2023", "2024"});
    const std::string source = pick({"Times", "Post", "News", "Echo", "Star"});
    const std::string published = pick({"2024-08-26", "2024-09-01"});
    // A document has one root: which one is no part of what tells duplicates.
    const std::string root = source == "Times" ? "" : source == "Post" ? "Nikkei" : "FT";
    const std::string value = pick({"10", "20", "23", "50"});
    switch (random() % 4) {
      case 0:
        events.push_back(event_of({.who = pick({"alibaba", "tencent", "baidu", "bat", "cloud"}),
                                   .metric = pick({"capex", "ai_investment"}),
                                   .value = value,
                                   .start = year + "-01-01",
                                   .end = year + "-06-30",
                                   .source = source,
                                   .published = published,
                                   .root = root}));
        break;
      case 1:
        events.push_back(event_of({.who = pick({"alibaba", "tencent", "baidu", "bat"}),
                                   .value = value,
                                   .unit = "%",
                                   .source = source,
                                   .published = published,
                                   .root = root,
                                   .measure = v1::MEASURE_GROWTH_YOY}));
        break;
      case 2:
        events.push_back(event_of(price(pick({"tencent", "cloud", "baidu"}), value, source)));
        break;
      default: {
        Said said = chips(pick({"cloud", "bytedance", "tencent"}), "2024-03-01", "");
        if (random() % 2 == 0) said.metric = "purchase_value";
        if (said.metric == "purchase_value") said.unit = "USD";
        said.value = value;
        said.source = source;
        said.published = published;
        said.root = root;
        events.push_back(event_of(said));
      }
    }
  }
  std::vector<std::string> first;
  for (int round = 0; round < 6; ++round) {
    const TemporaryDirectory directory;
    const auto store = open_store(directory.path(), conflict_catalogue());
    for (const v1::Event& event : events) commit(*store, {event});
    Query query = question(QueryKind::conflicts, "", "");
    query.select.clear();
    for (int i = 1; i <= static_cast<int>(Finding::conversion); ++i) {
      query.findings.push_back(static_cast<Finding>(i));
    }
    const std::vector<std::string> all = texts(ask(*store, query));
    if (round == 0) {
      first = all;
      EXPECT_GT(first.size(), 10U);
    }
    const auto [was, is] = std::mismatch(first.begin(), first.end(), all.begin(), all.end());
    EXPECT_TRUE(was == first.end() && is == all.end()) << "round " << round << "\n"
                                                       << (was == first.end() ? "" : *was) << "\n"
                                                       << (is == all.end() ? "" : *is);
    std::shuffle(events.begin(), events.end(), random);
  }
}

}  // namespace
}  // namespace capexdb::storage::test
