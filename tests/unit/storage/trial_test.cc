// A dry run of many batches: the verdicts of the real run, and nothing in the store.
#include "storage/trial.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "storage/catalogue.h"
#include "storage/inspect.h"
#include "storage/store_state.h"
#include "tests/unit/storage/events.h"

namespace capexdb::storage::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

PlausibilityRules holding_scrapers() {
  PlausibilityRules rules;
  rules.hold = {"scraper"};
  return rules;
}

v1::Event with_id(v1::Event event, const std::string& id) {
  event.set_event_id(id);
  return event;
}

v1::Event catalog_of(const std::string& id) {
  v1::Event event;
  v1::CatalogParty& party = *event.mutable_catalog_change()->add_parties();
  party.set_id(id);
  party.set_name("The " + id);
  party.set_kind(v1::PARTY_KIND_COMPANY);
  return event;
}

v1::Event withdrawal_of(const std::string& id) {
  v1::Event event;
  event.mutable_source()->set_publisher("Reuters");
  event.set_published_at("2024-09-01");
  event.mutable_retraction()->set_event_id(id);
  return event;
}

class TrialTest : public testing::Test {
 protected:
  TrialTest()
      : store_(open_store(directory_.path() + "/store", small_catalogue(), holding_scrapers())) {}

  std::string trials_path() const { return directory_.path() + "/dry-runs"; }

  v1::IngestReply commit_numbered(const Batch& batch) {
    Batch copy = batch;
    auto replies = store_->commit({&copy, 1});
    EXPECT_TRUE(replies.front()) << replies.front().error().message;
    return replies.front().value_or(v1::IngestReply());
  }

  static Batch batch_of(const std::vector<v1::Event>& events, std::uint64_t number,
                        const std::string& producer = "desk") {
    Batch batch = make_batch(events, producer, number);
    return batch;
  }
  static Batch dry(Batch batch) {
    batch.dry_run = true;
    return batch;
  }

  // Each batch needs those before it, for its names, duplicates, ids, or what is plausible.
  static std::vector<Batch> entangled_batches(const std::string& producer) {
    const auto said = [](const std::string& period, const std::string& value) {
      return measured("Alibaba", "capex", period, value, "CNY");
    };
    const std::vector<std::vector<v1::Event>> events = {
        {with_id(said("2023-H1", "20000000001"), "a"), with_id(said("2023-H2", "21000000001"), "b"),
         measured("Somebody New", "capex", "2023-H2", "5", "CNY")},
        {with_id(said("2023-H1", "20000000001"), "a"),  // a duplicate by id
         said("2023-H2", "21000000001"),                // by content
         with_id(said("2024-H1", "23000000001"), "b"),  // a conflict
         measured("Newco", "capex", "2024-H1", "7", "CNY")},
        {catalog_of("newco-holding")},
        {measured("The newco-holding", "capex", "2024-H1", "7", "CNY"),
         said("2024-H1", "22000000"),  // a slip by a thousand
         withdrawal_of("b"), withdrawal_of("nobody-said-so")},
        {said("2024-H1", "22000000"), said("2023-H2", "21000000001"),
         measured("Somebody New", "capex", "2023-H2", "5", "CNY"),
         measured("Alibaba", "no_such_metric", "2023-H2", "5", "CNY")}};
    std::vector<Batch> batches;
    for (const auto& some : events) batches.push_back(batch_of(some, batches.size() + 1, producer));
    return batches;
  }

  // Without what only a store's own numbers can tell.
  static std::string comparable(v1::IngestReply reply) {
    reply.clear_store_sequence();
    for (v1::Verdict& verdict : *reply.mutable_verdicts()) verdict.clear_quarantine_id();
    return reply.DebugString();
  }

  TemporaryDirectory directory_;
  std::unique_ptr<EventStore> store_;
};

TEST_F(TrialTest, ManyBatchesGetTheVerdictsOfTheRealRunAndLeaveNothing) {
  for (const std::string producer : {"desk", "scraper"}) {
    const std::uint64_t before = store_->last_sequence();
    const std::uint64_t held = store_->quarantined();
    std::vector<std::string> tried;
    {
      Trials trials(*store_, trials_path());
      for (const Batch& batch : entangled_batches(producer)) {
        const auto reply = trials.commit(1, dry(batch));
        ASSERT_TRUE(reply) << reply.error().message;
        EXPECT_EQ(reply->store_sequence(), before);
        for (const v1::Verdict& verdict : reply->verdicts()) EXPECT_EQ(verdict.quarantine_id(), 0U);
        tried.push_back(comparable(*reply));
      }
      EXPECT_EQ(store_->last_sequence(), before);
      EXPECT_EQ(store_->quarantined(), held);
      EXPECT_EQ(store_->producer_position(producer)->last_batch_number, 0U);
      if (producer == "desk") {
        EXPECT_FALSE(store_->catalogue().need_party("Somebody New", kNow));
      }
    }
    EXPECT_FALSE(fs::exists(trials_path()));
    std::vector<std::string> real;
    for (const Batch& batch : entangled_batches(producer)) {
      real.push_back(comparable(commit_numbered(batch)));
    }
    EXPECT_EQ(tried, real);
    EXPECT_GT(store_->last_sequence(), before);
    // The batches do depend on one another.
    std::string all;
    for (const std::string& reply : real) all += reply;
    for (const char* code : {"OUTCOME_DUPLICATE", "OUTCOME_CONFLICT", "OUTCOME_REJECTED"}) {
      EXPECT_THAT(all, HasSubstr(code));
    }
    EXPECT_THAT(all, HasSubstr("suspect_"));
    store_.reset();
    fs::remove_all(directory_.path() + "/store");
    store_ = open_store(directory_.path() + "/store", small_catalogue(), holding_scrapers());
  }
}

TEST_F(TrialTest, SeesTheStoreAsItWasAndDoesNotHinderIt) {
  commit(*store_, {capex("Alibaba", "1")});
  Trials trials(*store_, trials_path());
  ASSERT_EQ(trials.commit(1, dry(batch_of({capex("Alibaba", "1")}, 1)))->duplicates(), 1U);
  const auto stored = commit(*store_, {capex("Baidu", "2")});
  EXPECT_EQ(stored.accepted(), 1U);
  const auto tried = trials.commit(1, dry(batch_of({capex("Baidu", "2")}, 2)));
  ASSERT_TRUE(tried);
  EXPECT_EQ(tried->accepted(), 1U) << "it came to the store after the trial began";
  EXPECT_EQ(tried->first_sequence(), stored.first_sequence());
  EXPECT_EQ(commit(*store_, {capex("Baidu", "2")}).duplicates(), 1U);
}

TEST_F(TrialTest, BatchOneBeginsAgainAndOthersFollow) {
  Trials trials(*store_, trials_path());
  const auto out_of_turn = trials.commit(1, dry(batch_of({capex("Alibaba", "1")}, 2)));
  ASSERT_FALSE(out_of_turn);
  EXPECT_EQ(out_of_turn.error().code, Errc::aborted);
  EXPECT_THAT(out_of_turn.error().message, HasSubstr("begin again"));
  ASSERT_EQ(trials.commit(1, dry(batch_of({capex("Alibaba", "1")}, 1)))->accepted(), 1U);
  EXPECT_FALSE(trials.commit(1, dry(batch_of({capex("Alibaba", "1")}, 3))));
  EXPECT_EQ(trials.commit(1, dry(batch_of({capex("Alibaba", "1")}, 2)))->duplicates(), 1U);
  EXPECT_EQ(trials.commit(1, dry(batch_of({capex("Alibaba", "1")}, 1)))->accepted(), 1U);
  EXPECT_FALSE(trials.commit(7, dry(batch_of({capex("Alibaba", "1")}, 2)))) << "another's";
  trials.end(1);
  EXPECT_EQ(trials.size(), 0U);
  EXPECT_TRUE(fs::is_empty(trials_path()));
}

TEST_F(TrialTest, OnlyAFewAtATimeAndWhoIsIdleMakesRoom) {
  auto now = std::chrono::steady_clock::time_point{};
  Trials trials(*store_, trials_path(), [&now] { return now; });
  const auto begin = [&](Trials::Owner owner) {
    return trials.commit(owner, dry(batch_of({capex("Alibaba", "1")}, 1)));
  };
  for (Trials::Owner owner = 1; owner <= Trials::kTrialsMax; ++owner) ASSERT_TRUE(begin(owner));
  const auto refused = begin(99);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::resource_exhausted);
  now += Trials::kIdleMax;
  ASSERT_TRUE(trials.commit(1, dry(batch_of({capex("Baidu", "1")}, 2))));
  ASSERT_TRUE(begin(99));
  EXPECT_EQ(trials.size(), Trials::kTrialsMax);
  EXPECT_TRUE(trials.commit(1, dry(batch_of({capex("Baidu", "1")}, 3)))) << "it was not idle";
  EXPECT_FALSE(trials.commit(2, dry(batch_of({capex("Baidu", "1")}, 2)))) << "it was";
}

TEST_F(TrialTest, RemovesWhatAKilledProcessLeft) {
  fs::create_directories(trials_path() + "/7");
  const Trials trials(*store_, trials_path());
  EXPECT_FALSE(fs::exists(trials_path()));
}

TEST_F(TrialTest, TheStoreIsSoundBehindIt) {
  {
    Trials trials(*store_, trials_path());
    for (const Batch& batch : entangled_batches("desk")) ASSERT_TRUE(trials.commit(1, dry(batch)));
  }
  commit(*store_, {capex("Alibaba", "1")});
  const auto report = check(*store_);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_THAT(report->faults, IsEmpty());
  EXPECT_EQ(report->events, store_->last_sequence());
}

}  // namespace
}  // namespace capexdb::storage::test
