#include <gmock/gmock.h>

#include "client/importers/csv.h"
#include "proto/codec/validate.h"
#include "tests/unit/importers/read_all.h"

namespace capexdb::importers {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kChips =
    "Name,Chip manufacturer,Start date,End date,Compute estimate in H100e (median),"
    "H100e (5th percentile),H100e (95th percentile),Number of Units,"
    "Number of Units (5th percentile),Number of Units (95th percentile),Source / Link,Notes,"
    "Chip type,Last Modified By,Last Modified\n";
constexpr const char* kNote = "Date estimates were generated: 01-28-2026 12:02";

std::string chip_row(const std::string& start = "2024-01-01", const std::string& end = "2024-03-31",
                     const std::string& units = "300,200,400", const std::string& note = kNote) {
  return "FY24 Q1 - X9,Own Chips," + start + "," + end + ",30,20,45," + units + ",," + note +
         ",X9,,\n";
}

ReadAll read_epoch(const std::string& content, const std::string& file = "own_chip_timelines.csv",
                   const ImportOptions& options = {}) {
  ReadAll all = read_all(content, file, Format::automatic, {}, options);
  for (const Record& record : all.records) {
    EXPECT_TRUE(!record.event || validate(record.event->SerializeAsString()));
  }
  return all;
}

std::string reason_of(const ReadAll& all, std::size_t record = 0) {
  if (all.failed) return all.error.reason;
  if (record >= all.records.size()) return "(no record)";
  return all.records[record].event ? "" : all.records[record].event.error().reason;
}

TEST(Epoch, ARowOfATimelineStatesUnitsAndComputingPower) {
  const ReadAll all = read_epoch(kChips + chip_row());
  ASSERT_FALSE(all.failed) << all.error.message;
  ASSERT_EQ(all.records.size(), 2U);
  ASSERT_TRUE(all.records[0].event) << all.records[0].event.error().message;
  const v1::Event& event = *all.records[0].event;
  ASSERT_TRUE(event.has_chip_shipment());
  const v1::ChipShipmentFact& fact = event.chip_shipment();
  EXPECT_EQ(fact.subject().name(), "Own Chips");
  EXPECT_NE(fact.subject_role(), v1::ROLE_BUYER);
  EXPECT_EQ(fact.counterparties_size(), 0);
  EXPECT_EQ(fact.product(), "X9");
  EXPECT_EQ(fact.period().start(), "2024-01-01");
  EXPECT_EQ(fact.period().end(), "2024-03-31");
  EXPECT_EQ(fact.units().value(), "300");
  EXPECT_EQ(fact.units().low(), "200");
  EXPECT_EQ(fact.units().low_kind(), v1::BOUND_KIND_CLOSED);
  EXPECT_EQ(fact.units().high(), "400");
  EXPECT_EQ(fact.units().unit(), "{chip}");
  EXPECT_FALSE(fact.units().approx());
  EXPECT_EQ(event.status(), v1::STATUS_ESTIMATE);
  EXPECT_EQ(event.source().publisher(), "Epoch AI");
  EXPECT_EQ(event.source().title(), "own_chip_timelines.csv");
  EXPECT_EQ(event.published_at(), "2026-01-28");
  EXPECT_EQ(event.origin().printed(0).value(), "FY24 Q1 - X9");
  const v1::MeasureFact& power = all.records[1].event->measure();
  EXPECT_EQ(power.metric(), "h100_equivalents");
  EXPECT_EQ(power.quantity().value(), "30");
  EXPECT_EQ(power.quantity().high(), "45");
  EXPECT_EQ(power.quantity().unit(), "{H100e}");
  EXPECT_EQ(all.records[1].line, 2U);
}

TEST(Epoch, ColumnsStandInAnyOrderAndDatesAreWrittenInThreeWays) {
  const std::string other =
      "Chip type,Notes,Number of Units,Chip manufacturer,End date,Start date,Wattage\r\n"
      "X9,Incomplete: until 1/25/2026. Estimates generated on: 3-6-2026 15:14,300,Own Chips,"
      "3/31/2024,1/1/2024,700\r\n"
      "X9,Estimates generated on: 03-06-2026,300,Own Chips,6/30/24,4/1/24,\r\n";
  const ReadAll all = read_epoch(other, "dir/x.csv");
  ASSERT_FALSE(all.failed) << all.error.message;
  ASSERT_EQ(all.records.size(), 2U);
  ASSERT_TRUE(all.records[0].event) << all.records[0].event.error().message;
  const v1::Event& event = *all.records[0].event;
  EXPECT_EQ(event.chip_shipment().period().start(), "2024-01-01");
  EXPECT_EQ(event.published_at(), "2026-03-06");
  EXPECT_EQ(event.source().title(), "x.csv");
  // An estimate without bounds is no better than "about".
  EXPECT_TRUE(event.chip_shipment().units().approx());
  EXPECT_THAT(event.note(), HasSubstr("Incomplete"));
  EXPECT_EQ(event.origin().printed(0).name(), "Wattage");
  ASSERT_TRUE(all.records[1].event);
  EXPECT_EQ(all.records[1].event->chip_shipment().period().end(), "2024-06-30");
}

TEST(Epoch, AnOwnerOfChipsGotThem) {
  const std::string header =
      "Name,Chip manufacturer,Owner,Start date,End date,Number of Units,"
      "Number of Units (5th percentile),Number of Units (95th percentile),Total TDP (W),"
      "Total TDP (W) (5th percentile),Total TDP (W) (95th percentile),Chip type,Notes\n";
  const std::string rest =
      ",10/1/2022,12/31/2022,5,4,6,3000,2000,4000,T4,Estimates generated on: "
      "04-03-2026 14:15\n";
  const ReadAll all =
      read_epoch(header + "a,Maker,maker" + rest + "b,Maker,Owner" + rest + "c,Maker," + rest);
  ASSERT_FALSE(all.failed) << all.error.message;
  ASSERT_EQ(all.records.size(), 6U);
  EXPECT_EQ(all.left_out.size(), 0U);
  const v1::ChipShipmentFact& own = all.records[0].event->chip_shipment();
  EXPECT_EQ(own.subject().name(), "maker");
  EXPECT_EQ(own.subject_role(), v1::ROLE_BUYER);
  EXPECT_EQ(own.counterparties_size(), 0);
  EXPECT_EQ(all.records[1].event->measure().metric(), "thermal_design_power");
  EXPECT_EQ(all.records[1].event->measure().quantity().unit(), "W");
  EXPECT_EQ(all.records[1].event->measure().quantity().value(), "3000");
  const v1::ChipShipmentFact& bought = all.records[2].event->chip_shipment();
  EXPECT_EQ(bought.subject().name(), "Owner");
  EXPECT_EQ(bought.subject_role(), v1::ROLE_BUYER);
  ASSERT_EQ(bought.counterparties_size(), 1);
  EXPECT_EQ(bought.counterparties(0).party().name(), "Maker");
  EXPECT_EQ(bought.counterparties(0).role(), v1::ROLE_SELLER);
  const v1::ChipShipmentFact& shipped = all.records[4].event->chip_shipment();
  EXPECT_EQ(shipped.subject().name(), "Maker");
  EXPECT_NE(shipped.subject_role(), v1::ROLE_BUYER);
}

TEST(Epoch, WithoutTheDayOfTheEstimatesItIsAskedFor) {
  const std::string content = kChips + chip_row("2024-01-01", "2024-03-31", "3,2,4", "a remark");
  const ReadAll all = read_epoch(content);
  ASSERT_EQ(all.records.size(), 1U);
  EXPECT_EQ(reason_of(all), "missing_published_at");
  EXPECT_THAT(all.records[0].event.error().message, HasSubstr("--published-at"));
  const ReadAll said = read_epoch(content, "x.csv", {"2026-02-06", "data set"});
  ASSERT_EQ(said.records.size(), 2U);
  EXPECT_EQ(said.records[0].event->published_at(), "2026-02-06");
  EXPECT_EQ(said.records[0].event->source().title(), "data set");
  // What the file says of itself is better.
  const ReadAll both = read_epoch(kChips + chip_row(), "x.csv", {"2026-02-06", ""});
  EXPECT_EQ(both.records[0].event->published_at(), "2026-01-28");
  EXPECT_EQ(reason_of(read_epoch(content, "x.csv", {"soon", ""})), "bad_date");
  EXPECT_EQ(reason_of(read_epoch(kChips + chip_row(), "-")), "missing_title");
  EXPECT_EQ(read_epoch(kChips + chip_row(), "-", {"", "x.csv"}).records.size(), 2U);
}

TEST(Epoch, ARowThatCannotBeReadSpoilsOnlyItself) {
  const std::vector<std::array<std::string, 5>> cases = {
      {"31/3/2024", "2024-03-31", "3,2,4", kNote, "bad_date"},
      {"2024-01-01", "3/32/2024", "3,2,4", kNote, "bad_date"},
      {"2024-01-01", "", "3,2,4", kNote, "missing_value"},
      {"2024-04-01", "2024-03-31", "3,2,4", kNote, "period_backwards"},
      {"2024-01-01", "2024-03-31", "3,2,4", "Estimates generated on: 28-01-2026", "bad_date"},
      {"2024-01-01", "2024-03-31", "3,2,4", "Estimates generated on: 1 March 2026", "bad_date"},
      {"2024-01-01", "2024-03-31", "many,2,4", kNote, "bad_number"},
      {"2024-01-01", "2024-03-31", "-3,2,4", kNote, "bad_number"},
      {"2024-01-01", "2024-03-31", "\"1,234\",2,4", kNote, "bad_number"}};
  for (const auto& [start, end, units, note, reason] : cases) {
    SCOPED_TRACE(start + " " + end + " " + units + " " + note);
    const ReadAll all = read_epoch(kChips + chip_row(start, end, units, note) + chip_row());
    ASSERT_FALSE(all.failed) << all.error.message;
    EXPECT_EQ(reason_of(all), reason);
    EXPECT_FALSE(all.records[0].event.error().field.empty());
    ASSERT_GE(all.records.size(), 3U);
    EXPECT_TRUE(all.records.back().event);
    EXPECT_EQ(all.records.back().line, 3U);
  }
  EXPECT_EQ(reason_of(read_epoch(kChips + std::string("a,b\n"))), "field_count");
  const ReadAll text = read_epoch(kChips + chip_row("2024-01-01", "2024-03-31", "3,2,4", "\x01"));
  EXPECT_EQ(reason_of(text), "bad_text");
}

TEST(Epoch, WhatIsRefusedStandsAloneAndCanBeReadAgain) {
  const ReadAll all = read_epoch(kChips + chip_row("2024-01-01", "2024-03-31", "x,2,4"));
  ASSERT_EQ(all.records.size(), 2U);
  ASSERT_FALSE(all.records[0].event);
  ASSERT_TRUE(all.records[1].event);
  EXPECT_EQ(all.records[0].raw, "FY24 Q1 - X9,Own Chips,2024-01-01,2024-03-31,,,,x,2,4,," +
                                    std::string(kNote) + ",X9,,");
  std::string mended = all.records[0].raw;
  mended.replace(mended.find("x,2"), 1, "3");
  const ReadAll again = read_epoch(all.header + "\n" + mended + "\n");
  ASSERT_EQ(again.records.size(), 1U);
  EXPECT_TRUE(again.records[0].event);
  ASSERT_EQ(again.left_out.size(), 1U);
  EXPECT_EQ(again.left_out[0].text, "left out 1 figure of which all cells are empty");
}

constexpr const char* kRevenue =
    "Quarter,Start Date,End Date,total_revenue,dc_revenue,dc_share,A100,Notes,CFO commentary link\n"
    "FY23Q1,2022-01-31,2022-05-01,8.25,3.5,0.42,1,\"a\nb\",https://example.com/q1.pdf\n"
    "FY23Q2,2022-05-02,2022-07-31,26,,0.5,,,\n";

TEST(Epoch, RevenueIsInBillionsOfDollars) {
  EXPECT_EQ(reason_of(read_epoch(kRevenue)), "missing_published_at");
  const ReadAll all = read_epoch(kRevenue, "nvidia_quarterly_revenue.csv", {"2026-04-14", ""});
  ASSERT_FALSE(all.failed) << all.error.message;
  ASSERT_EQ(all.records.size(), 3U);
  const v1::Event& event = *all.records[0].event;
  EXPECT_EQ(event.measure().subject().name(), "Nvidia");
  EXPECT_EQ(event.measure().metric(), "revenue");
  EXPECT_EQ(event.measure().period().start(), "2022-01-31");
  EXPECT_EQ(event.measure().quantity().value(), "8250000000");
  EXPECT_EQ(event.measure().quantity().stated_decimals(), -7);
  EXPECT_EQ(event.measure().quantity().currency(), "USD");
  EXPECT_EQ(event.status(), v1::STATUS_ACTUAL);
  EXPECT_EQ(event.published_at(), "2026-04-14");
  EXPECT_EQ(event.source().cites(0).url(), "https://example.com/q1.pdf");
  EXPECT_EQ(all.records[1].event->measure().metric(), "data_center_revenue");
  EXPECT_EQ(all.records[2].event->measure().quantity().value(), "26000000000");
  EXPECT_EQ(all.records[2].event->measure().quantity().stated_decimals(), -9);
  EXPECT_EQ(all.records[2].line, 4U);
  ASSERT_EQ(all.left_out.size(), 2U);
  EXPECT_EQ(all.left_out[0].count, 1U);
  EXPECT_EQ(all.left_out[1].text,
            "left out 3 cells of columns that no metric is for: dc_share, A100");
  const std::string header = std::string(kRevenue).substr(0, std::string(kRevenue).find('\n') + 1);
  EXPECT_EQ(reason_of(read_epoch(header + "Q,2022-01-31,2022-05-01,much,1,1,1,,\n", "x.csv",
                                 {"2026-04-14", ""})),
            "bad_number");
}

constexpr const char* kSpend =
    "Id,Notes,Company,Amount,Category,Period type,Source 1,Source 2,Source 3,Date,Report date,"
    "Confidence,Source Type,Exclude from graph view,Inference compute spend,R&D compute spend,"
    "Total compute spend\n";

std::string spend_row(const std::string& amount, const std::string& type, const std::string& date,
                      const std::string& report, const std::string& parts,
                      const std::string& confidence = "Likely") {
  return "a,\"a\n\nremark\",Own AI," + amount + ",\"R&D,Data\"," + type +
         ",https://example.com/a,https://example.com/b,," + date + "," + report + "," + confidence +
         ",Media report,," + parts + "\n";
}

TEST(Epoch, ComputeSpendIsThatOfAYear) {
  const ReadAll all = read_epoch(
      kSpend + spend_row("416000000", "Year", "2022-12-31", "2023-05-04", ",,416000000.0") +
          spend_row("9", "Year", "12/31/2025", "2025-09-19", ",9,") +
          spend_row("9", "Year", "2024-12-31", "2025-09-19", "9,,", "Uncertain"),
      "ai_companies_compute_spend.csv");
  ASSERT_FALSE(all.failed) << all.error.message;
  ASSERT_EQ(all.records.size(), 3U);
  ASSERT_TRUE(all.records[0].event) << all.records[0].event.error().message;
  const v1::Event& event = *all.records[0].event;
  EXPECT_EQ(event.measure().metric(), "compute_spend");
  EXPECT_EQ(event.measure().subject().name(), "Own AI");
  EXPECT_EQ(event.measure().product(), "");
  EXPECT_EQ(event.measure().period().start(), "2022-01-01");
  EXPECT_EQ(event.measure().period().end(), "2022-12-31");
  EXPECT_EQ(event.measure().quantity().value(), "416000000");
  EXPECT_EQ(event.measure().quantity().currency(), "USD");
  EXPECT_TRUE(event.measure().quantity().approx());
  EXPECT_EQ(event.published_at(), "2023-05-04");
  EXPECT_EQ(event.status(), v1::STATUS_ACTUAL);
  EXPECT_EQ(event.source().cites(0).url(), "https://example.com/a");
  EXPECT_THAT(event.note(), HasSubstr("remark"));
  // Reported before the year was over, and doubted.
  EXPECT_EQ(all.records[1].event->measure().product(), "R&D compute");
  EXPECT_EQ(all.records[1].event->status(), v1::STATUS_ESTIMATE);
  EXPECT_EQ(all.records[1].line, 5U);
  EXPECT_EQ(all.records[2].event->measure().product(), "Inference compute");
  EXPECT_EQ(all.records[2].event->status(), v1::STATUS_ESTIMATE);
}

TEST(Epoch, ComputeSpendThatIsNotClearIsRefused) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {spend_row("2", "Annualized", "2025-07-31", "2025-08-01", "2,,"), "run_rate"},
      {spend_row("2", "Decade", "2025-12-31", "2025-08-01", "2,,"), "unknown_period"},
      {spend_row("2", "Year", "2025-06-30", "2025-08-01", "2,,"), "unknown_period"},
      {spend_row("2", "Year", "2025-12-31", "", "2,,"), "missing_published_at"},
      {spend_row("2", "Year", "2025-12-31", "0202-07-30", "2,,"), "bad_date"},
      {spend_row("2", "Year", "2025-12-31", "2025-08-01", ",,"), "unclear_scope"},
      {spend_row("2", "Year", "2025-12-31", "2025-08-01", "2,2,"), "contradiction"},
      {spend_row("2", "Year", "2025-12-31", "2025-08-01", ",,3"), "contradiction"},
      {spend_row("two", "Year", "2025-12-31", "2025-08-01", ",,2"), "bad_number"}};
  for (const auto& [row, reason] : cases) {
    EXPECT_EQ(reason_of(read_epoch(kSpend + row)), reason) << row;
  }
  const std::string undated = spend_row("2", "Year", "2024-12-31", "", "2,,");
  const ReadAll said = read_epoch(kSpend + undated, "x.csv", {"2026-01-01", ""});
  ASSERT_EQ(said.records.size(), 1U);
  EXPECT_EQ(said.records[0].event->published_at(), "2026-01-01");
}

TEST(Epoch, AnotherFileIsRefused) {
  const ReadAll all = read_all("a,b\n1,2\n", "x.csv", Format::epoch);
  ASSERT_TRUE(all.failed);
  EXPECT_EQ(all.error.reason, "unknown_columns");
  EXPECT_EQ(read_all("", "x.csv", Format::epoch).error.reason, "no_header");
  const ReadAll twice =
      read_all("Chip type," + std::string(kChips) + "\n", "x.csv", Format::automatic);
  EXPECT_EQ(twice.error.reason, "column_twice");
}

}  // namespace
}  // namespace capexdb::importers
