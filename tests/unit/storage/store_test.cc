#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include "proto/codec/validate.h"
#include "proto/model/limits.h"
#include "storage/block.h"
#include "storage/catalogue.h"
#include "storage/inspect.h"
#include "storage/query/engine.h"
#include "storage/read_view.h"
#include "storage/rocks/database.h"
#include "storage/store_state.h"
#include "tests/unit/storage/events.h"

namespace capexdb::storage::test {
namespace {

class StoreTest : public testing::Test {
 protected:
  StoreTest() : store_(open_store(directory_.path(), small_catalogue())) {}

  void reopen() {
    store_.reset();
    store_ = open_store(directory_.path(), small_catalogue());
  }
  void expect_sound() {
    const auto report = check(*store_);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->faults, std::vector<std::string>());
    EXPECT_EQ(report->events, store_->last_sequence());
  }

  static v1::Event rank_of(const std::string& source, std::uint32_t rank) {
    v1::Event event;
    v1::CatalogSource& entry = *event.mutable_catalog_change()->add_sources();
    entry.set_name(source);
    entry.set_rank(rank);
    return event;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<EventStore> store_;
};

TEST_F(StoreTest, TheSeedIsTheFirstEvent) {
  EXPECT_EQ(store_->last_sequence(), 1U);
  reopen();
  EXPECT_EQ(store_->last_sequence(), 1U);
  EXPECT_EQ(store_->catalogue().members(*store_->catalogue().need_party("bat", kNow), kNow).size(),
            3U);
}

TEST_F(StoreTest, SequencesAreDenseAndCountFactsBehindNewNames) {
  const auto reply = commit(*store_, {capex("Alibaba", "23000000000"), capex("Foo Inc", "1")});
  EXPECT_EQ(reply.accepted(), 2U);
  // Sequence 2 is the catalogue event for Foo Inc and WinBuzzer.
  EXPECT_EQ(reply.first_sequence(), 3U);
  EXPECT_EQ(reply.last_sequence(), 4U);
  EXPECT_EQ(store_->last_sequence(), 4U);
  ASSERT_EQ(reply.verdicts_size(), 1);
  EXPECT_EQ(reply.verdicts(0).index(), 1U);
  EXPECT_EQ(reply.verdicts(0).outcome(), v1::OUTCOME_ACCEPTED);
  EXPECT_EQ(reply.verdicts(0).code(), "new_company");
  EXPECT_EQ(reply.verdicts(0).sequence(), 4U);
  expect_sound();
}

TEST_F(StoreTest, TheSameContentIsADuplicateWhoeverSendsItAgain) {
  v1::Event event = capex("Alibaba", "23000000000");
  const auto first = commit(*store_, {event}, "one");
  event.set_note("another note");
  event.mutable_origin()->set_row_id("7");
  event.mutable_capex()->mutable_amount()->set_value("23000000000.00");
  event.mutable_capex()->mutable_subject()->set_name("BABA");
  for (int round = 0; round < 2; ++round) {
    const auto again = commit(*store_, {event, event}, "two");
    EXPECT_EQ(again.accepted(), 0U);
    EXPECT_EQ(again.duplicates(), 2U);
    EXPECT_EQ(again.verdicts(0).sequence(), first.first_sequence());
    EXPECT_EQ(store_->last_sequence(), first.last_sequence());
    reopen();
  }
}

TEST_F(StoreTest, TheSameContentTwiceInOneBatchIsStoredOnce) {
  const auto reply = commit(*store_, {capex("Alibaba", "1"), capex("Alibaba", "1")});
  EXPECT_EQ(reply.accepted(), 1U);
  EXPECT_EQ(reply.duplicates(), 1U);
  EXPECT_EQ(reply.verdicts(0).sequence(), reply.first_sequence());
}

TEST_F(StoreTest, AnotherPublisherOrDateIsAnotherStatement) {
  v1::Event other_day = capex("Alibaba", "1");
  other_day.set_published_at("2024-08-27");
  const auto reply =
      commit(*store_, {capex("Alibaba", "1"), capex("Alibaba", "1", "Benzinga"), other_day});
  EXPECT_EQ(reply.accepted(), 3U);
}

TEST_F(StoreTest, ARepeatedBatchNumberGetsItsFirstAnswer) {
  const std::vector<v1::Event> events = {capex("Alibaba", "1"), capex("Foo Inc", "2")};
  const auto first = commit(*store_, events, "scraper", 1);
  reopen();
  EXPECT_EQ(store_->producer_position("scraper")->last_batch_number, 1U);
  auto again = commit(*store_, events, "scraper", 1);
  EXPECT_TRUE(again.replayed());
  again.set_replayed(false);
  EXPECT_EQ(again.SerializeAsString(), first.SerializeAsString());
}

TEST_F(StoreTest, AnAnswerKeepsTheFirstTextsOfItsVerdictsOnlyAndSoDoesItsRepetition) {
  Batch batch = make_batch({}, "scraper", 1);
  for (int i = 0; i < 3000; ++i) {
    batch.records.push_back(fail(Errc::invalid_argument, std::string(1024, 'x')));
  }
  for (int i = 0; i < 2; ++i) {
    const auto replies = store_->commit({&batch, 1});
    ASSERT_TRUE(replies[0]);
    const v1::IngestReply& got = *replies[0];
    EXPECT_EQ(got.replayed(), i == 1);
    ASSERT_EQ(got.verdicts_size(), 3000);
    EXPECT_EQ(got.verdicts(1023).message().size(), 1024U);
    EXPECT_TRUE(got.verdicts(1024).message().empty());
  }
}

TEST_F(StoreTest, ARepeatedBatchNumberWithOtherContentIsAnError) {
  commit(*store_, {capex("Alibaba", "1")}, "scraper", 1);
  Batch other = make_batch({capex("Alibaba", "2")}, "scraper", 1);
  const auto replies = store_->commit({&other, 1});
  ASSERT_FALSE(replies[0]);
  EXPECT_EQ(replies[0].error().code, Errc::already_exists);
}

TEST_F(StoreTest, ABatchNumberOutOfTurnIsAnErrorThatNamesTheNextOne) {
  Batch batch = make_batch({capex("Alibaba", "1")}, "scraper", 3);
  const auto replies = store_->commit({&batch, 1});
  ASSERT_FALSE(replies[0]);
  EXPECT_EQ(replies[0].error().code, Errc::failed_precondition);
  EXPECT_NE(replies[0].error().message.find("batch 1"), std::string::npos);
  EXPECT_FALSE(store_->failed());
}

TEST_F(StoreTest, AnswersBehindTheWindowAreForgotten) {
  for (std::uint64_t i = 1; i <= limits::kAnsweredBatchesKept + 2; ++i) {
    commit(*store_, {}, "scraper", i);
  }
  Batch old = make_batch({}, "scraper", 1);
  const auto replies = store_->commit({&old, 1});
  ASSERT_FALSE(replies[0]);
  EXPECT_EQ(replies[0].error().code, Errc::out_of_range);
}

TEST_F(StoreTest, BatchesOfOneGroupSeeEachOther) {
  std::vector<Batch> group;
  group.push_back(make_batch({capex("Foo Inc", "1")}, "a", 1));
  group.push_back(make_batch({capex("Foo Inc", "1"), capex("Foo Inc", "2")}, "b", 1));
  group.push_back(make_batch({capex("Foo Inc", "1")}, "a", 1));
  const auto replies = store_->commit(group);
  ASSERT_TRUE(replies[0] && replies[1] && replies[2]);
  EXPECT_EQ(replies[0]->accepted(), 1U);
  EXPECT_EQ(replies[1]->duplicates(), 1U);
  EXPECT_EQ(replies[1]->accepted(), 1U);
  EXPECT_TRUE(replies[2]->replayed());
  reopen();
  expect_sound();
}

TEST_F(StoreTest, AnAtomicBatchIsStoredWholeOrNotAtAll) {
  v1::Event bad = capex("Bar Corp", "5");
  bad.mutable_capex()->mutable_amount()->clear_value();
  const auto refused = commit(*store_, {capex("Foo Inc", "1"), bad}, "p", 1, /*atomic=*/true);
  EXPECT_EQ(refused.accepted(), 0U);
  EXPECT_EQ(refused.rejected(), 1U);
  EXPECT_EQ(store_->last_sequence(), 1U);
  EXPECT_FALSE(store_->catalogue().need_party("Foo Inc", kNow)) << "no name of it remains";
  const auto taken = commit(*store_, {capex("Foo Inc", "1")}, "p", 2, /*atomic=*/true);
  EXPECT_EQ(taken.accepted(), 1U);
  expect_sound();
}

TEST_F(StoreTest, ADryRunSaysWhatWouldHappenAndWritesNothing) {
  const std::vector<v1::Event> events = {capex("Foo Inc", "1"), capex("Foo Inc", "1")};
  const auto trial = commit(*store_, events, "p", 1, false, /*dry_run=*/true);
  EXPECT_EQ(trial.accepted(), 1U);
  EXPECT_EQ(trial.duplicates(), 1U);
  EXPECT_EQ(store_->last_sequence(), 1U);
  EXPECT_EQ(store_->producer_position("p")->last_batch_number, 0U);
  const auto real = commit(*store_, events, "p", 1);
  EXPECT_EQ(real.first_sequence(), trial.first_sequence());
}

TEST_F(StoreTest, AnUnknownMetricIsRejectedWithTheNearest) {
  v1::Event event;
  event.mutable_source()->set_publisher("X");
  event.set_published_at("2024");
  event.mutable_measure()->mutable_subject()->set_name("Nobody Knows");
  event.mutable_measure()->set_metric("unit_shipment");
  event.mutable_measure()->mutable_period()->set_label("2024");
  event.mutable_measure()->mutable_quantity()->set_value("1");
  const auto reply = commit(*store_, {event});
  ASSERT_EQ(reply.rejected(), 1U);
  EXPECT_EQ(reply.verdicts(0).code(), "unknown_metric");
  EXPECT_NE(reply.verdicts(0).message().find("unit_shipments"), std::string::npos);
  EXPECT_EQ(store_->last_sequence(), 1U) << "a rejected record catalogues nobody";
}

TEST_F(StoreTest, MoneyNeedsACurrency) {
  v1::Event event = capex("Alibaba", "5");
  event.mutable_capex()->mutable_amount()->clear_unit();
  event.mutable_capex()->mutable_amount()->clear_currency();
  const auto reply = commit(*store_, {event});
  ASSERT_EQ(reply.rejected(), 1U);
  EXPECT_EQ(reply.verdicts(0).code(), "missing_currency");
}

TEST_F(StoreTest, AnExplicitEventIdStandsForOneContent) {
  v1::Event event = capex("Alibaba", "1");
  event.set_event_id("row-1");
  const auto first = commit(*store_, {event}, "p");
  reopen();
  EXPECT_EQ(commit(*store_, {event}, "p").duplicates(), 1U);
  event.mutable_capex()->mutable_amount()->set_value("2");
  const auto conflict = commit(*store_, {event}, "p");
  ASSERT_EQ(conflict.rejected(), 1U);
  EXPECT_EQ(conflict.verdicts(0).outcome(), v1::OUTCOME_CONFLICT);
  EXPECT_EQ(conflict.verdicts(0).sequence(), first.first_sequence());
  EXPECT_EQ(commit(*store_, {event}, "q").accepted(), 1U) << "ids are each producer's own";
}

TEST_F(StoreTest, ARetractedStatementIsGoneFromItsMomentOn) {
  commit(*store_, {capex("Alibaba", "23000000000")});
  v1::Event retraction;
  retraction.mutable_source()->set_publisher("WinBuzzer");
  retraction.set_published_at("2024-09-15");
  v1::Retraction& r = *retraction.mutable_retraction();
  r.set_document_published_at("2024-08-26");
  r.mutable_cell()->mutable_subject()->set_name("Alibaba");
  r.mutable_cell()->set_metric("capex");
  r.mutable_cell()->mutable_period()->set_label("2024-H1");
  r.mutable_cell()->set_unit("CNY");
  EXPECT_EQ(commit(*store_, {retraction}).accepted(), 1U);
  EXPECT_EQ(commit(*store_, {retraction}).duplicates(), 1U);
  EXPECT_EQ(commit(*store_, {capex("Alibaba", "23000000000")}).duplicates(), 1U)
      << "last night's resend does not revive it";
  Query query = question(QueryKind::cells, "alibaba", "capex", "2024-H1");
  EXPECT_TRUE(ask(*store_, query).rows.empty());
  query.as_of = "2024-09-14";
  EXPECT_EQ(ask(*store_, query).rows.size(), 1U);
  query.as_of.clear();
  query.at_sequence = 3;
  EXPECT_EQ(ask(*store_, query).rows.size(), 1U);
  v1::Event later = capex("Alibaba", "23000000000");
  later.set_published_at("2024-10-01");
  EXPECT_EQ(commit(*store_, {later}).accepted(), 1U);
  EXPECT_EQ(ask(*store_, question(QueryKind::cells, "alibaba", "capex")).rows.size(), 1U);
  reopen();
  expect_sound();
}

TEST_F(StoreTest, ARetractionByEventIdNeedsItsOwnSource) {
  v1::Event event = shipment("Nvidia", "Tencent", "1000000");
  event.set_event_id("row-9");
  commit(*store_, {event}, "p");
  v1::Event retraction;
  retraction.mutable_source()->set_publisher("Somebody");
  retraction.set_published_at("2024-09-15");
  retraction.mutable_retraction()->set_event_id("row-9");
  EXPECT_EQ(commit(*store_, {retraction}, "p").verdicts(0).code(), "other_source");
  retraction.mutable_source()->set_publisher("Benzinga");
  EXPECT_EQ(commit(*store_, {retraction}, "q").verdicts(0).code(), "unknown_event_id");
  EXPECT_EQ(commit(*store_, {retraction}, "p").accepted(), 1U);
  EXPECT_TRUE(ask(*store_, question(QueryKind::cells, "nvidia", "unit_shipments")).rows.empty());
  EXPECT_TRUE(ask(*store_, question(QueryKind::cells, "tencent", "unit_shipments")).rows.empty());
  expect_sound();
}

TEST_F(StoreTest, WhatIsWithdrawnMustHaveBeenSaid) {
  v1::Event retraction;
  retraction.mutable_source()->set_publisher("WinBuzzer");
  retraction.set_published_at("2024-09-15");
  v1::Cell& cell = *retraction.mutable_retraction()->mutable_cell();
  cell.mutable_subject()->set_name("Alibaba");
  cell.set_metric("capex");
  cell.mutable_period()->set_label("2024-H1");
  const auto reply = commit(*store_, {retraction});
  ASSERT_EQ(reply.rejected(), 1U);
  EXPECT_EQ(reply.verdicts(0).code(), "nothing_to_withdraw");
}

TEST_F(StoreTest, TheLogKeepsTheProducersOwnBytes) {
  std::string bytes = capex("Alibaba", "1").SerializeAsString();
  bytes += "\xfa\x3e\x03new";  // field 1007, unknown to this program
  Batch batch;
  batch.producer_id = "p";
  batch.records.push_back(validate(bytes));
  const auto replies = store_->commit({&batch, 1});
  ASSERT_TRUE(replies[0]);
  const auto stored = read_event(*store_, replies[0]->first_sequence());
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->bytes, bytes);
  EXPECT_EQ(stored->producer_id, "p");
  EXPECT_FALSE(read_event(*store_, 99));
}

TEST_F(StoreTest, TheLogNotesWhatAStatementSupersedes) {
  const auto first = commit(*store_, {capex("Alibaba", "1000000000")});
  v1::Event revised = capex("Alibaba", "2000000000");
  revised.set_published_at("2024-09-01");
  const auto second = commit(*store_, {revised});
  EXPECT_EQ(read_event(*store_, second.first_sequence())->supersedes,
            std::vector<std::uint64_t>{first.first_sequence()});
  EXPECT_TRUE(read_event(*store_, first.first_sequence())->supersedes.empty());
}

TEST_F(StoreTest, ANewerFormatVersionIsRefused) {
  store_.reset();
  StoreOptions options;
  options.path = directory_.path();
  {
    const auto database = Database::open(options);
    ASSERT_TRUE(database);
    rocksdb::DB& db = (*database)->db();
    ASSERT_TRUE(db.Put({}, (*database)->meta(), kFormatVersionKey, "2").ok());
  }
  const auto store = EventStore::open(options);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Errc::failed_precondition);
  EXPECT_NE(store.error().message.find("format version 2"), std::string::npos);
}

TEST_F(StoreTest, CheckNamesARowThatTheLogDoesNotGive) {
  commit(*store_, {capex("Alibaba", "1"), capex("Tencent", "2")});
  const auto before = check(*store_);
  Row stray;
  stray[Column::sequence] = 3;
  stray[Column::subject] = 1;
  Database& database = *store_->state().database;
  ASSERT_TRUE(database.db()
                  .Merge({}, database.history(), encode_key(HistoryKey{1, 1, 202, 0}),
                         encode_rows(std::vector<Row>{stray}))
                  .ok());
  ASSERT_TRUE(
      database.db().Delete({}, database.frames(), encode_key(FrameKey{1, 2024, 0, 0})).ok());
  const auto after = check(*store_);
  ASSERT_TRUE(before && after);
  EXPECT_TRUE(before->faults.empty());
  ASSERT_EQ(after->faults.size(), 2U);
  EXPECT_NE(after->faults[0].find("history of alibaba, capex: holds 2 rows, the log gives 1"),
            std::string::npos);
  EXPECT_NE(after->faults[1].find("frame of capex, bucket 2024 is missing 2 rows"),
            std::string::npos);
}

TEST_F(StoreTest, ABlockThatDoesNotDecodeFailsTheReadLoudly) {
  commit(*store_, {capex("Alibaba", "1")});
  Database& database = *store_->state().database;
  ASSERT_TRUE(database.db()
                  .Merge({}, database.history(), encode_key(HistoryKey{1, 1, 202, 0}), "garbage")
                  .ok());
  const auto answer = run_query(*store_, question(QueryKind::cells, "alibaba", "capex"), {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::data_loss);
}

TEST_F(StoreTest, CheckFindsWhatDoesNotAgreeWithTheLog) {
  commit(*store_, {capex("Alibaba", "1"), shipment("Nvidia", "Tencent", "5")});
  expect_sound();
  EXPECT_EQ(check(*store_)->observations, 3U) << "the shipment is mirrored at its buyer";
}

TEST_F(StoreTest, CanonicalDumpsOfTwoStoresWithTheSameStatementsAreEqual) {
  TemporaryDirectory directory;
  const auto other = open_store(directory.path(), small_catalogue());
  const std::vector<v1::Event> events = {capex("Alibaba", "1"), capex("Tencent", "2"),
                                         capex("Baidu", "3")};
  commit(*store_, events, "a");
  commit(*other, {events[2]}, "b");
  commit(*other, {events[1], events[0], events[2]}, "c");
  const auto lines = [](const EventStore& store, bool canonical) {
    std::vector<std::string> all;
    EXPECT_TRUE(dump(store, canonical, [&](const std::string& line) { all.push_back(line); }));
    return all;
  };
  EXPECT_EQ(lines(*store_, true), lines(*other, true));
  EXPECT_EQ(lines(*store_, true).size(), 3U);
  EXPECT_EQ(lines(*store_, false).size(), store_->last_sequence());
}

TEST_F(StoreTest, ABatchOfVeryManyNewNamesIsReadAgainAtTheNextStart) {
  std::vector<v1::Event> events;
  for (int i = 0; i < 12'000; ++i) {
    events.push_back(capex("A company with a rather long name, number " + std::to_string(i) +
                               " of the very many that one batch can bring",
                           "1000000000"));
  }
  v1::Event long_name = capex(std::string(512, 'x'), "1000000000");
  long_name.mutable_capex()->mutable_subject()->set_cik("77");
  events.push_back(long_name);
  long_name.mutable_capex()->mutable_subject()->set_cik("78");
  events.push_back(long_name);
  v1::Event composite = capex("Xa + Xb", "1000000000");
  events.push_back(composite);
  composite.mutable_capex()->mutable_subject()->set_kind(v1::PARTY_KIND_GROUP);
  composite.set_published_at("2024-08-27");
  events.push_back(composite);
  EXPECT_EQ(commit(*store_, events).accepted(), events.size());
  reopen();
  ASSERT_NE(store_, nullptr);
  expect_sound();
  EXPECT_EQ(commit(*store_, events).duplicates(), events.size());
}

TEST_F(StoreTest, ARetractionCannotBeWithdrawnWhetherInOneBatchOrTwo) {
  v1::Event event = capex("Alibaba", "1");
  event.set_event_id("a");
  v1::Event retraction;
  retraction.set_event_id("r");
  retraction.mutable_source()->set_publisher("WinBuzzer");
  retraction.set_published_at("2024-09-15");
  retraction.mutable_retraction()->set_event_id("a");
  v1::Event again = retraction;
  again.set_event_id("r2");
  again.mutable_retraction()->set_event_id("r");
  const auto together = commit(*store_, {event, retraction, again});
  EXPECT_EQ(together.accepted(), 2U);
  EXPECT_EQ(together.verdicts(0).code(), "not_a_statement");
  EXPECT_EQ(commit(*store_, {again}).verdicts(0).code(), "not_a_statement");
  expect_sound();
}

TEST_F(StoreTest, AnEventIdOfADuplicateStandsForWhatItDuplicates) {
  const auto first = commit(*store_, {capex("Alibaba", "1")});
  v1::Event named = capex("Alibaba", "1");
  named.set_event_id("e1");
  EXPECT_EQ(commit(*store_, {named}).duplicates(), 1U);
  reopen();
  named.mutable_capex()->mutable_amount()->set_value("2");
  const auto conflict = commit(*store_, {named});
  ASSERT_EQ(conflict.rejected(), 1U);
  EXPECT_EQ(conflict.verdicts(0).sequence(), first.first_sequence());
}

TEST_F(StoreTest, AStoreThatEndsBeforeWhatWasAcknowledgedIsRefused) {
  commit(*store_, {capex("Alibaba", "1")});
  store_.reset();
  AcknowledgedMark mark;
  mark.open(directory_.path());
  mark.set(99);
  StoreOptions options;
  options.path = directory_.path();
  const auto store = EventStore::open(options);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Errc::data_loss);
  EXPECT_NE(store.error().message.find("up to 99"), std::string::npos);
}

TEST_F(StoreTest, AnotherRankingAmongBatchesOfOneWriteDoublesNothing) {
  v1::Event ranking = rank_of("Filings", 1);
  std::vector<Batch> group;
  group.push_back(make_batch({capex("Alibaba", "1")}, "a", 0));
  group.push_back(make_batch({ranking}, "b", 0));
  group.push_back(make_batch({capex("Alibaba", "1")}, "c", 0));
  const auto replies = store_->commit(group);
  EXPECT_EQ(replies[0]->accepted(), 1U);
  EXPECT_EQ(replies[1]->accepted(), 1U);
  EXPECT_EQ(replies[2]->duplicates(), 1U);
  EXPECT_EQ(commit(*store_, {capex("Alibaba", "1")}).duplicates(), 1U);
  expect_sound();
}

TEST_F(StoreTest, AWrongCikDoesNotTakeANameAway) {
  v1::Event wrong = capex("Alibaba", "1");
  wrong.mutable_capex()->mutable_subject()->set_cik("1577552");
  commit(*store_, {wrong});
  wrong.mutable_capex()->mutable_subject()->set_cik("999");
  EXPECT_EQ(commit(*store_, {wrong}).accepted(), 1U);
  const auto party = store_->catalogue().need_party("Alibaba", kNow);
  ASSERT_TRUE(party) << party.error().message;
  EXPECT_EQ(store_->catalogue().text(NameKind::party, *party), "alibaba");
  EXPECT_TRUE(store_->catalogue().need_party("alibaba-cik-999", kNow));
}

TEST_F(StoreTest, AnEventIdOfAPartWithdrawsThatPart) {
  v1::Event both = shipment("Nvidia", "Tencent", "1000000");
  both.mutable_chip_shipment()->mutable_value()->set_value("7");
  both.mutable_chip_shipment()->mutable_value()->set_unit("CNY");
  v1::Event units = shipment("Nvidia", "Tencent", "1000000");
  units.set_event_id("units");
  v1::Event retraction;
  *retraction.mutable_source() = units.source();
  retraction.set_published_at("2024-09-01");
  retraction.mutable_retraction()->set_event_id("units");
  const auto rows = [this](const char* metric) {
    return ask(*store_, question(QueryKind::cells, "nvidia", metric)).rows.size();
  };
  commit(*store_, {both});
  EXPECT_EQ(commit(*store_, {units}).duplicates(), 1U);
  EXPECT_EQ(commit(*store_, {retraction}).accepted(), 1U);
  EXPECT_EQ(rows("unit_shipments"), 0U);
  EXPECT_EQ(rows("shipment_value"), 1U) << "whoever withdraws the units never spoke of the value";
}

TEST_F(StoreTest, AnEventIdOfACatalogueChangeIsKept) {
  v1::Event fifth = rank_of("Filings", 5);
  fifth.set_event_id("r1");
  v1::Event ninth = rank_of("Filings", 9);
  EXPECT_EQ(commit(*store_, {fifth}).accepted(), 1U);
  EXPECT_EQ(commit(*store_, {ninth}).accepted(), 1U);
  EXPECT_EQ(commit(*store_, {fifth}).duplicates(), 1U) << "a resend does not undo the change";
  ninth.set_event_id("r1");
  EXPECT_EQ(commit(*store_, {ninth}).rejected(), 1U);
  reopen();
  EXPECT_EQ(commit(*store_, {fifth}).duplicates(), 1U);
  expect_sound();
}

TEST_F(StoreTest, AnIdOfADuplicateCanBeWithdrawnInTheSameBatch) {
  v1::Event first = capex("Alibaba", "1");
  first.set_event_id("a");
  v1::Event again = first;
  again.set_event_id("b");
  v1::Event retraction;
  retraction.mutable_source()->set_publisher("WinBuzzer");
  retraction.set_published_at("2024-09-15");
  retraction.mutable_retraction()->set_event_id("b");
  const auto reply = commit(*store_, {first, again, retraction});
  EXPECT_EQ(reply.accepted(), 2U);
  EXPECT_EQ(reply.duplicates(), 1U);
  EXPECT_TRUE(ask(*store_, question(QueryKind::cells, "alibaba", "capex")).rows.empty());
  expect_sound();
}

TEST_F(StoreTest, ATruncatedLogIsRefusedBeforeAnyFileIsTouched) {
  commit(*store_, {capex("Alibaba", "1")});
  // As a killed process leaves it: copied while it is open.
  const TemporaryDirectory copy;
  std::filesystem::copy(
      directory_.path(), copy.path(),
      std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
  std::filesystem::path log;
  for (const auto& entry : std::filesystem::directory_iterator(copy.path())) {
    if (entry.path().extension() == ".log" && entry.file_size() > 0) log = entry.path();
  }
  ASSERT_FALSE(log.empty());
  std::filesystem::resize_file(log, std::filesystem::file_size(log) / 2);
  const auto size = std::filesystem::file_size(log);
  StoreOptions options;
  options.path = copy.path();
  for (int i = 0; i < 2; ++i) {
    const auto store = EventStore::open(options);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, Errc::data_loss);
    EXPECT_EQ(std::filesystem::file_size(log), size);
  }
}

TEST_F(StoreTest, AStoreWithAnUnknownColumnFamilyIsRefused) {
  rocksdb::ColumnFamilyHandle* handle = nullptr;
  ASSERT_TRUE(store_->state().database->db().CreateColumnFamily({}, "later", &handle).ok());
  ASSERT_TRUE(store_->state().database->db().DestroyColumnFamilyHandle(handle).ok());
  store_.reset();
  StoreOptions options;
  options.path = directory_.path();
  const auto store = EventStore::open(options);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Errc::failed_precondition);
  EXPECT_NE(store.error().message.find("later"), std::string::npos);
}

TEST_F(StoreTest, ASecondOpenerIsRefused) {
  StoreOptions options;
  options.path = directory_.path();
  const auto second = EventStore::open(options);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::unavailable);
}

TEST_F(StoreTest, AnotherNameOfACikBecomesAnAlias) {
  const auto named = [](const std::string& name, const std::string& cik) {
    v1::Event event = capex(name, "5");
    event.mutable_capex()->mutable_subject()->set_cik(cik);
    return event;
  };
  commit(*store_, {named("United Example", "101829"), named("Alibaba", "101829"),
                   named("Example Corp", "101829")});
  const auto party = [&](const std::string& name) {
    const auto found = store_->catalogue().find_party({name, {}, {}, {}}, kNow);
    return store_->catalogue().text(NameKind::party, found.value_or(0));
  };
  EXPECT_EQ(party("Example Corp"), "united-example");
  EXPECT_EQ(party("Alibaba"), "alibaba") << "it is somebody's";
}

TEST_F(StoreTest, ANameThatPassedOnIsTheOneOfTheDayInStatementsAndWithdrawals) {
  const auto holder = [](const std::string& id, const std::string& from, const std::string& to) {
    v1::Event event;
    auto& party = *event.mutable_catalog_change()->add_parties();
    party.set_id(id);
    party.set_kind(v1::PARTY_KIND_COMPANY);
    auto& ticker = *party.add_identifiers();
    ticker.set_scheme(v1::IDENTIFIER_SCHEME_TICKER);
    ticker.set_value("FB");
    ticker.set_valid_from(from);
    ticker.set_valid_to(to);
    return event;
  };
  commit(*store_, {holder("first", "2010-01-01", "2015-12-31")});
  commit(*store_, {holder("second", "2016-01-01", "2020-12-31")});
  v1::Event said = capex("FB", "5");
  said.set_published_at("2014-05-05");
  ASSERT_EQ(commit(*store_, {said}).accepted(), 1U);
  EXPECT_EQ(ask(*store_, question(QueryKind::statements, "first", "capex")).rows.size(), 1U);
  v1::Event withdrawal;
  withdrawal.mutable_source()->set_publisher(said.source().publisher());
  withdrawal.set_published_at("2017-01-01");
  auto& retraction = *withdrawal.mutable_retraction();
  retraction.set_document_published_at("2014-05-05");
  auto& cell = *retraction.mutable_cell();
  *cell.mutable_subject() = said.capex().subject();
  cell.set_metric("capex");
  *cell.mutable_period() = said.capex().period();
  cell.set_currency("CNY");
  const auto reply = commit(*store_, {withdrawal});
  EXPECT_EQ(reply.accepted(), 1U) << reply.DebugString();
}

TEST_F(StoreTest, ACompanyDoesNotBecomeAGroup) {
  v1::Event event;
  auto& party = *event.mutable_catalog_change()->add_parties();
  party.set_id("alibaba");
  party.add_members("baidu");
  const auto reply = commit(*store_, {event});
  ASSERT_EQ(reply.rejected(), 1U);
  EXPECT_EQ(reply.verdicts(0).code(), "other_kind");
}

}  // namespace
}  // namespace capexdb::storage::test
