#include "storage/commit_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <string>
#include <utility>

namespace capexdb::storage {
namespace {

Batch numbered(std::uint64_t number) {
  Batch batch;
  batch.batch_number = number;
  return batch;
}

CommitQueue::Replies echo(std::span<Batch> group) {
  CommitQueue::Replies replies;
  for (const Batch& batch : group) {
    v1::IngestReply reply;
    reply.set_batch_number(batch.batch_number);
    replies.emplace_back(reply);
  }
  return replies;
}

TEST(CommitQueue, AnswersInTheOrderOfSubmission) {
  std::vector<std::uint64_t> answered;
  {
    CommitQueue queue(echo, {1U << 20U, 100});
    for (std::uint64_t i = 1; i <= 100; ++i) {
      Batch batch = numbered(i);
      CommitQueue::Done done = [&](Result<v1::IngestReply> reply) {
        answered.push_back(reply->batch_number());
      };
      ASSERT_TRUE(queue.try_submit(batch, 10, done, [] {}));
    }
  }  // stops: what was accepted is answered
  ASSERT_EQ(answered.size(), 100U);
  EXPECT_TRUE(std::is_sorted(answered.begin(), answered.end()));
}

TEST(CommitQueue, WhatCollectsDuringACommitIsOneGroup) {
  std::promise<void> entered;
  std::promise<void> release;
  std::vector<std::size_t> groups;
  {
    CommitQueue queue(
        [&](std::span<Batch> group) {
          groups.push_back(group.size());
          if (groups.size() == 1) {
            entered.set_value();
            release.get_future().wait();
          }
          return echo(group);
        },
        {1U << 20U, 1U << 20U});
    CommitQueue::Done done = [](const Result<v1::IngestReply>&) {};
    Batch first = numbered(1);
    CommitQueue::Done first_done = done;
    ASSERT_TRUE(queue.try_submit(first, 1, first_done, [] {}));
    entered.get_future().wait();
    for (std::uint64_t i = 2; i <= 9; ++i) {
      Batch batch = numbered(i);
      CommitQueue::Done copy = done;
      ASSERT_TRUE(queue.try_submit(batch, 1, copy, [] {}));
    }
    release.set_value();
  }
  EXPECT_EQ(groups, (std::vector<std::size_t>{1, 8}));
}

TEST(CommitQueue, AFullQueueRefusesAndCallsBackWhenThereIsRoom) {
  std::promise<void> release;
  std::shared_future<void> released(release.get_future());
  std::promise<void> room;
  CommitQueue queue(
      [&](std::span<Batch> group) {
        released.wait();
        return echo(group);
      },
      {100, 100});
  CommitQueue::Done ignore = [](const Result<v1::IngestReply>&) {};
  Batch first = numbered(1);
  CommitQueue::Done first_done = ignore;
  ASSERT_TRUE(queue.try_submit(first, 500, first_done, [] {})) << "an empty queue takes anything";
  Batch second = numbered(2);
  CommitQueue::Done second_done = ignore;
  ASSERT_FALSE(queue.try_submit(second, 1, second_done, [&] { room.set_value(); }));
  EXPECT_EQ(second.batch_number, 2U) << "a refused batch stays with its owner";
  release.set_value();
  room.get_future().wait();
  EXPECT_TRUE(queue.try_submit(second, 1, second_done, [] {}));
}

TEST(CommitQueue, ADecisionWaitsForItsTurnAndIsAlone) {
  std::promise<void> release;
  std::vector<std::string> order;  // of the one thread
  {
    bool first = true;
    CommitQueue queue(
        [&](std::span<Batch> group) {
          if (std::exchange(first, false)) release.get_future().wait();
          order.push_back("batches " + std::to_string(group.size()));
          return echo(group);
        },
        {1U << 20U, 1U << 20U},
        [&](const v1::QuarantineRequest& request) -> Result<v1::QuarantineReply> {
          order.push_back("decision " + request.note());
          v1::QuarantineReply reply;
          reply.set_held(7);
          return reply;
        });
    const auto submit = [&](std::uint64_t number) {
      Batch batch = numbered(number);
      CommitQueue::Done done = [&order](const Result<v1::IngestReply>& reply) {
        order.push_back("answer " + std::to_string(reply->batch_number()));
      };
      ASSERT_TRUE(queue.try_submit(batch, 1, done, [] {}));
    };
    const auto decide = [&](const std::string& note) {
      v1::QuarantineRequest request;
      request.set_note(note);
      queue.submit(std::move(request), 1, [&order](const Result<v1::QuarantineReply>& reply) {
        order.push_back("decided " + std::to_string(reply->held()));
      });
    };
    submit(1);
    submit(2);
    decide("a");
    decide("b");
    submit(3);
    submit(4);
    release.set_value();
  }
  // Whether the second batch came in time for the first group is open.
  std::vector<std::string> decisions(std::find(order.begin(), order.end(), "decision a"),
                                     order.end());
  EXPECT_EQ(decisions,
            (std::vector<std::string>{"decision a", "decided 7", "decision b", "decided 7",
                                      "batches 2", "answer 3", "answer 4"}));
}

TEST(CommitQueue, AfterStopADecisionIsAnsweredWithUnavailable) {
  CommitQueue queue(echo, {100, 100});
  Errc code{};
  queue.stop();
  queue.submit({}, 1, [&](const Result<v1::QuarantineReply>& reply) { code = reply.error().code; });
  EXPECT_EQ(code, Errc::unavailable);
}

TEST(CommitQueue, AfterStopABatchIsAnsweredWithUnavailable) {
  CommitQueue queue(echo, {100, 100});
  queue.stop();
  Batch batch = numbered(1);
  Errc code{};
  CommitQueue::Done done = [&](const Result<v1::IngestReply>& reply) { code = reply.error().code; };
  EXPECT_TRUE(queue.try_submit(batch, 1, done, [] {}));
  EXPECT_EQ(code, Errc::unavailable);
}

}  // namespace
}  // namespace capexdb::storage
