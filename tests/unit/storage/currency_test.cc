// Amounts in another currency, at rates that are observations.
#include <gtest/gtest.h>

#include "storage/query/engine.h"
#include "tests/unit/storage/events.h"

namespace capexdb::storage::test {
namespace {

class CurrencyTest : public testing::Test {
 protected:
  CurrencyTest() : store_(open_store(directory_.path(), small_catalogue())) {}

  static v1::Event rate(const std::string& quoted, const std::string& base, Day day,
                        const std::string& value) {
    const std::string date = date_to_string(day);
    v1::Event event =
        measured("Currency " + quoted, "fx_rate", "@" + date, value, quoted + "/" + base, date);
    event.mutable_measure()->mutable_subject()->set_kind(v1::PARTY_KIND_MARKET);
    event.mutable_source()->set_publisher("Central bank");
    return event;
  }
  // A rate for each working day of a range.
  void commit_rates(const std::string& quoted, const std::string& base, const std::string& first,
                    const std::string& last, const std::string& value) {
    std::vector<v1::Event> events;
    for (Day day = *parse_date(first); day <= *parse_date(last); ++day) {
      const int weekday = (day + 3) % 7;  // 1970-01-01 was a Thursday; 0 is a Monday
      if (weekday < 5) events.push_back(rate(quoted, base, day, value));
    }
    commit(*store_, events);
  }
  Query get(const std::string& metric, const std::string& periods,
            const std::string& currency = "usd") const {
    Query query = question(QueryKind::cells, "alibaba", metric, periods);
    query.currency = currency;
    return query;
  }
  AnswerRow only(const Query& query) const { return only_row(*store_, query); }

  TemporaryDirectory directory_;
  std::unique_ptr<EventStore> store_;
};

TEST_F(CurrencyTest, AFlowIsConvertedAtTheMeanOfItsDays) {
  commit(*store_, {measured("Alibaba", "capex", "2024-Q1", "720", "CNY")});
  commit_rates("CNY", "USD", "2024-01-01", "2024-02-14", "7");
  commit_rates("CNY", "USD", "2024-02-15", "2024-03-31", "7.5");
  const AnswerRow row = only(get("capex", "2024-Q1"));
  // 33 days at 7 and 32 at 7.5; the amount follows from the rate that is shown.
  EXPECT_EQ(row.value.point->to_string(), "99.3630573249");
  EXPECT_EQ(row.unit, "USD");
  EXPECT_EQ(row.currency, "USD");
  EXPECT_EQ(row.derivation, "reported / 7.24615384615 CNY/USD (average of 65 days, Central bank)");
}

TEST_F(CurrencyTest, AStockIsConvertedAtItsLastDayOrTheNearestBefore) {
  commit(*store_, {measured("Alibaba", "cash_and_equivalents", "@2024-03-31", "700", "CNY")});
  commit_rates("CNY", "USD", "2024-03-01", "2024-03-28", "7");
  const AnswerRow row = only(get("cash_and_equivalents", ""));
  EXPECT_EQ(row.value.point->to_string(), "100");
  EXPECT_EQ(row.derivation, "reported / 7 CNY/USD (of 2024-03-28, Central bank)");
}

TEST_F(CurrencyTest, RatesTheOtherWayRoundAndByAThirdCurrency) {
  commit(*store_, {measured("Alibaba", "capex", "2024-Q1", "100", "CNY")});
  commit_rates("CNY", "EUR", "2024-01-01", "2024-03-31", "8");
  commit_rates("USD", "EUR", "2024-01-01", "2024-03-31", "1.25");
  const AnswerRow cross = only(get("capex", "2024-Q1"));
  EXPECT_EQ(cross.value.point->to_string(), "15.625") << "8 / 1.25 = 6.4 CNY/USD";
  EXPECT_NE(cross.derivation.find("6.4 CNY/USD"), std::string::npos);
  EXPECT_NE(cross.derivation.find("by CNY/EUR and USD/EUR"), std::string::npos);
  EXPECT_EQ(only(get("capex", "2024-Q1", "EUR")).value.point->to_string(), "12.5");
  commit_rates("USD", "CNY", "2024-01-01", "2024-03-31", "0.14");
  const AnswerRow inverse = only(get("capex", "2024-Q1"));
  EXPECT_EQ(inverse.value.point->to_string(), "14");
  EXPECT_NE(inverse.derivation.find(" x 0.14 USD/CNY"), std::string::npos);
}

TEST_F(CurrencyTest, WithoutRatesForAllOfThePeriodThereIsNoNumber) {
  commit(*store_, {measured("Alibaba", "capex", "2024-Q1", "100", "CNY"),
                   measured("Nvidia", "capex", "2024-Q1", "1", "USD")});
  EXPECT_EQ(only(get("capex", "2024-Q1")).reason,
            "not converted: no exchange rate between CNY and USD is known");
  commit_rates("CNY", "USD", "2024-01-01", "2024-03-01", "7");
  const AnswerRow row = only(get("capex", "2024-Q1"));
  EXPECT_FALSE(row.value.has_number());
  EXPECT_EQ(row.currency, "CNY");
  EXPECT_EQ(row.reason,
            "not converted: no CNY/USD rate from 2024-03-02 on, for more than ten days");
  Query sum = question(QueryKind::sum, "alibaba", "capex", "2024-Q1");
  sum.currency = "USD";
  const Answer answer = ask(*store_, sum);
  EXPECT_TRUE(answer.rows.empty());
  ASSERT_EQ(answer.notes.size(), 1U);
  EXPECT_EQ(answer.notes[0].substr(0, 31), "alibaba 2024-Q1: not converted:");
}

TEST_F(CurrencyTest, OnlyRatesOfTheTimeThatIsAskedAboutCount) {
  commit(*store_, {measured("Alibaba", "capex", "2024-Q1", "100", "CNY", "2024-02-01")});
  commit_rates("CNY", "USD", "2024-01-01", "2024-03-31", "8");
  Query query = get("capex", "2024-Q1");
  query.as_of = "2024-03-01";
  EXPECT_FALSE(only(query).value.has_number());
  query.as_of = "2024-03-31";
  EXPECT_EQ(only(query).value.point->to_string(), "12.5");
}

TEST_F(CurrencyTest, ASumOfSeveralCurrenciesBecomesPossible) {
  commit(*store_, {measured("Alibaba", "capex", "2024-Q1", "100", "CNY"),
                   measured("Nvidia", "capex", "2024-Q1", "10", "USD")});
  commit_rates("CNY", "USD", "2024-01-01", "2024-03-31", "8");
  Query sum = question(QueryKind::sum, "alibaba,nvidia", "capex", "2024-Q1");
  sum.currency = "USD";
  const AnswerRow row = only(sum);
  EXPECT_EQ(row.value.point->to_string(), "22.5");
  EXPECT_EQ(row.currency, "USD");
  EXPECT_NE(ask(*store_, sum).notes[0].find("CNY converted at 8 CNY/USD"), std::string::npos);
}

TEST_F(CurrencyTest, APublishersOwnConversionNamesItsRate) {
  v1::Event printed = capex("Alibaba", "3220000000");
  printed.mutable_capex()->set_measure(v1::MEASURE_CONVERSION);
  printed.mutable_capex()->mutable_amount()->set_unit("USD");
  printed.mutable_capex()->mutable_amount()->set_currency("USD");
  printed.mutable_capex()->mutable_amount()->clear_stated_decimals();
  v1::Event level = capex("Alibaba", "23000000000");
  level.mutable_capex()->mutable_amount()->clear_stated_decimals();
  commit(*store_, {level, printed});
  Query query = question(QueryKind::cells, "alibaba", "capex", "2024-H1");
  query.measure = "conversion";
  EXPECT_EQ(only(query).derivation,
            "reported, at 7.14285714286 [7.14285714285, 7.14285714286] CNY/USD");
}

TEST_F(CurrencyTest, TenDaysWithoutARateAreBridgedAndElevenAreNot) {
  commit(*store_, {measured("Alibaba", "capex", "2024-Q1", "100", "CNY"),
                   measured("Alibaba", "capex", "2024-Q2", "100", "CNY")});
  std::vector<v1::Event> rates;
  const auto each_day = [&](const char* first, const char* last) {
    for (Day day = *parse_date(first); day <= *parse_date(last); ++day) {
      rates.push_back(rate("CNY", "USD", day, "8"));
    }
  };
  each_day("2024-01-01", "2024-02-01");
  each_day("2024-02-12", "2024-05-01");
  each_day("2024-05-13", "2024-06-30");
  commit(*store_, rates);
  EXPECT_EQ(only(get("capex", "2024-Q1")).value.point->to_string(), "12.5");
  EXPECT_FALSE(only(get("capex", "2024-Q2")).value.has_number());
}

TEST_F(CurrencyTest, WhatWasConvertedDoesNotGrowFromWhatWasNot) {
  commit(*store_, {measured("Alibaba", "capex", "2024-Q1", "15", "USD"),
                   measured("Alibaba", "capex", "2023-Q1", "10", "USD"),
                   measured("Alibaba", "capex", "2024-Q1", "160", "CNY"),
                   measured("Alibaba", "capex", "2023-Q1", "80", "CNY")});
  commit_rates("CNY", "USD", "2023-01-01", "2024-03-31", "8");
  Query query = get("capex", "2024-Q1");
  query.growth = Growth::yoy;
  const Answer answer = ask(*store_, query);
  ASSERT_EQ(answer.rows.size(), 2U);
  EXPECT_EQ(answer.rows[0].value.point->to_string(), "50");
  EXPECT_EQ(answer.rows[1].value.point->to_string(), "100");
}

TEST_F(CurrencyTest, APercentageIsOneInEveryCurrency) {
  v1::Event growth = measured("Alibaba", "capex", "2024-H1", "123", "%");
  growth.mutable_measure()->set_measure(v1::MEASURE_GROWTH_YOY);
  commit(*store_, {growth});
  Query query = get("capex", "2024-H1");
  query.measure = "growth";
  EXPECT_EQ(only(query).value.point->to_string(), "123");
}

TEST_F(CurrencyTest, WrongQuestionsAreRefused) {
  EXPECT_EQ(run_query(*store_, get("capex", "", "dollars"), {}).error().field, "currency");
  EXPECT_EQ(run_query(*store_, get("unit_shipments", ""), {}).error().field, "currency");
  commit(*store_, {measured("Alibaba", "capex", "2024-Q1", "10", "CNY")});
  EXPECT_EQ(run_query(*store_, get("capex", "", "xxx"), {}).error().reason, "unknown_currency");
  EXPECT_TRUE(run_query(*store_, get("capex", "", "cny"), {}));
}

TEST_F(CurrencyTest, WhatWasPrintedForAGroupIsNotCalledPrintedInAnotherCurrency) {
  commit(*store_, {measured("Alibaba", "capex", "2024-Q1", "70", "CNY"),
                   measured("Alibaba", "capex", "2024-Q2", "140", "CNY"),
                   measured("bat", "capex", "2024-Q1", "70", "CNY"),
                   measured("bat", "capex", "2024-Q2", "20", "USD")});
  commit_rates("CNY", "USD", "2024-01-01", "2024-06-30", "7");
  Query query = question(QueryKind::sum, "bat", "capex", "2024-Q1..2024-Q2");
  query.currency = "USD";
  std::vector<std::string> printed;
  for (const std::string& note : ask(*store_, query).notes) {
    if (note.starts_with("printed")) printed.push_back(note.substr(0, note.find(" (")));
  }
  EXPECT_EQ(printed, (std::vector<std::string>{
                         "printed for bat itself for 2024-Q1, not added: 10 USD when converted",
                         "printed for bat itself for 2024-Q2, not added: 20 USD"}));
}

}  // namespace
}  // namespace capexdb::storage::test
