#include <gmock/gmock.h>

#include "proto/codec/validate.h"
#include "tests/unit/importers/read_all.h"

namespace capexdb::importers {
namespace {

using testing::HasSubstr;

constexpr const char* kEcb =
    "Date,USD,JPY,BGN,CNY,\n"
    "2024-04-02,1.0749,163.01,N/A,7.7751,\n"
    "2024-03-28,1.0811,N/A,,7.8144,\n";

std::uint64_t left_out_of(const std::string& content, const std::string& file) {
  std::istringstream input(content);
  auto importer = open_importer(input, file, Format::automatic);
  if (!importer) return 0;
  Record record;
  while ((*importer)->next(record).value_or(false)) {
  }
  const std::vector<LeftOut> all = (*importer)->left_out();
  return all.empty() ? 0 : all[0].count;
}

// "currency-unit value day" of every record, or its reason.
std::vector<std::string> rates_of(const ReadAll& all) {
  std::vector<std::string> rates;
  for (const Record& record : all.records) {
    if (!record.event) {
      rates.push_back(record.event.error().field + " " + record.event.error().reason);
      continue;
    }
    const v1::MeasureFact& fact = record.event->measure();
    rates.push_back(fact.quantity().unit() + " " + fact.quantity().value() + " " +
                    fact.period().end());
    EXPECT_TRUE(validate(record.event->SerializeAsString()));
  }
  return rates;
}

TEST(Rates, TheEcbsFileHasARateForEachDayAndCurrency) {
  for (const char* file : {"eurofxref-hist.csv", "-", "rates"}) {
    const ReadAll all = read_all(kEcb, file);
    ASSERT_FALSE(all.failed) << all.error.message;
    EXPECT_THAT(rates_of(all),
                testing::ElementsAre("USD/EUR 1.0749 2024-04-02", "JPY/EUR 163.01 2024-04-02",
                                     "CNY/EUR 7.7751 2024-04-02", "USD/EUR 1.0811 2024-03-28",
                                     "CNY/EUR 7.8144 2024-03-28"));
  }
  EXPECT_EQ(left_out_of(kEcb, "-"), 3U);
  const ReadAll all = read_all(kEcb, "a.csv");
  const v1::Event& event = *all.records[2].event;
  EXPECT_EQ(event.measure().metric(), "fx_rate");
  EXPECT_EQ(event.measure().subject().name(), "Currency CNY");
  EXPECT_EQ(event.measure().subject().kind(), v1::PARTY_KIND_MARKET);
  EXPECT_EQ(event.measure().quantity().currency(), "CNY");
  EXPECT_EQ(event.measure().period().kind(), v1::PERIOD_KIND_INSTANT);
  EXPECT_EQ(event.source().publisher(), "European Central Bank");
  EXPECT_THAT(event.source().title(), HasSubstr("EXR.D.CNY.EUR.SP00.A"));
  EXPECT_EQ(event.published_at(), "2024-04-02");
  EXPECT_EQ(event.status(), v1::STATUS_ACTUAL);
  EXPECT_EQ(all.records[2].line, 2U);
}

TEST(Rates, FredsSeriesSayWhichSideTheDollarIsOn) {
  const std::string content =
      "observation_date,DEXCHUS,DEXUSEU\n2024-04-01,7.2316,1.0745\n2024-04-02,.,1.0765\n"
      "2024-04-03,,\n";
  const ReadAll all = read_all(content, "fredgraph.csv");
  ASSERT_FALSE(all.failed) << all.error.message;
  EXPECT_THAT(rates_of(all),
              testing::ElementsAre("CNY/USD 7.2316 2024-04-01", "USD/EUR 1.0745 2024-04-01",
                                   "USD/EUR 1.0765 2024-04-02"));
  EXPECT_EQ(left_out_of(content, "a.csv"), 3U);
  EXPECT_EQ(all.records[0].event->source().publisher(), "Federal Reserve");
  EXPECT_THAT(all.records[0].event->source().title(), HasSubstr("DEXCHUS"));
  EXPECT_EQ(all.records[1].event->measure().subject().name(), "Currency USD");
}

TEST(Rates, FredsDatesMayBeThoseOfASpreadsheet) {
  const ReadAll all = read_all(
      "date,dexchus\n1/3/2000,8.2798\n01/04/2000,8.2799\n13/1/2000,8.28\n2/30/2000,8.28\n"
      "1/5/00,8.28\n4294967297/1/2000,8.28\n1/1/2500,8\n,8\n",
      "dexchus.csv");
  ASSERT_FALSE(all.failed) << all.error.message;
  EXPECT_THAT(rates_of(all),
              testing::ElementsAre("CNY/USD 8.2798 2000-01-03", "CNY/USD 8.2799 2000-01-04",
                                   "date bad_date", "date bad_date", "date bad_date",
                                   "date bad_date", "date bad_date", "date bad_date"));
  EXPECT_THAT(all.records[2].event.error().message, HasSubstr("no month 13"));
  EXPECT_EQ(all.records[2].raw, "13/1/2000,8.28");
}

TEST(Rates, ACellThatIsNoRateSpoilsOnlyItself) {
  const ReadAll all = read_all(
      "Date,USD,JPY,CNY,\n2024-04-02,abc,163.01,-1,\n2024-04-03,0,1e2,\"7,1\",\n"
      "02/04/2024,1,1,1,\n2024-04-04,1,1\n",
      "a.csv");
  ASSERT_FALSE(all.failed) << all.error.message;
  EXPECT_THAT(rates_of(all), testing::ElementsAre("USD bad_rate", "JPY/EUR 163.01 2024-04-02",
                                                  "CNY bad_rate", "USD bad_rate", "JPY bad_rate",
                                                  "CNY bad_rate", "Date bad_date", " field_count"));
  // What is put into a file of rejects holds only what was refused.
  EXPECT_EQ(all.header, "Date,USD,JPY,CNY,");
  EXPECT_EQ(all.records[0].raw, "2024-04-02,abc,N/A,N/A,");
  EXPECT_EQ(all.records[5].raw, "2024-04-03,N/A,N/A,\"7,1\",");
  const ReadAll again = read_all(all.header + "\n2024-04-02,1.07,N/A,N/A,\n", "a.csv");
  EXPECT_THAT(rates_of(again), testing::ElementsAre("USD/EUR 1.07 2024-04-02"));
}

TEST(Rates, AColumnThatIsNoSeriesIsRefusedByItsName) {
  const ReadAll fred = read_all("DATE,DEXVZUS\n2024-01-01,1\n", "a.csv");
  ASSERT_TRUE(fred.failed);
  EXPECT_EQ(fred.error.reason, "unknown_series");
  EXPECT_THAT(fred.error.message, HasSubstr("'DEXVZUS'"));
  EXPECT_THAT(fred.error.message, HasSubstr("DEXCHUS"));
  EXPECT_THAT(read_all("DATE,GDP\n", "a.csv", Format::fred).error.message, HasSubstr("'GDP'"));
  EXPECT_THAT(read_all("Date,Dollar\n", "a.csv", Format::ecb).error.message, HasSubstr("'Dollar'"));
  EXPECT_EQ(read_all("Date,USD,USD\n", "a.csv", Format::ecb).error.reason, "repeated_column");
  EXPECT_EQ(read_all("Date,\n", "a.csv", Format::ecb).error.reason, "no_header");
  EXPECT_EQ(read_all("Day,USD\n", "a.csv", Format::ecb).error.reason, "no_header");
  EXPECT_EQ(read_all("", "a.csv", Format::ecb).error.reason, "no_header");
}

TEST(Rates, OtherTablesWithADateStayCsv) {
  EXPECT_EQ(read_all("date,company\n", "a.csv").error.reason,
            read_all("date,company\n", "a.csv", Format::csv).error.reason);
  EXPECT_THAT(read_all("Date,USD\n", "a.csv", Format::csv).error.message, HasSubstr("column"));
}

// Rows of working days, with the day first or the month first.
std::string days_of_january(bool day_first, int days) {
  std::string content = "DATE,DEXCHUS\n";
  for (int day = 1; day <= days; ++day) {
    const std::string text = std::to_string(day);
    content += (day_first ? text + "/1" : "1/" + text) + "/2024,7.1\n";
  }
  return content;
}

TEST(Rates, AFileWithTheDayFirstIsRefusedAsAWhole) {
  const ReadAll all = read_all(days_of_january(true, 31), "dexchus.csv");
  ASSERT_TRUE(all.failed);
  EXPECT_EQ(all.error.reason, "day_first");
  EXPECT_THAT(all.error.message, HasSubstr("'13/1/2024'"));
  EXPECT_TRUE(all.records.empty());
  EXPECT_EQ(rates_of(read_all(days_of_january(false, 31), "dexchus.csv")).size(), 31U);
  // Nothing tells it: FRED's order.
  EXPECT_THAT(rates_of(read_all(days_of_january(true, 2), "dexchus.csv")),
              testing::ElementsAre("CNY/USD 7.1 2024-01-01", "CNY/USD 7.1 2024-02-01"));
  const ReadAll quoted = read_all("DATE,DEXCHUS\n\"13/02/2024\",7.1\n", "a.csv");
  EXPECT_EQ(quoted.error.reason, "day_first");
}

TEST(Rates, HeadersOfFredOldAndNew) {
  for (const char* header : {"DATE,DEXUSEU", "observation_date,DEXUSEU", "date,dexuseu"}) {
    const ReadAll all = read_all(std::string(header) + "\n2024-01-02,1.09\n", "a.csv");
    EXPECT_THAT(rates_of(all), testing::ElementsAre("USD/EUR 1.09 2024-01-02")) << header;
  }
  const ReadAll yen = read_all("DATE,DEXJPUS,DEXUSUK\n2024-01-02,141.1,1.26\n", "a.csv");
  EXPECT_THAT(rates_of(yen),
              testing::ElementsAre("JPY/USD 141.1 2024-01-02", "USD/GBP 1.26 2024-01-02"));
}

}  // namespace
}  // namespace capexdb::importers
