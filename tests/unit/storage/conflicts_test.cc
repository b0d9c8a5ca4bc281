// Conflicts about one cell or one number, and how they are asked for.
#include <algorithm>

#include "storage/query/engine.h"
#include "tests/unit/storage/said.h"

namespace capexdb::storage::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(ConflictsTest, OneValueInSeveralDocumentsIsACompleteDuplicate) {
  with_duplicates();
  say({{.who = "alibaba", .value = "23000000000", .decimals = -9, .root = "FT"},
       {.who = "alibaba", .value = "23000000000", .decimals = -9, .source = "Post", .root = "FT"}});
  const Answer answer = conflicts();
  ASSERT_EQ(found(), std::vector{Finding::complete_duplicate});
  EXPECT_EQ(answer.rows[0].documents, 2U);
  EXPECT_EQ(answer.rows[0].roots, 1U);
  EXPECT_EQ(answer.rows[0].reason, "2 documents of 1 root state 23bn CNY");
  ASSERT_EQ(answer.rows[0].parts.size(), 2U);
  EXPECT_EQ(answer.rows[0].parts[0].root, "FT");
  EXPECT_EQ(answer.rows[0].sequence, store_->last_sequence());
  classes_.clear();
  EXPECT_THAT(found(), IsEmpty()) << "duplicates contradict nobody";
}

TEST_F(ConflictsTest, ValuesThatDifferInPrecisionAreAConsistentDuplicateLedByTheFiner) {
  with_duplicates();
  say({{.who = "alibaba", .value = "80", .decimals = -1, .approx = true},
       {.who = "alibaba", .value = "80.3", .decimals = 1}});
  const Answer answer = conflicts();
  ASSERT_EQ(found(), std::vector{Finding::consistent_duplicate});
  EXPECT_EQ(answer.rows[0].value.point->to_string(), "80.3");
}

TEST_F(ConflictsTest, RootsThatDoNotMeetAreAnInconsistentDuplicate) {
  say({{.who = "alibaba", .value = "23000000000", .decimals = -9},
       {.who = "alibaba", .value = "46000000000", .decimals = -9, .source = "Post"}});
  const Answer answer = conflicts();
  ASSERT_EQ(found(), std::vector{Finding::inconsistent_duplicate});
  EXPECT_THAT(answer.rows[0].reason, HasSubstr("apart by a factor of 2"));
  EXPECT_EQ(answer.rows[0].roots, 2U);
}

TEST_F(ConflictsTest, RevisionsCopiesAndOtherStatusesAreNoContradiction) {
  say({{.who = "alibaba", .value = "23", .published = "2024-08-26"},
       {.who = "alibaba", .value = "24", .published = "2024-09-26"},
       {.who = "tencent", .value = "23", .root = "FT"},
       {.who = "tencent", .value = "24", .source = "Post", .published = "2024-09-01", .root = "FT"},
       {.who = "baidu", .value = "23"},
       {.who = "baidu", .value = "24", .source = "Post", .status = v1::STATUS_ESTIMATE}});
  EXPECT_THAT(texts(conflicts()), IsEmpty());
}

TEST_F(ConflictsTest, WhatWasWithdrawnContradictsNobody) {
  say({{.who = "alibaba", .value = "23"}, {.who = "alibaba", .value = "46", .source = "Post"}});
  ASSERT_EQ(found().size(), 1U);
  const Query before = [&] {
    Query query = question(QueryKind::conflicts, "alibaba", "capex");
    query.at_sequence = store_->last_sequence();
    return query;
  }();
  const std::vector<std::string> then = texts(ask(*store_, before));
  v1::Event retraction;
  retraction.mutable_source()->set_publisher("Post");
  retraction.set_published_at("2024-09-01");
  v1::Retraction& fact = *retraction.mutable_retraction();
  fact.set_document_published_at("2024-08-26");
  v1::Cell& cell = *fact.mutable_cell();
  cell.mutable_subject()->set_name("alibaba");
  cell.set_metric("capex");
  cell.mutable_period()->set_start("2024-01-01");
  cell.mutable_period()->set_end("2024-06-30");
  cell.set_measure(v1::MEASURE_LEVEL);
  cell.set_unit("CNY");
  cell.set_currency("CNY");
  EXPECT_EQ(commit(*store_, {retraction}).accepted(), 1U);
  EXPECT_THAT(found(), IsEmpty());
  EXPECT_EQ(texts(ask(*store_, before)), then) << "but did so at that sequence";
}

TEST_F(ConflictsTest, ABoundThatBecameAPointIsLost) {
  const Said bound = {.who = "bytedance",
                      .metric = "cash_and_equivalents",
                      .low = "50000000000",
                      .low_open = true,
                      .unit = "USD"};
  Said point = {.who = "bytedance",
                .metric = "cash_and_equivalents",
                .value = "50000000000",
                .decimals = -9,
                .unit = "USD",
                .source = "Post"};
  say({bound, point});
  const Answer answer = conflicts();
  ASSERT_EQ(found(), std::vector{Finding::bound_lost});
  EXPECT_THAT(answer.rows[0].reason,
              HasSubstr("more than 50bn USD (Times) is repeated as 50bn USD"));
}

TEST_F(ConflictsTest, APointWithinTheBoundHasLostNothing) {
  say({{.who = "bytedance", .low = "50000000000", .low_open = true},
       {.who = "bytedance", .value = "51000000000", .decimals = -9, .source = "Post"},
       {.who = "alibaba", .low = "50000000000"},
       {.who = "alibaba", .value = "50000000000", .decimals = -9, .source = "Post"}});
  EXPECT_THAT(texts(conflicts()), IsEmpty());
}

TEST_F(ConflictsTest, OneNumberOfOneOriginUnderTwoMetricsDrifts) {
  say({{.who = "alibaba", .value = "50", .root = "FT"},
       {.who = "alibaba",
        .metric = "ai_investment",
        .value = "50",
        .source = "Post",
        .root = "FT"}});
  ASSERT_EQ(found(), std::vector{Finding::scope_drift});
  EXPECT_EQ(conflicts("alibaba", "ai_investment").rows.size(), 1U) << "either metric asks for it";
}

TEST_F(ConflictsTest, ALabelThatNamesAnotherMetricDriftsToo) {
  say({{.who = "alibaba", .value = "50", .root = "FT", .label = "capex (total)"},
       {.who = "alibaba",
        .value = "50",
        .source = "Post",
        .root = "FT",
        .label = "investment in AI infrastructure"}});
  const Answer answer = conflicts();
  ASSERT_EQ(found(), std::vector{Finding::scope_drift});
  EXPECT_THAT(answer.rows[0].reason,
              HasSubstr("ai_investment as \"investment in AI infrastructure\" by Post"));
}

TEST_F(ConflictsTest, TheSameNumberOfOtherThingsOrOriginsDoesNotDrift) {
  say({{.who = "alibaba", .value = "23", .root = "FT"},
       {.who = "tencent", .metric = "ai_investment", .value = "23", .source = "Post", .root = "FT"},
       {.who = "baidu", .value = "23"},
       {.who = "baidu", .metric = "ai_investment", .value = "23", .source = "Post"},
       {.who = "bytedance", .value = "23", .root = "FT"},
       {.who = "bytedance",
        .metric = "ai_investment",
        .value = "23",
        .start = "2023-01-01",
        .end = "2023-06-30",
        .source = "Post",
        .root = "FT"}});
  EXPECT_THAT(texts(conflicts()), IsEmpty());
}

TEST_F(ConflictsTest, QuestionsAreNarrowedByPeriodStatusPolicyAndDay) {
  say({{.who = "alibaba", .value = "23"},
       {.who = "alibaba", .value = "46", .source = "Post", .published = "2024-09-01"}});
  EXPECT_EQ(conflicts("alibaba", "capex", "2024-H1").rows.size(), 1U);
  EXPECT_EQ(conflicts("all", "all", "2024").rows.size(), 1U);
  EXPECT_THAT(conflicts("alibaba", "capex", "2023").rows, IsEmpty());
  EXPECT_THAT(conflicts("alibaba", "unit_shipments,net_income").rows, IsEmpty());
  EXPECT_EQ(conflicts("alibaba", "unit_shipments,capex").rows.size(), 1U);
  EXPECT_EQ(conflicts("bat").rows.size(), 1U) << "a group's members are asked for with it";
  Query query = question(QueryKind::conflicts, "alibaba", "");
  query.as_of = "2024-08-31";
  EXPECT_THAT(ask(*store_, query).rows, IsEmpty());
  query.as_of = "";
  query.statuses = {Status::estimate};
  EXPECT_THAT(ask(*store_, query).rows, IsEmpty());
  query.statuses.clear();
  query.policy = "first-print";
  EXPECT_EQ(ask(*store_, query).rows.at(0).value.point->to_string(), "23");
  query.policy = "newest";
  EXPECT_EQ(ask(*store_, query).rows.at(0).value.point->to_string(), "46");
  query.policy = "source:Post";
  EXPECT_EQ(ask(*store_, query).rows.size(), 1U);
  query.findings = {Finding::scope_drift};
  EXPECT_THAT(ask(*store_, query).rows, IsEmpty());
}

TEST_F(ConflictsTest, ALimitCutsAndSaysSo) {
  for (const char* who : {"alibaba", "tencent", "baidu"}) {
    say({{.who = who, .value = "23"}, {.who = who, .value = "46", .source = "Post"}});
  }
  Query query = question(QueryKind::conflicts, "all", "");
  query.limit = 2;
  const Answer answer = ask(*store_, query);
  EXPECT_EQ(answer.rows.size(), 2U);
  EXPECT_TRUE(answer.truncated);
}

TEST_F(ConflictsTest, OfVeryManySidesTheFirstAreListedAndAllAreCounted) {
  with_duplicates();
  std::vector<Said> all;
  for (int i = 0; i < 250; ++i) {
    all.push_back({.who = "alibaba", .value = "23", .source = "Paper " + std::to_string(i)});
  }
  say(all);
  const Answer answer = conflicts();
  ASSERT_EQ(found(), std::vector{Finding::complete_duplicate});
  EXPECT_EQ(answer.rows[0].parts.size(), 200U);
  EXPECT_EQ(answer.rows[0].documents, 250U);
  EXPECT_THAT(answer.rows[0].reason, HasSubstr("; 200 of 250 sides are listed"));
}

// Only the first conflicts are held, whichever came first.
TEST_F(ConflictsTest, ALimitCutsTheLastInOrderAndNotInTime) {
  std::vector<std::string> companies;
  for (int i = 0; i < 40; ++i) companies.push_back("firm-" + std::to_string(100 + i * 7 % 40));
  for (const std::string& who : companies) {
    say({{.who = who, .value = "23"}, {.who = who, .value = "46", .source = "Post"}});
  }
  const std::vector<std::string> all = texts(conflicts());
  ASSERT_EQ(all.size(), 40U);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  Query query = question(QueryKind::conflicts, "all", "");
  query.limit = 3;
  EXPECT_EQ(texts(ask(*store_, query)), std::vector(all.begin(), all.begin() + 3));
}

TEST_F(ConflictsTest, UnknownMetricsAndRegularSeriesAreRefused) {
  Query query = question(QueryKind::conflicts, "all", "capex,capxe");
  const auto unknown = run_query(*store_, query, {});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Errc::not_found);
  query.metric = "capex";
  query.every = Every::quarter;
  const auto every = run_query(*store_, query, {});
  ASSERT_FALSE(every);
  EXPECT_EQ(every.error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace capexdb::storage::test
