// What an event did to its cells, held against what two questions answer before and
// after it.
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <set>

#include "proto/codec/validate.h"
#include "storage/feed/effects.h"
#include "storage/feed/segment.h"
#include "storage/query/engine.h"
#include "tests/unit/storage/events.h"
#include "tests/unit/storage/model_world.h"
#include "tests/unit/storage/said.h"

namespace capexdb::storage::test {
namespace {

// A Change with the cells or the conflicts only.
v1::Change parsed(const std::string& bytes) {
  v1::Change change;
  EXPECT_TRUE(change.ParseFromString(bytes));
  return change;
}

class FeedEffectsTest : public ConflictsTest {
 protected:
  v1::Change cells(std::uint64_t sequence) {
    const auto segment = log_.segment(*store_, sequence);
    EXPECT_TRUE(segment) << segment.error().message;
    const auto words = (*segment)->cells_in_words(sequence - (*segment)->first());
    EXPECT_TRUE(words) << words.error().message;
    return parsed(**words);
  }
  v1::CellChange only_cell(std::uint64_t sequence) {
    const v1::Change change = cells(sequence);
    EXPECT_EQ(change.cells_size(), 1) << change.DebugString();
    return change.cells_size() == 0 ? v1::CellChange() : change.cells(0);
  }
  v1::CellChange last_cell() { return only_cell(store_->last_sequence()); }
  v1::Change conflicts_of(std::uint64_t sequence) {
    const auto segment = log_.segment(*store_, sequence);
    EXPECT_TRUE(segment);
    const auto effects = (*segment)->conflict_effects(sequence - (*segment)->first());
    EXPECT_TRUE(effects) << effects.error().message;
    const v1::Change change = parsed((*effects)->bytes);
    EXPECT_EQ((*effects)->opened.empty(), change.conflicts_opened().empty());
    EXPECT_EQ((*effects)->closed.empty(), change.conflicts_closed().empty());
    return change;
  }
  void withdraw(const Said& said, const std::string& published) {
    v1::Event event = event_of(said);
    v1::Event retraction;
    *retraction.mutable_source() = event.source();
    retraction.set_published_at(published);
    v1::Retraction& what = *retraction.mutable_retraction();
    v1::Cell& cell = *what.mutable_cell();
    cell.mutable_subject()->set_name(said.who);
    cell.set_metric(said.metric);
    cell.set_product(said.product);
    *cell.mutable_period() = event.measure().period();
    cell.set_unit(said.unit);
    what.set_document_published_at(said.published);
    const auto reply = commit(*store_, {retraction});
    EXPECT_EQ(reply.accepted(), 1U) << reply.DebugString();
  }
  FeedLog log_{1U << 20U};
};

std::set<int> meanings(const v1::CellChange& cell) {
  return {cell.meanings().begin(), cell.meanings().end()};
}

TEST_F(FeedEffectsTest, AFirstPrintHasNothingBefore) {
  say({{.who = "alibaba", .value = "10"}});
  const v1::CellChange cell = last_cell();
  EXPECT_EQ(meanings(cell), std::set<int>{v1::MEANING_FIRST_PRINT});
  EXPECT_FALSE(cell.has_before());
  EXPECT_EQ(cell.after().value(), "10");
  EXPECT_EQ(cell.statement().document(), "Times 2024-08-26");
  EXPECT_EQ(cell.change_percent(), "");
}

TEST_F(FeedEffectsTest, ARevisionNamesBothSources) {
  say({{.who = "alibaba", .value = "80"}});
  say({{.who = "alibaba", .value = "84.2", .source = "Post", .published = "2024-09-01"}});
  const v1::CellChange cell = last_cell();
  EXPECT_EQ(meanings(cell), std::set<int>{v1::MEANING_REVISION});
  EXPECT_EQ(cell.before().value(), "80");
  EXPECT_EQ(cell.before().source(), "Times");
  EXPECT_EQ(cell.before().document(), "Times 2024-08-26");
  EXPECT_EQ(cell.after().value(), "84.2");
  EXPECT_EQ(cell.after().source(), "Post");
  EXPECT_EQ(cell.change_percent(), "5.25");
}

TEST_F(FeedEffectsTest, WhatStaysBehindAnotherStatementRevisesNothing) {
  say({{.who = "alibaba", .value = "80", .published = "2024-09-01"}});
  say({{.who = "alibaba", .value = "70", .source = "Post", .published = "2024-08-01"}});
  const v1::CellChange cell = last_cell();
  EXPECT_TRUE(meanings(cell).empty());
  EXPECT_EQ(cell.statement().value(), "70");
  EXPECT_EQ(cell.after().value(), "80");
  EXPECT_EQ(cell.change_percent(), "0");
}

TEST_F(FeedEffectsTest, GuidanceThatBecameActual) {
  say({{.who = "alibaba", .value = "80", .status = v1::STATUS_GUIDANCE}});
  say({{.who = "alibaba", .value = "80", .source = "Post", .published = "2024-09-01"}});
  EXPECT_EQ(meanings(last_cell()),
            (std::set<int>{v1::MEANING_REVISION, v1::MEANING_BECAME_ACTUAL}));
}

TEST_F(FeedEffectsTest, AWithdrawalRevises) {
  const Said wrong{.who = "alibaba", .value = "90", .source = "Post", .published = "2024-09-01"};
  say({{.who = "alibaba", .value = "80"}});
  say({wrong});
  withdraw(wrong, "2024-09-02");
  v1::CellChange cell = last_cell();
  EXPECT_EQ(meanings(cell), std::set<int>{v1::MEANING_REVISION});
  EXPECT_EQ(cell.before().value(), "90");
  EXPECT_EQ(cell.after().value(), "80");
  EXPECT_TRUE(cell.statement().retraction());
  withdraw({.who = "alibaba", .value = "80"}, "2024-09-03");
  cell = last_cell();
  EXPECT_EQ(meanings(cell), std::set<int>{v1::MEANING_REVISION});
  EXPECT_FALSE(cell.has_after());
  say({{.who = "alibaba", .value = "81", .source = "Echo", .published = "2024-09-04"}});
  cell = last_cell();
  EXPECT_EQ(meanings(cell), std::set<int>{v1::MEANING_REVISION}) << "there is an answer again";
  EXPECT_FALSE(cell.has_before());
  EXPECT_EQ(cell.after().value(), "81");
}

TEST_F(FeedEffectsTest, LaterEventsPlayNoPart) {
  say({{.who = "alibaba", .value = "80"}});
  const std::uint64_t first = store_->last_sequence();
  const std::string before = cells(first).DebugString();
  say({{.who = "alibaba", .value = "90", .source = "Post", .published = "2024-09-01"}});
  FeedLog fresh(1);
  const auto segment = fresh.segment(*store_, first);
  EXPECT_EQ(parsed(**(*segment)->cells_in_words(first - (*segment)->first())).DebugString(),
            before);
}

TEST_F(FeedEffectsTest, PercentsAreComparedExactly) {
  CellEffect effect;
  effect.before = *Decimal::parse("3");
  effect.after = *Decimal::parse("3.15");
  EXPECT_FALSE(effect.changed_by_more_than(Decimal(5)));
  effect.after = *Decimal::parse("3.1500000000000000001");
  EXPECT_TRUE(effect.changed_by_more_than(Decimal(5)));
  effect.after = *Decimal::parse("-3.2");
  effect.before = *Decimal::parse("-3");
  EXPECT_TRUE(effect.changed_by_more_than(Decimal(6)));
  EXPECT_FALSE(effect.changed_by_more_than(Decimal(7)));
  effect.before = Decimal(0);
  EXPECT_TRUE(effect.changed_by_more_than(Decimal(1'000'000)));
  effect.after = Decimal(0);
  EXPECT_FALSE(effect.changed_by_more_than(Decimal(0)));
  effect.before.reset();
  EXPECT_FALSE(effect.changed_by_more_than(Decimal(0)));
}

TEST_F(FeedEffectsTest, ConflictsThatOpenAndClose) {
  const Said second{.who = "alibaba", .value = "90", .source = "Post"};
  say({{.who = "alibaba", .value = "80"}});
  EXPECT_EQ(conflicts_of(store_->last_sequence()).conflicts_opened_size(), 0);
  say({second});
  v1::Change change = conflicts_of(store_->last_sequence());
  ASSERT_EQ(change.conflicts_opened_size(), 1);
  EXPECT_EQ(change.conflicts_opened(0).finding(), v1::FINDING_INCONSISTENT_DUPLICATE);
  ASSERT_EQ(change.conflicts_opened(0).parts_size(), 2);
  EXPECT_NE(change.conflicts_opened(0).parts(0).document(), "");
  // A third voice is the same conflict.
  say({{.who = "alibaba", .value = "95", .source = "Echo"}});
  EXPECT_EQ(conflicts_of(store_->last_sequence()).conflicts_opened_size(), 0);
  withdraw({.who = "alibaba", .value = "95", .source = "Echo"}, "2024-09-01");
  EXPECT_EQ(conflicts_of(store_->last_sequence()).conflicts_closed_size(), 0);
  withdraw(second, "2024-09-02");
  change = conflicts_of(store_->last_sequence());
  EXPECT_EQ(change.conflicts_closed_size(), 1);
  EXPECT_EQ(change.conflicts_opened_size(), 0);
}

TEST_F(FeedEffectsTest, APartAboveItsWholeIsAConflictToo) {
  say({{.who = "cloud", .value = "50"}});
  say({{.who = "tencent", .value = "60", .source = "Post"}});
  const v1::Change change = conflicts_of(store_->last_sequence());
  ASSERT_EQ(change.conflicts_opened_size(), 1) << change.DebugString();
  EXPECT_EQ(change.conflicts_opened(0).finding(), v1::FINDING_PART_ABOVE_WHOLE);
}

TEST_F(FeedEffectsTest, ConflictsOfARunAreThoseOfEachEventAlone) {
  std::vector<Said> all;
  for (int i = 0; i < 24; ++i) {
    all.push_back({.who = i % 12 == 11 ? "tencent" : "alibaba",
                   .value = std::to_string(70 + i % 3),
                   .start = i % 5 < 3 ? "2024-01-01" : "2024-04-01",
                   .source = "Voice " + std::to_string(i / 2)});
  }
  const std::uint64_t before = store_->last_sequence();
  say(all);
  int opened = 0;
  for (std::uint64_t at = before + 1; at <= store_->last_sequence(); ++at) {
    const v1::Change change = conflicts_of(at);
    opened += change.conflicts_opened_size();
    const auto segment = log_.segment(*store_, at);
    ASSERT_TRUE(segment);
    const FeedEvent& event = (*segment)->events()[at - (*segment)->first()];
    const auto alone = conflict_effects_of(store_->state(), {{event.rows, at}});
    ASSERT_TRUE(alone);
    EXPECT_EQ(change.SerializeAsString(), parsed(alone->at(0).bytes).SerializeAsString()) << at;
  }
  EXPECT_GT(opened, 1);
}

TEST_F(FeedEffectsTest, ConflictsTooLargeForAMessageAreCounted) {
  std::vector<v1::Event> events;
  for (int voice = 0; voice < 160; ++voice) {
    events.push_back(
        event_of({.who = "alibaba", .value = "80", .source = "Voice " + std::to_string(voice)}));
    events.back().mutable_source()->set_title(std::string(15'000, 'd') + std::to_string(voice));
  }
  EXPECT_EQ(commit(*store_, events).accepted(), events.size());
  say({{.who = "alibaba", .value = "90", .source = "Post"}});
  const std::uint64_t last = store_->last_sequence();
  const auto segment = log_.segment(*store_, last);
  ASSERT_TRUE(segment);
  const auto effects = (*segment)->conflict_effects(last - (*segment)->first());
  ASSERT_TRUE(effects);
  EXPECT_EQ((*effects)->opened.size(), 1U) << "filters see it";
  const v1::Change change = parsed((*effects)->bytes);
  EXPECT_EQ(change.conflicts_opened_size(), 0);
  EXPECT_EQ(change.conflicts_left_out(), 1U);
}

// ---- Against two questions.

struct CellAnswer {
  std::string text;  // the answer, or "gone"
  friend bool operator==(const CellAnswer&, const CellAnswer&) = default;
};

std::string cell_name(const AnswerRow& row) {
  return row.company + "|" + row.metric + "|" + row.product + "|" + row.counterparty + "|" +
         row.start + "|" + row.end + "|" + row.unit + "|" + row.currency;
}
std::string cell_name(const v1::QueryRow& row) {
  return row.company() + "|" + row.metric() + "|" + row.product() + "|" + row.counterparty() + "|" +
         row.start() + "|" + row.end() + "|" + row.unit() + "|" + row.currency();
}

// Random statements, retractions, ranks and merges about few cells; for each event the
// cells whose answer it changed are those that `changes` finds between the sequence
// before it and its own.
TEST_F(FeedEffectsTest, AgreesWithTheQuestionWhatChanged) {
  constexpr std::uint64_t kSeed = 20261201;
  std::cout << "seed " << kSeed << "\n";
  Dice dice(kSeed);
  std::vector<Said> said;
  const std::vector<std::string> who = {"alibaba", "tencent", "bytedance", "cloud"};
  bool merged = false;
  for (int i = 0; i < 600; ++i) {
    const std::size_t roll = dice.roll(100);
    if (roll < 12 && !said.empty()) {
      const Said& target = dice.pick(said);
      v1::Event event = event_of(target);
      v1::Event retraction;
      *retraction.mutable_source() = event.source();
      retraction.set_published_at("2024-0" + std::to_string(1 + dice.roll(9)) + "-28");
      v1::Cell& cell = *retraction.mutable_retraction()->mutable_cell();
      cell.mutable_subject()->set_name(target.who);
      cell.set_metric(target.metric);
      *cell.mutable_period() = event.measure().period();
      cell.set_unit(target.unit);
      retraction.mutable_retraction()->set_document_published_at(target.published);
      commit(*store_, {retraction});
    } else if (roll < 15) {
      v1::Event event;
      v1::PartyMerge& merge = *event.mutable_catalog_change()->add_merges();
      merge.set_party("bytedance");
      if (!merged) merge.set_into("tencent");
      merge.set_undo(merged);
      if (commit(*store_, {event}).accepted() == 1) merged = !merged;
    } else if (roll < 17) {
      v1::Event event;
      v1::CatalogSource& source = *event.mutable_catalog_change()->add_sources();
      source.set_name(dice.pick({"Times", "Post", "Echo"}));
      source.set_rank(static_cast<std::uint32_t>(1 + dice.roll(5)));
      commit(*store_, {event});
    } else {
      std::vector<v1::Event> events;
      for (std::size_t n = 1 + dice.roll(4); n > 0; --n) {
        Said one{
            .who = dice.pick(who),
            .metric = dice.pick({"capex", "net_income"}),
            .value = std::to_string(1 + dice.roll(40)),
            .source = dice.pick({"Times", "Post", "Echo"}),
            .published =
                "2024-0" + std::to_string(1 + dice.roll(9)) + "-1" + std::to_string(dice.roll(9)),
            .status = dice.pick({v1::STATUS_ACTUAL, v1::STATUS_ESTIMATE, v1::STATUS_GUIDANCE})};
        one.start = "2024-0" + std::to_string(1 + dice.roll(6)) + "-01";
        if (dice.chance(15)) {
          one.low = one.value;
          one.value = "";
        }
        said.push_back(one);
        events.push_back(event_of(one));
      }
      commit(*store_, events);
    }
  }
  std::size_t changed = 0;
  std::size_t statements = 0;
  for (std::uint64_t sequence = 2; sequence <= store_->last_sequence(); ++sequence) {
    const auto segment = log_.segment(*store_, sequence);
    ASSERT_TRUE(segment) << segment.error().message;
    if ((*segment)->events()[sequence - (*segment)->first()].rows.empty()) continue;
    ++statements;
    Query query;
    query.kind = QueryKind::changes;
    query.from_sequence = sequence - 1;
    query.at_sequence = sequence;
    std::map<std::string, std::string> expected;
    for (const AnswerRow& row : ask(*store_, query).rows) {
      expected[cell_name(row)] =
          row.derivation == "withdrawn"
              ? "none"
              : row.source + " " + interval_to_string(row.value) + " " + row.published_at;
    }
    std::map<std::string, std::string> actual;
    const v1::Change change = cells(sequence);
    for (const v1::CellChange& cell : change.cells()) {
      const std::set<int> means = meanings(cell);
      EXPECT_EQ(means.contains(v1::MEANING_FIRST_PRINT) && !cell.has_after(), false)
          << change.DebugString();
      if (!means.contains(v1::MEANING_FIRST_PRINT) && !means.contains(v1::MEANING_REVISION)) {
        continue;
      }
      const v1::QueryRow& row = cell.has_after() ? cell.after() : cell.before();
      const auto value = [&] {
        if (!row.value().empty()) return row.value();
        return "[" + row.low() + ", )";
      };
      actual[cell_name(row)] =
          cell.has_after() ? row.source() + " " + value() + " " + row.published_at() : "none";
    }
    changed += actual.size();
    ASSERT_EQ(actual, expected) << "sequence " << sequence << "\n" << change.DebugString();
  }
  EXPECT_GT(statements, 500U);
  EXPECT_GT(changed, 150U);
}

}  // namespace
}  // namespace capexdb::storage::test
