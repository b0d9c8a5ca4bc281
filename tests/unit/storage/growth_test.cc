// Growth that is computed, and levels that follow from growth that was stated.
#include <gtest/gtest.h>

#include "storage/query/engine.h"
#include "tests/unit/storage/events.h"

namespace capexdb::storage::test {
namespace {

class GrowthTest : public testing::Test {
 protected:
  GrowthTest() : store_(open_store(directory_.path(), small_catalogue())) {}

  static v1::Event stated_growth(const std::string& company, const std::string& period,
                                 const std::string& percent) {
    v1::Event event = measured(company, "capex", period, percent, "%");
    event.mutable_measure()->set_measure(v1::MEASURE_GROWTH_YOY);
    event.mutable_measure()->mutable_quantity()->set_stated_decimals(0);
    return event;
  }
  Query get(const std::string& select, const std::string& periods,
            Growth growth = Growth::none) const {
    Query query = question(QueryKind::cells, select, "capex", periods);
    query.growth = growth;
    return query;
  }
  AnswerRow only(const Query& query) const { return only_row(*store_, query); }

  TemporaryDirectory directory_;
  std::unique_ptr<EventStore> store_;
};

TEST_F(GrowthTest, AGrowthAndALevelGiveTheLevelOfTheYearBefore) {
  commit(*store_, {capex("Alibaba", "23000000000"), stated_growth("Alibaba", "2024-H1", "123")});
  const AnswerRow row = only(get("alibaba", "2023-H1"));
  EXPECT_EQ(row.value.point->to_string(), "10313901345.3");
  EXPECT_EQ(row.value.low->value.to_string(), "10067114093.9");
  EXPECT_EQ(row.value.high->value.to_string(), "10561797752.9");
  EXPECT_EQ(row.unit, "CNY");
  EXPECT_EQ(row.derivation, "2023-H1 = 2024-H1 / (1 + 123 %), implied");
  EXPECT_EQ(row.documents, 2U);
}

TEST_F(GrowthTest, AGrowthAndALevelGiveTheLevelOfTheYearAfter) {
  commit(*store_, {measured("Alibaba", "capex", "2023-H1", "100", "CNY"),
                   stated_growth("Alibaba", "2024-H1", "50")});
  const AnswerRow row = only(get("alibaba", "2024-H1"));
  EXPECT_EQ(row.value.point->to_string(), "150");
  EXPECT_EQ(row.derivation, "2024-H1 = 2023-H1 x (1 + 50 %), implied");
}

TEST_F(GrowthTest, WhatIsStatedIsNotImplied) {
  commit(*store_, {capex("Alibaba", "23000000000"), stated_growth("Alibaba", "2024-H1", "123"),
                   measured("Alibaba", "capex", "2023-H1", "10000000000", "CNY")});
  EXPECT_EQ(only(get("alibaba", "2023-H1")).derivation, "reported");
  Query without = get("tencent", "2023-H1");
  commit(*store_, {capex("Tencent", "23000000000"), stated_growth("Tencent", "2024-H1", "176")});
  EXPECT_EQ(only(without).value.point->to_string(), "8333333333.33");
  without.no_implied = true;
  EXPECT_TRUE(ask(*store_, without).rows.empty());
  EXPECT_TRUE(ask(*store_, get("tencent", "2022-H1")).rows.empty()) << "one step only";
}

TEST_F(GrowthTest, OnlyTheSameThingIsImplied) {
  v1::Event concept_named = stated_growth("Alibaba", "2024-H1", "123");
  concept_named.mutable_measure()->set_definition("us-gaap:Payments");
  commit(*store_, {capex("Alibaba", "23000000000"), concept_named});
  EXPECT_TRUE(ask(*store_, get("alibaba", "2023-H1")).rows.empty());
  commit(*store_, {stated_growth("Alibaba", "2024-Q2", "6")});
  EXPECT_TRUE(ask(*store_, get("alibaba", "2023-H1")).rows.empty());
}

TEST_F(GrowthTest, AnImpliedLevelEntersASumWithItsMark) {
  commit(*store_, {capex("Alibaba", "23000000000"), stated_growth("Alibaba", "2024-H1", "123"),
                   measured("Tencent", "capex", "2023-H1", "8000000000", "CNY")});
  Query query = question(QueryKind::sum, "alibaba,tencent", "capex", "2023-H1");
  const AnswerRow row = only(query);
  EXPECT_EQ(row.value.point->to_string(), "18313901345.3");
  EXPECT_NE(row.derivation.find("implied"), std::string::npos);
}

TEST_F(GrowthTest, AnImpliedYearIsNoPartOfADerivation) {
  commit(*store_, {measured("Alibaba", "capex", "2024", "300", "CNY"),
                   stated_growth("Alibaba", "2024", "50"),
                   measured("Alibaba", "capex", "2023-9M", "100", "CNY"),
                   measured("Alibaba", "capex", "2023-01-01/2023-09-30", "100", "CNY")});
  Query query = get("alibaba", "2023");
  query.every = Every::year;
  EXPECT_EQ(only(query).value.point->to_string(), "200");
  query.every = Every::quarter;
  for (const AnswerRow& row : ask(*store_, query).rows) EXPECT_FALSE(row.value.has_number());
}

TEST_F(GrowthTest, YearOnYearAgainstTheSameDays) {
  commit(*store_, {capex("Alibaba", "23000000000"),
                   measured("Alibaba", "capex", "2023-H1", "10000000000", "CNY")});
  const AnswerRow row = only(get("alibaba", "2024-H1", Growth::yoy));
  EXPECT_EQ(row.value.point->to_string(), "130");
  EXPECT_EQ(row.value.low->value.to_string(), "125");
  EXPECT_EQ(row.value.high->value.to_string(), "135");
  EXPECT_EQ(row.unit, "%");
  EXPECT_EQ(row.currency, "");
  EXPECT_EQ(row.measure, Measure::growth_yoy);
  EXPECT_EQ(row.derivation, "2024-H1 / 2023-H1 - 1");
  EXPECT_EQ(row.documents, 2U);
  const AnswerRow first = only(get("alibaba", "2023-H1", Growth::yoy));
  EXPECT_FALSE(first.value.has_number());
  EXPECT_EQ(first.reason, "no figure for 2022-H1 to grow from");
}

TEST_F(GrowthTest, OfSeveralQuartersTheOneOfTheSameDaysIsTheBase) {
  commit(*store_, {measured("Alibaba", "capex", "2024-Q1", "150", "CNY"),
                   measured("Alibaba", "capex", "2023-Q1", "100", "CNY"),
                   measured("Alibaba", "capex", "2023-01-30/2023-04-30", "120", "CNY")});
  EXPECT_EQ(only(get("alibaba", "2024-01-01/2024-03-31", Growth::yoy)).value.point->to_string(),
            "50");
}

TEST_F(GrowthTest, AGrowthIsAsNewAsTheNewerOfItsLevels) {
  commit(*store_, {measured("Alibaba", "capex", "2024", "150", "CNY", "2025-03-15"),
                   measured("Alibaba", "capex", "2023", "100", "CNY", "2025-03")});
  EXPECT_EQ(only(get("alibaba", "2024", Growth::yoy)).published_at, "2025-03");
}

TEST_F(GrowthTest, WhatHasNoEndIsNotInsideAYear) {
  commit(*store_, {measured("Alibaba", "capex", "2024", "150", "CNY"),
                   measured("Alibaba", "capex", "2024-03-01/..", "120", "CNY")});
  EXPECT_EQ(only(get("alibaba", "2024", Growth::yoy)).period, "2024");
}

TEST_F(GrowthTest, WhatHasNoPeriodDoesNotGrowFromItself) {
  commit(*store_, {measured("Alibaba", "capex", "none", "100", "CNY")});
  const AnswerRow row = only(get("alibaba", "", Growth::yoy));
  EXPECT_FALSE(row.value.has_number());
  EXPECT_EQ(row.reason, "no figure for a year before: it has no period");
}

TEST_F(GrowthTest, AGrowthFromOrToAnImpliedLevelSaysSo) {
  commit(*store_, {measured("Alibaba", "capex", "2023-H1", "100", "CNY"),
                   stated_growth("Alibaba", "2024-H1", "50"),
                   measured("Tencent", "capex", "2024-H1", "150", "CNY"),
                   stated_growth("Tencent", "2024-H1", "50")});
  EXPECT_EQ(only(get("alibaba", "2024-H1", Growth::yoy)).derivation,
            "2024-H1 / 2023-H1 - 1, 2024-H1 implied");
  EXPECT_EQ(only(get("tencent", "2024-H1", Growth::yoy)).derivation,
            "2024-H1 / 2023-H1 - 1, 2023-H1 implied");
}

TEST_F(GrowthTest, QuarterOnQuarterOfFiscalQuarters) {
  const auto quarter = [](const char* days, const char* value) {
    return measured("Nvidia", "capex", days, value, "USD");
  };
  commit(*store_,
         {quarter("2024-01-29/2024-04-28", "100"), quarter("2024-04-29/2024-07-28", "150")});
  Query query = get("nvidia", "2024-Q2", Growth::qoq);
  EXPECT_EQ(only(query).value.point->to_string(), "50");
  query.every = Every::quarter;
  EXPECT_EQ(only(query).value.point->to_string(), "50");
  EXPECT_EQ(only(query).period, "2024-Q2");
  query.every = Every::reported;
  commit(*store_, {measured("Alibaba", "capex", "2024", "10", "CNY")});
  query = get("alibaba", "2024", Growth::qoq);
  EXPECT_NE(only(query).reason.find("no quarter"), std::string::npos);
}

TEST_F(GrowthTest, FromTheFirstYearToTheLastByTheYear) {
  commit(*store_, {measured("Alibaba", "capex", "2022", "100", "CNY"),
                   measured("Alibaba", "capex", "2023", "110", "CNY"),
                   measured("Alibaba", "capex", "2024", "144", "CNY")});
  const AnswerRow row = only(get("alibaba", "2022..2024", Growth::cagr));
  EXPECT_EQ(row.value.point->to_string(), "20");
  EXPECT_EQ(row.derivation, "(2024 / 2022) ^ (12 / 24) - 1, a year");
  EXPECT_EQ(row.start, "2022-01-01");
  commit(*store_, {measured("Alibaba", "capex", "2025-Q1", "50", "CNY")});
  EXPECT_NE(only(get("alibaba", "2022..2025", Growth::cagr)).reason.find("not of one length"),
            std::string::npos);
}

TEST_F(GrowthTest, AnIncompleteBaseIsSaid) {
  commit(*store_, {measured("Alibaba", "capex", "2023", "100", "CNY"),
                   measured("Alibaba", "capex", "2024", "200", "CNY"),
                   measured("Tencent", "capex", "2024", "200", "CNY")});
  Query query = question(QueryKind::sum, "alibaba,tencent", "capex", "2024");
  query.growth = Growth::yoy;
  const AnswerRow row = only(query);
  EXPECT_EQ(row.value.point->to_string(), "300");
  EXPECT_EQ(row.reason, "2023: incomplete: 1 of 2 companies");
}

TEST_F(GrowthTest, WrongQuestionsAreRefused) {
  Query query = get("alibaba", "2024", Growth::yoy);
  query.measure = "growth";
  EXPECT_FALSE(run_query(*store_, query, {}));
  query = question(QueryKind::sum, "bat", "capex", "2024");
  query.growth = Growth::yoy;
  query.by = {Dimension::company};
  EXPECT_FALSE(run_query(*store_, query, {}));
  query.by = {};
  query.share = true;
  EXPECT_FALSE(run_query(*store_, query, {}));
  query.share = false;
  query.cumulative = true;
  EXPECT_EQ(run_query(*store_, query, {}).error().field, "growth");
}

}  // namespace
}  // namespace capexdb::storage::test
