// Regular series through the store.
#include <gtest/gtest.h>

#include "storage/query/engine.h"
#include "tests/unit/storage/events.h"

namespace capexdb::storage::test {
namespace {

class EveryTest : public testing::Test {
 protected:
  EveryTest() : store_(open_store(directory_.path(), small_catalogue())) {}

  static v1::Event filed(const std::string& start, const std::string& end, const std::string& value,
                         const std::string& published, const std::string& concept_name = {}) {
    v1::Event event = capex("Nvidia", value, "SEC");
    v1::CapexFact& fact = *event.mutable_capex();
    fact.mutable_period()->set_label("");
    fact.mutable_period()->set_start(start);
    fact.mutable_period()->set_end(end);
    fact.mutable_amount()->clear_stated_decimals();
    fact.mutable_amount()->set_unit("USD");
    fact.mutable_amount()->set_currency("USD");
    fact.set_definition(concept_name);
    event.set_published_at(published);
    event.mutable_source()->set_accession(published + start);
    return event;
  }
  void commit_year() {
    commit(*store_, {filed("2024-01-29", "2024-04-28", "369000000", "2024-05-29"),
                     filed("2024-01-29", "2024-07-28", "1346000000", "2024-08-28"),
                     filed("2024-01-29", "2024-10-27", "2159000000", "2024-11-20"),
                     filed("2024-01-29", "2025-01-26", "3236000000", "2025-02-26")});
  }
  Answer every(Every every, const std::string& periods, const std::string& as_of = {}) {
    Query query = question(QueryKind::cells, "nvidia", "capex", periods);
    query.every = every;
    query.as_of = as_of;
    return ask(*store_, query);
  }

  TemporaryDirectory directory_;
  std::unique_ptr<EventStore> store_;
};

TEST_F(EveryTest, DiscreteQuartersComeOutOfYearToDateFigures) {
  commit_year();
  const Answer answer = every(Every::quarter, "2024-Q1..2024-Q4");
  ASSERT_EQ(answer.rows.size(), 4U);
  const std::vector<std::string> values = {"369000000", "977000000", "813000000", "1077000000"};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(answer.rows[i].period, "2024-Q" + std::to_string(i + 1));
    EXPECT_EQ(answer.rows[i].value.point->to_string(), values[i]);
  }
  EXPECT_EQ(answer.rows[0].start, "2024-01-29");
  EXPECT_EQ(answer.rows[3].end, "2025-01-26");
  EXPECT_EQ(answer.rows[0].derivation, "reported");
  EXPECT_EQ(answer.rows[3].derivation, "2024-Q4 = 2024 - 2024-9M");
  EXPECT_EQ(answer.rows[3].documents, 2U);
  EXPECT_EQ(answer.rows[3].published_at, "2025-02-26");
}

TEST_F(EveryTest, HalvesYearsAndTwelveMonths) {
  commit_year();
  EXPECT_EQ(every(Every::half, "2024").rows[1].value.point->to_string(), "1890000000");
  const Answer year = every(Every::year, "2024");
  ASSERT_EQ(year.rows.size(), 1U);
  EXPECT_EQ(year.rows[0].value.point->to_string(), "3236000000");
  EXPECT_EQ(year.rows[0].start, "2024-01-29");
  const Answer ttm = every(Every::ttm, "2024-Q4");
  ASSERT_EQ(ttm.rows.size(), 1U);
  EXPECT_EQ(ttm.rows[0].value.point->to_string(), "3236000000");
}

TEST_F(EveryTest, AFiscalYearThatIsReportedNeedsNoQuarters) {
  commit(*store_, {filed("2022-01-31", "2022-10-30", "1324000000", "2023-11-21"),
                   filed("2022-01-31", "2023-01-29", "1833000000", "2024-02-21"),
                   filed("2023-01-30", "2023-07-30", "537000000", "2024-08-28"),
                   filed("2023-12-25", "2024-12-29", "7000000", "2025-02-26"),
                   filed("2024-01-01", "2024-12-31", "9000000", "2025-02-26")});
  const Answer year = every(Every::year, "2022..2024");
  ASSERT_EQ(year.rows.size(), 3U);
  EXPECT_EQ(year.rows[0].value.point->to_string(), "1833000000");
  EXPECT_EQ(year.rows[0].start, "2022-01-31");
  EXPECT_EQ(year.rows[0].end, "2023-01-29");
  EXPECT_EQ(year.rows[0].derivation, "reported");
  EXPECT_FALSE(year.rows[1].value.has_number());
  // Of several, the calendar's own.
  EXPECT_EQ(year.rows[2].value.point->to_string(), "9000000");
  EXPECT_EQ(every(Every::year, "").rows.size(), 3U);
  const Answer half = every(Every::half, "2023");
  ASSERT_EQ(half.rows.size(), 2U);
  EXPECT_EQ(half.rows[0].value.point->to_string(), "537000000");
  EXPECT_FALSE(half.rows[1].value.has_number());
}

TEST_F(EveryTest, WhoeverReportsOnlyYearsHasASeriesOfYears) {
  commit(*store_, {filed("2021-01-01", "2021-12-31", "900000000", "2022-02-09"),
                   filed("2023-01-01", "2023-12-31", "1281800000", "2024-02-14")});
  const Answer year = every(Every::year, "");
  ASSERT_EQ(year.rows.size(), 3U);
  EXPECT_EQ(year.rows[0].value.point->to_string(), "900000000");
  EXPECT_FALSE(year.rows[1].value.has_number());
  EXPECT_EQ(year.rows[2].period, "2023");
  EXPECT_TRUE(every(Every::quarter, "").rows.empty());
}

TEST_F(EveryTest, WhatIsMissingSaysWhy) {
  commit_year();
  const Answer known_then = every(Every::quarter, "2024", "2024-09-30");
  ASSERT_EQ(known_then.rows.size(), 4U);
  EXPECT_EQ(known_then.rows[1].value.point->to_string(), "977000000");
  EXPECT_EQ(known_then.rows[2].reason, "not yet published");
  EXPECT_FALSE(known_then.rows[2].value.has_number());
  EXPECT_EQ(every(Every::quarter, "2020").rows[0].reason, "never reported");
  commit(*store_, {filed("2025-01-27", "2026-01-25", "9000000000", "2026-02-25")});
  const Answer later = every(Every::quarter, "2025");
  ASSERT_EQ(later.rows.size(), 4U);
  EXPECT_EQ(later.rows[1].reason.substr(0, 10), "incomplete");
}

TEST_F(EveryTest, WhatCouldNotAnswerIsNoReason) {
  v1::Event growth = filed("2024-01-01", "2024-03-31", "12", "2024-05-29");
  growth.mutable_capex()->set_measure(v1::MEASURE_GROWTH_YOY);
  growth.mutable_capex()->mutable_amount()->set_unit("%");
  growth.mutable_capex()->mutable_amount()->clear_currency();
  v1::Event day = filed("2024-03-31", "2024-03-31", "7", "2024-05-29");
  day.mutable_capex()->mutable_period()->set_kind(v1::PERIOD_KIND_INSTANT);
  commit(*store_, {growth, day});
  EXPECT_EQ(every(Every::quarter, "2024-Q1", "2024-04-30").rows[0].reason, "never reported")
      << "of levels of a quarter nothing was yet to come";
  v1::Event press = filed("2024-01-01", "2024-03-31", "369", "2024-05-29");
  press.mutable_source()->set_publisher("Elsewhere");
  commit(*store_, {press});
  EXPECT_EQ(every(Every::quarter, "2024-Q1", "2024-04-30").rows[0].reason, "not yet published");
  Query query = question(QueryKind::cells, "nvidia", "capex", "2024-Q1");
  query.every = Every::quarter;
  query.policy = "source:SEC";
  EXPECT_EQ(ask(*store_, query).rows[0].reason, "never reported") << "not by this source";
  query.as_of = "2024-04-30";
  EXPECT_EQ(ask(*store_, query).rows[0].reason, "never reported") << "not by this source";
  // The estimate was withdrawn; an actual was never there.
  v1::Event estimate = filed("2023-01-01", "2023-03-31", "5", "2023-05-29");
  estimate.set_status(v1::STATUS_ESTIMATE);
  estimate.set_event_id("estimate");
  v1::Event retraction;
  *retraction.mutable_source() = estimate.source();
  retraction.set_published_at("2023-06-01");
  retraction.mutable_retraction()->set_event_id("estimate");
  commit(*store_, {estimate, retraction});
  query = question(QueryKind::cells, "nvidia", "capex", "2023-Q1");
  query.every = Every::quarter;
  query.no_implied = true;
  EXPECT_EQ(ask(*store_, query).rows[0].reason, "withdrawn");
  query.statuses = {Status::actual};
  EXPECT_EQ(ask(*store_, query).rows[0].reason, "never reported");
}

TEST_F(EveryTest, FiscalLabelsAreReadByTheCompanysCalendar) {
  commit_year();
  const auto refused = [&](const std::string& company) {
    const auto answer =
        run_query(*store_, question(QueryKind::cells, company, "capex", "FY2025-Q1"), {});
    return answer ? std::string() : answer.error().message;
  };
  EXPECT_NE(refused("nvidia").find("fiscal calendar of nvidia is not known"), std::string::npos);
  v1::Event change;
  change.mutable_source()->set_publisher("operator");
  change.set_published_at("2024-01-01");
  for (const auto& [id, rule] : {std::pair("nvidia", "01-last-sunday"), {"baidu", "12-31"}}) {
    v1::CatalogParty& party = *change.mutable_catalog_change()->add_parties();
    party.set_id(id);
    party.set_fiscal_year_end(rule);
  }
  commit(*store_, {change});
  EXPECT_NE(refused("nvidia,baidu").find("not the same days"), std::string::npos);
  const auto values = [&](const std::string& periods, Every series) {
    std::string text;
    for (const AnswerRow& row : every(series, periods).rows) {
      text += row.period + " " + interval_to_string(row.value) + " ";
    }
    return text;
  };
  EXPECT_EQ(values("FY2025-Q1", Every::reported), "2024-01-29/2024-04-28 369000000 ");
  EXPECT_EQ(values("FY2025-Q2", Every::quarter), "2024-Q2 977000000 ");
  EXPECT_EQ(values("FY2025-Q3..FY2025-Q4", Every::quarter),
            "2024-Q3 813000000 2024-Q4 1077000000 ");
  EXPECT_EQ(values("FY2025", Every::year), "2024 3236000000 ");
  Query half = question(QueryKind::cells, "nvidia", "capex", "FY2025-Q2");
  half.every = Every::half;
  EXPECT_NE(run_query(*store_, half, {}).error().message.find("is no calendar half"),
            std::string::npos);
  EXPECT_EQ(every(Every::reported, "FY2025").rows.size(), 4U) << "the year and what lies in it";
}

TEST_F(EveryTest, ARestatedYearIsNotPutTogetherWithOldMonthsInSilence) {
  commit_year();
  commit(*store_, {filed("2024-01-29", "2025-01-26", "4000000000", "2026-02-25")});
  const Answer answer = every(Every::quarter, "2024-Q4");
  ASSERT_EQ(answer.rows.size(), 1U);
  EXPECT_EQ(answer.rows[0].value.point->to_string(), "1841000000");
  EXPECT_EQ(answer.rows[0].derivation, "2024-Q4 = 2024 - 2024-9M (mixed vintages)");
  EXPECT_EQ(answer.rows[0].reason,
            "mixes vintages: 2024 was restated by 2026-02-25; 2024-9M was last stated by "
            "2024-11-20");
}

TEST_F(EveryTest, DefinitionsAreNeverMixed) {
  commit(*store_, {filed("2024-01-29", "2024-10-27", "2159000000", "2024-11-20", "a:One"),
                   filed("2024-01-29", "2025-01-26", "3236000000", "2025-02-26", "a:Two")});
  EXPECT_FALSE(every(Every::quarter, "2024-Q4").rows[0].value.has_number());
}

TEST_F(EveryTest, ADirectReportThatDisagreesWithADerivationIsNoted) {
  commit_year();
  commit(*store_, {filed("2024-10-28", "2025-01-26", "1100000000", "2025-02-26")});
  const Answer answer = every(Every::quarter, "2024-Q4");
  EXPECT_EQ(answer.rows[0].value.point->to_string(), "1100000000");
  EXPECT_EQ(answer.rows[0].derivation, "reported");
  ASSERT_EQ(answer.notes.size(), 1U);
  EXPECT_NE(answer.notes[0].find("1077000000"), std::string::npos) << answer.notes[0];
}

TEST_F(EveryTest, SumsAddDerivedQuarters) {
  commit_year();
  v1::Event alibaba = filed("2024-10-01", "2024-12-31", "23000000", "2025-02-01");
  alibaba.mutable_capex()->mutable_subject()->set_name("Alibaba");
  commit(*store_, {alibaba});
  Query query = question(QueryKind::sum, "nvidia,alibaba", "capex", "2024-Q4");
  query.every = Every::quarter;
  const Answer answer = ask(*store_, query);
  ASSERT_EQ(answer.rows.size(), 1U);
  EXPECT_EQ(answer.rows[0].value.point->to_string(), "1100000000");
  EXPECT_EQ(answer.coverage->reported, 2U);
}

TEST_F(EveryTest, PricesAndLongRangesAreRefused) {
  Query query = question(QueryKind::cells, "nvidia", "unit_price");
  query.every = Every::quarter;
  const auto price = run_query(*store_, query, {});
  ASSERT_FALSE(price);
  EXPECT_EQ(price.error().code, Errc::invalid_argument);
  query.metric = "capex";
  query.periods = "1900..2199";
  const auto long_range = run_query(*store_, query, {});
  ASSERT_FALSE(long_range);
  EXPECT_EQ(long_range.error().reason, "too_many_periods");
}

}  // namespace
}  // namespace capexdb::storage::test
