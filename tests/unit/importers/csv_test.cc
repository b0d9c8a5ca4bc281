#include "client/importers/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <sstream>

#include "tests/unit/importers/read_all.h"

namespace capexdb::importers {
namespace {

using testing::ElementsAre;

std::vector<CsvRecord> records_of(const std::string& content, Error* error = nullptr) {
  std::istringstream stream(content);
  ByteSource bytes(stream);
  CsvReader reader(bytes);
  std::vector<CsvRecord> records;
  for (;;) {
    CsvRecord record;
    const auto more = reader.next(record);
    if (!more) {
      if (error != nullptr) *error = more.error();
      return records;
    }
    if (!*more) return records;
    records.push_back(std::move(record));
  }
}

TEST(Csv, QuotesHoldCommasQuotesAndLineBreaks) {
  const auto records = records_of("a,\"b,c\",\"say \"\"hi\"\"\"\n\"two\nlines\",,x\n");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_THAT(records[0].cells, ElementsAre("a", "b,c", "say \"hi\""));
  EXPECT_THAT(records[1].cells, ElementsAre("two\nlines", "", "x"));
  EXPECT_EQ(records[1].raw, "\"two\nlines\",,x");
}

TEST(Csv, LineNumbersCountLinesInsideQuotes) {
  const auto records = records_of("a,b\n\"1\n2\n3\",x\n\nc,d\n");
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].line, 1U);
  EXPECT_EQ(records[1].line, 2U);
  EXPECT_EQ(records[2].line, 6U);
}

TEST(Csv, EitherLineEndAndAMissingLastOneAreRead) {
  const auto records = records_of("a,b\r\nc,d\r\n\r\ne,f");
  ASSERT_EQ(records.size(), 3U);
  EXPECT_THAT(records[0].cells, ElementsAre("a", "b"));
  EXPECT_EQ(records[0].raw, "a,b");
  EXPECT_THAT(records[2].cells, ElementsAre("e", "f"));
}

TEST(Csv, AByteOrderMarkIsNoPartOfTheFirstName) {
  const auto records = records_of("\xEF\xBB\xBFid,b\n");
  ASSERT_EQ(records.size(), 1U);
  EXPECT_THAT(records[0].cells, ElementsAre("id", "b"));
}

TEST(Csv, AnUnclosedQuoteEndsTheInputAndNamesItsLine) {
  Error error;
  const auto records = records_of("a,b\nc,d\n\"e,f\ng,h\n", &error);
  EXPECT_EQ(records.size(), 2U);
  EXPECT_EQ(error.reason, "unterminated_quote");
  EXPECT_NE(error.message.find("line 3"), std::string::npos) << error.message;
}

TEST(Csv, AStrayQuoteSpoilsOnlyItsRecord) {
  const auto records = records_of("a,b\nc\"c,d\n\"x\"y,z\ne,f\n");
  ASSERT_EQ(records.size(), 4U);
  ASSERT_TRUE(records[1].fault);
  EXPECT_EQ(records[1].fault->reason, "bad_quote");
  EXPECT_TRUE(records[2].fault);
  EXPECT_FALSE(records[3].fault);
}

TEST(Csv, AnOverlongRecordSpoilsOnlyItself) {
  const auto records = records_of("a,b\n" + std::string(kRecordBytesMax + 5, 'x') + ",y\nc,d\n");
  ASSERT_EQ(records.size(), 3U);
  ASSERT_TRUE(records[1].fault);
  EXPECT_EQ(records[1].fault->reason, "record_too_long");
  EXPECT_THAT(records[2].cells, ElementsAre("c", "d"));
  EXPECT_EQ(records[2].line, 3U);
}

TEST(Csv, AnOverlongQuotedCellEndsTheInput) {
  Error error;
  records_of("a,b\n\"" + std::string(kRecordBytesMax + 5, 'x') + "\",y\n", &error);
  EXPECT_EQ(error.reason, "record_too_long");
}

TEST(Csv, WhatIsWrittenIsReadBack) {
  const std::uint32_t seed = 4180;
  std::printf("seed %u\n", seed);
  std::mt19937 random(seed);
  const auto number = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  const std::vector<std::string> pieces = {"a", ",", "\"", "\n", "\r\n", " ", "\u4E2D", "", "1"};
  for (int i = 0; i < 5000; ++i) {
    std::vector<std::string> cells(static_cast<std::size_t>(number(1, 5)));
    for (std::string& cell : cells) {
      for (int n = number(0, 6); n > 0; --n) {
        cell += pieces[static_cast<std::size_t>(number(0, static_cast<int>(pieces.size()) - 1))];
      }
    }
    const auto read = parse_csv_line(csv_line(cells));
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_EQ(*read, cells);
  }
}

TEST(CsvImporter, AHeaderThatLacksAColumnNamesIt) {
  const ReadAll all = read_all("company,metric,period,value,source\nA,capex,2024,5,X\n");
  ASSERT_TRUE(all.failed);
  EXPECT_EQ(all.error.code, Errc::invalid_argument);
  EXPECT_NE(all.error.message.find("missing: published_at"), std::string::npos)
      << all.error.message;
  EXPECT_EQ(all.error.message.find("missing: company"), std::string::npos);
}

TEST(CsvImporter, ARichHeaderThatLacksAColumnNamesIt) {
  const ReadAll all = read_all("subject,metric_std,period_type,period_start,value\n");
  ASSERT_TRUE(all.failed);
  EXPECT_NE(all.error.message.find("publisher (says who), published_date"), std::string::npos)
      << all.error.message;
}

TEST(CsvImporter, AForeignCsvIsRefusedAsAWhole) {
  const ReadAll all = read_all("name,age\nbob,5\n");
  ASSERT_TRUE(all.failed);
  EXPECT_NE(all.error.message.find("company (who)"), std::string::npos) << all.error.message;
}

TEST(CsvImporter, AColumnThatComesTwiceIsRefused) {
  const ReadAll all =
      read_all("company,Company,metric,period,value,source,published_at\na,b,c,2024,1,d,2024\n");
  ASSERT_TRUE(all.failed);
  EXPECT_EQ(all.error.reason, "column_twice");
}

TEST(CsvImporter, AColumnOfTheRichFormThatComesTwiceIsRefusedAsSuch) {
  const ReadAll all = read_all(
      "subject,metric_std,period_type,period_start,value,publisher,published_date,value\n");
  ASSERT_TRUE(all.failed);
  EXPECT_EQ(all.error.reason, "column_twice");
  EXPECT_EQ(all.error.field, "value");
}

TEST(CsvImporter, SemicolonsGetAHint) {
  EXPECT_NE(first_error("company;metric;period;value;source;published_at\n").find("commas"),
            std::string::npos);
}

TEST(CsvImporter, ARecordOfAnotherLengthIsAnErrorOfItsOwn) {
  const ReadAll all = read_all(
      "company,metric,period,value,source,published_at\n"
      "A,capex,2024,5,X\n"
      "A,capex,2024,5,X,2024-08-26\n"
      "A,capex,2024,5,X,2024-08-26,more\n");
  ASSERT_FALSE(all.failed);
  ASSERT_EQ(all.records.size(), 3U);
  EXPECT_EQ(all.records[0].event.error().reason, "field_count");
  EXPECT_TRUE(all.records[1].event);
  EXPECT_FALSE(all.records[2].event);
  EXPECT_EQ(all.records[0].raw, "A,capex,2024,5,X");
  EXPECT_EQ(all.header, "company,metric,period,value,source,published_at");
}

TEST(CsvImporter, TextThatIsNotUtf8IsAnErrorThatNamesTheColumn) {
  const ReadAll all = read_all(
      "company,metric,period,value,source,published_at\n"
      "A\xE9,capex,2024,5,X,2024-08-26\n");
  ASSERT_EQ(all.records.size(), 1U);
  ASSERT_FALSE(all.records[0].event);
  EXPECT_EQ(all.records[0].event.error().field, "company");
}

}  // namespace
}  // namespace capexdb::importers
