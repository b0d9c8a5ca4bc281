// Which changes pass a filter, held against the rows that `history` shows of them.
#include "storage/feed/feed_filter.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <iostream>
#include <set>

#include "proto/model/limits.h"
#include "storage/catalogue.h"
#include "storage/feed/effects.h"
#include "tests/unit/storage/events.h"
#include "tests/unit/storage/model_world.h"
#include "tests/unit/storage/said.h"

namespace capexdb::storage::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FeedFilterTest : public ConflictsTest {
 protected:
  // The first word of a source is a change of the catalogue too.
  void know_sources() {
    say({{.who = "alibaba", .metric = "net_income", .value = "1", .source = "Times"},
         {.who = "alibaba", .metric = "net_income", .value = "1", .source = "Post"}});
  }
  Result<FeedFilter> make(const v1::FeedFilter& filter) {
    return FeedFilter::make(filter, store_->catalogue(), store_->last_sequence());
  }
  // The sequences behind `after` that pass.
  std::vector<std::uint64_t> passing(const v1::FeedFilter& message, std::uint64_t after = 0) {
    auto filter = make(message);
    EXPECT_TRUE(filter) << filter.error().message;
    return passing(*filter, after);
  }
  std::vector<std::uint64_t> passing(FeedFilter& filter, std::uint64_t after) {
    std::vector<std::uint64_t> all;
    for (std::uint64_t at = after; at < store_->last_sequence();) {
      const auto segment = log_.segment(*store_, at + 1);
      EXPECT_TRUE(segment) << segment.error().message;
      for (const std::uint16_t index : filter.candidates(**segment, at + 1)) {
        const auto passes = filter.passes(**segment, index);
        EXPECT_TRUE(passes) << passes.error().message;
        if (*passes) all.push_back((*segment)->first() + index);
      }
      at = (*segment)->last();
    }
    return all;
  }
  std::string error_of(const v1::FeedFilter& filter) {
    const auto made = make(filter);
    return made ? "" : made.error().field + ": " + made.error().message;
  }
  std::uint64_t last() const { return store_->last_sequence(); }
  FeedLog log_{1U << 20U};
};

TEST_F(FeedFilterTest, AnEmptyOneTakesCatalogueChangesToo) {
  say({{.who = "alibaba", .value = "10"}});
  EXPECT_EQ(passing({}).front(), 1U);
  EXPECT_EQ(passing({}).size(), last());
}

TEST_F(FeedFilterTest, EachFieldIsAColumn) {
  say({{.who = "alibaba", .value = "10"}});
  const std::uint64_t first = last();
  say({{.who = "tencent", .metric = "net_income", .value = "11", .source = "Post"}});
  const std::uint64_t second = last();
  say({{.who = "alibaba",
        .metric = "purchase_value",
        .value = "12",
        .status = v1::STATUS_GUIDANCE,
        .seller = "tencent"}});
  const std::uint64_t third = last();
  v1::FeedFilter filter;
  filter.add_companies("Alibaba");
  EXPECT_THAT(passing(filter), ElementsAre(first, third));
  v1::FeedFilter seller;
  seller.add_companies("tencent");
  EXPECT_THAT(passing(seller), ElementsAre(second, third)) << "a question shows both";
  v1::FeedFilter everyone;
  everyone.add_companies("ALL");
  everyone.add_companies("Alibaba");
  everyone.add_metrics("capex");
  EXPECT_THAT(passing(everyone), ElementsAre(first));
  everyone.clear_metrics();
  everyone.add_statuses(v1::STATUS_GUIDANCE);
  EXPECT_THAT(passing(everyone), ElementsAre(third));
  filter.add_metrics("capex");
  EXPECT_THAT(passing(filter), ElementsAre(first));
  filter.add_companies("tencent");
  filter.add_metrics("net_income");
  EXPECT_THAT(passing(filter), ElementsAre(first, second));
  filter.add_sources("post");
  EXPECT_THAT(passing(filter), ElementsAre(second));
  filter.Clear();
  filter.add_statuses(v1::STATUS_GUIDANCE);
  EXPECT_THAT(passing(filter), ElementsAre(third));
  filter.Clear();
  filter.add_counterparties("tencent");
  EXPECT_THAT(passing(filter), ElementsAre(third));
  EXPECT_THAT(passing(filter, third), IsEmpty());
}

TEST_F(FeedFilterTest, AGroupMeansItsMembersAsOfTheChange) {
  know_sources();
  const std::uint64_t known = last();
  v1::FeedFilter filter;
  filter.add_companies("cloud");
  say({{.who = "baidu", .value = "10"}, {.who = "tencent", .value = "11"}});
  const std::uint64_t outside = last();
  v1::Event event;
  v1::CatalogParty& group = *event.mutable_catalog_change()->add_parties();
  group.set_id("cloud");
  group.set_kind(v1::PARTY_KIND_GROUP);
  for (const char* member : {"alibaba", "baidu"}) group.add_members(member);
  ASSERT_EQ(commit(*store_, {event}).accepted(), 1U);
  say({{.who = "baidu", .value = "12", .source = "Post"},
       {.who = "tencent", .value = "13", .source = "Post"},
       {.who = "cloud", .value = "14"}});
  EXPECT_THAT(passing(filter, known), ElementsAre(outside, outside + 2, outside + 4));
  EXPECT_THAT(passing(filter, outside + 2), ElementsAre(outside + 4))
      << "from the middle on as well";
}

TEST_F(FeedFilterTest, AMergedCompanyIsTheOneItIsPartOf) {
  know_sources();
  say({{.who = "bytedance", .value = "10"}});
  const std::uint64_t before = last();
  v1::FeedFilter filter;
  filter.add_companies("tencent");
  v1::Event event;
  event.mutable_catalog_change()->add_merges()->set_party("bytedance");
  event.mutable_catalog_change()->mutable_merges(0)->set_into("tencent");
  ASSERT_EQ(commit(*store_, {event}).accepted(), 1U);
  say({{.who = "bytedance", .value = "11", .source = "Post"}});
  EXPECT_THAT(passing(filter), ElementsAre(before + 2));
}

// Whoever asks again after a merge misses nothing that came before it.
TEST_F(FeedFilterTest, ABreakBesideAMergeLosesNothing) {
  v1::FeedFilter message;
  message.add_companies("bytedance");
  auto unbroken = make(message);
  ASSERT_TRUE(unbroken);
  const std::uint64_t begin = last();
  const auto merge = [&](bool undo) {
    v1::Event event;
    v1::PartyMerge& its = *event.mutable_catalog_change()->add_merges();
    its.set_party("bytedance");
    if (!undo) its.set_into("tencent");
    its.set_undo(undo);
    ASSERT_EQ(commit(*store_, {event}).accepted(), 1U);
  };
  const auto say_both = [&](const std::string& value) {
    say({{.who = "bytedance", .value = value + "1"}, {.who = "tencent", .value = value + "2"}});
  };
  say_both("1");
  say_both("2");
  merge(false);
  say_both("3");
  merge(true);
  say_both("4");
  const std::vector<std::uint64_t> all = passing(*unbroken, begin);
  EXPECT_EQ(all.size(), 5U) << "of the other one only what came while they were one";
  for (std::uint64_t at = begin; at < last(); ++at) {
    std::vector<std::uint64_t> rest = all;
    std::erase_if(rest, [&](std::uint64_t sequence) { return sequence <= at; });
    EXPECT_EQ(passing(message, at), rest) << "behind " << at;
  }
}

TEST_F(FeedFilterTest, ListsAreThoseOfAQuestion) {
  know_sources();
  say({{.who = "alibaba", .value = "1"}});
  const std::uint64_t first = last();
  say({{.who = "Foo,Inc.", .metric = "net_income", .value = "2"}});
  v1::FeedFilter filter;
  filter.add_companies("alibaba, Foo,Inc.");
  EXPECT_THAT(error_of(filter), HasSubstr("filter.companies"));
  filter.set_companies(0, "Foo,Inc.");
  EXPECT_EQ(passing(filter).size(), 1U) << "it is a name";
  filter.set_companies(0, "alibaba, tencent");
  EXPECT_THAT(passing(filter, first - 1), ElementsAre(first));
  filter.clear_companies();
  filter.add_metrics("capex, net_income");
  EXPECT_EQ(passing(filter, first - 1).size(), 2U);
  filter.set_metrics(0, "all");
  filter.add_companies("alibaba");
  EXPECT_THAT(passing(filter, first - 1), ElementsAre(first));
}

TEST_F(FeedFilterTest, MeaningsAndSizes) {
  say({{.who = "alibaba", .value = "100"}});
  const std::uint64_t first = last();
  say({{.who = "alibaba", .value = "104", .published = "2024-08-27"}});
  say({{.who = "alibaba", .value = "120", .published = "2024-08-28"}});
  v1::FeedFilter filter;
  filter.add_meanings(v1::MEANING_REVISION);
  EXPECT_THAT(passing(filter), ElementsAre(first + 1, first + 2));
  filter.set_change_above_percent("5");
  EXPECT_THAT(passing(filter), ElementsAre(first + 2));
  filter.clear_meanings();
  EXPECT_THAT(passing(filter), ElementsAre(first + 2)) << "a size alone asks for changes too";
  filter.Clear();
  filter.add_meanings(v1::MEANING_FIRST_PRINT);
  EXPECT_THAT(passing(filter), ElementsAre(first));
  filter.add_meanings(v1::MEANING_CONFLICT_OPENED);
  say({{.who = "alibaba", .value = "130", .source = "Post", .published = "2024-08-28"}});
  EXPECT_THAT(passing(filter), ::testing::Contains(last()));
}

TEST_F(FeedFilterTest, WhatMakesNoSenseIsSaid) {
  v1::FeedFilter filter;
  filter.add_companies("alibabba");
  EXPECT_THAT(error_of(filter), HasSubstr("alibaba")) << "the nearest one is named";
  EXPECT_THAT(error_of(filter), HasSubstr("filter.companies"));
  filter.Clear();
  filter.add_metrics(" ");
  EXPECT_THAT(error_of(filter), HasSubstr("empty"));
  filter.Clear();
  filter.set_change_above_percent("five");
  EXPECT_THAT(error_of(filter), HasSubstr("'five' is no percentage"));
  filter.set_change_above_percent("-5");
  EXPECT_THAT(error_of(filter), HasSubstr("no percentage"));
  filter.set_change_above_percent("5");
  filter.add_meanings(v1::MEANING_CONFLICT_OPENED);
  EXPECT_THAT(error_of(filter), HasSubstr("a conflict has no size"));
  filter.Clear();
  filter.add_companies("alibaba" + std::string(limits::kNameBytesMax, ' '));
  EXPECT_THAT(error_of(filter), HasSubstr("more than 512 bytes"));
  filter.Clear();
  filter.add_meanings(static_cast<v1::Meaning>(99));
  EXPECT_THAT(error_of(filter), HasSubstr("unknown meaning 99"));
  filter.Clear();
  filter.add_statuses(v1::STATUS_UNSPECIFIED);
  EXPECT_THAT(error_of(filter), HasSubstr("unknown status 0"));
  filter.Clear();
  for (std::size_t i = 0; i <= limits::kFilterNamesMax; ++i) filter.add_sources("Times");
  EXPECT_THAT(error_of(filter), HasSubstr("at most 1000 names"));
}

// Random filters over random statements: what passes is what a look at each one's rows
// says, from wherever one begins.
TEST_F(FeedFilterTest, PassesWhatItsRowsSay) {
  constexpr std::uint64_t kSeed = 7;
  std::cout << "seed " << kSeed << "\n";
  Dice dice(kSeed);
  const std::vector<std::string> who = {"alibaba", "tencent", "baidu", "bytedance", "cloud"};
  const std::vector<std::string> metrics = {"capex", "net_income", "purchase_value"};
  const std::vector<std::string> sources = {"Times", "Post", "Echo"};
  const std::vector<v1::Status> statuses = {v1::STATUS_ACTUAL, v1::STATUS_ESTIMATE,
                                            v1::STATUS_GUIDANCE};
  for (int batch = 0; batch < 60; ++batch) {
    std::vector<v1::Event> events;
    for (std::size_t n = 1 + dice.roll(12); n > 0; --n) {
      Said one{.who = dice.pick(who),
               .metric = dice.pick(metrics),
               .value = std::to_string(dice.roll(1'000'000)),
               .source = dice.pick(sources),
               .status = dice.pick(statuses)};
      if (one.metric == "purchase_value") one.seller = dice.pick(who);
      events.push_back(event_of(one));
    }
    commit(*store_, events);
  }
  const auto leaves = [](const std::string& name) -> std::set<std::string> {
    if (name == "cloud") return {"cloud", "alibaba", "bytedance", "tencent"};
    return {name};
  };
  std::size_t passed = 0;
  for (int round = 0; round < 300; ++round) {
    v1::FeedFilter filter;
    std::set<std::string> companies;
    std::set<std::string> counterparties;
    const auto name_some = [&](auto add, std::set<std::string>& all) {
      for (std::size_t n = 1 + dice.roll(2); n > 0; --n) {
        const std::string& name = dice.pick(who);
        add(name);
        all.merge(leaves(name));
      }
    };
    if (dice.chance(50)) name_some([&](const auto& n) { filter.add_companies(n); }, companies);
    if (dice.chance(20)) {
      name_some([&](const auto& n) { filter.add_counterparties(n); }, counterparties);
    }
    if (dice.chance(50)) filter.add_metrics(dice.pick(metrics));
    if (dice.chance(30)) filter.add_sources(dice.pick(sources));
    if (dice.chance(30)) filter.add_statuses(dice.pick(statuses));
    const std::uint64_t after = dice.roll(last());
    std::vector<std::uint64_t> expected;
    const bool all = filter.ByteSizeLong() == 0;
    for (std::uint64_t sequence = after + 1; sequence <= last(); ++sequence) {
      const auto stored = store_->view().event(sequence);
      v1::Event event;
      ASSERT_TRUE(event.ParseFromString(stored->bytes));
      const v1::MeasureFact& fact = event.measure();
      const auto any = [](const auto& list, const auto& value) {
        return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
      };
      const bool others = fact.counterparties_size() > 0 &&
                          counterparties.contains(fact.counterparties(0).party().name());
      const bool takes_part = fact.counterparties_size() > 0 &&
                              companies.contains(fact.counterparties(0).party().name());
      const bool passes =
          all || (event.has_measure() &&
                  (companies.empty() || companies.contains(fact.subject().name()) || takes_part) &&
                  any(filter.metrics(), fact.metric()) &&
                  any(filter.sources(), event.source().publisher()) &&
                  any(filter.statuses(), static_cast<int>(event.status())) &&
                  (counterparties.empty() || others));
      if (passes) expected.push_back(sequence);
    }
    passed += expected.size();
    ASSERT_EQ(passing(filter, after), expected) << filter.DebugString() << " after " << after;
  }
  EXPECT_GT(passed, 5000U);
}

}  // namespace
}  // namespace capexdb::storage::test
