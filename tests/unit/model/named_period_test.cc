#include "proto/model/named_period.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "proto/model/fiscal.h"
#include "proto/model/period.h"

namespace capexdb {
namespace {

std::string read_as(const std::string& text) {
  const auto period = parse_period(text);
  return period ? period_to_string(*period) : period.error().reason;
}

TEST(NamedPeriod, AsThePressWritesThem) {
  for (const auto& [text, expected] : std::vector<std::pair<const char*, const char*>>{
           {"first half of 2024", "2024-H1"},
           {"the second half of 2024", "2024-H2"},
           {"First Half 2024", "2024-H1"},
           {"third quarter of 2024", "2024-Q3"},
           {"4th quarter 2023", "2023-Q4"},
           {"1st half 2024", "2024-H1"},
           {"Q2 of 2024", "2024-Q2"},
           {"Q2'24", "2024-Q2"},
           {"Q2 \u201924", "2024-Q2"},
           {"2024 Q2", "2024-Q2"},
           {"2024 H1", "2024-H1"},
           {"2024-1H", "2024-H1"},
           {"H1-24", "2024-H1"},
           {"1H  2024", "2024-H1"},
           {"9M 2024", "2024-01-01/2024-09-30"},
           {"9M24", "2024-01-01/2024-09-30"},
           {"2024-9M", "2024-01-01/2024-09-30"},
           {"first nine months of 2024", "2024-01-01/2024-09-30"},
           {"nine months 2024", "2024-01-01/2024-09-30"},
           {"full year 2024", "2024"},
           {"calendar year 2024", "2024"},
           {"Q2 CY2024", "2024-Q2"},
           {"CY2024 H1", "2024-H1"},
           {"June quarter 2024", "2024-Q2"},
           {"December quarter of 2023", "2023-Q4"},
           {"June 2024", "2024-06"},
           {"Sept 2024", "2024-09"},
           {"Feb 2024", "2024-02"}}) {
    EXPECT_EQ(read_as(text), expected) << text;
  }
}

TEST(NamedPeriod, WhatMayBeSomethingElseIsRefused) {
  for (const char* text : {"June 24",
                           "May quarter 2024",
                           "24-H1",
                           "24 Q1",
                           "first third of 2024",
                           "third half 2024",
                           "fifth quarter 2024",
                           "2nd nine months 2024",
                           "H1",
                           "first half",
                           "2024-Q2 2025",
                           "Q2 2024 2025",
                           "Q2 of",
                           "the",
                           "2024 - Q2",
                           "'24",
                           "Q2 '2x",
                           "9M",
                           "6M 2024",
                           "FY 2024",
                           "Q2-",
                           "-Q2 2024",
                           "Q2--2024",
                           "H1/2024",
                           "first half of 1799",
                           "Q2 CY24"}) {
    EXPECT_FALSE(parse_period(text)) << text << " is read as " << read_as(text);
  }
}

TEST(NamedPeriod, FiscalLabelsAreReadWhereverThePartStands) {
  for (const auto& [text, expected] : std::vector<std::pair<const char*, const char*>>{
           {"FY2025", "FY2025"},
           {"FY25", "FY2025"},
           {"fy 25", "FY2025"},
           {"FY2025-Q1", "FY2025-Q1"},
           {"FY25Q1", "FY2025-Q1"},
           {"FY25 Q1", "FY2025-Q1"},
           {"Q1 FY2025", "FY2025-Q1"},
           {"Q1FY25", "FY2025-Q1"},
           {"1QFY25", "FY2025-Q1"},
           {"1Q FY2025", "FY2025-Q1"},
           {"FY2025-1Q", "FY2025-Q1"},
           {"H1 FY25", "FY2025-H1"},
           {"2H FY2025", "FY2025-H2"},
           {"FY2025-9M", "FY2025-9M"},
           {"9M FY2025", "FY2025-9M"},
           {"fiscal 2025", "FY2025"},
           {"fiscal year 2025", "FY2025"},
           {"the second quarter of fiscal 2025", "FY2025-Q2"},
           {"first half of the fiscal year 2025", "FY2025-H1"},
           {"fiscal 2025 third quarter", "FY2025-Q3"},
           {"first nine months of fiscal 2025", "FY2025-9M"}}) {
    const auto label = parse_fiscal_label(text);
    ASSERT_TRUE(label) << text;
    EXPECT_EQ(to_string(*label), expected) << text;
    EXPECT_EQ(read_as(text), "bad_period") << text;
  }
  for (const char* text :
       {"FY", "FY1", "FY2025-Q5", "Q1 FY2025 Q2", "FY2025-6M", "fiscal", "FY2024/25",
        "June quarter FY25", "FY1800", "FY2299", "2025", "Q1 2025"}) {
    EXPECT_FALSE(parse_fiscal_label(text)) << text;
  }
}

TEST(NamedPeriod, FiscalLabelsThatArePrintedAreReadBack) {
  const std::uint32_t seed = 20250126;
  std::printf("seed %u\n", seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 5'000; ++i) {
    FiscalLabel label;
    label.year = std::uniform_int_distribution<int>(1801, 2298)(random);
    label.quarters = std::uniform_int_distribution<int>(1, 4)(random);
    if (label.quarters == 1) label.first = std::uniform_int_distribution<int>(0, 3)(random);
    if (label.quarters == 2) label.first = 2 * std::uniform_int_distribution<int>(0, 1)(random);
    ASSERT_EQ(parse_fiscal_label(to_string(label)), label) << to_string(label);
  }
}

TEST(NamedPeriod, EveryNameOfAPartGivesTheSameDays) {
  const std::uint32_t seed = 20240630;
  std::printf("seed %u\n", seed);
  std::mt19937 random(seed);
  const std::vector<std::string> ordinals = {"first", "second", "third", "fourth"};
  for (int i = 0; i < 2'000; ++i) {
    const int year = std::uniform_int_distribution<int>(1970, 2069)(random);
    const int number = std::uniform_int_distribution<int>(1, 4)(random);
    const std::string full = std::to_string(year);
    const std::string brief = full.substr(2);
    const std::string n = std::to_string(number);
    const std::string expected = full + "-Q" + n;
    const std::string ordinal = ordinals[static_cast<std::size_t>(number - 1)];
    for (const std::string& text :
         {expected, full + "Q" + n, "Q" + n + " " + full, n + "Q" + brief, "Q" + n + "'" + brief,
          ordinal + " quarter of " + full, "CY" + full + "Q" + n}) {
      ASSERT_EQ(read_as(text), expected) << text;
    }
  }
}

TEST(NamedPeriod, RandomBytesAreReadOrRefused) {
  const std::uint32_t seed = 5;
  std::printf("seed %u\n", seed);
  std::mt19937 random(seed);
  const std::vector<std::string> words = {
      "Q",  "H",  "1",    "2024", "24",     "FY", "-", " ", "'",    "first",       "half",
      "of", "9M", "June", "CY",   "fiscal", "..", "/", "@", "\xFF", "\xE2\x80\x99"};
  for (int i = 0; i < 50'000; ++i) {
    std::string text;
    for (int n = std::uniform_int_distribution<int>(0, 6)(random); n > 0; --n) {
      text += words[std::uniform_int_distribution<std::size_t>(0, words.size() - 1)(random)];
    }
    const auto period = parse_period(text);
    if (!period) {
      ASSERT_FALSE(period.error().reason.empty()) << text;
      continue;
    }
    const auto again = parse_period(period_to_string(*period));
    ASSERT_TRUE(again && *again == *period) << text;
    ASSERT_FALSE(parse_fiscal_label(text)) << text << " is both";
  }
}

}  // namespace
}  // namespace capexdb
