// Each rule beside what it must not take for a slip. By default a suspect is
// accepted, with a verdict that says why.
#include <gmock/gmock.h>

#include "storage/store_state.h"
#include "tests/unit/storage/events.h"

namespace capexdb::storage::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

CatalogChange catalogue() {
  CatalogChange change = small_catalogue();
  const auto company = [](std::string id, std::string country, std::string fiscal_year_end) {
    CatalogParty party;
    party.id = std::move(id);
    party.name = party.id;
    party.kind = PartyKind::company;
    party.country = std::move(country);
    party.fiscal_year_end = std::move(fiscal_year_end);
    return party;
  };
  change.parties.push_back(company("acme", "US", "12-31"));
  change.parties.push_back(company("june", "US", "06-30"));
  change.parties.push_back(company("costco", "US", "08-31-nearest-sunday"));
  change.parties.push_back(company("chips-of-china", "CN", "12-31"));
  change.parties.push_back(company("other", "US", ""));
  change.metrics.push_back(metric_of("net_income", UnitClass::money, Aggregation::flow));
  change.metrics.push_back(metric_of("revenue", UnitClass::money, Aggregation::flow));
  return change;
}

class PlausibilityTest : public testing::Test {
 protected:
  PlausibilityTest() : store_(open_store(directory_.path(), catalogue())) {}

  // Codes of the suspicions about the last event, which is accepted.
  std::vector<std::string> suspected(const v1::Event& event) {
    const v1::IngestReply reply = commit(*store_, {event});
    EXPECT_EQ(reply.accepted(), 1U) << reply.DebugString();
    std::vector<std::string> codes;
    for (const v1::Verdict& verdict : reply.verdicts()) {
      if (verdict.code() == "new_company") continue;
      EXPECT_EQ(verdict.outcome(), v1::OUTCOME_ACCEPTED);
      EXPECT_EQ(verdict.sequence(), reply.last_sequence());
      EXPECT_EQ(verdict.quarantine_id(), 0U);
      codes.push_back(verdict.code());
      message_ = verdict.message();
      field_ = verdict.field();
    }
    return codes;
  }
  std::vector<std::string> suspected(const std::string& company, const std::string& period,
                                     const std::string& value, const std::string& unit = "USD",
                                     const std::string& published = "2025-08-26") {
    return suspected(say(company, period, value, unit, published));
  }
  // Every event is of a document of its own.
  v1::Event say(const std::string& company, const std::string& period, const std::string& value,
                const std::string& unit = "USD", const std::string& published = "2025-08-26",
                const std::string& metric = "capex") {
    v1::Event event = measured(company, metric, period, value, unit, published);
    event.mutable_source()->set_title("document " + std::to_string(++documents_));
    return event;
  }
  void known(const std::string& company,
             const std::vector<std::pair<std::string, std::string>>& figures,
             const std::string& unit = "USD", const std::string& metric = "capex") {
    for (const auto& [period, value] : figures) {
      // Days of their own, so that no two are published on one.
      EXPECT_THAT(suspected(say(company, period, value, unit,
                                date_to_string(19'000 + static_cast<Day>(++documents_)), metric)),
                  IsEmpty())
          << period << " " << value << ": " << message_;
    }
  }
  void use(const PlausibilityRules& rules) {
    store_.reset();
    store_ = open_store(directory_.path(), catalogue(), rules);
  }

  TemporaryDirectory directory_;
  std::unique_ptr<EventStore> store_;
  std::size_t documents_ = 0;
  std::string message_;
  std::string field_;
};

constexpr const char* kUnit = "suspect_unit_slip";
constexpr const char* kCurrency = "suspect_currency_slip";
constexpr const char* kYearToDate = "suspect_year_to_date";
constexpr const char* kSign = "suspect_sign_flip";
constexpr const char* kOther = "suspect_other_company";
constexpr const char* kLabel = "suspect_fiscal_label";

// ---- Unit slips.

TEST_F(PlausibilityTest, AThousandthOfTheSameCellIsSuspect) {
  known("acme", {{"2024-Q1", "23000000000"}});
  EXPECT_THAT(suspected("acme", "2024-Q1", "23000000"), ElementsAre(kUnit));
  EXPECT_EQ(message_,
            "value 23000000 is 1/1000 of 23000000000 (sequence 3, same cell): in thousands?");
  EXPECT_EQ(field_, "value");
}

TEST_F(PlausibilityTest, OtherPowersAreSuspectToo) {
  known("acme", {{"2024-Q1", "23000000000"}});
  EXPECT_THAT(suspected("acme", "2024-Q1", "23000"), ElementsAre(kUnit));
  EXPECT_THAT(message_, HasSubstr("1/1000000 of 23000000000"));
  known("alibaba", {{"2024-Q1", "23000000000"}}, "CNY");
  EXPECT_THAT(suspected("alibaba", "2024-Q1", "230", "CNY"), ElementsAre(kUnit));
  EXPECT_THAT(message_, HasSubstr("1/100000000 of 23000000000"));
  known("tencent", {{"2024-Q1", "23000000"}}, "CNY");
  EXPECT_THAT(suspected("tencent", "2024-Q1", "23100000000", "CNY"), ElementsAre(kUnit));
  EXPECT_THAT(message_, HasSubstr("about 1000 times 23000000"));
}

TEST_F(PlausibilityTest, AThousandthOfItsNeighboursIsSuspect) {
  known("acme", {{"2023-Q1", "900000000"}, {"2023-Q2", "1000000000"}, {"2023-Q3", "1100000000"}});
  EXPECT_THAT(suspected("acme", "2023-Q4", "1150000"), ElementsAre(kUnit));
  EXPECT_THAT(message_, HasSubstr("about 1/1000 of 1000000000 (the median of 3 neighbours, "
                                  "2023-Q1 to 2023-Q3, is that of 2023-Q2, sequence 4)"));
}

TEST_F(PlausibilityTest, AFactorWithinTheBandCountsAndOneOutsideDoesNot) {
  known("acme", {{"2024-Q1", "1000000000"}});
  EXPECT_THAT(suspected("acme", "2024-Q1", "1990000"), ElementsAre(kUnit));
  known("other", {{"2024-Q1", "1000000000"}});
  EXPECT_THAT(suspected("other", "2024-Q1", "2100000"), IsEmpty());
}

TEST_F(PlausibilityTest, OneNeighbourSaysNothing) {
  known("acme", {{"2023-Q1", "900000000"}});
  EXPECT_THAT(suspected("acme", "2023-Q2", "900000"), IsEmpty());
}

TEST_F(PlausibilityTest, NeighboursOfAnotherLengthCurrencyOrProductSayNothing) {
  known("acme", {{"2021", "9000000000"}, {"2022", "9100000000"}, {"2023", "9200000000"}});
  EXPECT_THAT(suspected("acme", "2024-Q1", "9000000"), IsEmpty());
  v1::Event of_product = say("acme", "2024", "9300000");
  of_product.mutable_measure()->set_product("H20");
  EXPECT_THAT(suspected(of_product), IsEmpty());
  EXPECT_THAT(suspected("acme", "2024", "9300000"), ElementsAre(kUnit));
}

// Nvidia's capex, by fiscal years, and a start-up that grows a hundredfold.
TEST_F(PlausibilityTest, GrowthIsNoSlip) {
  known("nvidia", {{"2020-01-27/2021-01-31", "1128000000"},
                   {"2021-02-01/2022-01-30", "976000000"},
                   {"2022-01-31/2023-01-29", "1833000000"},
                   {"2023-01-30/2024-01-28", "1069000000"},
                   {"2024-01-29/2025-01-26", "3236000000"}});
  known("nvidia", {{"2023-10-30/2024-01-28", "254000000"},
                   {"2024-01-29/2024-04-28", "369000000"},
                   {"2024-04-29/2024-07-28", "977000000"},
                   {"2024-07-29/2024-10-27", "813000000"},
                   {"2024-10-28/2025-01-26", "1077000000"}});
  known("other", {{"2020", "1000000"},
                  {"2021", "9000000"},
                  {"2022", "40000000"},
                  {"2023", "260000000"},
                  {"2024", "900000000"}});
}

TEST_F(PlausibilityTest, WhatMendsASlipIsNone) {
  known("acme", {{"2023-Q1", "900000000"}, {"2023-Q2", "1000000000"}, {"2023-Q3", "1100000000"}});
  EXPECT_THAT(suspected("acme", "2023-Q4", "1150000"), ElementsAre(kUnit));
  EXPECT_THAT(suspected("acme", "2023-Q4", "1150000000"), IsEmpty());
  EXPECT_THAT(suspected("acme", "2024-Q1", "1200000000"), IsEmpty()) << "its neighbours are good";
  EXPECT_THAT(suspected("acme", "2024-Q2", "1200000"), ElementsAre(kUnit));
}

TEST_F(PlausibilityTest, WhatWasWithdrawnIsNotComparedWith) {
  v1::Event slip = say("acme", "2024-Q1", "23000000");
  slip.set_event_id("slip");
  EXPECT_THAT(suspected(slip), IsEmpty());
  v1::Event retraction;
  retraction.mutable_source()->set_publisher("Reuters");
  retraction.set_published_at("2025-09-01");
  retraction.mutable_retraction()->set_event_id("slip");
  EXPECT_EQ(commit(*store_, {retraction}).accepted(), 1U);
  EXPECT_THAT(suspected("acme", "2024-Q1", "23000000000"), IsEmpty());
}

TEST_F(PlausibilityTest, OfABatchTheEarlierRecordsCount) {
  std::vector<v1::Event> events = {say("New Firm", "2023-Q1", "900000000", "USD", "2023-05-01"),
                                   say("New Firm", "2023-Q2", "1000000000", "USD", "2023-08-01"),
                                   say("New Firm", "2023-Q3", "1100000", "USD", "2023-11-01")};
  const v1::IngestReply reply = commit(*store_, events);
  EXPECT_EQ(reply.accepted(), 3U);
  ASSERT_EQ(reply.verdicts_size(), 2);
  EXPECT_EQ(reply.verdicts(0).code(), "new_company") << "which is not lost";
  EXPECT_EQ(reply.verdicts(1).index(), 2U);
  EXPECT_EQ(reply.verdicts(1).code(), kUnit);
  EXPECT_THAT(reply.verdicts(1).message(),
              HasSubstr("sequence " + std::to_string(reply.first_sequence())));
}

TEST_F(PlausibilityTest, ATrialLeavesNothingToBeComparedWith) {
  const std::vector<v1::Event> trial = {say("acme", "2023-Q1", "900000000"),
                                        say("acme", "2023-Q2", "1000000000")};
  EXPECT_EQ(commit(*store_, trial, "test", 0, false, /*dry_run=*/true).accepted(), 2U);
  EXPECT_THAT(suspected("acme", "2023-Q3", "1000000"), IsEmpty());
  // Nor does what an atomic batch was refused for.
  v1::Event bad = say("other", "2023-Q3", "1");
  bad.mutable_measure()->set_metric("no_such_metric");
  const std::vector<v1::Event> refused = {say("other", "2023-Q1", "900000000"),
                                          say("other", "2023-Q2", "1000000000"), bad};
  EXPECT_EQ(commit(*store_, refused, "test", 0, /*atomic=*/true).accepted(), 0U);
  EXPECT_THAT(suspected("other", "2023-Q3", "1000000"), IsEmpty());
}

TEST_F(PlausibilityTest, NeighboursOverTheEndOfADecadeCount) {
  known("acme", {{"2019-Q2", "900000000"}, {"2019-Q3", "1000000000"}, {"2019-Q4", "1100000000"}});
  EXPECT_THAT(suspected("acme", "2020-Q1", "1150000"), ElementsAre(kUnit));
  known("other", {{"2020-Q1", "900000000"}, {"2020-Q2", "1000000000"}, {"2020-Q3", "1100000000"}});
  EXPECT_THAT(suspected("other", "2019-Q4", "1150000"), ElementsAre(kUnit));
}

TEST_F(PlausibilityTest, BoundsSlipToo) {
  v1::Event first = shipment("Nvidia", "Alibaba", "1000000");
  EXPECT_THAT(suspected(first), IsEmpty());
  v1::Event slip = shipment("Nvidia", "Alibaba", "1000");
  slip.mutable_source()->set_title("another one");
  EXPECT_THAT(suspected(slip), ElementsAre(kUnit));
}

TEST_F(PlausibilityTest, PricesAreComparedWithinTheirCell) {
  v1::Event price = say("nvidia", "2024-Q1", "12000", "USD/{chip}", "2024-05-01", "unit_price");
  EXPECT_THAT(suspected(price), IsEmpty());
  v1::Event slip = say("nvidia", "2024-Q1", "12", "USD/{chip}", "2024-05-02", "unit_price");
  EXPECT_THAT(suspected(slip), ElementsAre(kUnit));
}

TEST_F(PlausibilityTest, GrowthAndSharesAreExempt) {
  for (const char* value : {"5", "5000", "-5", "5"}) {
    v1::Event growth = say("acme", "2024-Q1", value, "%");
    growth.mutable_measure()->set_measure(v1::MEASURE_GROWTH_YOY);
    EXPECT_THAT(suspected(growth), IsEmpty()) << value;
  }
}

TEST_F(PlausibilityTest, StocksAreComparedDayByDay) {
  for (const char* day : {"@2023-03-31", "@2023-06-30", "@2023-09-30"}) {
    EXPECT_THAT(
        suspected(say("acme", day, "5100000000", "USD", "2023-10-01", "cash_and_equivalents")),
        IsEmpty());
  }
  EXPECT_THAT(
      suspected(say("acme", "@2023-12-31", "5300000", "USD", "2024-02-01", "cash_and_equivalents")),
      ElementsAre(kUnit));
}

// ---- Currency slips.

TEST_F(PlausibilityTest, TheSameNumberInAnotherCurrencyIsSuspect) {
  known("alibaba", {{"2024-H1", "23000000000"}}, "CNY");
  EXPECT_THAT(suspected("alibaba", "2024-H1", "23000000000", "USD"), ElementsAre(kCurrency));
  EXPECT_EQ(field_, "currency");
  EXPECT_EQ(
      message_,
      "value 23000000000 USD is CNY in sequence 3 for the same period: which currency is it?");
}

TEST_F(PlausibilityTest, AConvertedNumberInAnotherCurrencyIsNot) {
  known("alibaba", {{"2024-H1", "23000000000"}, {"2023-H1", "10300000000"}}, "CNY");
  EXPECT_THAT(suspected("alibaba", "2024-H1", "3190000000", "USD"), IsEmpty());
  v1::Event conversion = say("alibaba", "2023-H1", "10300000000", "USD");
  conversion.mutable_measure()->set_measure(v1::MEASURE_CONVERSION);
  EXPECT_THAT(suspected(conversion), IsEmpty()) << "a publisher's own is another measure";
}

TEST_F(PlausibilityTest, AnExchangeRateWithinACellIsSuspect) {
  // The usual rate, as the store has none: 7 CNY for a dollar.
  known("alibaba", {{"2024-H1", "23000000000"}}, "CNY");
  EXPECT_THAT(suspected("alibaba", "2024-H1", "3290000000", "CNY"), ElementsAre(kCurrency));
  EXPECT_THAT(message_, HasSubstr("differ by the exchange rate of about 7 CNY/USD"));
  known("tencent", {{"2024-H1", "23000000000"}}, "CNY");
  EXPECT_THAT(suspected("tencent", "2024-H1", "161000000000", "CNY"), ElementsAre(kCurrency));
}

TEST_F(PlausibilityTest, TheStoresOwnRatesBeatTheUsualOnes) {
  v1::Event rate = measured("Currency CNY", "fx_rate", "@2024-03-28", "8", "CNY/USD", "2024-03-28");
  rate.mutable_measure()->mutable_quantity()->set_currency("CNY");
  rate.mutable_measure()->mutable_subject()->set_kind(v1::PARTY_KIND_MARKET);
  EXPECT_EQ(commit(*store_, {rate}).accepted(), 1U);
  known("alibaba", {{"2024-H1", "24000000000"}}, "CNY");
  EXPECT_THAT(suspected("alibaba", "2024-H1", "3000000000", "CNY"), ElementsAre(kCurrency));
  EXPECT_THAT(message_, HasSubstr("exchange rate of 8 CNY/USD"));
  known("tencent", {{"2024-H1", "24000000000"}}, "CNY");
  EXPECT_THAT(suspected("tencent", "2024-H1", "3428571428", "CNY"), IsEmpty()) << "that is 7";
}

TEST_F(PlausibilityTest, RatesAgainstAThirdCurrencyAreCrossed) {
  const auto rate = [&](const char* party, const char* value, const char* unit) {
    v1::Event event = measured(party, "fx_rate", "@2024-03-28", value, unit, "2024-03-28");
    event.mutable_measure()->mutable_quantity()->set_currency(std::string(unit).substr(0, 3));
    event.mutable_measure()->mutable_subject()->set_kind(v1::PARTY_KIND_MARKET);
    EXPECT_EQ(commit(*store_, {event}).accepted(), 1U);
  };
  rate("Currency CNY", "8.8", "CNY/EUR");
  rate("Currency USD", "1.1", "USD/EUR");
  known("alibaba", {{"2024-H1", "24000000000"}}, "CNY");
  EXPECT_THAT(suspected("alibaba", "2024-H1", "3000000000", "CNY"), ElementsAre(kCurrency));
  EXPECT_THAT(message_, HasSubstr("exchange rate of 8 CNY/USD"));
}

TEST_F(PlausibilityTest, ARestatementIsNoCurrencySlip) {
  known("alibaba", {{"2024-H1", "23000000000"}}, "CNY");
  for (const char* value : {"24150000000", "21850000000", "29000000000", "40000000000"}) {
    EXPECT_THAT(suspected("alibaba", "2024-H1", value, "CNY"), IsEmpty()) << value;
  }
  known("acme", {{"2024-H1", "23000000000"}});
  EXPECT_THAT(suspected("acme", "2024-H1", "24840000000"), IsEmpty()) << "nor one by a EUR/USD";
  EXPECT_THAT(suspected("acme", "2024-H1", "3290000000"), IsEmpty()) << "nobody pays it in yuan";
}

TEST_F(PlausibilityTest, ANumberThatFitsAmongThoseOfAnotherCurrencyIsSuspect) {
  known("alibaba",
        {{"2023-Q1", "6000000000"}, {"2023-Q2", "6200000000"}, {"2023-Q3", "6100000000"}}, "CNY");
  EXPECT_THAT(suspected("alibaba", "2023-Q4", "6300000000", "USD"), ElementsAre(kCurrency));
  EXPECT_THAT(message_, HasSubstr("fits among figures in CNY"));
  EXPECT_THAT(suspected("alibaba", "2024-Q1", "900000000", "USD"), IsEmpty())
      << "which is as much in dollars";
}

TEST_F(PlausibilityTest, OneExchangeRateFromItsNeighboursIsSuspect) {
  known("chips-of-china",
        {{"2023-Q1", "1000000000"}, {"2023-Q2", "1100000000"}, {"2023-Q3", "1050000000"}});
  EXPECT_THAT(suspected("chips-of-china", "2023-Q4", "7900000000"), ElementsAre(kCurrency));
  EXPECT_THAT(message_, HasSubstr("is it CNY?"));
  // A company at home in dollars has grown.
  known("acme", {{"2023-Q1", "1010000000"}, {"2023-Q2", "1110000000"}, {"2023-Q3", "1060000000"}});
  EXPECT_THAT(suspected("acme", "2023-Q4", "7910000000"), IsEmpty());
}

// 1380 won for a dollar is nearer to a rate than to a thousand.
TEST_F(PlausibilityTest, OfTwoSlipsTheCloserComesFirst) {
  known("other", {{"2024-Q1", "13000000000000"}}, "KRW");
  EXPECT_THAT(suspected("other", "2024-Q1", "10000000000", "KRW"), ElementsAre(kCurrency));
  EXPECT_THAT(message_, HasSubstr("; also suspect_unit_slip"));
  known("acme", {{"2024-Q1", "13000000000000"}}, "KRW");
  EXPECT_THAT(suspected("acme", "2024-Q1", "13000000000", "KRW"), ElementsAre(kUnit));
}

// ---- The year to date.

TEST_F(PlausibilityTest, TheFigureOfALongerSpanOfferedAsAQuarterIsSuspect) {
  known("acme", {{"2024-Q1", "1000000000"}, {"2024-H1", "2300000000"}});
  EXPECT_THAT(suspected("acme", "2024-Q2", "2300000000"), ElementsAre(kYearToDate));
  EXPECT_EQ(field_, "period");
  EXPECT_EQ(message_,
            "value 2300000000 of 2024-Q2 is that of 2024-H1 (sequence 4): is it the year to date?");
  EXPECT_THAT(suspected("acme", "2024-Q2", "1300000000"), IsEmpty());
  known("acme", {{"2024", "5000000000"}});
  EXPECT_THAT(suspected("acme", "2024-Q4", "5000000000"), ElementsAre(kYearToDate));
  known("acme", {{"2024-01-01/2024-09-30", "3700000000"}});
  EXPECT_THAT(suspected("acme", "2024-Q3", "3700000000"), ElementsAre(kYearToDate));
}

TEST_F(PlausibilityTest, AQuarterAfterNothingIsAllThereIs) {
  known("acme", {{"2024-Q1", "0"}, {"2024-H1", "2300000000"}});
  EXPECT_THAT(suspected("acme", "2024-Q2", "2300000000"), IsEmpty());
  known("other", {{"2024-H1", "0"}});
  EXPECT_THAT(suspected("other", "2024-Q2", "0"), IsEmpty());
}

TEST_F(PlausibilityTest, AsMuchAsTheQuartersBeforeAndOneMoreIsSuspect) {
  known("acme", {{"2024-Q1", "1000000000"}, {"2024-Q2", "1200000000"}});
  EXPECT_THAT(suspected("acme", "2024-Q3", "3400000000"), ElementsAre(kYearToDate));
  EXPECT_THAT(message_, HasSubstr("the 2 quarters before it had 2200000000"));
  known("other", {{"2024-Q1", "1000000000"}});
  EXPECT_THAT(suspected("other", "2024-Q2", "2100000000"), ElementsAre(kYearToDate));
  EXPECT_THAT(message_, HasSubstr("the quarter before it had 1000000000"));
}

TEST_F(PlausibilityTest, WhatIsLessOrMoreThanThatIsNot) {
  known("acme", {{"2024-Q1", "1000000000"}, {"2024-Q2", "1200000000"}});
  for (const char* value : {"1500000000", "2500000000", "4000000000"}) {
    EXPECT_THAT(suspected("acme", "2024-Q3", value), IsEmpty()) << value;
  }
  known("other", {{"2024-Q2", "1000000000"}, {"2024-Q3", "1200000000"}});
  EXPECT_THAT(suspected("other", "2024-Q4", "3400000000"), IsEmpty())
      << "the first quarter is missing";
}

TEST_F(PlausibilityTest, AYearBeginsWithItsFirstQuarter) {
  known("acme", {{"2023-Q3", "1000000000"}, {"2023-Q4", "1200000000"}});
  EXPECT_THAT(suspected("acme", "2024-Q1", "3400000000"), IsEmpty());
  // A fiscal year that begins in July: the quarters to March are of one year.
  known("june", {{"2023-Q3", "1000000000"}, {"2023-Q4", "1200000000"}});
  EXPECT_THAT(suspected("june", "2024-Q1", "3400000000"), ElementsAre(kYearToDate));
}

TEST_F(PlausibilityTest, ASeasonIsNot) {
  known("acme", {{"2022-Q1", "900000000"}});
  EXPECT_THAT(suspected("acme", "2022-Q2", "1900000000"), ElementsAre(kYearToDate));
  known("acme", {{"2023-Q1", "1000000000"}, {"2023-Q2", "2100000000"}});
}

TEST_F(PlausibilityTest, TheYearToDateThatIsKnownToBeAnotherClearsTheQuarter) {
  known("acme", {{"2024-Q1", "1000000000"}, {"2024-H1", "3100000000"}});
  EXPECT_THAT(suspected("acme", "2024-Q2", "2100000000"), IsEmpty());
}

// 12, 12, 12 and 16 weeks.
TEST_F(PlausibilityTest, QuartersOfCostcoAreNot) {
  known("costco", {{"2022-08-29/2022-11-20", "1047000000"},
                   {"2022-11-21/2023-02-12", "898000000"},
                   {"2023-02-13/2023-05-07", "981000000"},
                   {"2023-05-08/2023-09-03", "1397000000"},
                   {"2023-09-04/2023-11-26", "1040000000"},
                   {"2023-11-27/2024-02-18", "1031000000"}});
}

// ---- Signs.

TEST_F(PlausibilityTest, TheExactNegativeIsSuspect) {
  known("acme", {{"2024-Q1", "23000000000"}});
  EXPECT_THAT(suspected("acme", "2024-Q1", "-23000000000"), ElementsAre(kSign));
  EXPECT_EQ(message_,
            "value -23000000000 is 23000000000 (sequence 3, same cell) with the other sign");
}

TEST_F(PlausibilityTest, ASignThatNoneOfThreeNeighboursHasIsSuspect) {
  known("acme", {{"2023-Q1", "900000000"}, {"2023-Q2", "1000000000"}});
  EXPECT_THAT(suspected("acme", "2023-Q3", "-800000000"), IsEmpty()) << "two are too few";
  known("other", {{"2023-Q1", "900000000"},
                  {"2023-Q2", "1000000000"},
                  {"2023-Q3", "0"},
                  {"2023-Q4", "1100000000"}});
  EXPECT_THAT(suspected("other", "2024-Q1", "-1100000001"), ElementsAre(kSign));
  EXPECT_THAT(message_, HasSubstr("all 3 other figures"));
  EXPECT_THAT(suspected("other", "2024-Q2", "-1100000002"), IsEmpty())
      << "one of them has it by now";
}

TEST_F(PlausibilityTest, ALossIsNoSlip) {
  known("acme", {{"2023-Q1", "900000000"}, {"2023-Q2", "1000000000"}, {"2023-Q3", "1100000000"}},
        "USD", "net_income");
  EXPECT_THAT(suspected(say("acme", "2023-Q4", "-400000000", "USD", "2024-02-01", "net_income")),
              IsEmpty());
  EXPECT_THAT(suspected(say("acme", "2023-Q3", "-1100000000", "USD", "2024-02-01", "net_income")),
              ElementsAre(kSign))
      << "but the very number is";
}

// ---- Other companies.

TEST_F(PlausibilityTest, AnotherCompanysValueOfTheSameDayIsSuspect) {
  EXPECT_THAT(suspected("alibaba", "2024-H1", "23000000000", "CNY", "2024-08-26"), IsEmpty());
  EXPECT_THAT(suspected("tencent", "2024-H1", "23000000000", "CNY", "2024-08-26"),
              ElementsAre(kOther));
  EXPECT_EQ(message_,
            "value 23000000000 is also alibaba's, published the same day for the same period "
            "(sequence 3): is it the right company's?");
  EXPECT_THAT(suspected("baidu", "2024-H1", "23000000000", "CNY", "2024-08-27"), IsEmpty())
      << "another day";
  EXPECT_THAT(suspected("baidu", "2024-H1", "20000000000", "CNY", "2024-08-26"), IsEmpty());
  EXPECT_THAT(suspected("acme", "2024-H1", "20000000000", "CNY", "2024-08-26"), IsEmpty())
      << "a round number";
}

TEST_F(PlausibilityTest, OfAnotherPeriodOnlyAnExactNumberIsSuspect) {
  EXPECT_THAT(suspected("alibaba", "2024-H1", "23000000000", "CNY", "2024-08-26"), IsEmpty());
  EXPECT_THAT(suspected("tencent", "2024-Q2", "23000000000", "CNY", "2024-08-26"), IsEmpty());
  EXPECT_THAT(suspected("alibaba", "2023-H1", "10310345678", "CNY", "2024-08-26"), IsEmpty());
  EXPECT_THAT(suspected("tencent", "2023-Q2", "10310345678", "CNY", "2024-08-26"),
              ElementsAre(kOther));
  EXPECT_THAT(message_, HasSubstr("for 2023-H1"));
}

TEST_F(PlausibilityTest, WhatOthersSaidIsKnownAfterARestart) {
  EXPECT_THAT(suspected("alibaba", "2024-H1", "23000000000", "CNY", "2024-08-26"), IsEmpty());
  use({});
  EXPECT_THAT(suspected("tencent", "2024-H1", "23000000000", "CNY", "2024-08-26"),
              ElementsAre(kOther));
}

TEST_F(PlausibilityTest, TheLastStatementsAreRememberedOnly) {
  PlausibilityRules rules;
  rules.other_company_statements = 2;
  use(rules);
  EXPECT_THAT(suspected("alibaba", "2024-H1", "23000000000", "CNY", "2024-08-26"), IsEmpty());
  EXPECT_THAT(suspected("alibaba", "2024-Q1", "11000000000", "CNY", "2024-08-26"), IsEmpty());
  EXPECT_THAT(suspected("alibaba", "2023-Q1", "12000000000", "CNY", "2024-08-26"), IsEmpty());
  EXPECT_THAT(suspected("tencent", "2024-H1", "23000000000", "CNY", "2024-08-26"), IsEmpty());
}

// ---- Labels.

TEST_F(PlausibilityTest, ALabelOffByOneIsSuspect) {
  v1::Event event = say("nvidia", "FY2025-Q1", "369000000");
  v1::Period& period = *event.mutable_measure()->mutable_period();
  period.set_start("2024-07-29");
  period.set_end("2024-10-27");
  EXPECT_THAT(suspected(event), IsEmpty()) << "by the calendar it is two off";
  event = say("other", "Q2 2024", "369000000");
  event.mutable_measure()->mutable_period()->set_start("2024-07-01");
  event.mutable_measure()->mutable_period()->set_end("2024-09-30");
  EXPECT_THAT(suspected(event), ElementsAre(kLabel));
  EXPECT_EQ(field_, "period.label");
  event = say("june", "FY2025-Q1", "369000000");
  event.mutable_measure()->mutable_period()->set_start("2024-10-01");
  event.mutable_measure()->mutable_period()->set_end("2024-12-31");
  EXPECT_THAT(suspected(event), ElementsAre(kLabel));
  EXPECT_THAT(message_, HasSubstr("by the company's fiscal year"));
}

TEST_F(PlausibilityTest, ALabelWithoutDatesIsThePeriod) {
  EXPECT_THAT(suspected("acme", "2024-Q2", "369000000"), IsEmpty());
}

// ---- Settings.

TEST_F(PlausibilityTest, ARuleThatIsOffSuspectsNothing) {
  known("acme", {{"2024-Q1", "23000000000"}});
  PlausibilityRules rules;
  rules.of(Rule::unit_slip).enabled = false;
  use(rules);
  EXPECT_THAT(suspected("acme", "2024-Q1", "23000000"), IsEmpty());
  EXPECT_THAT(suspected("acme", "2024-Q1", "-23000000"), ElementsAre(kSign));
  rules.enabled = false;
  use(rules);
  EXPECT_THAT(suspected("acme", "2024-Q1", "-23000000000"), IsEmpty());
}

TEST_F(PlausibilityTest, ThresholdsAreSettings) {
  known("acme", {{"2024-Q1", "23000000000"}});
  PlausibilityRules rules;
  rules.unit_slip_powers = {2};
  rules.unit_slip_factor_percent = 110;
  use(rules);
  EXPECT_THAT(suspected("acme", "2024-Q1", "230000000"), ElementsAre(kUnit));
  EXPECT_THAT(message_, HasSubstr("1/100 of 23000000000"));
}

// A duplicate is one, however odd it is.
TEST_F(PlausibilityTest, ADuplicateIsNotSuspectedAgain) {
  known("acme", {{"2024-Q1", "23000000000"}});
  const v1::Event slip = say("acme", "2024-Q1", "23000000");
  EXPECT_THAT(suspected(slip), ElementsAre(kUnit));
  const v1::IngestReply again = commit(*store_, {slip}, "another");
  EXPECT_EQ(again.duplicates(), 1U);
  EXPECT_EQ(again.verdicts_size(), 1);
}

}  // namespace
}  // namespace capexdb::storage::test
