// Reads a whole input in a test.
#pragma once

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "client/importers/importer.h"

namespace capexdb::importers {

struct ReadAll {
  std::vector<Record> records;
  std::string header;
  std::vector<LeftOut> left_out;
  Error error = {};  // of opening or of the input; code 0 where there is none
  bool failed = false;
};

inline ReadAll read_all(const std::string& content, const std::string& file = "test.csv",
                        Format format = Format::automatic, const AskMetrics& metrics = {},
                        const ImportOptions& options = {}) {
  ReadAll all;
  std::istringstream input(content);
  auto importer = open_importer(input, file, format, metrics, options);
  if (!importer) {
    all.failed = true;
    all.error = importer.error();
    return all;
  }
  all.header = (*importer)->header();
  for (;;) {
    Record record;
    const auto more = (*importer)->next(record);
    if (!more) {
      all.failed = true;
      all.error = more.error();
      return all;
    }
    if (!*more) {
      all.left_out = (*importer)->left_out();
      return all;
    }
    all.records.push_back(std::move(record));
  }
}

// The only event of an input that must have exactly one good record.
inline v1::Event only_event(const std::string& content, const std::string& file = "test.csv") {
  const ReadAll all = read_all(content, file);
  EXPECT_FALSE(all.failed) << all.error.message;
  EXPECT_EQ(all.records.size(), 1U);
  if (all.failed || all.records.size() != 1) return {};
  EXPECT_TRUE(all.records[0].event) << all.records[0].event.error().message;
  return all.records[0].event.value_or(v1::Event());
}

inline std::string first_error(const std::string& content, const std::string& file = "test.csv") {
  const ReadAll all = read_all(content, file);
  if (all.failed) return all.error.message;
  if (all.records.empty() || all.records[0].event) return {};
  return all.records[0].event.error().message;
}

}  // namespace capexdb::importers
