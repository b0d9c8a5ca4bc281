#include "client/subscription_fsm.h"

#include <gmock/gmock.h>

#include <set>

#include "proto/model/limits.h"
#include "tests/unit/client/feed_messages.h"

namespace capexdb::client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint64_t kId = 2;

// Begun over its first connection, behind `start`.
SubscriptionFsm begun_at(std::uint64_t start, SubscriptionOptions options = {}) {
  options.after_sequence = start;
  SubscriptionFsm fsm(std::move(options));
  fsm.begin(100);
  fsm.on_begun(kId);
  EXPECT_TRUE(fsm.on_reply(kId, progress(kId, start)));
  return fsm;
}

std::vector<std::uint64_t> changes_in(SubscriptionFsm& fsm) {
  std::vector<std::uint64_t> sequences;
  while (const auto item = fsm.next_item()) {
    if (const auto* change = std::get_if<FeedChange>(&*item)) {
      sequences.push_back(change->sequence);
    }
  }
  return sequences;
}

// What it acknowledges now, under that id.
std::optional<std::uint64_t> sent_ack(SubscriptionFsm& fsm, std::uint64_t id) {
  auto message = fsm.next_to_send();
  if (!message || !message->has_ack()) return std::nullopt;
  message->set_request_id(id);
  fsm.on_sent(*message);
  return message->ack().sequence();
}

void acknowledge(SubscriptionFsm& fsm, std::uint64_t id, std::uint64_t sequence) {
  ASSERT_EQ(sent_ack(fsm, id), sequence);
  ASSERT_TRUE(fsm.on_reply(id, ack_reply(id, "c", sequence)));
}

std::string refusal(SubscriptionFsm& fsm, const v1::ServerMessage& message) {
  const auto taken = fsm.on_reply(message.request_id(), message);
  if (taken) return "";
  EXPECT_EQ(taken.error().code, Errc::internal);
  EXPECT_EQ(taken.error().reason, kProtocolReason);
  return taken.error().message;
}

TEST(SubscriptionFsm, AsksForWhatItsOptionsSay) {
  SubscriptionOptions options;
  options.after_sequence = 7;
  options.from_now = true;
  options.cursor = "billing";
  options.cells = true;
  options.window = 20;
  options.filter.companies = {"alibaba", "bat"};
  options.filter.metrics = {"capex"};
  options.filter.products = {"H20"};
  options.filter.counterparties = {"nvidia"};
  options.filter.statuses = {Status::guidance};
  options.filter.sources = {"FT"};
  options.filter.meanings = {Meaning::conflict_closed};
  options.filter.change_above_percent = "5";
  const v1::SubscribeRequest request = SubscriptionFsm(options).begin(9).subscribe();
  EXPECT_EQ(request.ShortDebugString(),
            "after_sequence: 7 from_now: true cursor: \"billing\" filter { companies: \"alibaba\" "
            "companies: \"bat\" metrics: \"capex\" products: \"H20\" counterparties: \"nvidia\" "
            "statuses: STATUS_GUIDANCE sources: \"FT\" meanings: MEANING_CONFLICT_CLOSED "
            "change_above_percent: \"5\" } cells: true credit: 20");
}

TEST(SubscriptionFsm, GivesItemsInOrderWithTheirPositions) {
  SubscriptionFsm fsm = begun_at(3);
  EXPECT_EQ(fsm.position(), 3U);
  for (const auto& message : {change(kId, 4), progress(kId, 6), change(kId, 7), gap(kId, 8, 9),
                              caught_up(kId, 9), progress(kId, 9), progress(kId, 12)}) {
    ASSERT_TRUE(fsm.on_reply(kId, message));
  }
  EXPECT_EQ(fsm.position(), 3U) << "nothing is taken yet";
  std::vector<std::pair<std::size_t, std::uint64_t>> items;
  while (const auto item = fsm.next_item()) items.emplace_back(item->index(), fsm.position());
  using Item = std::pair<std::size_t, std::uint64_t>;
  EXPECT_THAT(items,
              ElementsAre(Item(0, 4), Item(3, 6), Item(0, 7), Item(2, 9), Item(1, 9), Item(3, 12)));
}

TEST(SubscriptionFsm, KeepsOnlyTheNewestProgress) {
  SubscriptionFsm fsm = begun_at(0);
  for (std::uint64_t n = 1; n < 100; ++n) ASSERT_TRUE(fsm.on_reply(kId, progress(kId, n)));
  ASSERT_TRUE(fsm.next_item());
  EXPECT_EQ(fsm.position(), 99U);
  EXPECT_FALSE(fsm.next_item());
}

TEST(SubscriptionFsm, StandsWhereTheServerBeginsItNowOrAtACursor) {
  SubscriptionOptions now;
  now.from_now = true;
  SubscriptionOptions cursor;
  cursor.cursor = "c";
  for (const SubscriptionOptions& options : {now, cursor}) {
    SubscriptionFsm fsm(options);
    fsm.begin(50);
    fsm.on_begun(kId);
    ASSERT_TRUE(fsm.on_reply(kId, progress(kId, 50)));
    EXPECT_EQ(fsm.position(), 50U);
    // It goes on from what it has itself received, not from now or from the cursor.
    fsm.on_disconnected();
    const v1::SubscribeRequest again = fsm.begin(60).subscribe();
    EXPECT_EQ(again.after_sequence(), 50U);
    EXPECT_FALSE(again.from_now());
    EXPECT_EQ(again.cursor(), "");
  }
}

TEST(SubscriptionFsm, AsksTheSameAgainWhereItNeverBegan) {
  SubscriptionOptions options;
  options.cursor = "c";
  options.from_now = true;
  SubscriptionFsm fsm(options);
  const auto first = fsm.begin(50);
  fsm.on_begun(kId);
  fsm.on_disconnected();
  EXPECT_EQ(fsm.begin(60).SerializeAsString(), first.SerializeAsString());
}

// A log of which some sequences pass the filter, served in messages; a connection that
// breaks behind any of them, taken or not: every change comes once.
TEST(SubscriptionFsm, ABreakAnywhereLosesAndRepeatsNothing) {
  const std::set<std::uint64_t> passes = {1, 2, 5, 6, 7, 10, 14};
  constexpr std::uint64_t kLast = 15;
  const auto served = [&](std::uint64_t id, std::uint64_t after) {
    std::vector<v1::ServerMessage> messages = {progress(id, after)};
    for (std::uint64_t n = after + 1; n <= kLast; ++n) {
      messages.push_back(passes.contains(n) ? change(id, n) : progress(id, n));
    }
    messages.push_back(caught_up(id, kLast));
    return messages;
  };
  const std::size_t length = served(kId, 0).size();
  for (std::size_t first_break = 0; first_break <= length; ++first_break) {
    for (std::size_t second_break = 0; second_break <= length; second_break += 3) {
      for (const bool takes_late : {false, true}) {
        SubscriptionOptions options;
        options.window = 100;
        SubscriptionFsm fsm(options);
        std::vector<std::uint64_t> got;
        const auto take = [&] {
          for (const std::uint64_t n : changes_in(fsm)) got.push_back(n);
        };
        std::uint64_t id = 2;
        for (const std::size_t until : {first_break, second_break, length}) {
          const v1::SubscribeRequest request = fsm.begin(kLast).subscribe();
          fsm.on_begun(id);
          const auto messages = served(id, request.after_sequence());
          for (std::size_t i = 0; i < std::min(until, messages.size()); ++i) {
            ASSERT_TRUE(fsm.on_reply(id, messages[i]));
            if (!takes_late) take();
          }
          ++id;
          fsm.on_disconnected();
        }
        take();
        ASSERT_EQ(got, std::vector<std::uint64_t>(passes.begin(), passes.end()))
            << first_break << ' ' << second_break;
        ASSERT_EQ(fsm.position(), kLast);
      }
    }
  }
}

TEST(SubscriptionFsm, TopsCreditUpAtHalf) {
  SubscriptionOptions options;
  options.window = 4;
  SubscriptionFsm fsm = begun_at(0, options);
  for (std::uint64_t n = 1; n <= 4; ++n) ASSERT_TRUE(fsm.on_reply(kId, change(kId, n)));
  EXPECT_EQ(fsm.credit(), 0U);
  EXPECT_FALSE(fsm.next_to_send());
  ASSERT_TRUE(fsm.next_item());
  EXPECT_FALSE(fsm.next_to_send());
  ASSERT_TRUE(fsm.next_item());
  auto credit = fsm.next_to_send();
  ASSERT_TRUE(credit);
  EXPECT_EQ(credit->credit().subscription(), kId);
  EXPECT_EQ(credit->credit().changes(), 2U);
  fsm.on_sent(*credit);
  EXPECT_EQ(fsm.credit(), 2U);
  EXPECT_FALSE(fsm.next_to_send());
  // A new connection gets what has room: two changes wait to be taken.
  fsm.on_disconnected();
  EXPECT_FALSE(fsm.next_to_send());
  EXPECT_EQ(fsm.begin(9).subscribe().credit(), 2U);
}

TEST(SubscriptionFsm, NeverHasMoreWaitingThanItsWindow) {
  for (const std::uint32_t window : {1U, 2U, 3U, 7U, 1000U}) {
    SubscriptionOptions options;
    options.window = window;
    SubscriptionFsm fsm = begun_at(0, options);
    std::uint32_t granted = window;
    std::uint64_t sent = 0;
    for (int round = 0; round < 50; ++round) {
      while (granted > 0 && sent < 3000) {
        ASSERT_TRUE(fsm.on_reply(kId, change(kId, ++sent)));
        --granted;
      }
      for (int taken = 0; taken <= round && fsm.next_item(); ++taken) {
        while (const auto message = fsm.next_to_send()) {
          granted += message->credit().changes();
          fsm.on_sent(*message);
        }
      }
      ASSERT_LE(granted, window);
      ASSERT_EQ(granted, fsm.credit());
    }
    EXPECT_GT(sent, window);
  }
}

TEST(SubscriptionFsm, RefusesWhatNoServerSends) {
  SubscriptionOptions narrow;
  narrow.window = 1;
  {
    SubscriptionFsm fsm = begun_at(5, narrow);
    EXPECT_EQ(refusal(fsm, change(kId, 6)), "");
    EXPECT_THAT(refusal(fsm, change(kId, 7)), HasSubstr("change 7 came without credit"));
  }
  const auto refused = [](const v1::ServerMessage& message) {
    SubscriptionFsm fsm = begun_at(5);
    return refusal(fsm, message);
  };
  EXPECT_THAT(refused(change(kId, 5)), HasSubstr("change 5 came behind 5"));
  EXPECT_THAT(refused(progress(kId, 4)), HasSubstr("went from 5 back to 4"));
  EXPECT_THAT(refused(caught_up(kId, 4)), HasSubstr("caught up at 4, behind 5"));
  EXPECT_THAT(refused(caught_up(kId, 5, true)), HasSubstr("no replay"));
  EXPECT_THAT(refused(gap(kId, 9, 8)), HasSubstr("a gap from 9 to 8"));
  EXPECT_THAT(refused(gap(kId, 1, 5)), HasSubstr("a gap from 1 to 5, behind 5"));
  EXPECT_THAT(refused(gap(kId, 5, 9)), HasSubstr("a gap from 5 to 9, behind 5"));
  EXPECT_EQ(refused(gap(kId, 6, 9)), "");
  EXPECT_EQ(refused(gap(kId, 8, 9)), "") << "of 6 and 7 nothing passes";
  EXPECT_THAT(refused(ack_reply(9, "c", 1)), HasSubstr("nothing that was acknowledged"));
  EXPECT_THAT(refused(change(kId + 1, 6)), HasSubstr("another subscription"));
  v1::ServerMessage pong;
  pong.set_request_id(kId);
  pong.mutable_pong();
  EXPECT_THAT(refused(pong), HasSubstr("another kind"));
  auto bare = change(kId, 6);
  bare.mutable_change()->clear_event();
  EXPECT_THAT(refused(bare), HasSubstr("it has no event"));
  auto odd = change(kId, 6);
  odd.mutable_change()->add_cells()->add_meanings(static_cast<v1::Meaning>(99));
  EXPECT_THAT(refused(odd), HasSubstr("meaning 99 is unknown"));
  auto no_number = change(kId, 6);
  no_number.mutable_change()->add_cells()->mutable_after()->set_value("a lot");
  EXPECT_THAT(refused(no_number), HasSubstr("a change of the feed"));
  auto no_percent = change(kId, 6);
  no_percent.mutable_change()->add_cells()->set_change_percent("NaN");
  EXPECT_THAT(refused(no_percent), HasSubstr("a change of the feed"));
}

TEST(SubscriptionFsm, RefusesABeginningThatWasNotAskedFor) {
  SubscriptionOptions options;
  options.after_sequence = 5;
  SubscriptionFsm fsm(options);
  fsm.begin(9);
  fsm.on_begun(kId);
  EXPECT_THAT(refusal(fsm, progress(kId, 6)), HasSubstr("begins behind 6, not behind 5"));
  SubscriptionFsm other(options);
  other.begin(9);
  other.on_begun(kId);
  EXPECT_THAT(refusal(other, change(kId, 6)), HasSubstr("does not say where it begins"));
  SubscriptionFsm again = begun_at(5);
  ASSERT_TRUE(again.on_reply(kId, change(kId, 8)));
  again.on_disconnected();
  again.begin(9);
  again.on_begun(3);
  EXPECT_THAT(refusal(again, progress(3, 9)), HasSubstr("begins behind 9, not behind 8"));
}

TEST(SubscriptionFsm, CatchesUpOncePerConnection) {
  SubscriptionFsm fsm = begun_at(5);
  ASSERT_TRUE(fsm.on_reply(kId, caught_up(kId, 5)));
  EXPECT_THAT(refusal(fsm, caught_up(kId, 5)), HasSubstr("twice"));
  fsm.on_disconnected();
  fsm.begin(9);
  fsm.on_begun(3);
  ASSERT_TRUE(fsm.on_reply(3, progress(3, 5)));
  EXPECT_TRUE(fsm.on_reply(3, caught_up(3, 5)));
}

TEST(SubscriptionFsm, AcknowledgesOneAtATimeTheNewestNext) {
  SubscriptionOptions options;
  options.cursor = "c";
  SubscriptionFsm fsm = begun_at(0, options);
  acknowledge(fsm, 6, 0);
  for (std::uint64_t n = 1; n <= 9; ++n) ASSERT_TRUE(fsm.on_reply(kId, change(kId, n)));
  ASSERT_FALSE(fsm.ack(1)) << "it has not been taken";
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(fsm.next_item());
  ASSERT_TRUE(fsm.ack(1));
  auto first = fsm.next_to_send();
  ASSERT_TRUE(first && first->has_ack());
  EXPECT_EQ(first->ack().cursor(), "c");
  EXPECT_EQ(first->ack().sequence(), 1U);
  first->set_request_id(7);
  fsm.on_sent(*first);
  ASSERT_TRUE(fsm.ack(2));
  ASSERT_TRUE(fsm.ack(3));
  ASSERT_TRUE(fsm.ack(2)) << "an older one changes nothing";
  EXPECT_FALSE(fsm.next_to_send());
  ASSERT_TRUE(fsm.on_reply(7, ack_reply(7, "c", 1)));
  EXPECT_EQ(fsm.acked(), 1U);
  EXPECT_FALSE(fsm.acks_settled());
  auto next = fsm.next_to_send();
  ASSERT_TRUE(next && next->has_ack());
  EXPECT_EQ(next->ack().sequence(), 3U);
  next->set_request_id(8);
  fsm.on_sent(*next);
  // The reply is lost with the connection: it is said again over the next one.
  fsm.on_disconnected();
  EXPECT_FALSE(fsm.next_to_send());
  fsm.begin(9);
  fsm.on_begun(2);
  ASSERT_TRUE(fsm.on_reply(2, progress(2, 9)));
  auto again = fsm.next_to_send();
  ASSERT_TRUE(again && again->has_ack());
  EXPECT_EQ(again->ack().sequence(), 3U);
  again->set_request_id(3);
  fsm.on_sent(*again);
  EXPECT_THAT(refusal(fsm, ack_reply(3, "c", 2)), HasSubstr("stands at 2 after 3"));
  ASSERT_TRUE(fsm.on_reply(3, ack_reply(3, "c", 5))) << "another one was further";
  EXPECT_TRUE(fsm.acks_settled());
  EXPECT_EQ(fsm.acked(), 3U);
}

TEST(SubscriptionFsm, AcknowledgesWhereANamedCursorBegins) {
  for (const std::uint64_t start : {0U, 50U}) {
    SubscriptionOptions options;
    options.cursor = "c";
    SubscriptionFsm fsm(options);
    EXPECT_TRUE(fsm.acks_settled());
    fsm.begin(50);
    fsm.on_begun(kId);
    ASSERT_TRUE(fsm.on_reply(kId, progress(kId, start)));
    EXPECT_FALSE(fsm.acks_settled());
    EXPECT_EQ(sent_ack(fsm, 7), start);
    // The reply is lost: the same beginning is said again, nothing later.
    fsm.on_disconnected();
    fsm.begin(60);
    fsm.on_begun(kId);
    ASSERT_TRUE(fsm.on_reply(kId, progress(kId, start)));
    acknowledge(fsm, 3, start);
    EXPECT_TRUE(fsm.acks_settled());
    // Not that of a later connection.
    fsm.on_disconnected();
    fsm.begin(60);
    fsm.on_begun(kId);
    ASSERT_TRUE(fsm.on_reply(kId, progress(kId, start)));
    EXPECT_TRUE(fsm.acks_settled());
  }
  EXPECT_TRUE(begun_at(5).acks_settled()) << "without a name there is nothing to move";
}

TEST(SubscriptionFsm, SaysARefusedAcknowledgementAgainWhenItMay) {
  SubscriptionOptions options;
  options.cursor = "c";
  options.window = 2;
  SubscriptionFsm fsm = begun_at(0, options);
  EXPECT_EQ(sent_ack(fsm, 7), 0U);
  EXPECT_FALSE(fsm.owes_ack());
  EXPECT_FALSE(fsm.on_ack_refused(kId)) << "that is the subscription";
  EXPECT_TRUE(fsm.on_ack_refused(7));
  EXPECT_FALSE(fsm.on_ack_refused(7));
  EXPECT_TRUE(fsm.owes_ack());
  EXPECT_EQ(fsm.state(), SubscriptionFsm::State::begun);
  // Credit does not wait for it.
  ASSERT_TRUE(fsm.on_reply(kId, change(kId, 1)));
  ASSERT_TRUE(fsm.next_item());
  const auto credit = fsm.next_to_send(false);
  ASSERT_TRUE(credit && credit->has_credit());
  fsm.on_sent(*credit);
  EXPECT_FALSE(fsm.next_to_send(false));
  acknowledge(fsm, 9, 0);
}

TEST(SubscriptionFsm, HasNothingToAcknowledgeWithoutACursor) {
  SubscriptionFsm fsm = begun_at(5);
  const auto refused = fsm.ack(5);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::invalid_argument);
  EXPECT_THAT(refused.error().message, HasSubstr("no cursor"));
}

TEST(SubscriptionFsm, ReplaysTheSameAfterABreak) {
  SubscriptionOptions options;
  options.replay = FeedReplay{"2024-01-01", "2024-12-31", 0, 0, 0};
  SubscriptionFsm fsm(options);
  const v1::Replay first = fsm.begin(90).subscribe().replay();
  EXPECT_EQ(first.ShortDebugString(), "from: \"2024-01-01\" to: \"2024-12-31\" at_sequence: 90");
  fsm.on_begun(kId);
  ASSERT_TRUE(fsm.on_reply(kId, progress(kId, 90)));
  EXPECT_EQ(fsm.at_sequence(), 90U);
  ASSERT_TRUE(fsm.on_reply(kId, change(kId, 70)));
  ASSERT_TRUE(fsm.on_reply(kId, change(kId, 12)));
  ASSERT_TRUE(fsm.on_reply(kId, progress(kId, 90)));
  EXPECT_THAT(refusal(fsm, change(kId, 12)), HasSubstr("change 12 came behind 12"));
  EXPECT_THAT(refusal(fsm, change(kId, 91)), HasSubstr("change 91"));
  EXPECT_THAT(refusal(fsm, gap(kId, 1, 99)), HasSubstr("a gap"));
  EXPECT_THAT(refusal(fsm, caught_up(kId, 90)), HasSubstr("a replay caught up"));
  fsm.on_disconnected();
  const v1::Replay second = fsm.begin(200).subscribe().replay();
  EXPECT_EQ(second.ShortDebugString(),
            "from: \"2024-01-01\" to: \"2024-12-31\" at_sequence: 90 after_sequence: 12");
  fsm.on_begun(3);
  ASSERT_TRUE(fsm.on_reply(3, progress(3, 90)));
  ASSERT_TRUE(fsm.on_reply(3, change(3, 50)));
  ASSERT_TRUE(fsm.on_reply(3, caught_up(3, 90, true)));
  EXPECT_EQ(fsm.state(), SubscriptionFsm::State::ended);
  fsm.on_disconnected();
  EXPECT_EQ(fsm.state(), SubscriptionFsm::State::ended);
  EXPECT_THAT(changes_in(fsm), ElementsAre(70, 12, 50));
  EXPECT_EQ(fsm.position(), 50U);
}

TEST(SubscriptionFsm, GoesOnWithAReplayOfAnEarlierRun) {
  SubscriptionOptions options;
  options.replay = FeedReplay{"", "", 1000, 90, 12};
  SubscriptionFsm fsm(options);
  EXPECT_EQ(fsm.begin(200).subscribe().replay().ShortDebugString(),
            "speed: 1000 at_sequence: 90 after_sequence: 12");
  EXPECT_EQ(fsm.position(), 12U);
  fsm.on_begun(kId);
  EXPECT_THAT(refusal(fsm, progress(kId, 91)), HasSubstr("plays up to 91, not up to 90"));
  EXPECT_EQ(refusal(fsm, progress(kId, 90)), "");
}

TEST(SubscriptionFsm, GrantsNoMoreThanAServerTakes) {
  SubscriptionOptions options;
  options.window = 2'000'000'000;
  EXPECT_EQ(SubscriptionFsm(options).begin(9).subscribe().credit(), limits::kCreditMax);
}

}  // namespace
}  // namespace capexdb::client
