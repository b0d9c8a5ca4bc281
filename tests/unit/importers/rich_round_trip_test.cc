// Rows of the rich form survive CSV -> Event -> bytes -> Event -> CSV, cell by cell.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include "client/importers/csv.h"
#include "client/importers/rich_csv.h"
#include "proto/codec/validate.h"
#include "tests/unit/importers/read_all.h"

namespace capexdb::importers {
namespace {

using Cells = std::vector<std::string>;

// The rows of a file, header first.
std::vector<Cells> rows_of(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  ByteSource bytes(stream);
  CsvReader reader(bytes);
  std::vector<Cells> rows;
  for (;;) {
    CsvRecord record;
    const auto more = reader.next(record);
    EXPECT_TRUE(more) << more.error().message;
    if (!more || !*more) return rows;
    rows.push_back(record.cells);
  }
}

// Empty when the event gives the row back; else what differs.
std::string difference(const Cells& row, const v1::Event& event) {
  const std::string bytes = event.SerializeAsString();
  const auto valid = validate(bytes);
  if (!valid) return "not valid: " + valid.error().field + ": " + valid.error().message;
  v1::Event stored;
  if (!stored.ParseFromString(valid->bytes())) return "bytes that cannot be read";
  const auto back = parse_csv_line(event_to_rich_csv(stored));
  if (!back) return back.error().message;
  if (back->size() != row.size()) return "another number of cells";
  for (std::size_t i = 0; i < row.size(); ++i) {
    if ((*back)[i] != row[i]) {
      return std::string(rich::kNames[i]) + ": '" + row[i] + "' came back as '" + (*back)[i] + "'";
    }
  }
  return {};
}

void expect_round_trip(const std::string& path, std::size_t facts) {
  const std::vector<Cells> rows = rows_of(path);
  ASSERT_EQ(rows.size(), facts + 1);
  std::ifstream stream(path, std::ios::binary);
  auto importer = open_importer(stream, path, Format::automatic);
  ASSERT_TRUE(importer) << importer.error().message;
  EXPECT_EQ((*importer)->header(), rich_csv_header());
  for (std::size_t i = 1; i < rows.size(); ++i) {
    Record record;
    const auto more = (*importer)->next(record);
    ASSERT_TRUE(more && *more);
    ASSERT_TRUE(record.event) << rows[i][0] << ": " << record.event.error().message;
    EXPECT_EQ(record.event->event_id(), "");
    EXPECT_EQ(difference(rows[i], *record.event), "") << rows[i][0];
  }
  Record record;
  EXPECT_FALSE((*importer)->next(record).value_or(true));
}

std::string project_file() { return CAPEXDB_SOURCE_DIR "/data/founding.csv"; }

std::string original_file() {
  const char* path = std::getenv("CAPEXDB_FOUNDING_CSV");
  return path != nullptr ? path : CAPEXDB_SOURCE_DIR "/../shared/data/founding/seed_facts.csv";
}

TEST(RichRoundTrip, EveryFoundingFactOfTheProjectComesBackAsItWas) {
  expect_round_trip(project_file(), 89);
}

TEST(RichRoundTrip, EveryFoundingFactOfTheOriginalComesBackAsItWas) {
  if (!std::filesystem::exists(original_file())) {
    GTEST_SKIP() << original_file() << " is not here; set CAPEXDB_FOUNDING_CSV";
  }
  expect_round_trip(original_file(), 89);
}

// The founding facts have no note and many an empty cell.
TEST(RichRoundTrip, RowsWithEveryColumnFilledComeBackAsTheyWere) {
  const std::string path = CAPEXDB_SOURCE_DIR "/tests/unit/importers/every_column.csv";
  for (const Cells& row : rows_of(path)) {
    EXPECT_EQ(std::count(row.begin(), row.end(), ""), 0) << row[rich::id];
  }
  expect_round_trip(path, 3);
}

TEST(RichRoundTrip, TheProjectsFactsAreTheOriginalsWithoutNotes) {
  if (!std::filesystem::exists(original_file())) {
    GTEST_SKIP() << original_file() << " is not here; set CAPEXDB_FOUNDING_CSV";
  }
  std::vector<Cells> original = rows_of(original_file());
  for (std::size_t i = 1; i < original.size(); ++i) original[i][rich::note].clear();
  EXPECT_EQ(rows_of(project_file()), original);
}

TEST(RichRoundTrip, NumbersAndNamesOfFoundingFactsLiveInTypedFields) {
  const std::set<std::string> wordings = {"xbrl_tag",         "period_type", "value_role",
                                          "attribution_type", "kind",        "counterparty_role"};
  std::ifstream stream(project_file(), std::ios::binary);
  auto importer = open_importer(stream, "founding.csv", Format::automatic);
  ASSERT_TRUE(importer);
  Record record;
  while ((*importer)->next(record).value_or(false)) {
    for (const v1::Attribute& cell : record.event->origin().printed()) {
      EXPECT_TRUE(wordings.contains(cell.name())) << record.raw << ": " << cell.name();
    }
  }
}

TEST(RichRoundTrip, VariedRowsComeBackAsTheyWere) {
  const std::uint32_t seed = 89;
  std::printf("seed %u\n", seed);
  std::mt19937 random(seed);
  const auto number = [&](std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random);
  };
  const std::vector<Cells> rows = rows_of(project_file());
  const std::vector<std::string> texts = {"",
                                          "\"quoted\", with comma",
                                          "\u4E2D\u82AF\u56FD\u9645",
                                          "two\nlines",
                                          " blanks around ",
                                          "a; b",
                                          "x=y|z",
                                          "Rub\u00E9n & S\u00F8ns, Ltd."};
  const std::vector<std::string> numbers = {
      "0", "-7.50", "007", "4.3bn", "1,000,000", "12", "99999999999999999999999999999999999999"};
  const std::vector<rich::Column> free_text = {rich::id,           rich::metric,
                                               rich::xbrl_tag,     rich::product,
                                               rich::note,         rich::period_certainty,
                                               rich::seed_file,    rich::attributed_source,
                                               rich::root_source,  rich::published_date_certainty,
                                               rich::related_ids,  rich::attribution_type,
                                               rich::counterparty, rich::counterparty_role};
  int accepted = 0;
  for (int i = 0; i < 5000; ++i) {
    Cells row = rows[1 + number(rows.size() - 1)];
    const Cells& other = rows[1 + number(rows.size() - 1)];
    for (std::size_t n = 1 + number(4); n > 0; --n) {
      row[free_text[number(free_text.size())]] = texts[number(texts.size())];
    }
    if (number(2) == 0) row[rich::value] = numbers[number(numbers.size())];
    if (number(2) == 0) row[rich::value_role] = other[rich::value_role];
    if (number(2) == 0) row[rich::kind] = other[rich::kind];
    if (number(3) == 0) row[rich::metric_std] = other[rich::metric_std];
    if (number(3) == 0) row[rich::subject] = "\u4E2D\u56FD\u79FB\u52A8, \"CMCC\"";
    if (number(4) == 0) row[rich::line] = number(2) == 0 ? "" : "12 or 13";
    if (number(4) == 0) row[rich::approx] = "";
    const ReadAll all = read_all(rich_csv_header() + "\n" + csv_line(row) + "\n");
    ASSERT_FALSE(all.failed) << all.error.message;
    ASSERT_EQ(all.records.size(), 1U);
    const auto& event = all.records[0].event;
    ASSERT_TRUE(event) << event.error().field << ": " << event.error().message;
    // A value drawn at random may contradict the row's bounds or be no citation.
    const auto valid = validate(event->SerializeAsString());
    if (!valid) continue;
    ++accepted;
    ASSERT_EQ(difference(row, *event), "") << csv_line(row);
  }
  EXPECT_GT(accepted, 3000);
}

}  // namespace
}  // namespace capexdb::importers
