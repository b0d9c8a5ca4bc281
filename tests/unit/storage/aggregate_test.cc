// Sums, means and shares by company, group and time, through the store.
#include <gtest/gtest.h>

#include <algorithm>

#include "storage/query/engine.h"
#include "tests/unit/storage/events.h"

namespace capexdb::storage::test {
namespace {

class AggregateTest : public testing::Test {
 protected:
  AggregateTest() : store_(open_store(directory_.path(), small_catalogue())) {}

  void commit_quarters() {
    commit(*store_, {measured("Alibaba", "capex", "2024-Q1", "10", "CNY"),
                     measured("Alibaba", "capex", "2024-Q2", "12", "CNY"),
                     measured("Tencent", "capex", "2024-Q1", "30", "CNY"),
                     measured("Tencent", "capex", "2024-Q2", "36", "CNY"),
                     measured("Baidu", "capex", "2024-Q1", "2", "CNY")});
  }
  Query sum(const std::string& select, const std::string& periods,
            std::vector<Dimension> by = {}) const {
    Query query = question(QueryKind::sum, select, "capex", periods);
    query.by = std::move(by);
    return query;
  }
  // "company period value" of each row.
  std::vector<std::string> rows(const Query& query) const {
    std::vector<std::string> texts;
    for (const AnswerRow& row : ask(*store_, query).rows) {
      texts.push_back(row.company + " " + row.period + " " + interval_to_string(row.value));
    }
    return texts;
  }
  Error refused(const Query& query) const {
    const auto answer = run_query(*store_, query, {});
    EXPECT_FALSE(answer);
    return answer ? Error{} : answer.error();
  }

  TemporaryDirectory directory_;
  std::unique_ptr<EventStore> store_;
};

using Texts = std::vector<std::string>;

TEST_F(AggregateTest, WithoutThePeriodItAddsOverTime) {
  commit_quarters();
  EXPECT_EQ(rows(sum("bat", "2024-Q1..2024-Q2")), (Texts{"bat 2024-Q1 42", "bat 2024-Q2 48"}));
  const Answer answer = ask(*store_, sum("bat", "2024-Q1..2024-Q2", {Dimension::company}));
  ASSERT_EQ(answer.rows.size(), 3U);
  EXPECT_EQ(answer.rows[0].company, "alibaba");
  EXPECT_EQ(answer.rows[0].period, "2024-H1");
  EXPECT_EQ(answer.rows[0].value.point->to_string(), "22");
  EXPECT_EQ(answer.rows[0].derivation, "sum of alibaba over 2 periods");
  EXPECT_EQ(answer.rows[1].reason, "incomplete: 1 of 2 figures of companies and periods");
  EXPECT_EQ(answer.coverage->missing, Texts{"baidu"});
}

TEST_F(AggregateTest, OverTimeNothingIsCountedTwice) {
  commit_quarters();
  commit(*store_, {measured("Alibaba", "capex", "2024-H1", "22", "CNY")});
  EXPECT_EQ(refused(sum("alibaba", "2024-Q1..2024-Q2", {Dimension::company})).reason,
            "overlapping_periods");
  Query quarters = sum("alibaba", "2024-H1", {Dimension::company});
  quarters.every = Every::quarter;
  EXPECT_EQ(rows(quarters), Texts{"alibaba 2024-H1 22"});
}

TEST_F(AggregateTest, OverTimeAPartIsNotCountedBesideItsWhole) {
  const auto shipped = [](const char* product, const char* period, const char* units) {
    v1::Event event = measured("Nvidia", "unit_shipments", period, units, "{chip}");
    event.mutable_measure()->set_product(product);
    return event;
  };
  commit(*store_, {shipped("", "2024-H1", "100"), shipped("H20", "2024-Q1", "30")});
  Query query = sum("nvidia", "", {Dimension::company});
  query.metric = "unit_shipments";
  EXPECT_EQ(refused(query).reason, "overlapping_periods");
  query.by = {Dimension::product};
  EXPECT_EQ(rows(query), (Texts{"nvidia 2024-H1 100", "nvidia 2024-Q1 30"})) << "rows of their own";
}

TEST_F(AggregateTest, WhatHasNoEndOverlapsEverythingBehind) {
  commit(*store_, {measured("Alibaba", "capex", "2023-Q3", "10", "CNY"),
                   measured("Alibaba", "capex", "2024-04-01/..", "10", "CNY"),
                   measured("Alibaba", "capex", "2024-Q2", "5", "CNY")});
  EXPECT_EQ(refused(sum("alibaba", "", {Dimension::company})).reason, "overlapping_periods");
}

TEST_F(AggregateTest, OverTimeWithAnOpenEndStillBeginsSomewhere) {
  commit(*store_, {measured("Alibaba", "capex", "2024-Q1", "10", "CNY"),
                   measured("Alibaba", "capex", "2024-07-01/..", "5", "CNY")});
  EXPECT_EQ(rows(sum("alibaba", "", {Dimension::company})), Texts{"alibaba 2024-01-01/.. 15"});
}

TEST_F(AggregateTest, StocksAndPricesDoNotAddUpOverTime) {
  commit(*store_, {measured("Alibaba", "cash_and_equivalents", "@2024-03-31", "5", "CNY"),
                   measured("Alibaba", "cash_and_equivalents", "@2024-06-30", "7", "CNY")});
  Query query = sum("alibaba", "2024-Q1..2024-Q2", {Dimension::company});
  query.metric = "cash_and_equivalents";
  const Error error = refused(query);
  EXPECT_EQ(error.reason, "not_over_time");
  EXPECT_NE(error.message.find("--fn avg"), std::string::npos);
  query.fold = Fold::avg;
  EXPECT_EQ(rows(query), Texts{"alibaba 2024-03-31/2024-06-30 6"});
  query.cumulative = true;
  EXPECT_EQ(refused(query).field, "cumulative");
  query = sum("all", "2024");
  query.metric = "unit_price";
  EXPECT_NE(refused(query).message.find("price"), std::string::npos);
  query.fold = Fold::max;
  EXPECT_TRUE(run_query(*store_, query, {}));
}

TEST_F(AggregateTest, EachFunctionOverCompanies) {
  commit_quarters();
  const std::pair<Fold, const char*> kExpected[] = {{Fold::avg, "14"},
                                                    {Fold::min, "2"},
                                                    {Fold::max, "30"},
                                                    {Fold::median, "10"},
                                                    {Fold::count, "3"}};
  for (const auto& [fold, expected] : kExpected) {
    Query query = sum("bat", "2024-Q1");
    query.fold = fold;
    const Answer answer = ask(*store_, query);
    ASSERT_EQ(answer.rows.size(), 1U);
    EXPECT_EQ(answer.rows[0].value.point->to_string(), expected) << to_string(fold);
    EXPECT_EQ(answer.rows[0].unit, fold == Fold::count ? "1" : "CNY");
  }
}

TEST_F(AggregateTest, ByGroupACompanyCountsInEachGroupThatHoldsIt) {
  v1::Event change;
  change.mutable_source()->set_publisher("operator");
  change.set_published_at("2024-01-01");
  v1::CatalogParty& party = *change.mutable_catalog_change()->add_parties();
  party.set_id("big-two");
  party.set_name("The big two");
  party.set_kind(v1::PARTY_KIND_GROUP);
  for (const char* member : {"alibaba", "tencent"}) party.add_members(member);
  commit(*store_, {change});
  commit_quarters();
  EXPECT_EQ(rows(sum("bat,big-two", "2024-Q1", {Dimension::period, Dimension::group})),
            (Texts{"bat 2024-Q1 42", "big-two 2024-Q1 40"}));
  EXPECT_EQ(rows(sum("all", "2024-Q1", {Dimension::group})),
            (Texts{"bat 2024-Q1 42", "big-two 2024-Q1 40"}));
  const Answer second = ask(*store_, sum("bat,big-two", "2024-Q2", {Dimension::group}));
  ASSERT_EQ(second.rows.size(), 2U);
  EXPECT_EQ(second.rows[0].reason, "incomplete: 2 of 3 figures of companies and periods");
  EXPECT_EQ(second.rows[1].reason, "");
  EXPECT_EQ(refused(sum("bat", "2024", {Dimension::group, Dimension::company})).field, "by");
}

TEST_F(AggregateTest, TheLargestComeFirstWithTheirShares) {
  commit_quarters();
  Query query = sum("all", "2024-Q1", {Dimension::period, Dimension::company});
  query.top = 2;
  query.share = true;
  const Answer answer = ask(*store_, query);
  ASSERT_EQ(answer.rows.size(), 2U);
  EXPECT_EQ(answer.rows[0].company, "tencent");
  EXPECT_EQ(answer.rows[0].share.point->to_string(), "71.4285714286");
  EXPECT_EQ(answer.rows[1].company, "alibaba");
  EXPECT_EQ(answer.rows[1].share.point->to_string(), "23.8095238095") << "of all, not of the two";
}

// Each total has the days of its own company's figures; they are compared all the same.
TEST_F(AggregateTest, TotalsOverTimeAreRankedAndSharedTogetherWhateverTheirDays) {
  commit_quarters();
  Query query = sum("bat", "2024-Q1..2024-Q2", {Dimension::company});
  query.share = true;
  const Answer shares = ask(*store_, query);
  ASSERT_EQ(shares.rows.size(), 3U);
  EXPECT_EQ(shares.rows[0].period, "2024-H1");
  EXPECT_EQ(shares.rows[0].share.point->to_string(), "24.4444444444") << "22 of 22 + 2 + 66";
  EXPECT_EQ(shares.rows[1].period, "2024-Q1");
  EXPECT_EQ(shares.rows[1].share.point->to_string(), "2.22222222222");
  query.top = 1;
  EXPECT_EQ(rows(query), Texts{"tencent 2024-H1 66"});
}

TEST_F(AggregateTest, AMetricThatIsNamedTwiceIsAnsweredOnce) {
  commit(*store_, {capex("Alibaba", "23000000000")});
  const auto rows = [&](const std::string& metrics) {
    return ask(*store_, question(QueryKind::cells, "alibaba", metrics)).rows.size();
  };
  EXPECT_EQ(rows("capex,unit_price,capex,CAPEX"), rows("capex,unit_price"));
  std::string many;
  for (int i = 0; i < 10'001; ++i) many += "capex,";
  EXPECT_EQ(refused(question(QueryKind::cells, "alibaba", many + "capex")).field, "metric");
}

TEST_F(AggregateTest, OptionsThatContradictOneAnotherAreRefused) {
  commit_quarters();
  const auto field_of = [&](const auto& change) {
    Query query = sum("bat", "2024-Q1..2024-Q2");
    change(query);
    return refused(query).field;
  };
  EXPECT_EQ(field_of([](Query& q) { q.cumulative = true, q.growth = Growth::yoy; }), "growth");
  EXPECT_EQ(field_of([](Query& q) { q.cumulative = true, q.fold = Fold::avg; }), "cumulative");
  EXPECT_EQ(field_of([](Query& q) { q.cumulative = true, q.by = {Dimension::company}; }), "by");
  EXPECT_EQ(field_of([](Query& q) { q.share = true, q.fold = Fold::median; }), "share");
}

TEST_F(AggregateTest, OverTimeASharesWholeIsAllOfTheRows) {
  commit(*store_, {measured("Alibaba", "capex", "2024-Q1", "10", "CNY"),
                   measured("Tencent", "capex", "2024-Q2", "30", "CNY")});
  Query query = sum("alibaba,tencent", "2024-Q1..2024-Q2", {Dimension::company});
  query.share = true;
  query.top = 1;
  const Answer answer = ask(*store_, query);
  ASSERT_EQ(answer.rows.size(), 1U) << "the largest of all, not of its days";
  EXPECT_EQ(answer.rows[0].company, "tencent");
  EXPECT_EQ(answer.rows[0].share.point->to_string(), "75");
}

TEST_F(AggregateTest, AShareOfRoundedFiguresStaysWithinAHundredPercent) {
  commit(*store_, {capex("Alibaba", "23000000000"), capex("Tencent", "23000000000")});
  Query query = sum("alibaba,tencent", "2024-H1", {Dimension::company});
  query.share = true;
  const Answer answer = ask(*store_, query);
  ASSERT_EQ(answer.rows.size(), 2U);
  EXPECT_EQ(answer.rows[0].share.point->to_string(), "50");
  // 22.5 of 22.5 + 23.5, and 23.5 of 23.5 + 22.5.
  EXPECT_EQ(answer.rows[0].share.low->value.to_string(), "48.9130434782");
  EXPECT_EQ(answer.rows[0].share.high->value.to_string(), "51.0869565218");
}

TEST_F(AggregateTest, WhatIsNotOfOneUnitIsNeitherRankedNorAdded) {
  commit(*store_, {measured("Alibaba", "capex", "2024-Q1", "10", "CNY"),
                   measured("Nvidia", "capex", "2024-Q1", "10", "USD")});
  Query query = sum("all", "2024-Q1", {Dimension::company});
  query.top = 1;
  EXPECT_EQ(refused(query).reason, "mixed_units");
  EXPECT_NE(refused(query).message.find("--currency USD"), std::string::npos);
  EXPECT_EQ(refused(sum("all", "2024-Q1")).reason, "mixed_units");
  query = sum("all", "2024-Q1");
  query.fold = Fold::count;
  EXPECT_EQ(rows(query), Texts{"all 2024-Q1 2"});
}

TEST_F(AggregateTest, RunningTotalsSayWhereTheyHaveGaps) {
  commit_quarters();
  commit(*store_, {measured("Alibaba", "capex", "2024-Q4", "5", "CNY")});
  Query query = sum("alibaba", "2024");
  query.cumulative = true;
  const Answer answer = ask(*store_, query);
  ASSERT_EQ(answer.rows.size(), 3U);
  EXPECT_EQ(answer.rows[1].value.point->to_string(), "22");
  EXPECT_EQ(answer.rows[1].reason, "");
  EXPECT_EQ(answer.rows[2].value.point->to_string(), "27");
  EXPECT_EQ(answer.rows[2].reason, "incomplete: nothing between 2024-Q2 and 2024-Q4");
}

TEST_F(AggregateTest, RunningTotalsGoByTheDaysWhateverKindOfPeriodTheyAre) {
  commit(*store_, {measured("Alibaba", "capex", "@2024-03-31", "10", "CNY"),
                   measured("Alibaba", "capex", "2024-Q2", "5", "CNY")});
  Query query = sum("alibaba", "2024");
  query.cumulative = true;
  const Answer answer = ask(*store_, query);
  ASSERT_EQ(answer.rows.size(), 2U);
  std::vector<std::string> totals;
  for (const AnswerRow& row : answer.rows) totals.push_back(row.value.point->to_string());
  std::sort(totals.begin(), totals.end());
  EXPECT_EQ(totals, (Texts{"10", "15"}));
}

TEST_F(AggregateTest, ARunningTotalDoesNotGoPastAnOpenEnd) {
  commit(*store_, {measured("Alibaba", "capex", "2024-01-01/..", "10", "CNY"),
                   measured("Alibaba", "capex", "2024-Q2", "5", "CNY")});
  Query query = sum("alibaba", "");
  query.cumulative = true;
  EXPECT_EQ(refused(query).reason, "overlapping_periods");
}

TEST_F(AggregateTest, ARowNamesTheStatementsBehindItWhenAsked) {
  commit_quarters();
  Query query = sum("bat", "2024-Q1");
  EXPECT_TRUE(ask(*store_, query).rows[0].parts.empty());
  query.explain = true;
  const Answer answer = ask(*store_, query);
  ASSERT_EQ(answer.rows[0].parts.size(), 3U);
  EXPECT_EQ(answer.rows[0].parts[1].company, "tencent");
  EXPECT_EQ(answer.rows[0].parts[1].document, "Reuters 2024-08-26");
  EXPECT_LT(answer.rows[0].parts[0].sequence, answer.rows[0].parts[1].sequence);
}

}  // namespace
}  // namespace capexdb::storage::test
