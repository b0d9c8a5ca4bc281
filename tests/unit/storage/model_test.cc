// Random questions about random histories, answered by the store and by a model
// of it (model_store.h).
//
// Not asked here, as no document says what is right: statements of one document,
// status and time that give one cell two values (hashes of contents decide), and
// regular series out of more than twelve terms, nor those of periods further than two
// years from what was reported; yearly growth between what was reported for periods of
// several lengths; and the order of rows of growth and shipments.
#include <gtest/gtest.h>

#include <iostream>

#include "proto/wire/query_codec.h"
#include "storage/query/engine.h"
#include "tests/unit/storage/model_pair.h"
#include "tests/unit/storage/model_question.h"

namespace capexdb::storage::test {
namespace {

constexpr std::size_t kEventsOfAWorld = 70;
constexpr std::size_t kBatchMax = 300;
// Of one seed; five seeds make 100,000. With sanitizers, which look at each access
// and not at numbers, a part of them.
#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t kQuestions = 1'000;
constexpr std::size_t kOrderQuestions = 200;
#else
constexpr std::size_t kQuestions = 20'000;
constexpr std::size_t kOrderQuestions = 2'000;
#endif
constexpr std::size_t kMismatchesShown = 3;

std::vector<World> worlds(std::size_t count) {
  std::vector<World> list;
  for (std::size_t i = 0; i < count; ++i) list.emplace_back(i);
  return list;
}

class ModelTest : public testing::TestWithParam<std::uint64_t> {
 protected:
  ModelTest() : dice_(GetParam()) { std::cout << "seed " << GetParam() << "\n"; }

  Dice dice_;
};

TEST_P(ModelTest, TheStoreAnswersAsTheModel) {
  const std::vector<World> all = worlds(18);
  StorePair pair(all);
  pair.commit_log(random_log(all, kEventsOfAWorld, dice_), dice_, kBatchMax);
  ASSERT_FALSE(HasFailure());
  std::size_t mismatches = 0;
  for (std::size_t i = 0; i < kQuestions && mismatches < kMismatchesShown; ++i) {
    const World& world = dice_.pick(all);
    const Query query = random_question(world, pair.store().last_sequence(), dice_);
    const std::string disagreement = pair.disagreement(query);
    if (disagreement.empty()) continue;
    ++mismatches;
    ADD_FAILURE() << "seed " << GetParam() << ", question " << i << ": " << text_of(query) << "\n"
                  << disagreement << "history:\n"
                  << shortest_history(pair, world, query);
  }
}

TEST_P(ModelTest, TheOrderOfArrivalDecidesNothing) {
  const std::vector<World> all = worlds(8);
  const std::vector<v1::Event> log = another_order(random_log(all, kEventsOfAWorld, dice_), dice_);
  StorePair one(all);
  one.commit_log(log, dice_, kBatchMax);
  StorePair other(all);
  other.commit_log(another_order(log, dice_), dice_, 40);
  for (std::size_t i = 0; i < kOrderQuestions && !HasFailure(); ++i) {
    const World& world = dice_.pick(all);
    Query query = random_question(world, 1, dice_);
    query.at_sequence = 0;
    query.from_sequence = 0;
    EXPECT_EQ(answer_text(run_query(one.store(), query, {}), false),
              answer_text(run_query(other.store(), query, {}), false))
        << "seed " << GetParam() << ", question " << i << ": " << text_of(query);
  }
}

TEST_P(ModelTest, ATokenGivesItsAnswerForEver) {
  const std::vector<World> all = worlds(8);
  const std::vector<v1::Event> log = random_log(all, kEventsOfAWorld, dice_);
  StorePair pair(all);
  std::vector<std::pair<Query, std::string>> answers;
  for (std::size_t begin = 0; begin < log.size(); begin += log.size() / 4) {
    const auto first = log.begin() + static_cast<std::ptrdiff_t>(begin);
    const std::size_t count = std::min(log.size() / 4, log.size() - begin);
    pair.commit_log({first, first + static_cast<std::ptrdiff_t>(count)}, dice_, kBatchMax);
    for (std::size_t i = 0; i < 500; ++i) {
      const Query query = random_question(dice_.pick(all), pair.store().last_sequence(), dice_);
      const auto answer = run_query(pair.store(), query, {});
      if (!answer) continue;
      const auto replayed = wire::question_of(wire::make_token(query, *answer));
      ASSERT_TRUE(replayed) << text_of(query);
      answers.emplace_back(*replayed, whole_text(answer));
    }
  }
  for (const auto& [query, before] : answers) {
    ASSERT_EQ(whole_text(run_query(pair.store(), query, {})), before)
        << "seed " << GetParam() << ": " << text_of(query);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ModelTest, testing::Values(1, 2, 3, 4, 5));

}  // namespace
}  // namespace capexdb::storage::test
