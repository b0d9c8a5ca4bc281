// What a series remembers of its figures, and the ring of what was said last.
#include "storage/figures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "storage/block.h"
#include "storage/recent_values.h"
#include "storage/series.h"

namespace capexdb::storage::test {
namespace {

Row level(Quarter quarter, std::int64_t value, std::int64_t published_day = 20'000,
          std::int64_t sequence = 1) {
  Row row;
  row[Column::sequence] = sequence;
  row[Column::subject] = 7;
  row.set_period(quarter_span(quarter));
  row.set_published({published_day * 86'400, (published_day + 1) * 86'400});
  row[Column::measure] = static_cast<std::int64_t>(Measure::level);
  row[Column::unit] = 1;
  row[Column::currency] = currency_code("USD");
  EXPECT_TRUE(row.set_value(Interval{Decimal(value)}));
  return row;
}

Row retraction(const Row& of, std::int64_t published_day) {
  Row row = of;
  row[Column::flags] = flag::kRetraction;
  row.set_published({published_day * 86'400, (published_day + 1) * 86'400});
  return row;
}

const FigureGroup& only_group(const SeriesFigures& figures) {
  const FigureGroup* group = figures.group_of(dimensions_of(level(8100, 1)));
  EXPECT_NE(group, nullptr);
  return *group;
}

std::vector<std::int64_t> values(const SeriesFigures& figures) {
  std::vector<std::int64_t> all;
  for (const KnownFigure& f : only_group(figures).figures()) {
    if (f.counts()) all.push_back(static_cast<std::int64_t>(f.value().mantissa()));
  }
  return all;
}

TEST(Figures, AreOneOfEachPeriodTheNewestInOrder) {
  SeriesFigures figures;
  figures.add(level(8102, 300, 20'000, 1));
  figures.add(level(8100, 100, 20'000, 2));
  figures.add(level(8101, 200, 20'000, 3));
  figures.add(level(8101, 210, 20'010, 4));
  figures.add(level(8101, 205, 20'005, 5));  // published before the one that is there
  EXPECT_EQ(values(figures), (std::vector<std::int64_t>{100, 210, 300}));
  EXPECT_EQ(only_group(figures).positive(), 3U);
  EXPECT_EQ(only_group(figures).negative(), 0U);
}

TEST(Figures, MirrorsAndOtherMeasuresAreNone) {
  SeriesFigures figures;
  Row mirror = level(8100, 1);
  mirror[Column::flags] |= flag::kMirror;
  figures.add(mirror);
  Row growth = level(8100, 1);
  growth[Column::measure] = static_cast<std::int64_t>(Measure::growth_yoy);
  figures.add(growth);
  Row nothing = level(8100, 1);
  nothing[Column::flags] = flag::kUnquantified;
  figures.add(nothing);
  const FigureGroup* group = figures.group_of(dimensions_of(level(8100, 1)));
  EXPECT_TRUE(group == nullptr || group->figures().empty());
}

TEST(Figures, WhatWasWithdrawnDoesNotCountUntilSomethingNewerIsSaid) {
  SeriesFigures figures;
  const Row slip = level(8100, 100, 20'000, 1);
  figures.add(slip);
  figures.add(retraction(slip, 20'001));
  EXPECT_TRUE(values(figures).empty());
  EXPECT_EQ(only_group(figures).positive(), 0U);
  figures.add(slip);  // read again from the store
  EXPECT_TRUE(values(figures).empty());
  figures.add(level(8100, 101, 20'002, 3));
  EXPECT_EQ(values(figures), (std::vector<std::int64_t>{101}));
}

// One in thousands does not take the place of one that fits.
TEST(Figures, OfTwoFarApartTheOneThatFitsCounts) {
  SeriesFigures figures;
  figures.add(level(8100, 1'000'000, 20'000, 1));
  figures.add(level(8101, 1'100'000, 20'000, 2));
  figures.add(level(8101, 1'100, 20'001, 3));
  EXPECT_EQ(values(figures), (std::vector<std::int64_t>{1'000'000, 1'100'000}));
  figures.add(level(8102, 1'200, 20'002, 4));
  figures.add(level(8102, 1'200'000, 20'003, 5));
  EXPECT_EQ(values(figures), (std::vector<std::int64_t>{1'000'000, 1'100'000, 1'200'000}));
}

TEST(Figures, AreBoundedAndTheFarthestMakesRoom) {
  SeriesFigures figures;
  constexpr int kAll = 400;
  std::vector<int> order(kAll);
  for (int i = 0; i < kAll; ++i) order[static_cast<std::size_t>(i)] = i;
  std::shuffle(order.begin(), order.end(), std::mt19937_64(3));
  for (const int i : order) {
    Row row = level(8100, 1000 + i);
    row.set_period(make_instant(18'000 + i));
    figures.add(row);
    EXPECT_LE(only_group(figures).figures().size(), FigureGroup::kFiguresMax);
  }
  const auto& kept = only_group(figures).figures();
  EXPECT_EQ(kept.size(), FigureGroup::kFiguresMax);
  EXPECT_TRUE(
      std::is_sorted(kept.begin(), kept.end(),
                     [](const KnownFigure& a, const KnownFigure& b) { return a.end < b.end; }));
  EXPECT_EQ(only_group(figures).positive(), FigureGroup::kFiguresMax);
}

TEST(Figures, FindsWhatDiffersInCurrencyAlone) {
  SeriesFigures figures;
  Row dollars = level(8100, 100);
  figures.add(dollars);
  EXPECT_FALSE(figures.has_other_currencies(currency_code("USD")));
  Row yuan = dollars;
  yuan[Column::currency] = currency_code("CNY");
  yuan[Column::unit] = 2;
  figures.add(yuan);
  Row of_product = yuan;
  of_product[Column::product] = 3;
  figures.add(of_product);
  std::vector<std::string> found;
  figures.for_other_currencies(dimensions_of(dollars),
                               [&](const FigureDimensions& d, const FigureGroup&) {
                                 found.push_back(currency_letters(d.currency));
                               });
  EXPECT_EQ(found, std::vector<std::string>{"CNY"});
}

// Whatever was read from blocks, kept, taken out or only added: the same figures.
TEST(Figures, OfASeriesAreThoseOfAllItsRows) {
  std::mt19937_64 random(11);
  const Policy policy;
  for (int round = 0; round < 50; ++round) {
    Series series;
    SeriesFigures expected;
    std::vector<Row> first;
    std::int64_t sequence = 0;
    const auto some = [&] {
      return level(8100 + static_cast<int>(random() % 30), static_cast<std::int64_t>(random() % 30),
                   20'000 + static_cast<std::int64_t>(random() % 50), ++sequence);
    };
    for (int i = 0; i < 40; ++i) first.push_back(some());
    ASSERT_TRUE(series.open(encode_rows(first)));
    for (const Row& row : first) expected.add(row);
    for (int batch = 0; batch < 5; ++batch) {
      std::vector<Row> rows;
      for (int i = 0; i < 10; ++i) rows.push_back(some());
      if (random() % 2 == 0) {
        // As the commit thread does: noted before the series has them.
        auto figures = series.figures();
        ASSERT_TRUE(figures);
        for (const Row& row : rows) (*figures)->add(row);
      } else {
        series.forget_figures();  // as after a trial
      }
      for (const Row& row : rows) {
        ASSERT_TRUE(series.add(row, policy));
        expected.add(row);
      }
      if (random() % 3 == 0) series.forget_figures();
      ASSERT_TRUE(series.keep(encode_rows(rows)));
      if (random() % 3 == 0) series.put_back();
      auto figures = series.figures();
      ASSERT_TRUE(figures);
      ASSERT_EQ(values(**figures), values(expected)) << "round " << round;
    }
  }
}

TEST(Figures, KnowsWhichPeriodsAreOfOneLength) {
  const auto span = [](const char* first, const char* last) {
    return make_span(parse_date(first).value(), parse_date(last).value()).value();
  };
  const Period quarter = quarter_span(8100);
  EXPECT_TRUE(same_length(quarter, span("2024-02-19", "2024-05-12"))) << "12 weeks";
  EXPECT_TRUE(same_length(quarter, span("2024-05-13", "2024-09-01"))) << "16 weeks";
  EXPECT_FALSE(same_length(quarter, span("2024-01-01", "2024-06-30")));
  EXPECT_FALSE(same_length(quarter, span("2024-01-01", "2024-12-31")));
  EXPECT_TRUE(same_length(span("2023-01-30", "2024-01-28"), span("2024-01-01", "2024-12-31")));
  EXPECT_FALSE(same_length(quarter, make_instant(19'000)));
  EXPECT_TRUE(same_length(make_instant(19'000), make_instant(19'100)));
  EXPECT_FALSE(same_length(Period{}, Period{}));
}

FactRow fact(std::uint32_t subject, std::int64_t value, std::int64_t day, std::int64_t document = 1,
             Quarter quarter = 8100) {
  FactRow fact;
  fact.metric = 1;
  fact.row = level(quarter, value, day);
  fact.row[Column::subject] = subject;
  fact.row[Column::document] = document;
  return fact;
}

TEST(RecentValues, FindsWhoElseSaidTheSameThatDay) {
  RecentValues recent(100);
  recent.add(*recent_value_of(fact(1, 23, 20'000)));
  const auto find = [&](const FactRow& f) { return recent.find_other(*recent_value_of(f)); };
  ASSERT_NE(find(fact(2, 23, 20'000)), nullptr);
  EXPECT_EQ(find(fact(2, 23, 20'000))->subject, 1U);
  EXPECT_EQ(find(fact(1, 23, 20'000)), nullptr) << "itself";
  EXPECT_EQ(find(fact(2, 23, 20'001)), nullptr) << "another day";
  EXPECT_EQ(find(fact(2, 24, 20'000)), nullptr) << "another value";
  FactRow other_metric = fact(2, 23, 20'000);
  other_metric.metric = 2;
  EXPECT_EQ(find(other_metric), nullptr);
  FactRow other_currency = fact(2, 23, 20'000);
  other_currency.row[Column::currency] = currency_code("CNY");
  EXPECT_EQ(find(other_currency), nullptr);
}

TEST(RecentValues, OneOfTheSamePeriodComesBeforeOthers) {
  RecentValues recent(100);
  recent.add(*recent_value_of(fact(1, 23, 20'000, 1, 8100)));
  recent.add(*recent_value_of(fact(3, 23, 20'000, 2, 8101)));
  const RecentValue* found = recent.find_other(*recent_value_of(fact(2, 23, 20'000, 5, 8100)));
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->subject, 1U);
  found = recent.find_other(*recent_value_of(fact(2, 23, 20'000, 5, 8103)));
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->subject, 3U) << "the newest";
}

TEST(RecentValues, RemembersTheLastOnesOnly) {
  constexpr std::int64_t kCapacity = 50;
  RecentValues recent(kCapacity);
  for (std::int64_t i = 1; i <= 500; ++i) {
    recent.add(*recent_value_of(fact(1, i, 20'000)));
    for (std::int64_t j = 1; j <= i; ++j) {
      const bool known = recent.find_other(*recent_value_of(fact(2, j, 20'000))) != nullptr;
      ASSERT_EQ(known, j > i - kCapacity) << i << " " << j;
    }
  }
}

TEST(RecentValues, HoldsLevelsThatArePointsOfOneDay) {
  EXPECT_FALSE(recent_value_of(fact(1, 0, 20'000)));
  FactRow month = fact(1, 23, 20'000);
  month.row[Column::published_length] = 30 * 86'400;
  EXPECT_FALSE(recent_value_of(month));
  FactRow growth = fact(1, 23, 20'000);
  growth.row[Column::measure] = static_cast<std::int64_t>(Measure::growth);
  EXPECT_FALSE(recent_value_of(growth));
}

}  // namespace
}  // namespace capexdb::storage::test
