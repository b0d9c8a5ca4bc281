// Two companies that turn out to be one: answers are those of a store in which they
// always were one, and after an undo those from before.
#include <gtest/gtest.h>

#include <iostream>

#include "storage/catalogue.h"
#include "storage/query/engine.h"
#include "tests/unit/storage/events.h"
#include "tests/unit/storage/model_history.h"
#include "tests/unit/storage/model_pair.h"
#include "tests/unit/storage/model_question.h"
#include "tests/unit/storage/said.h"

namespace capexdb::storage::test {
namespace {

v1::Event merge_event(const std::string& party, const std::string& into, bool undo = false) {
  v1::Event event;
  v1::PartyMerge& merge = *event.mutable_catalog_change()->add_merges();
  merge.set_party(party);
  if (!undo) merge.set_into(into);
  merge.set_undo(undo);
  return event;
}

std::string verdict_code(const v1::IngestReply& reply) {
  return reply.verdicts_size() > 0 ? reply.verdicts(0).code() : "";
}

class MergeTest : public ConflictsTest {
 protected:
  void say_two() {
    say({{.who = "alibaba", .value = "10", .source = "Times"},
         {.who = "aliyun", .value = "12", .source = "Post"},
         {.who = "aliyun", .value = "7", .start = "2023-01-01", .end = "2023-06-30"}});
  }
  v1::IngestReply merge(const std::string& party, const std::string& into) {
    return commit(*store_, {merge_event(party, into)});
  }
  v1::IngestReply split(const std::string& party) {
    return commit(*store_, {merge_event(party, "", true)});
  }
  std::string all(const Query& query) {
    Answer answer = ask(*store_, query);
    answer.sequence = 0;
    return answer_text(answer);
  }
};

TEST_F(MergeTest, BothNamesAnswerWithWhatWasSaidOfEither) {
  say_two();
  const Query before = question(QueryKind::statements, "alibaba", "capex");
  ASSERT_EQ(ask(*store_, before).rows.size(), 1U);
  ASSERT_EQ(merge("aliyun", "alibaba").accepted(), 1U);
  EXPECT_EQ(ask(*store_, before).rows.size(), 3U);
  EXPECT_EQ(all(question(QueryKind::statements, "aliyun", "capex")), all(before));
  const AnswerRow row = only_row(*store_, question(QueryKind::cells, "aliyun", "capex", "2023-H1"));
  EXPECT_EQ(row.company, "alibaba");
  EXPECT_EQ(row.value.point->to_string(), "7");
}

TEST_F(MergeTest, EarlierSequencesKnowNothingOfIt) {
  say_two();
  const std::uint64_t before = store_->last_sequence();
  const Query query = question(QueryKind::statements, "alibaba", "capex");
  const auto old_answer = all(query);
  merge("aliyun", "alibaba");
  Query at = query;
  at.at_sequence = before;
  EXPECT_EQ(all(at), old_answer);
  EXPECT_NE(all(query), old_answer);
}

TEST_F(MergeTest, AnUndoMakesThemTwoAgain) {
  say_two();
  const Query one = question(QueryKind::statements, "alibaba", "capex");
  const Query other = question(QueryKind::statements, "aliyun", "capex");
  const std::string before = all(one);
  merge("aliyun", "alibaba");
  say({{.who = "aliyun", .value = "9", .start = "2022-01-01", .end = "2022-06-30"}});
  ASSERT_EQ(split("aliyun").accepted(), 1U);
  EXPECT_EQ(all(one), before);
  EXPECT_EQ(ask(*store_, other).rows.size(), 3U)
      << "what came under its own name meanwhile is its own";
}

TEST_F(MergeTest, AStatementOfTheOtherNameIsADuplicate) {
  say({{.who = "alibaba", .value = "10"}});
  say({{.who = "aliyun", .value = "11", .published = "2024-08-27"}});
  merge("aliyun", "alibaba");
  const auto reply =
      commit(*store_, {event_of({.who = "aliyun", .value = "10"}),
                       event_of({.who = "alibaba", .value = "11", .published = "2024-08-27"})});
  EXPECT_EQ(reply.duplicates(), 2U) << reply.DebugString();
}

TEST_F(MergeTest, CirclesAndOddPairsAreRefused) {
  say_two();
  EXPECT_EQ(verdict_code(merge("aliyun", "bat")), "other_kind");
  EXPECT_EQ(verdict_code(merge("bat", "four")), "unknown_company");
  EXPECT_EQ(verdict_code(merge("nobody", "alibaba")), "unknown_company");
  EXPECT_EQ(verdict_code(split("aliyun")), "not_merged");
  ASSERT_EQ(merge("aliyun", "alibaba").accepted(), 1U);
  EXPECT_EQ(merge("aliyun", "alibaba").duplicates(), 1U);
  EXPECT_EQ(verdict_code(merge("aliyun", "tencent")), "already_merged");
  EXPECT_EQ(verdict_code(merge("alibaba", "aliyun")), "merge_circle");
}

TEST_F(MergeTest, ChainsLeadToTheLast) {
  say_two();
  merge("aliyun", "alibaba");
  ASSERT_EQ(merge("alibaba", "tencent").accepted(), 1U);
  EXPECT_EQ(ask(*store_, question(QueryKind::statements, "aliyun", "capex")).rows.size(), 3U);
  EXPECT_EQ(only_row(*store_, question(QueryKind::cells, "aliyun", "capex", "2023-H1")).company,
            "tencent");
}

TEST_F(MergeTest, SurvivesOpeningAgain) {
  say_two();
  merge("aliyun", "alibaba");
  const Query query = question(QueryKind::statements, "alibaba", "capex");
  const auto before = all(query);
  store_.reset();
  store_ = open_store(directory_.path(), {});
  EXPECT_EQ(all(query), before);
}

TEST_F(MergeTest, ListsThatComeAfterAChainOfMergesSurviveOpeningAgain) {
  const auto sells_to = [](const std::string& buyer, const std::string& value) {
    return event_of({.who = "nvidia",
                     .metric = "unit_shipments",
                     .value = value,
                     .unit = "{chip}",
                     .buyer = buyer});
  };
  commit(*store_, {sells_to("one", "1"), sells_to("two", "2"), sells_to("three", "3")});
  for (const char* merged : {"one", "two"}) {
    ASSERT_EQ(merge(merged, merged == std::string("one") ? "two" : "three").accepted(), 1U);
  }
  for (int opened = 0; opened < 4; ++opened) {
    store_.reset();
    store_ = open_store(directory_.path(), {});
    ASSERT_TRUE(store_);
    const std::string buyer = "later " + std::to_string(opened);
    EXPECT_EQ(commit(*store_, {sells_to(buyer, "5"), sells_to("one", std::to_string(10 + opened))})
                  .accepted(),
              2U);
  }
  ASSERT_EQ(split("two").accepted(), 1U);
  EXPECT_EQ(ask(*store_, question(QueryKind::statements, "two", "unit_shipments")).rows.size(), 6U);
}

TEST_F(MergeTest, WhoWasOnlyNamedByOthersBecomesACompany) {
  commit(*store_, {event_of({.who = "nvidia",
                             .metric = "unit_shipments",
                             .value = "1",
                             .unit = "{chip}",
                             .buyer = "named only"})});
  say({{.who = "aliyun", .value = "7"}});
  const auto companies = [&] { return store_->catalogue().companies(kNow).size(); };
  const std::size_t before = companies();
  ASSERT_EQ(merge("aliyun", "named-only").accepted(), 1U);
  EXPECT_EQ(companies(), before);
  EXPECT_EQ(only_row(*store_, question(QueryKind::cells, "named-only", "capex", "2024-H1"))
                .value.point->to_string(),
            "7");
}

// In every world the blog calls the first company by another name.
class MergeModelTest : public testing::TestWithParam<std::uint64_t> {};

void rename_subjects(v1::Event& event, const World& world, const std::string& other) {
  const auto rename = [&](v1::Party& party) {
    if (party.name() == world.companies[0]) party.set_name(other);
  };
  const auto rename_fact = [&](auto& fact) {
    rename(*fact.mutable_subject());
    for (auto& counterparty : *fact.mutable_counterparties()) rename(*counterparty.mutable_party());
  };
  if (event.has_capex()) rename_fact(*event.mutable_capex());
  if (event.has_measure()) rename_fact(*event.mutable_measure());
  if (event.has_chip_shipment()) rename_fact(*event.mutable_chip_shipment());
  if (event.has_retraction() && event.retraction().has_cell()) {
    rename_fact(*event.mutable_retraction()->mutable_cell());
  }
}

std::unique_ptr<EventStore> store_with(const std::vector<v1::Event>& log, const std::string& path,
                                       const std::vector<World>& worlds) {
  auto store = open_store(path, catalogue_of(worlds));
  for (const v1::Event& event : log) commit(*store, {event});
  return store;
}

std::string asked(const EventStore& store, const Query& query) {
  return answer_text(run_query(store, query, {}), false);
}

TEST_P(MergeModelTest, AnswersAreThoseOfOneCompany) {
  std::cout << "seed " << GetParam() << "\n";
  Dice dice(GetParam());
  // Enough that questions about all companies read frames.
  std::vector<World> worlds;
  for (std::size_t i = 0; i < 18; ++i) worlds.emplace_back(i);
  const std::vector<v1::Event> log = random_log(worlds, 40, dice);
  std::vector<v1::Event> renamed = log;
  for (v1::Event& event : renamed) {
    for (const World& world : worlds) {
      if (event.source().publisher() == world.sources[2]) {
        rename_subjects(event, world, world.prefix + "other");
      }
    }
  }
  const TemporaryDirectory one_directory;
  const TemporaryDirectory two_directory;
  const auto one = store_with(log, one_directory.path(), worlds);
  const auto two = store_with(renamed, two_directory.path(), worlds);
  std::vector<std::pair<Query, std::string>> before;
  for (std::size_t i = 0; i < 300; ++i) {
    const Query query = random_question(dice.pick(worlds), two->last_sequence(), dice);
    before.emplace_back(query, asked(*two, query));
  }
  std::vector<v1::Event> merges;
  std::vector<v1::Event> splits;
  for (const World& world : worlds) {
    const std::string other = world.prefix + "other";
    if (two->catalogue().find(NameKind::party, other) == 0) continue;
    merges.push_back(merge_event(other, world.companies[0]));
    splits.push_back(merge_event(other, "", true));
  }
  ASSERT_FALSE(merges.empty());
  ASSERT_EQ(commit(*two, merges).accepted(), merges.size());
  std::size_t differ = 0;
  for (std::size_t i = 0; i < 3'000 && differ < 3; ++i) {
    Query query = random_question(dice.pick(worlds), 1, dice);
    query.at_sequence = 0;
    query.from_sequence = 0;
    if (asked(*two, query) == asked(*one, query)) continue;
    ++differ;
    ADD_FAILURE() << "seed " << GetParam() << ", question " << i << ": " << text_of(query)
                  << "\nmerged:\n"
                  << asked(*two, query) << "one:\n"
                  << asked(*one, query);
  }
  ASSERT_EQ(commit(*two, splits).accepted(), splits.size());
  for (const auto& [query, text] : before) {
    Query now = query;
    if (now.at_sequence == 0) now.at_sequence = two->last_sequence();
    ASSERT_EQ(asked(*two, now), text) << "seed " << GetParam() << ": " << text_of(query);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, MergeModelTest, testing::Values(1, 2, 3));

}  // namespace
}  // namespace capexdb::storage::test
