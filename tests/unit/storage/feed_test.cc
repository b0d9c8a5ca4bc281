// The feed's floor, its order in a replay, and named cursors.
#include <gmock/gmock.h>

#include <algorithm>

#include "proto/model/time_range.h"
#include "storage/feed/replay.h"
#include "storage/feed/retention.h"
#include "tests/unit/storage/events.h"
#include "tests/unit/storage/model_world.h"
#include "tests/unit/storage/said.h"

namespace capexdb::storage::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FeedTest : public ConflictsTest {
 protected:
  // The first word of a source is a change of the catalogue too.
  FeedTest() {
    say({{.who = "baidu", .value = "1", .published = "2020-01-01"},
         {.who = "baidu", .value = "1", .source = "Post", .published = "2020-01-01"}});
  }

  std::uint64_t last() const { return store_->last_sequence(); }

  Result<v1::IngestReply> move(CursorMove move) {
    std::vector<Batch> group(1);
    group[0].cursor_move = std::move(move);
    return store_->commit(group)[0];
  }
  std::uint64_t position(const std::string& name) {
    const auto reply = store_->cursors(name);
    EXPECT_TRUE(reply);
    return reply->cursors_size() == 0 ? UINT64_MAX : reply->cursors(0).sequence();
  }

  std::vector<std::uint64_t> played(const v1::Replay& replay, std::size_t events_max,
                                    const v1::FeedFilter& message = {}) {
    FeedLog log(1U << 20U);
    auto filter = FeedFilter::make(message, store_->catalogue(), last());
    auto order = ReplayOrder::make(store_->view(), replay, events_max);
    EXPECT_TRUE(order) << order.error().message;
    std::vector<std::uint64_t> all;
    for (;;) {
      const auto reading = order->read_on(*store_, log, *filter);
      EXPECT_TRUE(reading) << reading.error().message;
      if (*reading) continue;
      const auto next = order->next();
      if (!next) return all;
      all.push_back(next->sequence);
      order->drop_next();
    }
  }
  v1::Replay replay(const std::string& from = "", const std::string& to = "",
                    std::uint64_t after = 0) {
    v1::Replay replay;
    replay.set_from(from);
    replay.set_to(to);
    replay.set_at_sequence(last());
    replay.set_after_sequence(after);
    return replay;
  }
};

// ---- Replay.

TEST_F(FeedTest, AReplayIsInTheOrderOfPublication) {
  const std::uint64_t before = last();
  say({{.who = "alibaba", .value = "1", .published = "2024-05-02"},
       {.who = "alibaba", .value = "2", .published = "2024-05-01T10:00:00Z"},
       {.who = "alibaba", .value = "3", .published = "2024-05"},
       {.who = "alibaba", .value = "4", .published = "2024-05-01"},
       {.who = "alibaba", .value = "5", .published = "2024-05-02"}});
  // A month could be known for certain when it was over.
  EXPECT_THAT(played(replay("2024-01-01"), 100),
              ElementsAre(before + 2, before + 4, before + 1, before + 5, before + 3));
  EXPECT_THAT(played(replay("2024-05-02"), 100), ElementsAre(before + 1, before + 5, before + 3));
  EXPECT_THAT(played(replay("2024-05-01", "2024-05-01"), 100), ElementsAre(before + 2, before + 4));
  EXPECT_THAT(played(replay("2024-05-01", "2024-05-30"), 100),
              ElementsAre(before + 2, before + 4, before + 1, before + 5))
      << "what an as-of question of that day sees";
  EXPECT_THAT(played(replay("", "", before + 4), 100),
              ElementsAre(before + 1, before + 5, before + 3));
}

TEST_F(FeedTest, LittleMemoryGivesTheSameReplay) {
  Dice dice(11);
  for (int i = 0; i < 40; ++i) {
    std::vector<Said> all;
    for (std::size_t n = 1 + dice.roll(8); n > 0; --n) {
      all.push_back({.who = dice.pick({"alibaba", "tencent"}),
                     .value = std::to_string(i * 100 + static_cast<int>(n)),
                     .published = "2024-0" + std::to_string(1 + dice.roll(9)) + "-1" +
                                  std::to_string(dice.roll(9))});
    }
    say(all);
  }
  v1::FeedFilter filter;
  filter.add_companies("tencent");
  const auto all = played(replay(), 10'000, filter);
  ASSERT_GT(all.size(), 50U);
  EXPECT_EQ(played(replay(), 7, filter), all);
  EXPECT_EQ(played(replay(), 1, filter), all);
  // What came later does not matter.
  const v1::Replay then = replay();
  say({{.who = "tencent", .value = "999999", .published = "2024-01-01"}});
  EXPECT_EQ(played(then, 7, filter), all);
  // From any break it goes on behind the last one.
  for (std::size_t i = 0; i < all.size(); i += 9) {
    v1::Replay rest = then;
    rest.set_after_sequence(all[i]);
    EXPECT_EQ(
        played(rest, 7, filter),
        std::vector<std::uint64_t>(all.begin() + static_cast<std::ptrdiff_t>(i) + 1, all.end()));
  }
}

TEST_F(FeedTest, AReplayThatMakesNoSense) {
  const auto error_of = [&](const v1::Replay& replay) {
    const auto made = ReplayOrder::make(store_->view(), replay, 10);
    return made ? "" : made.error().message;
  };
  EXPECT_THAT(error_of(replay("2024-13-01")), HasSubstr("2024-13-01"));
  EXPECT_THAT(error_of(replay("2024-02-01", "2024-01-01")), HasSubstr("backwards"));
  EXPECT_THAT(error_of(replay("", "", 1)), HasSubstr("no statement"));
  v1::Replay future = replay();
  future.set_at_sequence(last() + 1);
  EXPECT_THAT(error_of(future), HasSubstr("the store is at sequence"));
}

// ---- Retention.

TEST_F(FeedTest, TheFloorFollowsTheLastSequence) {
  say({{.who = "alibaba", .value = "1"}, {.who = "alibaba", .value = "2", .source = "Post"}});
  const auto floor = [&](Retention retention, std::int64_t now_us = 0) {
    return *feed_floor(store_->view(), retention, now_us);
  };
  EXPECT_EQ(floor({}), 1U);
  EXPECT_EQ(floor({.events = 1}), last());
  EXPECT_EQ(floor({.events = 2}), last() - 1);
  EXPECT_EQ(floor({.events = 1000}), 1U);
  // The test's clock stands still, so a day later all is a day old.
  constexpr std::int64_t kDayUs = 86'400'000'000;
  const std::int64_t recorded = store_->view().event(1)->recorded_at_us;
  EXPECT_EQ(floor({.days = 1}, recorded), 1U);
  EXPECT_EQ(floor({.days = 1}, recorded + 3 * kDayUs), last() + 1);
  EXPECT_EQ(floor({.events = 1000, .days = 1}, recorded + 3 * kDayUs), last() + 1);
}

// ---- Cursors.

TEST_F(FeedTest, ACursorMovesForwardAndIsKept) {
  say({{.who = "alibaba", .value = "1"}, {.who = "alibaba", .value = "2", .source = "Post"}});
  EXPECT_EQ(position("desk"), UINT64_MAX);
  EXPECT_EQ(move({.cursor = "desk", .sequence = 1})->last_sequence(), 1U);
  EXPECT_EQ(move({.cursor = "desk", .sequence = 3})->last_sequence(), 3U);
  EXPECT_EQ(move({.cursor = "desk", .sequence = 2})->last_sequence(), 3U) << "a late one";
  store_.reset();
  store_ = open_store(directory_.path(), conflict_catalogue());
  EXPECT_EQ(position("desk"), 3U);
  EXPECT_EQ(move({.cursor = "desk", .sequence = 2, .rewind = true})->last_sequence(), 2U);
  EXPECT_EQ(move({.cursor = "desk", .sequence = 0, .rewind = true})->last_sequence(), 0U);
  EXPECT_EQ(position("desk"), 0U);
  EXPECT_EQ(move({.cursor = "desk", .forget = true})->last_sequence(), 0U);
  EXPECT_EQ(position("desk"), UINT64_MAX);
  EXPECT_TRUE(move({.cursor = "desk", .forget = true})) << "again";
}

TEST_F(FeedTest, CursorsTakeNoSequence) {
  const std::uint64_t before = last();
  ASSERT_TRUE(move({.cursor = "desk", .sequence = before}));
  EXPECT_EQ(last(), before);
  say({{.who = "alibaba", .value = "1"}});
  EXPECT_EQ(last(), before + 1);
  EXPECT_TRUE(store_->view().event(before + 1));
}

TEST_F(FeedTest, SeveralInOneWrite) {
  std::vector<Batch> group(4);
  group[0].cursor_move = CursorMove{.cursor = "a", .sequence = 1};
  group[1] = make_batch({event_of({.who = "alibaba", .value = "1"})}, "test", 1);
  group[2].cursor_move = CursorMove{.cursor = "b", .sequence = 1};
  group[3].cursor_move = CursorMove{.cursor = "a", .forget = true};
  const auto replies = store_->commit(group);
  for (const auto& reply : replies) EXPECT_TRUE(reply);
  EXPECT_EQ(replies[1]->accepted(), 1U);
  EXPECT_EQ(position("a"), UINT64_MAX);
  EXPECT_EQ(position("b"), 1U);
}

TEST_F(FeedTest, ListsThemByName) {
  for (const char* name : {"desk", "büro", "a b"}) {
    ASSERT_TRUE(move({.cursor = name, .sequence = 1}));
  }
  const auto all = store_->cursors("");
  ASSERT_TRUE(all);
  std::vector<std::string> names;
  for (const auto& cursor : all->cursors()) names.push_back(cursor.name());
  EXPECT_THAT(names, ElementsAre("a b", "büro", "desk"));
  EXPECT_EQ(all->sequence(), last());
  EXPECT_GT(all->cursors(0).moved_at_us(), 0);
}

TEST_F(FeedTest, CursorsHaveTheirNumber) {
  // All but one, by one group.
  const auto moves = [](std::size_t from, std::size_t to) {
    std::vector<Batch> group(to - from);
    for (std::size_t i = 0; i < group.size(); ++i) {
      group[i].cursor_move = CursorMove{.cursor = "c" + std::to_string(from + i), .sequence = 1};
    }
    return group;
  };
  std::vector<Batch> group = moves(0, limits::kCursorsMax - 1);
  for (const auto& reply : store_->commit(group)) ASSERT_TRUE(reply) << reply.error().message;
  group = moves(limits::kCursorsMax - 1, limits::kCursorsMax + 2);
  const auto replies = store_->commit(group);
  EXPECT_TRUE(replies[0]);
  ASSERT_FALSE(replies[1]);
  EXPECT_EQ(replies[1].error().code, Errc::resource_exhausted);
  EXPECT_TRUE(move({.cursor = "c7", .sequence = 2})) << "one that is there";
  ASSERT_TRUE(move({.cursor = "c7", .forget = true}));
  EXPECT_TRUE(move({.cursor = "another", .sequence = 1}));
  EXPECT_FALSE(move({.cursor = "one more", .sequence = 1}));
  store_.reset();
  store_ = open_store(directory_.path(), {});
  EXPECT_FALSE(move({.cursor = "one more", .sequence = 1})) << "after a restart too";
}

TEST_F(FeedTest, CursorsThatMakeNoSense) {
  const auto error_of = [&](CursorMove its) {
    const auto reply = move(std::move(its));
    return reply ? "" : reply.error().message;
  };
  EXPECT_THAT(error_of({.cursor = "desk", .sequence = last() + 1}),
              HasSubstr("the store is at sequence"));
  EXPECT_THAT(error_of({.cursor = ""}), HasSubstr("a cursor's name"));
  EXPECT_THAT(error_of({.cursor = std::string(129, 'x')}), HasSubstr("a cursor's name"));
  EXPECT_THAT(error_of({.cursor = "a\nb"}), HasSubstr("a cursor's name"));
  EXPECT_EQ(position(""), UINT64_MAX);
  EXPECT_THAT(store_->cursors("")->cursors(), IsEmpty());
}

}  // namespace
}  // namespace capexdb::storage::test
