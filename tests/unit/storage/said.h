// Statements in short, and a store that is asked for conflicts among them.
#pragma once

#include <gmock/gmock.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/unit/storage/events.h"

namespace capexdb::storage::test {

// The small catalogue with two groups of buyers and a few metrics more.
CatalogChange conflict_catalogue();

// One statement: what the tests vary has a member.
struct Said {
  std::string who;
  std::string metric = "capex";
  std::string value = {};
  std::string low = {};
  std::string high = {};
  bool low_open = false;
  std::optional<int> decimals = {};
  std::string unit = "CNY";
  std::string start = "2024-01-01";
  std::string end = "2024-06-30";
  std::string source = "Times";
  std::string published = "2024-08-26";
  std::string root = {};
  v1::Status status = v1::STATUS_ACTUAL;
  v1::Measure measure = v1::MEASURE_UNSPECIFIED;
  std::string product = {};
  std::string seller = {};
  std::string buyer = {};
  std::string label = {};
  bool approx = false;
};

v1::Event event_of(const Said& said);

// Chips that Nvidia sold, and a price of an H20 in 2024-Q2.
Said chips(const std::string& who, const std::string& start, const std::string& end);
Said price(const std::string& buyer, const std::string& value, const std::string& source);

// Everything that an answer says but for when it arrived.
std::vector<std::string> texts(const Answer& answer);

class ConflictsTest : public testing::Test {
 protected:
  ConflictsTest() : store_(open_store(directory_.path(), conflict_catalogue())) {}

  void say(const std::vector<Said>& all) {
    std::vector<v1::Event> events;
    for (const Said& said : all) events.push_back(event_of(said));
    const v1::IngestReply reply = commit(*store_, events);
    EXPECT_EQ(reply.accepted(), events.size()) << reply.DebugString();
  }
  Answer conflicts(const std::string& select = {}, const std::string& metric = {},
                   const std::string& periods = {}) {
    Query query = question(QueryKind::conflicts, select, metric, periods);
    if (select.empty()) query.select.clear();
    query.findings = classes_;
    return ask(*store_, query);
  }
  std::vector<Finding> found() {
    std::vector<Finding> findings;
    for (const AnswerRow& row : conflicts().rows) findings.push_back(*row.finding);
    return findings;
  }
  void with_duplicates() { classes_ = all_findings(); }

  TemporaryDirectory directory_;
  std::unique_ptr<EventStore> store_;
  std::vector<Finding> classes_;
};

}  // namespace capexdb::storage::test
