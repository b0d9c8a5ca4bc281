#include "storage/resolution.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace capexdb::storage {
namespace {

constexpr std::int64_t kDay = 86400;

Row row(std::int64_t value, Status status, std::int64_t day, std::int64_t document,
        std::int64_t root = 0, std::int64_t source = 1) {
  Row r;
  static std::int64_t sequence = 0;
  r[Column::sequence] = ++sequence;
  r[Column::status] = static_cast<std::int64_t>(status);
  r.set_published({day * kDay, (day + 1) * kDay});
  r[Column::document] = document;
  r[Column::root] = root == 0 ? document : root;
  r[Column::source] = source;
  Interval interval;
  interval.point = Decimal(value);
  EXPECT_TRUE(r.set_value(interval));
  return r;
}

Row retraction(std::int64_t day, std::int64_t document) {
  Row r = row(0, Status::actual, day, document);
  r[Column::flags] = flag::kRetraction;
  return r;
}

std::int64_t leader_value(const std::vector<Row>& cell, const Policy& policy = {}) {
  const Verdicts verdicts = resolve(cell, policy);
  return verdicts.leader ? cell[*verdicts.leader][Column::value] : -1;
}

TEST(Resolution, AnActualBeatsANewerEstimate) {
  EXPECT_EQ(leader_value({row(1, Status::estimate, 20, 1), row(2, Status::actual, 10, 2)}), 2);
}

TEST(Resolution, CommitmentsAndTargetsRankAlike) {
  EXPECT_EQ(leader_value({row(1, Status::commitment, 10, 1), row(2, Status::target, 11, 2)}), 2);
  EXPECT_EQ(leader_value({row(1, Status::guidance, 1, 1), row(2, Status::target, 11, 2)}), 1);
}

TEST(Resolution, ABetterSourceBeatsANewerOne) {
  Policy policy;
  policy.source_rank = [](std::uint32_t source) { return source == 7 ? 1U : 1000U; };
  EXPECT_EQ(
      leader_value({row(1, Status::actual, 10, 1, 0, 7), row(2, Status::actual, 20, 2)}, policy),
      1);
}

TEST(Resolution, OtherPoliciesAskForTheNewestTheFirstOrOneSource) {
  const std::vector<Row> cell = {row(1, Status::actual, 10, 1), row(2, Status::estimate, 30, 2),
                                 row(3, Status::actual, 20, 3, 0, 5)};
  Policy policy;
  EXPECT_EQ(leader_value(cell, policy), 3);
  policy.kind = PolicyKind::newest;
  EXPECT_EQ(leader_value(cell, policy), 2);
  policy.kind = PolicyKind::first_print;
  EXPECT_EQ(leader_value(cell, policy), 1);
  policy.kind = PolicyKind::source;
  policy.source = 5;
  EXPECT_EQ(leader_value(cell, policy), 3);
  policy.source = 6;
  EXPECT_EQ(leader_value(cell, policy), -1);
}

TEST(Resolution, ARetractionWithdrawsWhatItsDocumentSaidUntilThen) {
  const std::vector<Row> cell = {row(1, Status::actual, 10, 1), row(2, Status::actual, 5, 2),
                                 retraction(12, 1)};
  EXPECT_EQ(leader_value(cell), 2);
  const std::vector<Row> reasserted = {row(1, Status::actual, 10, 1), retraction(12, 1),
                                       row(3, Status::actual, 13, 1)};
  EXPECT_EQ(leader_value(reasserted), 3);
}

TEST(Resolution, ARetractionOfOneSequenceLeavesOthersOfTheDocument) {
  std::vector<Row> cell = {row(1, Status::actual, 10, 1), row(2, Status::actual, 10, 1)};
  Row gone = retraction(12, 9);
  gone[Column::flags] |= flag::kRetractsSequence;
  gone[Column::value] = cell[0][Column::sequence];
  cell.push_back(gone);
  EXPECT_EQ(leader_value(cell), 2);
}

TEST(Resolution, TheOrderOfArrivalNeverDecides) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    std::vector<Row> cell;
    for (int i = 0; i < 6; ++i) {
      cell.push_back(row(
          static_cast<std::int64_t>(random() % 4), static_cast<Status>(1 + random() % 5),
          static_cast<std::int64_t>(random() % 3), static_cast<std::int64_t>(1 + random() % 4)));
    }
    if (random() % 2 == 0) cell.push_back(retraction(1, 1));
    const std::int64_t expected = leader_value(cell);
    for (int i = 0; i < 20; ++i) {
      std::shuffle(cell.begin(), cell.end(), random);
      ASSERT_EQ(leader_value(cell), expected);
    }
  }
}

TEST(Resolution, WithdrawnContentIsNotRevivedBesideNewFacts) {
  std::vector<Row> cell = {row(23, Status::actual, 10, 1), row(23, Status::actual, 10, 1)};
  cell[0][Column::sequence] = 5;
  cell[1][Column::sequence] = 8;
  Row retraction = cell[0];
  retraction[Column::sequence] = 6;
  retraction[Column::flags] = flag::kRetraction | flag::kRetractsSequence;
  retraction[Column::value] = 5;
  cell.push_back(retraction);
  EXPECT_FALSE(resolve(cell, {}).leader);
}

TEST(Resolution, CopiesAreDocumentsOfOneRoot) {
  const std::vector<Row> copies = {row(23, Status::actual, 10, 1, 100),
                                   row(23, Status::actual, 11, 2, 100)};
  Evidence evidence = evidence_for(copies, resolve(copies, {}));
  EXPECT_EQ(evidence.documents, 2U);
  EXPECT_EQ(evidence.roots, 1U);
  // Document 3 copies document 2, which copies 100.
  std::vector<Row> chain = copies;
  chain.push_back(row(23, Status::actual, 12, 3, 2));
  evidence = evidence_for(chain, resolve(chain, {}));
  EXPECT_EQ(evidence.documents, 3U);
  EXPECT_EQ(evidence.roots, 1U);
}

TEST(Resolution, DocumentsThatCiteOneAnotherAreNoTwoConfirmations) {
  const std::vector<Row> circle = {row(23, Status::actual, 10, 1, 2),
                                   row(23, Status::actual, 11, 2, 1)};
  const Evidence evidence = evidence_for(circle, resolve(circle, {}));
  EXPECT_EQ(evidence.documents, 2U);
  EXPECT_EQ(evidence.roots, 1U);
}

TEST(Resolution, AChainOfCopiesGoesThroughDocumentsThatSaySomethingElse) {
  // 1 copies 2, which misprints 100; 3 copies 100 itself.
  std::vector<Row> cell = {row(23, Status::actual, 12, 1, 2), row(24, Status::actual, 10, 2, 100),
                           row(23, Status::actual, 11, 3, 100)};
  Evidence evidence = evidence_for(cell, resolve(cell, {}));
  EXPECT_EQ(evidence.documents, 2U);
  EXPECT_EQ(evidence.roots, 1U);
  cell.push_back(retraction(13, 2));
  evidence = evidence_for(cell, resolve(cell, {}));
  EXPECT_EQ(evidence.documents, 2U);
  EXPECT_EQ(evidence.roots, 1U) << "what was withdrawn was a copy all the same";
}

TEST(Resolution, WhatADocumentCitesDoesNotHangOnTheOrderOfArrival) {
  std::vector<Row> cell = {row(23, Status::actual, 10, 1, 100), row(23, Status::actual, 11, 1),
                           row(23, Status::actual, 10, 2, 100)};
  for (int i = 0; i < 2; ++i) {
    const Evidence evidence = evidence_for(cell, resolve(cell, {}));
    EXPECT_EQ(evidence.documents, 2U);
    EXPECT_EQ(evidence.roots, 1U);
    std::swap(cell[0], cell[1]);
  }
}

TEST(Resolution, StatementsThatDisagreeAreNoConfirmation) {
  const std::vector<Row> cell = {row(23, Status::actual, 10, 1), row(24, Status::actual, 9, 2)};
  const Evidence evidence = evidence_for(cell, resolve(cell, {}));
  EXPECT_EQ(evidence.documents, 1U);
  EXPECT_EQ(evidence.disagreeing, 1U);
}

}  // namespace
}  // namespace capexdb::storage
