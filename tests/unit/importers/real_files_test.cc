// The published files where they lie, in $CAPEXDB_REAL_DATA or beside the repository.
// What is compared was counted and read in the files by hand.
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "proto/codec/validate.h"
#include "tests/unit/importers/read_all.h"

namespace capexdb::importers {
namespace {

using testing::HasSubstr;

std::filesystem::path real_data() {
  const char* chosen = std::getenv("CAPEXDB_REAL_DATA");
  return chosen != nullptr ? chosen : CAPEXDB_SOURCE_DIR "/../shared/data/real";
}

// Metrics with the concepts that the tests look at.
Result<std::vector<CatalogMetric>> metrics() {
  const auto metric = [](const char* id, Aggregation aggregation, std::vector<std::string> tags) {
    CatalogMetric entry;
    entry.id = id;
    entry.unit_class = UnitClass::money;
    entry.aggregation = aggregation;
    entry.tags = std::move(tags);
    return entry;
  };
  return std::vector<CatalogMetric>{
      metric("capex", Aggregation::flow,
             {"us-gaap:PaymentsToAcquirePropertyPlantAndEquipment",
              "us-gaap:PaymentsToAcquireProductiveAssets"}),
      metric("inventory", Aggregation::stock, {"us-gaap:InventoryNet"})};
}

class RealFiles : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(real_data() / "PROVENANCE.md")) {
      GTEST_SKIP() << real_data() << " does not hold the published files; set CAPEXDB_REAL_DATA";
    }
  }

  // Every record of it is an event that the codec takes, or an error with its reason.
  static ReadAll read(const std::string& file, const std::string& published_at = {}) {
    std::ifstream stream(real_data() / file, std::ios::binary);
    EXPECT_TRUE(stream) << file;
    std::ostringstream content;
    content << stream.rdbuf();
    ReadAll all =
        read_all(content.str(), file, Format::automatic, metrics, {published_at, std::string()});
    for (const Record& record : all.records) {
      EXPECT_NE(record.line, 0U);
      EXPECT_FALSE(record.raw.empty());
      if (record.event) {
        const auto valid = validate(record.event->SerializeAsString());
        EXPECT_TRUE(valid) << file << ":" << record.line << " " << valid.error().message;
      } else {
        EXPECT_FALSE(record.event.error().reason.empty());
        EXPECT_FALSE(record.event.error().message.empty());
      }
    }
    return all;
  }

  static std::size_t events(const ReadAll& all) {
    return static_cast<std::size_t>(
        std::count_if(all.records.begin(), all.records.end(),
                      [](const Record& record) { return record.event.has_value(); }));
  }
};

TEST_F(RealFiles, AQuarterOfFilings) {
  const ReadAll all = read("fsds/2009q3.zip");
  ASSERT_FALSE(all.failed) << all.error.message;
  EXPECT_EQ(events(all), all.records.size());
  std::uint64_t rows = all.records.size();
  for (const LeftOut& left : all.left_out) rows += left.count;
  EXPECT_EQ(rows, 126650U);
  // Among them the 741 of capex that are the companies' own.
  EXPECT_EQ(std::count_if(all.records.begin(), all.records.end(),
                          [](const Record& record) { return record.event->has_capex(); }),
            741);
}

TEST_F(RealFiles, AFilingOfAQuarterWithItsNumbers) {
  const ReadAll all = read("fsds/2009q3.zip");
  // Hewlett-Packard's 10-Q/A of September 2009: nine months to July, of two years.
  std::vector<std::string> capex;
  for (const Record& record : all.records) {
    const v1::Event& event = *record.event;
    if (event.source().accession() != "0001047469-09-008166" || !event.has_capex()) continue;
    EXPECT_EQ(event.capex().subject().cik(), "47217");
    EXPECT_EQ(event.capex().subject().name(), "HEWLETT PACKARD CO");
    EXPECT_EQ(event.published_at(), "2009-09-08");
    EXPECT_EQ(event.source().form(), "10-Q/A");
    capex.push_back(event.capex().period().start() + "/" + event.capex().period().end() + " " +
                    event.capex().amount().value());
  }
  EXPECT_THAT(capex, testing::UnorderedElementsAre("2008-11-01/2009-07-31 2749000000",
                                                   "2007-11-01/2008-07-31 1966000000"));
}

TEST_F(RealFiles, ADaysFilingsInOtherColumns) {
  const ReadAll all = read("fsds/20250701-daily.zip");
  ASSERT_FALSE(all.failed) << all.error.message;
  EXPECT_EQ(events(all), all.records.size());
  std::uint64_t rows = all.records.size();
  for (const LeftOut& left : all.left_out) rows += left.count;
  EXPECT_EQ(rows, 1598U);
}

TEST_F(RealFiles, ChipTimelines) {
  const std::vector<std::pair<std::string, std::size_t>> files = {
      {"2026-02-06-70faa99/amd_chip_timelines.csv", 22},
      {"2026-03-06-9f34ad5/amd_chip_timelines.csv", 22},
      {"2026-03-19-fc3b463/amd_chip_timelines.csv", 22},
      {"2026-03-19-fc3b463/nvidia_calendar_quarter_chip_timelines.csv", 48},
      {"2026-03-19-fc3b463/nvidia_fiscal_quarter_chip_timelines.csv", 42},
      {"2026-03-31-16dc87a/amd_chip_timelines.csv", 27},
      {"2026-03-31-16dc87a/nvidia_calendar_quarter_chip_timelines.csv", 48},
      {"2026-03-31-16dc87a/nvidia_fiscal_quarter_chip_timelines.csv", 42},
      {"2026-04-02-5467a63/amd_chip_timelines.csv", 27},
      {"2026-04-02-5467a63/nvidia_calendar_quarter_chip_timelines.csv", 48},
      {"2026-04-02-5467a63/nvidia_fiscal_quarter_chip_timelines.csv", 42},
      {"2026-04-03-2741e20/amd_chip_timelines.csv", 27},
      {"2026-04-14-31ef7e2/amd_chip_timelines.csv", 27}};
  for (const auto& [file, rows] : files) {
    const ReadAll all = read("ai-chips-epoch/" + file);
    ASSERT_FALSE(all.failed) << all.error.message;
    EXPECT_EQ(all.records.size(), 2 * rows) << file;
    EXPECT_EQ(events(all), 2 * rows) << file;
    EXPECT_TRUE(all.left_out.empty()) << file;
  }
  const ReadAll first = read("ai-chips-epoch/" + files.front().first);
  const v1::Event& event = *first.records[2].event;
  EXPECT_EQ(event.chip_shipment().product(), "MI300X");
  EXPECT_EQ(event.chip_shipment().units().value(), "34445");
  EXPECT_EQ(event.chip_shipment().units().low(), "24841");
  EXPECT_EQ(event.chip_shipment().units().high(), "47284");
  EXPECT_EQ(event.published_at(), "2026-01-28");
  // 1/1/22 in this one, 1/1/2022 in the next.
  const ReadAll calendar = read("ai-chips-epoch/" + files[3].first);
  EXPECT_EQ(calendar.records[0].event->chip_shipment().period().start(), "2022-01-01");
  EXPECT_EQ(calendar.records[1].event->measure().quantity().value(), "66883");
  const ReadAll fiscal = read("ai-chips-epoch/" + files[4].first);
  EXPECT_EQ(fiscal.records[0].event->chip_shipment().period().start(), "2021-11-01");
  EXPECT_EQ(fiscal.records[0].event->chip_shipment().period().end(), "2022-01-30");
}

TEST_F(RealFiles, OwnersOfChips) {
  const ReadAll all = read("ai-chips-epoch/head/tpu_owners_quarters_by_chip.csv");
  ASSERT_FALSE(all.failed) << all.error.message;
  EXPECT_EQ(all.records.size(), 99U);  // 33 rows with units, computing power and watts
  EXPECT_EQ(events(all), 99U);
  EXPECT_EQ(all.records[0].event->chip_shipment().units().value(), "65964");
  EXPECT_EQ(all.records[2].event->measure().quantity().value(), "22427885");
  EXPECT_EQ(all.records[98].event->published_at(), "2026-04-03");
}

TEST_F(RealFiles, RevenueByQuarter) {
  const std::string file = "ai-chips-epoch/head/nvidia_quarterly_revenue.csv";
  EXPECT_EQ(read(file).error.reason, "missing_published_at");
  const ReadAll all = read(file, "2026-04-14");
  ASSERT_FALSE(all.failed) << all.error.message;
  EXPECT_EQ(events(all), 30U);
  EXPECT_EQ(all.records[29].event->measure().quantity().value(), "51200000000");
  ASSERT_EQ(all.left_out.size(), 1U);
  EXPECT_EQ(all.left_out[0].count, 130U);
}

TEST_F(RealFiles, ComputeSpend) {
  const ReadAll all = read("ai-chips-epoch/site-2025-12/ai_companies_compute_spend.csv");
  ASSERT_FALSE(all.failed) << all.error.message;
  EXPECT_EQ(all.records.size(), 11U);
  EXPECT_EQ(events(all), 9U);
  std::vector<std::string> reasons;
  for (const Record& record : all.records) {
    if (!record.event) reasons.push_back(record.event.error().reason);
  }
  EXPECT_THAT(reasons, testing::ElementsAre("run_rate", "bad_date"));
}

TEST_F(RealFiles, WhatNoImporterReadsIsNamed) {
  const std::vector<std::pair<std::string, std::string>> files = {
      {"identifiers/company_tickers-2024-05.json", "list of companies and tickers"},
      {"identifiers/esef-mixed_filings.json", "ESEF"},
      {"identifiers/submissions-AAPL.json", "SEC submissions"},
      {"identifiers/submissions-MSFT.json", "SEC submissions"},
      {"vintages/gdp_us.csv", "vintages"},
      {"vintages/inv_fixed.csv", "vintages"},
      {"ai-chips-epoch/site-2025-12/gpu_clusters.csv", "GPU clusters"}};
  for (const auto& [file, what] : files) {
    const ReadAll all = read(file);
    ASSERT_TRUE(all.failed) << file;
    EXPECT_EQ(all.error.reason, "no_importer");
    EXPECT_THAT(all.error.message, HasSubstr(what));
  }
}

TEST_F(RealFiles, CompanyFactsAndRates) {
  const ReadAll dell = read("companyfacts-2026-07-24/DELL.json");
  ASSERT_FALSE(dell.records.empty());
  EXPECT_EQ(dell.records[0].event->capex().subject().cik(), "1571949");
  EXPECT_THAT(dell.records[0].event->capex().subject().name(), HasSubstr("INTERCONTINENTAL"));
  const ReadAll none = read("companyfacts-2026-07-24/SPOT.json");
  EXPECT_FALSE(none.failed);
  EXPECT_TRUE(none.records.empty());
  EXPECT_THAT(none.left_out.back().text, HasSubstr("there is no fact in it"));
  const ReadAll rates = read("fx/dexchus-2025.csv");
  EXPECT_EQ(events(rates), rates.records.size());
  std::uint64_t cells = rates.records.size();
  for (const LeftOut& left : rates.left_out) cells += left.count;
  EXPECT_EQ(cells, 6715U);
  EXPECT_EQ(rates.records[0].event->measure().quantity().value(), "8.2798");
}

}  // namespace
}  // namespace capexdb::importers
