// Spans that add up: quarters out of year-to-date figures, and what may not be
// put together.
#include "storage/query/derive.h"

#include <gtest/gtest.h>

#include "proto/model/date.h"
#include "storage/query/quarters.h"

namespace capexdb::storage {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;

KnownSpan span(const std::string& first, const std::string& last, std::int64_t value,
               const std::string& stated = "2025-01-01") {
  KnownSpan s;
  s.start = *parse_date(first);
  s.end = *parse_date(last) + 1;
  Interval v;
  v.point = Decimal(value);
  s.value = effective(v);
  s.last_stated = (std::int64_t{*parse_date(stated)} + 1) * kDaySeconds;
  return s;
}

Day day(const std::string& text) { return *parse_date(text); }

std::string point(const std::optional<Derivation>& derived) {
  return derived && derived->value.point ? derived->value.point->to_string() : "nothing";
}

TEST(SpanGraph, TakesTheFewestTerms) {
  const SpanGraph graph({span("2024-01-01", "2024-03-31", 10), span("2024-04-01", "2024-06-30", 20),
                         span("2024-01-01", "2024-06-30", 30), span("2024-01-01", "2024-09-30", 60),
                         span("2024-01-01", "2024-12-31", 100)});
  const auto fourth = graph.derive(day("2024-10-01"), day("2025-01-01"));
  EXPECT_EQ(point(fourth), "40");
  EXPECT_EQ(fourth->terms.size(), 2U);
  EXPECT_FALSE(fourth->mixes_vintages);
  EXPECT_EQ(graph.derive(day("2024-01-01"), day("2024-07-01"))->terms.size(), 1U)
      << "what is reported is not derived";
  EXPECT_EQ(point(graph.derive(day("2024-07-01"), day("2025-01-01"))), "70");
  EXPECT_FALSE(graph.derive(day("2024-10-01"), day("2024-12-01"))) << "no span begins or ends then";
}

TEST(SpanGraph, TwelveMonthsAreAYearAndTwoQuarters) {
  const SpanGraph graph({span("2023-01-01", "2023-12-31", 100),
                         span("2023-01-01", "2023-03-31", 20),
                         span("2024-01-01", "2024-03-31", 35)});
  const auto twelve = graph.derive(day("2023-04-01"), day("2024-04-01"));
  EXPECT_EQ(point(twelve), "115");
  EXPECT_EQ(twelve->terms.size(), 3U);
}

TEST(SpanGraph, WhatMixesVintagesIsMarked) {
  // A first half whose sign was put right while its first quarter was not.
  KnownSpan half = span("2009-01-01", "2009-06-30", 226, "2010-07-23");
  half.restated = std::int64_t{day("2010-07-24")} * kDaySeconds;
  const KnownSpan quarter = span("2009-01-01", "2009-03-31", -109, "2009-04-24");
  const SpanGraph graph({half, quarter});
  const auto second = graph.derive(day("2009-04-01"), day("2009-07-01"));
  EXPECT_EQ(point(second), "335");
  EXPECT_TRUE(second->mixes_vintages);
}

TEST(SpanGraph, WhatWasRestatedLongBeforeIsOfAnotherVintage) {
  const auto second_half = [](const char* half_restated) {
    KnownSpan year = span("2015-07-01", "2016-06-30", 20539, "2018-08-03");
    year.restated = std::int64_t{day("2018-08-03")} * kDaySeconds;
    KnownSpan half = span("2015-07-01", "2015-12-31", 9618, half_restated);
    half.restated = std::int64_t{day(half_restated)} * kDaySeconds;
    return SpanGraph({year, half}).derive(day("2016-01-01"), day("2016-07-01"));
  };
  EXPECT_TRUE(second_half("2017-01-26")->mixes_vintages);
  EXPECT_FALSE(second_half("2018-01-31")->mixes_vintages);
}

TEST(SpanGraph, OneVintageIsPreferredThoughItTakesMoreTerms) {
  KnownSpan year = span("2009-01-01", "2009-12-31", 500, "2011-01-31");
  year.restated = std::int64_t{day("2011-01-31")} * kDaySeconds;
  const KnownSpan old_nine = span("2009-01-01", "2009-09-30", 300, "2009-10-30");
  std::vector<KnownSpan> restated = {span("2009-01-01", "2009-06-30", 210, "2011-01-31"),
                                     span("2009-07-01", "2009-09-30", 120, "2011-01-31")};
  const SpanGraph graph({year, old_nine, restated[0], restated[1]});
  const auto fourth = graph.derive(day("2009-10-01"), day("2010-01-01"));
  EXPECT_EQ(point(fourth), "170");
  EXPECT_FALSE(fourth->mixes_vintages);
}

TEST(SpanGraph, BoundsGoThroughDifferences) {
  KnownSpan half = span("2024-01-01", "2024-06-30", 23);
  half.value.low = Bound{*Decimal::parse("22.5")};
  half.value.high = Bound{*Decimal::parse("23.5")};
  const SpanGraph graph({half, span("2024-01-01", "2024-03-31", 10)});
  const auto second = graph.derive(day("2024-04-01"), day("2024-07-01"));
  EXPECT_EQ(point(second), "13");
  EXPECT_EQ(second->value.low->value.to_string(), "12.5");
  EXPECT_EQ(second->value.high->value.to_string(), "13.5");
}

TEST(FiscalQuarters, ElevenMonthsAheadAndSixteenWeeksLong) {
  // A year that ends in January, out of year-to-date figures.
  const SpanGraph january(
      {span("2024-01-29", "2024-04-28", 369), span("2024-01-29", "2024-07-28", 1346),
       span("2024-01-29", "2024-10-27", 2159), span("2024-01-29", "2025-01-26", 3236)});
  const FiscalQuarters quarters(january);
  const auto fourth = quarters.quarter(2024 * 4 + 3);
  ASSERT_TRUE(fourth);
  EXPECT_EQ(date_to_string(fourth->start), "2024-10-28");
  EXPECT_EQ(date_to_string(fourth->end - 1), "2025-01-26");
  EXPECT_EQ(point(january.derive(fourth->start, fourth->end)), "1077");
  EXPECT_EQ(quarters.name(day("2024-01-29"), day("2024-10-28")), "2024-9M");
  EXPECT_EQ(quarters.name(day("2024-01-29"), day("2025-01-27")), "2024");
  const Slot year = quarters.slot(Every::year, 2024 * 4 + 3);
  EXPECT_EQ(date_to_string(year.start), "2024-01-29");
  EXPECT_EQ(year.label, quarters.slot(Every::year, 2024 * 4 + 3).label);

  // Twelve, twelve, twelve and sixteen weeks from September.
  const SpanGraph september(
      {span("2023-09-04", "2023-11-26", 1040), span("2023-09-04", "2024-02-18", 2071),
       span("2023-09-04", "2024-05-12", 3133), span("2023-09-04", "2024-09-01", 4710)});
  const FiscalQuarters weeks(september);
  std::vector<std::string> values;
  for (const Quarter q : {2023 * 4 + 3, 2024 * 4, 2024 * 4 + 1, 2024 * 4 + 2}) {
    const auto slot = weeks.quarter(q);
    ASSERT_TRUE(slot) << q;
    values.push_back(point(september.derive(slot->start, slot->end)));
  }
  EXPECT_EQ(values, (std::vector<std::string>{"1040", "1031", "1062", "1577"}));
  EXPECT_EQ(weeks.name(day("2023-09-04"), day("2024-05-13")), "2023-Q4..2024-Q2");
}

TEST(FiscalQuarters, OfSeveralThatCountForAQuarterTheNearestToNinetyOneDaysIsIt) {
  const SpanGraph graph({span("2024-01-15", "2024-04-10", 7), span("2024-01-01", "2024-03-31", 5)});
  const auto first = FiscalQuarters(graph).quarter(2024 * 4);
  ASSERT_TRUE(first);
  EXPECT_EQ(date_to_string(first->start), "2024-01-01");
  EXPECT_EQ(date_to_string(first->end - 1), "2024-03-31");
}

TEST(FiscalQuarters, AHalfWithoutQuartersIsTheCalendars) {
  const SpanGraph graph({span("2024-01-01", "2024-06-30", 23)});
  const Slot half = FiscalQuarters(graph).slot(Every::half, 2024 * 4 + 1);
  EXPECT_EQ(point(graph.derive(half.start, half.end)), "23");
  EXPECT_EQ(period_to_string(half.label), "2024-H1");
}

}  // namespace
}  // namespace capexdb::storage
