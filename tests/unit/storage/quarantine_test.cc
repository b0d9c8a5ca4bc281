// Suspects of producers that are held: kept, shown, out of every answer, and decided
// once.
#include <gmock/gmock.h>
#include <rocksdb/db.h>

#include <map>
#include <random>
#include <set>

#include "proto/codec/validate.h"
#include "storage/catalogue.h"
#include "storage/inspect.h"
#include "storage/query/engine.h"
#include "storage/read_view.h"
#include "storage/rocks/database.h"
#include "storage/store_state.h"
#include "tests/unit/storage/events.h"
#include "tests/unit/storage/fault_env.h"

namespace capexdb::storage::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

PlausibilityRules holding(const std::string& pattern = "scraper*") {
  PlausibilityRules rules;
  rules.hold = {pattern};
  return rules;
}

class QuarantineTest : public testing::Test {
 protected:
  QuarantineTest() { reopen(holding()); }

  void reopen(const PlausibilityRules& rules, rocksdb::Env* env = nullptr) {
    store_.reset();
    store_ = open_store(directory_.path(), small_catalogue(), rules, env);
    ASSERT_NE(store_, nullptr);
  }
  void reopen() { reopen(holding()); }

  // Figures that make one of "23000000" a suspect: sequences 3 and on.
  void know_alibaba() {
    commit(*store_,
           {say("Alibaba", "2023-H1", "20000000001"), say("Alibaba", "2023-H2", "21000000001"),
            say("Alibaba", "2024-H1", "23000000001")},
           "desk");
  }
  static v1::Event say(const std::string& company, const std::string& period,
                       const std::string& value, const std::string& source = "Filings",
                       const std::string& published = "2024-08-26") {
    v1::Event event = measured(company, "capex", period, value, "CNY", published);
    event.mutable_source()->set_publisher(source);
    return event;
  }
  static v1::Event slip(const std::string& source = "Blog") {
    return say("Alibaba", "2024-H1", "23000000", source);
  }

  v1::Verdict verdict_of(const v1::Event& event, const std::string& producer = "scraper") {
    const v1::IngestReply reply = commit(*store_, {event}, producer);
    EXPECT_EQ(reply.verdicts_size(), 1) << reply.DebugString();
    return reply.verdicts_size() == 0 ? v1::Verdict() : reply.verdicts(0);
  }
  std::uint64_t held_as(const v1::Event& event, const std::string& producer = "scraper") {
    const v1::Verdict verdict = verdict_of(event, producer);
    EXPECT_EQ(verdict.outcome(), v1::OUTCOME_QUARANTINED) << verdict.DebugString();
    return verdict.quarantine_id();
  }

  Result<v1::QuarantineReply> decide(v1::QuarantineAction action,
                                     const std::vector<std::uint64_t>& ids,
                                     const std::string& note = "because") {
    v1::QuarantineRequest request;
    request.set_action(action);
    for (const std::uint64_t id : ids) request.add_ids(id);
    request.set_note(note);
    return store_->review(request);
  }
  v1::QuarantineDecision approve(std::uint64_t id) {
    return only(v1::QUARANTINE_ACTION_APPROVE, id);
  }
  v1::QuarantineDecision reject(std::uint64_t id) { return only(v1::QUARANTINE_ACTION_REJECT, id); }
  v1::QuarantineDecision only(v1::QuarantineAction action, std::uint64_t id) {
    const auto reply = decide(action, {id});
    EXPECT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(reply->decisions_size(), 1);
    return reply->decisions(0);
  }

  v1::QuarantineReply listed(v1::QuarantineState state = v1::QUARANTINE_STATE_ALL) {
    v1::QuarantineRequest request;
    request.set_state(state);
    return listed(request);
  }
  v1::QuarantineReply listed(const v1::QuarantineRequest& request) {
    const auto reply = store_->quarantine(request);
    EXPECT_TRUE(reply) << reply.error().message;
    return reply ? *reply : v1::QuarantineReply();
  }
  std::vector<std::uint64_t> ids(v1::QuarantineState state = v1::QUARANTINE_STATE_HELD) {
    v1::QuarantineRequest request;
    request.set_state(state);
    return ids(request);
  }
  std::vector<std::uint64_t> ids(const v1::QuarantineRequest& request) {
    std::vector<std::uint64_t> all;
    const v1::QuarantineReply reply = listed(request);
    for (const auto& entry : reply.entries()) all.push_back(entry.id());
    return all;
  }
  v1::QuarantineState state_of(std::uint64_t id) {
    const v1::QuarantineReply reply = listed();
    for (const auto& entry : reply.entries()) {
      if (entry.id() == id) return entry.state();
    }
    return v1::QUARANTINE_STATE_UNSPECIFIED;
  }

  // Every statement of a company's capex, as `capex history` has them.
  std::vector<std::string> history(const std::string& company) {
    std::vector<std::string> values;
    for (const AnswerRow& row :
         ask(*store_, question(QueryKind::statements, company, "capex")).rows) {
      values.push_back(row.value.point->to_string());
    }
    return values;
  }
  void expect_sound() {
    const auto report = check(*store_);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_THAT(report->faults, IsEmpty());
    EXPECT_EQ(report->events, store_->last_sequence());
  }

  TemporaryDirectory directory_;
  std::unique_ptr<EventStore> store_;
};

// ---- Holding.

TEST_F(QuarantineTest, ASuspectOfAHeldProducerIsHeldAndInNoAnswer) {
  know_alibaba();
  const std::uint64_t last = store_->last_sequence();
  const v1::IngestReply reply = commit(*store_, {slip()}, "scraper", 1);
  EXPECT_EQ(reply.accepted(), 0U);
  EXPECT_EQ(reply.rejected(), 0U);
  EXPECT_EQ(reply.quarantined(), 1U);
  EXPECT_EQ(reply.store_sequence(), last);
  ASSERT_EQ(reply.verdicts_size(), 1);
  EXPECT_EQ(reply.verdicts(0).outcome(), v1::OUTCOME_QUARANTINED);
  EXPECT_EQ(reply.verdicts(0).quarantine_id(), 1U);
  EXPECT_EQ(reply.verdicts(0).sequence(), 0U);
  EXPECT_EQ(reply.verdicts(0).code(), "suspect_unit_slip");
  EXPECT_EQ(reply.verdicts(0).field(), "value");
  EXPECT_THAT(reply.verdicts(0).message(), HasSubstr("same cell): in thousands?"));
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(store_->last_sequence(), last);
    EXPECT_EQ(store_->quarantined(), 1U);
    EXPECT_THAT(history("alibaba"), ElementsAre("20000000001", "21000000001", "23000000001"));
    EXPECT_EQ(ask(*store_, question(QueryKind::sum, "bat", "capex")).rows.size(), 3U);
    EXPECT_FALSE(store_->catalogue().find_source("Blog", kNow).value())
        << "nor is what it alone names";
    const auto listing = listed(v1::QUARANTINE_STATE_HELD);
    ASSERT_EQ(listing.entries_size(), 1);
    const v1::QuarantineEntry& entry = listing.entries(0);
    EXPECT_EQ(entry.id(), 1U);
    EXPECT_EQ(entry.state(), v1::QUARANTINE_STATE_HELD);
    EXPECT_EQ(entry.held_at_us(), 1'724'630'400'000'000);
    EXPECT_EQ(entry.producer_id(), "scraper");
    EXPECT_EQ(entry.batch_number(), 1U);
    EXPECT_EQ(entry.code(), "suspect_unit_slip");
    EXPECT_EQ(entry.message(), reply.verdicts(0).message());
    EXPECT_EQ(entry.company(), "alibaba");
    EXPECT_EQ(entry.metric(), "capex");
    EXPECT_EQ(entry.period(), "2024-H1");
    EXPECT_EQ(entry.value(), "23000000");
    EXPECT_EQ(entry.unit(), "CNY");
    EXPECT_EQ(entry.source(), "Blog");
    EXPECT_EQ(entry.published_at(), "2024-08-26");
    EXPECT_FALSE(entry.has_event());
    expect_sound();
    reopen();
  }
}

TEST_F(QuarantineTest, AnotherProducersIsAcceptedWithAWarning) {
  know_alibaba();
  EXPECT_EQ(held_as(slip()), 1U);
  const v1::Verdict verdict = verdict_of(slip(), "desk");
  EXPECT_EQ(verdict.outcome(), v1::OUTCOME_ACCEPTED);
  EXPECT_EQ(verdict.code(), "suspect_unit_slip");
  EXPECT_EQ(verdict.sequence(), store_->last_sequence());
  EXPECT_THAT(history("alibaba"), ::testing::SizeIs(4));
  // It is stored now, whoever sends it.
  EXPECT_EQ(verdict_of(slip()).outcome(), v1::OUTCOME_DUPLICATE);
  const v1::QuarantineDecision decision = approve(1);
  EXPECT_TRUE(decision.changed());
  EXPECT_EQ(decision.sequence(), verdict.sequence());
  EXPECT_EQ(decision.code(), "duplicate");
  EXPECT_THAT(history("alibaba"), ::testing::SizeIs(4));
}

TEST_F(QuarantineTest, ARuleMayHoldByItself) {
  PlausibilityRules rules;
  rules.of(Rule::sign_flip).hold = {"scraper"};
  reopen(rules);
  know_alibaba();
  EXPECT_EQ(verdict_of(slip()).outcome(), v1::OUTCOME_ACCEPTED);
  EXPECT_EQ(held_as(say("Alibaba", "2023-H1", "-20000000001", "Blog")), 1U);
  EXPECT_EQ(listed().entries(0).code(), "suspect_sign_flip");
}

TEST_F(QuarantineTest, WhatIsPlausibleIsAcceptedBesideWhatIsHeld) {
  know_alibaba();
  const v1::IngestReply reply = commit(
      *store_,
      {say("Foo", "2024-H1", "1100000"), slip(), say("Bar", "2024-H1", "1200000"), slip("X")},
      "scraper");
  EXPECT_EQ(reply.accepted(), 2U);
  EXPECT_EQ(reply.quarantined(), 2U);
  EXPECT_EQ(reply.last_sequence(), reply.first_sequence() + 1) << "sequences are dense";
  ASSERT_EQ(reply.verdicts_size(), 4);
  EXPECT_EQ(reply.verdicts(0).code(), "new_company");
  EXPECT_EQ(reply.verdicts(0).sequence(), reply.first_sequence());
  EXPECT_EQ(reply.verdicts(1).index(), 1U);
  EXPECT_EQ(reply.verdicts(1).quarantine_id(), 1U);
  EXPECT_EQ(reply.verdicts(2).code(), "new_company");
  EXPECT_EQ(reply.verdicts(3).quarantine_id(), 2U);
  EXPECT_THAT(history("foo"), ElementsAre("1100000"));
  EXPECT_FALSE(store_->catalogue().find_source("Blog", kNow).value());
  expect_sound();
}

// Its own names only: those that another record of the batch brings too are catalogued.
TEST_F(QuarantineTest, NamesThatOnlyItBringsAreNotCatalogued) {
  v1::Event first = say("First Firm", "2024-H1", "77700000", "Blog");
  v1::Event second = say("Second Firm", "2024-H1", "77700000", "Blog");
  const v1::IngestReply reply = commit(*store_, {first, second}, "scraper");
  EXPECT_EQ(reply.accepted(), 1U);
  EXPECT_EQ(reply.quarantined(), 1U);
  EXPECT_EQ(reply.verdicts(1).code(), "suspect_other_company");
  EXPECT_NE(store_->catalogue().find_party({"First Firm", {}, {}, {}}, kNow).value(), 0U);
  EXPECT_EQ(store_->catalogue().find_party({"Second Firm", {}, {}, {}}, kNow).value(), 0U);
  EXPECT_NE(store_->catalogue().find_source("Blog", kNow).value(), 0U);
  EXPECT_EQ(listed().entries(0).company(), "Second Firm") << "as it is written";
  const v1::QuarantineDecision decision = approve(1);
  EXPECT_TRUE(decision.changed()) << decision.message();
  EXPECT_EQ(decision.sequence(), store_->last_sequence());
  EXPECT_NE(store_->catalogue().find_party({"Second Firm", {}, {}, {}}, kNow).value(), 0U);
  EXPECT_THAT(history("second-firm"), ElementsAre("77700000"));
  EXPECT_EQ(listed().entries(0).company(), "second-firm");
  expect_sound();
}

TEST_F(QuarantineTest, WhatIsHeldIsNoNeighbour) {
  know_alibaba();
  for (const char* period : {"2021-H1", "2021-H2", "2022-H1", "2022-H2"}) {
    EXPECT_NE(held_as(say("Alibaba", period, "22000000", "Blog")), 0U) << period;
  }
  EXPECT_EQ(commit(*store_, {say("Alibaba", "2020-H1", "22000000001")}, "scraper").verdicts_size(),
            0);
}

TEST_F(QuarantineTest, ARepeatedBatchGetsItsFirstAnswer) {
  know_alibaba();
  const v1::IngestReply first = commit(*store_, {slip()}, "scraper", 1);
  reopen();
  v1::IngestReply again = commit(*store_, {slip()}, "scraper", 1);
  EXPECT_TRUE(again.replayed());
  again.set_replayed(false);
  EXPECT_EQ(again.SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(store_->quarantined(), 1U);
}

// ---- Once.

TEST_F(QuarantineTest, TheSameContentIsHeldOnceWhoeverOfThemSendsIt) {
  know_alibaba();
  EXPECT_EQ(held_as(slip()), 1U);
  v1::Event again = slip();
  again.set_note("sent again");
  again.mutable_measure()->mutable_subject()->set_name("BABA");
  again.mutable_measure()->mutable_quantity()->set_value("23000000.00");
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(held_as(again), 1U);
    EXPECT_EQ(held_as(again, "scraper-of-another-run"), 1U);
    const v1::IngestReply twice = commit(*store_, {slip("Y"), slip("Y"), again}, "scraper");
    EXPECT_EQ(twice.quarantined(), 3U);
    EXPECT_EQ(twice.verdicts(0).quarantine_id(), 2U);
    EXPECT_EQ(twice.verdicts(1).quarantine_id(), 2U);
    EXPECT_EQ(twice.verdicts(2).quarantine_id(), 1U);
    EXPECT_EQ(store_->quarantined(), 2U);
    reopen();
  }
  EXPECT_THAT(ids(), ElementsAre(1U, 2U));
}

TEST_F(QuarantineTest, AHeldCompanyThatNobodyKnowsIsKnownByItsName) {
  commit(*store_, {say("Alibaba", "2024-H1", "77700000", "Blog")}, "desk");
  EXPECT_EQ(held_as(say("New Firm", "2024-H1", "77700000", "Blog")), 1U);
  EXPECT_EQ(held_as(say("new  firm", "2024-H1", "77700000", "Blog")), 1U);
  EXPECT_EQ(held_as(say("Newer Firm", "2024-H1", "77700000", "Blog")), 2U);
  // Once somebody is catalogued by that name, it is the same one still.
  commit(*store_, {say("New Firm", "2020-H1", "1")}, "desk");
  EXPECT_EQ(held_as(say("New Firm", "2024-H1", "77700000", "Blog")), 1U);
}

TEST_F(QuarantineTest, AnEventIdStandsForItsHeldContent) {
  know_alibaba();
  v1::Event event = slip();
  event.set_event_id("one");
  EXPECT_EQ(held_as(event), 1U);
  EXPECT_EQ(held_as(event), 1U);
  v1::Event other = say("Alibaba", "2024-H2", "25000000001");
  other.set_event_id("one");
  const v1::Verdict verdict = verdict_of(other);
  EXPECT_EQ(verdict.outcome(), v1::OUTCOME_CONFLICT);
  EXPECT_EQ(verdict.code(), "event_id_conflict");
  EXPECT_EQ(verdict.quarantine_id(), 1U);
  EXPECT_THAT(verdict.message(), HasSubstr("held for review under 1"));
  // Another producer's ids are its own.
  EXPECT_EQ(commit(*store_, {other}, "scraper-2").accepted(), 1U);
  // Within one batch too.
  v1::Event third = slip("Z");
  third.set_event_id("two");
  v1::Event fourth = say("Alibaba", "2025-H1", "26000000001");
  fourth.set_event_id("two");
  const v1::IngestReply reply = commit(*store_, {third, fourth}, "scraper");
  EXPECT_EQ(reply.verdicts(0).quarantine_id(), 2U);
  EXPECT_EQ(reply.verdicts(1).outcome(), v1::OUTCOME_CONFLICT);
  // A rejected one frees its id for what mends it.
  EXPECT_TRUE(reject(1).changed());
  EXPECT_EQ(commit(*store_, {other}, "scraper").duplicates(), 1U);
}

TEST_F(QuarantineTest, ARetractionOfAHeldEventSaysWhereItIs) {
  know_alibaba();
  v1::Event event = slip();
  event.set_event_id("one");
  EXPECT_EQ(held_as(event), 1U);
  v1::Event retraction;
  retraction.mutable_source()->set_publisher("Blog");
  retraction.set_published_at("2024-09-01");
  retraction.mutable_retraction()->set_event_id("one");
  const v1::Verdict verdict = verdict_of(retraction);
  EXPECT_EQ(verdict.outcome(), v1::OUTCOME_REJECTED);
  EXPECT_EQ(verdict.code(), "held_for_review");
  EXPECT_THAT(verdict.message(), HasSubstr("capex quarantine reject 1"));
}

TEST_F(QuarantineTest, ADryRunSaysSoAndHoldsNothing) {
  know_alibaba();
  const v1::IngestReply reply =
      commit(*store_, {slip(), say("New Firm", "2024-H1", "5500000")}, "scraper", 0, false, true);
  EXPECT_EQ(reply.quarantined(), 1U);
  EXPECT_EQ(reply.accepted(), 1U);
  EXPECT_EQ(reply.verdicts(0).quarantine_id(), 0U);
  EXPECT_EQ(store_->quarantined(), 0U);
  EXPECT_THAT(ids(v1::QUARANTINE_STATE_ALL), IsEmpty());
  EXPECT_EQ(store_->catalogue().find_party({"New Firm", {}, {}, {}}, kNow).value(), 0U);
}

TEST_F(QuarantineTest, AnAtomicBatchIsRefusedWhole) {
  know_alibaba();
  const std::uint64_t last = store_->last_sequence();
  const std::vector<v1::Event> events = {say("New Firm", "2024-H1", "5500000"), slip()};
  v1::IngestReply reply = commit(*store_, events, "scraper", 1, /*atomic=*/true);
  EXPECT_EQ(reply.accepted(), 0U);
  EXPECT_EQ(reply.quarantined(), 0U);
  EXPECT_EQ(reply.rejected(), 1U);
  const v1::Verdict& verdict = reply.verdicts(reply.verdicts_size() - 1);
  EXPECT_EQ(verdict.outcome(), v1::OUTCOME_REJECTED);
  EXPECT_EQ(verdict.code(), "suspect_unit_slip");
  EXPECT_THAT(verdict.message(), HasSubstr("nothing of this atomic batch is stored"));
  EXPECT_EQ(store_->last_sequence(), last);
  EXPECT_EQ(store_->quarantined(), 0U);
  // What is held already is as much in the way.
  EXPECT_EQ(held_as(slip()), 1U);
  reply = commit(*store_, events, "scraper", 0, /*atomic=*/true);
  EXPECT_EQ(reply.rejected(), 1U);
  EXPECT_EQ(reply.verdicts(reply.verdicts_size() - 1).quarantine_id(), 1U);
  EXPECT_EQ(store_->last_sequence(), last);
  // Approved, it is a duplicate, and the batch is stored.
  EXPECT_TRUE(approve(1).changed());
  reply = commit(*store_, events, "scraper", 0, /*atomic=*/true);
  EXPECT_EQ(reply.accepted(), 1U);
  EXPECT_EQ(reply.duplicates(), 1U);
}

// ---- Decisions.

TEST_F(QuarantineTest, AnApprovedRecordIsStoredAsItsProducers) {
  know_alibaba();
  v1::Event event = slip();
  event.set_event_id("one");
  commit(*store_, {}, "scraper", 1);
  const v1::IngestReply reply = commit(*store_, {event}, "scraper", 2);
  ASSERT_EQ(reply.quarantined(), 1U);
  const v1::QuarantineDecision decision = approve(1);
  EXPECT_TRUE(decision.changed());
  EXPECT_EQ(decision.state(), v1::QUARANTINE_STATE_APPROVED);
  EXPECT_EQ(decision.sequence(), store_->last_sequence());
  EXPECT_EQ(decision.code(), "");
  EXPECT_EQ(store_->quarantined(), 0U);
  for (int round = 0; round < 2; ++round) {
    const auto stored = read_event(*store_, decision.sequence());
    ASSERT_TRUE(stored);
    EXPECT_EQ(stored->producer_id, "scraper");
    EXPECT_EQ(stored->batch_number, 2U);
    EXPECT_EQ(stored->bytes, event.SerializeAsString());
    EXPECT_EQ(store_->producer_position("scraper")->last_batch_number, 2U)
        << "which is no batch of its own";
    EXPECT_THAT(history("alibaba"), ::testing::Contains("23000000"));
    const v1::Verdict again = verdict_of(event);
    EXPECT_EQ(again.outcome(), v1::OUTCOME_DUPLICATE);
    EXPECT_EQ(again.sequence(), decision.sequence());
    const v1::QuarantineEntry entry = listed().entries(0);
    EXPECT_EQ(entry.state(), v1::QUARANTINE_STATE_APPROVED);
    EXPECT_EQ(entry.sequence(), decision.sequence());
    EXPECT_EQ(entry.note(), "because");
    EXPECT_EQ(entry.decided_at_us(), 1'724'630'400'000'000);
    expect_sound();
    reopen();
  }
}

TEST_F(QuarantineTest, ApprovingTwiceChangesNothing) {
  know_alibaba();
  held_as(slip());
  const std::uint64_t sequence = approve(1).sequence();
  const v1::QuarantineDecision again = approve(1);
  EXPECT_FALSE(again.changed());
  EXPECT_EQ(again.state(), v1::QUARANTINE_STATE_APPROVED);
  EXPECT_EQ(again.sequence(), sequence);
  EXPECT_EQ(again.code(), "already_approved");
  EXPECT_EQ(again.message(), "already approved, sequence " + std::to_string(sequence));
  EXPECT_EQ(store_->last_sequence(), sequence);
  EXPECT_FALSE(reject(1).changed()) << "it is in the log";
}

TEST_F(QuarantineTest, ARejectedRecordStaysOutForEver) {
  know_alibaba();
  const std::uint64_t last = store_->last_sequence();
  held_as(slip());
  EXPECT_TRUE(reject(1).changed());
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(store_->quarantined(), 0U);
    EXPECT_EQ(store_->last_sequence(), last);
    for (const char* producer : {"scraper", "scraper-of-another-run"}) {
      const v1::Verdict again = verdict_of(slip(), producer);
      EXPECT_EQ(again.outcome(), v1::OUTCOME_REJECTED);
      EXPECT_EQ(again.code(), "rejected_in_review");
      EXPECT_EQ(again.quarantine_id(), 1U);
      EXPECT_EQ(again.message(), "rejected in review as 1 on 2024-08-26: because");
    }
    const v1::QuarantineDecision twice = reject(1);
    EXPECT_FALSE(twice.changed());
    EXPECT_EQ(twice.code(), "already_rejected");
    reopen();
  }
  // Whoever has changed his mind may say so.
  EXPECT_TRUE(approve(1).changed());
  EXPECT_EQ(store_->last_sequence(), last + 2) << "with the name of its source";
  EXPECT_EQ(verdict_of(slip()).outcome(), v1::OUTCOME_DUPLICATE);
}

TEST_F(QuarantineTest, SeveralAreDecidedInTheirOrder) {
  know_alibaba();
  for (const char* source : {"A", "B", "C"}) held_as(slip(source));
  const auto reply = decide(v1::QUARANTINE_ACTION_APPROVE, {3, 1, 99, 3});
  ASSERT_TRUE(reply);
  ASSERT_EQ(reply->decisions_size(), 3);
  EXPECT_EQ(reply->decisions(0).id(), 1U);
  EXPECT_EQ(reply->decisions(1).id(), 3U);
  EXPECT_LT(reply->decisions(0).sequence(), reply->decisions(1).sequence());
  EXPECT_EQ(reply->decisions(2).id(), 99U);
  EXPECT_EQ(reply->decisions(2).code(), "unknown_id");
  EXPECT_EQ(reply->held(), 1U);
  EXPECT_EQ(reply->store_sequence(), store_->last_sequence());
  EXPECT_THAT(ids(), ElementsAre(2U));
  expect_sound();
}

// One of the two said the same as the other.
TEST_F(QuarantineTest, WhatTwoApprovedRecordsBringAloneIsBroughtOnce) {
  commit(*store_, {say("Alibaba", "2024-H1", "77700000", "Blog")}, "desk");
  held_as(say("New Firm", "2024-H1", "77700000", "Blog"));
  held_as(say("New Firm", "2024-H1", "77700000", "Another Blog"));
  const auto reply = decide(v1::QUARANTINE_ACTION_APPROVE, {1, 2});
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->decisions(0).changed());
  EXPECT_TRUE(reply->decisions(1).changed());
  EXPECT_THAT(history("new-firm"), ElementsAre("77700000", "77700000"));
  expect_sound();
  reopen();
  expect_sound();
}

TEST_F(QuarantineTest, AllThatTheFiltersTakeAreDecided) {
  know_alibaba();
  commit(*store_,
         {say("Tencent", "2023-H1", "20000000002"), say("Tencent", "2023-H2", "21000000002")},
         "desk");
  held_as(slip("A"));
  held_as(say("Alibaba", "2024-H1", "-23000000001", "B"));
  held_as(say("Tencent", "2024-H1", "22000000", "C"), "scraper-2");
  v1::QuarantineRequest request;
  request.set_action(v1::QUARANTINE_ACTION_REJECT);
  request.set_all(true);
  request.set_note("no");
  request.set_code("sign_flip");
  auto reply = store_->review(request);
  ASSERT_TRUE(reply) << reply.error().message;
  ASSERT_EQ(reply->decisions_size(), 1);
  EXPECT_EQ(reply->decisions(0).id(), 2U);
  request.set_action(v1::QUARANTINE_ACTION_APPROVE);
  request.clear_code();
  request.set_company("The three");  // a group stands for its members
  request.set_producer_id("scraper-*");
  reply = store_->review(request);
  ASSERT_TRUE(reply) << reply.error().message;
  ASSERT_EQ(reply->decisions_size(), 1);
  EXPECT_EQ(reply->decisions(0).id(), 3U);
  EXPECT_THAT(ids(), ElementsAre(1U));
}

TEST_F(QuarantineTest, WhatCannotBeStoredAnyMoreStaysHeldAndSaysWhy) {
  know_alibaba();
  v1::Event event = slip();
  event.set_event_id("one");
  event.mutable_measure()->mutable_subject()->set_name("Brand New");
  commit(*store_, {say("Foo", "2024-H1", "23000000", "Blog")}, "desk");
  EXPECT_EQ(held_as(event), 1U);
  // The id is given to something else, once the producer is not held any more.
  reopen(PlausibilityRules());
  v1::Event other = say("Alibaba", "2020-H1", "19000000001");
  other.set_event_id("two");
  EXPECT_EQ(commit(*store_, {other}, "scraper").accepted(), 1U);
  auto& database = *store_->state().database;
  std::string taken;
  ASSERT_TRUE(database.db().Get({}, database.ids(), event_id_key("scraper", "two"), &taken).ok());
  ASSERT_TRUE(database.db().Put({}, database.ids(), event_id_key("scraper", "one"), taken).ok());
  const std::uint64_t last = store_->last_sequence();
  const v1::QuarantineDecision decision = approve(1);
  EXPECT_FALSE(decision.changed());
  EXPECT_EQ(decision.state(), v1::QUARANTINE_STATE_HELD);
  EXPECT_EQ(decision.code(), "event_id_conflict");
  EXPECT_THAT(decision.message(), HasSubstr("stays held"));
  EXPECT_EQ(store_->last_sequence(), last);
  EXPECT_EQ(store_->catalogue().find_party({"Brand New", {}, {}, {}}, kNow).value(), 0U);
  EXPECT_THAT(ids(), ElementsAre(1U));
}

TEST_F(QuarantineTest, RequestsThatMakeNoSenseAreRefused) {
  know_alibaba();
  held_as(slip());
  const auto refused = [&](const v1::QuarantineRequest& request) {
    const auto reply = store_->review(request);
    EXPECT_FALSE(reply);
    return reply ? std::string() : reply.error().field + ": " + reply.error().message;
  };
  v1::QuarantineRequest request;
  request.set_action(v1::QUARANTINE_ACTION_REJECT);
  request.add_ids(1);
  EXPECT_THAT(refused(request), HasSubstr("quarantine.note: a rejection needs a note"));
  request.set_note("\x01");
  EXPECT_THAT(refused(request), HasSubstr("quarantine.note"));
  request.set_note("x");
  request.set_all(true);
  EXPECT_THAT(refused(request), HasSubstr("quarantine.ids"));
  request.clear_ids();
  request.set_code("slip");
  EXPECT_THAT(refused(request), HasSubstr("quarantine.code: there is no code 'slip'"));
  request.clear_code();
  request.set_producer_id("a*b");
  EXPECT_THAT(refused(request), HasSubstr("quarantine.producer_id"));
  request.clear_producer_id();
  request.set_company("Alibabba");
  EXPECT_THAT(refused(request), HasSubstr("did you mean"));
  request.set_action(v1::QUARANTINE_ACTION_LIST);
  EXPECT_THAT(refused(request), HasSubstr("quarantine.action"));
  EXPECT_THAT(ids(), ElementsAre(1U));
  EXPECT_FALSE(store_->failed());
  v1::QuarantineRequest unknown;
  unknown.set_action(v1::QUARANTINE_ACTION_SHOW);
  unknown.add_ids(7);
  const auto shown = store_->quarantine(unknown);
  ASSERT_FALSE(shown);
  EXPECT_EQ(shown.error().code, Errc::not_found);
}

// ---- Lists.

TEST_F(QuarantineTest, ListsGoOnBehindTheirLimit) {
  know_alibaba();
  for (int i = 0; i < 7; ++i) held_as(slip("Blog " + std::to_string(i)));
  EXPECT_TRUE(reject(4).changed());
  v1::QuarantineRequest request;
  request.set_limit(4);
  std::vector<std::uint64_t> all;
  for (;;) {
    const v1::QuarantineReply reply = listed(request);
    EXPECT_LE(reply.entries_size(), 4);
    for (const auto& entry : reply.entries()) all.push_back(entry.id());
    if (!reply.more()) break;
    request.set_after_id(reply.last_id());
  }
  EXPECT_THAT(all, ElementsAre(1U, 2U, 3U, 5U, 6U, 7U));
  EXPECT_THAT(ids(v1::QUARANTINE_STATE_REJECTED), ElementsAre(4U));
  EXPECT_THAT(ids(v1::QUARANTINE_STATE_APPROVED), IsEmpty());
}

TEST_F(QuarantineTest, ShowHasTheEventAsItCame) {
  know_alibaba();
  v1::Event event = slip();
  event.GetReflection()->MutableUnknownFields(&event)->AddVarint(2000, 7);
  held_as(event);
  v1::QuarantineRequest request;
  request.set_action(v1::QUARANTINE_ACTION_SHOW);
  request.add_ids(1);
  const v1::QuarantineReply reply = listed(request);
  ASSERT_EQ(reply.entries_size(), 1);
  EXPECT_EQ(reply.entries(0).event_bytes(), event.SerializeAsString());
  EXPECT_EQ(reply.entries(0).event().source().publisher(), "Blog");
}

// ---- Crashes and damage.

TEST_F(QuarantineTest, AWriteThatFailsLeavesTheOneStateOrTheOther) {
  for (const FaultEnv::Fault fault : {FaultEnv::Fault::append, FaultEnv::Fault::sync}) {
    for (const std::string what : {"hold", "approve", "reject"}) {
      SCOPED_TRACE(what);
      const TemporaryDirectory directory;
      // A failed store is left as it is, and so is the file system that it uses.
      static std::vector<std::unique_ptr<FaultEnv>> left;
      FaultEnv& env = *left.emplace_back(std::make_unique<FaultEnv>());
      store_ = open_store(directory.path(), small_catalogue(), holding(), &env);
      know_alibaba();
      if (what != "hold") held_as(slip());
      const std::uint64_t last = store_->last_sequence();
      env.set(fault);
      if (what == "hold") {
        Batch batch = make_batch({slip()}, "scraper", 1);
        const auto replies = store_->commit({&batch, 1});
        ASSERT_FALSE(replies[0]);
        EXPECT_EQ(replies[0].error().code, Errc::unavailable);
      } else {
        const auto reply = decide(
            what == "approve" ? v1::QUARANTINE_ACTION_APPROVE : v1::QUARANTINE_ACTION_REJECT, {1});
        ASSERT_FALSE(reply);
        EXPECT_EQ(reply.error().code, Errc::unavailable);
      }
      EXPECT_TRUE(store_->failed());
      store_.reset();
      const TemporaryDirectory copy;
      std::filesystem::copy(directory.path(), copy.path(),
                            std::filesystem::copy_options::recursive |
                                std::filesystem::copy_options::overwrite_existing);
      store_ = open_store(copy.path(), small_catalogue(), holding());
      ASSERT_NE(store_, nullptr);
      expect_sound();
      const v1::QuarantineState state = state_of(1);
      const bool approved = state == v1::QUARANTINE_STATE_APPROVED;
      EXPECT_EQ(store_->last_sequence(), approved ? last + 2 : last);
      EXPECT_EQ(history("alibaba").size(), approved ? 4U : 3U);
      if (fault == FaultEnv::Fault::append) {
        EXPECT_EQ(state,
                  what == "hold" ? v1::QUARANTINE_STATE_UNSPECIFIED : v1::QUARANTINE_STATE_HELD);
      }
      // Whatever it was, the same again comes to the one end.
      if (what == "hold") {
        EXPECT_EQ(held_as(slip()), 1U);
      } else if (what == "approve") {
        EXPECT_EQ(approve(1).state(), v1::QUARANTINE_STATE_APPROVED);
        EXPECT_EQ(store_->last_sequence(), last + 2);
        EXPECT_EQ(history("alibaba").size(), 4U);
      } else {
        EXPECT_EQ(reject(1).state(), v1::QUARANTINE_STATE_REJECTED);
      }
      expect_sound();
    }
  }
}

TEST_F(QuarantineTest, CheckFindsWhatIsWrongWithARecord) {
  know_alibaba();
  for (const char* source : {"A", "B", "C", "D"}) held_as(slip(source));
  auto report = check(*store_);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->quarantine, 4U);
  auto& database = *store_->state().database;
  ASSERT_TRUE(database.db().Put({}, database.meta(), quarantine_key(1), "\xFF\xFF").ok());
  ASSERT_TRUE(database.db().Delete({}, database.meta(), quarantine_key(2)).ok());
  std::string value;
  ASSERT_TRUE(database.db().Get({}, database.meta(), quarantine_key(3), &value).ok());
  disk::v1::QuarantineRecord record;
  ASSERT_TRUE(record.ParseFromString(value));
  record.set_state(disk::v1::QuarantineRecord::STATE_APPROVED);
  record.set_sequence(1000);
  ASSERT_TRUE(
      database.db().Put({}, database.meta(), quarantine_key(3), record.SerializeAsString()).ok());
  report = check(*store_);
  ASSERT_TRUE(report);
  ASSERT_EQ(report->faults.size(), 3U);
  EXPECT_EQ(report->faults[0], "quarantine record 1: it does not decode");
  EXPECT_EQ(report->faults[1], "quarantine record 2 is missing");
  EXPECT_EQ(report->faults[2], "quarantine record 3: its sequence 1000 is not that of its event");
}

// ---- Anything.

// Whatever comes, each record is accepted or held or something else that is said of it,
// never two of them; what is held is in no answer, and approved is in it once.
TEST_F(QuarantineTest, EveryRecordIsHeldOrAcceptedAndNoneIsLost) {
  constexpr std::uint64_t kSeed = 20240826;
  for (std::uint64_t round = 0; round < 6; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed + round));
    std::mt19937_64 random(kSeed + round);
    const TemporaryDirectory directory;
    const auto fresh = [&] {
      store_.reset();
      store_ = open_store(directory.path(), small_catalogue(), holding());
    };
    fresh();
    const auto pick = [&](std::initializer_list<const char*> list) {
      return std::string(list.begin()[random() % list.size()]);
    };
    std::map<std::string, std::uint64_t> accepted;  // content, to sequence
    std::map<std::string, std::uint64_t> held;      // content, to id
    std::set<std::string> rejected;
    for (int batch = 0; batch < 60; ++batch) {
      std::vector<v1::Event> events;
      std::vector<std::string> contents;
      for (std::size_t i = 0; i < 1 + random() % 8; ++i) {
        const std::string company = pick({"Alibaba", "Tencent", "Baidu", "Foo Inc", "Bar Inc"});
        const std::string period = pick({"2022-H1", "2022-H2", "2023-H1", "2023-H2", "2024-H1"});
        const std::string value = pick({"21000000001", "22000000002", "23000000003", "21000001",
                                        "22000002", "-23000000003", "21000000", "161000000000"});
        const std::string source = pick({"A", "B", "C", "D"});
        events.push_back(say(company, period, value, source));
        contents.push_back(company + "|" + period + "|" + value + "|" + source);
      }
      const std::string producer = pick({"scraper", "scraper-2", "desk"});
      const v1::IngestReply reply = commit(*store_, events, producer);
      ASSERT_EQ(reply.accepted() + reply.duplicates() + reply.rejected() + reply.quarantined(),
                events.size());
      std::vector<v1::Outcome> outcomes(events.size(), v1::OUTCOME_UNSPECIFIED);
      std::uint64_t next = reply.first_sequence();
      std::map<std::size_t, const v1::Verdict*> verdicts;
      for (const v1::Verdict& verdict : reply.verdicts()) {
        if (verdict.outcome() != v1::OUTCOME_ACCEPTED) verdicts[verdict.index()] = &verdict;
      }
      for (std::size_t i = 0; i < events.size(); ++i) {
        const std::string& content = contents[i];
        const auto at = verdicts.find(i);
        if (at == verdicts.end()) {
          ASSERT_FALSE(accepted.contains(content)) << content;
          ASSERT_FALSE(producer != "desk" && held.contains(content)) << content;
          accepted[content] = next++;
          continue;
        }
        const v1::Verdict& verdict = *at->second;
        switch (verdict.outcome()) {
          case v1::OUTCOME_DUPLICATE:
            ASSERT_EQ(accepted.at(content), verdict.sequence());
            break;
          case v1::OUTCOME_QUARANTINED: {
            ASSERT_NE(producer, "desk");
            ASSERT_FALSE(accepted.contains(content)) << content;
            const auto [known, is_new] = held.emplace(content, verdict.quarantine_id());
            ASSERT_EQ(known->second, verdict.quarantine_id()) << content;
            break;
          }
          default:
            ASSERT_EQ(verdict.code(), "rejected_in_review");
            ASSERT_TRUE(rejected.contains(content));
        }
      }
      if (random() % 5 == 0 && !held.empty()) {
        const auto some =
            std::next(held.begin(), static_cast<std::ptrdiff_t>(random() % held.size()));
        if (random() % 2 == 0) {
          const v1::QuarantineDecision decision = approve(some->second);
          ASSERT_TRUE(decision.changed()) << decision.message();
          if (accepted.contains(some->first)) {
            ASSERT_EQ(accepted[some->first], decision.sequence());
          }
          accepted[some->first] = decision.sequence();
        } else {
          ASSERT_TRUE(reject(some->second).changed());
          rejected.insert(some->first);
        }
        held.erase(some);
      }
      if (random() % 10 == 0) fresh();
      ASSERT_EQ(store_->quarantined(), held.size());
    }
    std::size_t answered = 0;
    for (const char* company : {"alibaba", "tencent", "baidu", "foo-inc", "bar-inc"}) {
      answered += history(company).size();
    }
    EXPECT_EQ(answered, accepted.size());
    std::vector<std::uint64_t> numbers;
    for (const auto& [content, id] : held) numbers.push_back(id);
    std::sort(numbers.begin(), numbers.end());
    EXPECT_EQ(ids(), numbers);
    expect_sound();
    EXPECT_GT(accepted.size(), 20U);
    EXPECT_GT(held.size() + rejected.size(), 5U);
  }
}

}  // namespace
}  // namespace capexdb::storage::test
