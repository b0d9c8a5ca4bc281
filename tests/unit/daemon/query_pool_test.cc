#include "daemon/query_pool.h"

#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <memory>

#include "daemon/outflow.h"

namespace capexdb::daemon {
namespace {

using std::chrono::milliseconds;

bool never() { return false; }

// Every job is long from its first look on.
QueryPoolOptions tight(std::size_t parked_max) {
  return {.short_jobs_max = 1,
          .long_jobs_max = 1,
          .parked_max = parked_max,
          .jobs_waiting_max = 16,
          .short_time = milliseconds(0)};
}

// A job that says that it is long, then waits to be let go.
struct LongJob {
  std::promise<void> begun;
  std::promise<void> let_go;
  std::promise<void> ended;

  QueryPool::Job job() {
    return [this](QueryPool::Place& place) {
      place.let_others_go_first(never);
      begun.set_value();
      let_go.get_future().wait();
      ended.set_value();
    };
  }
  void begin_on(QueryPool& pool) {
    ASSERT_TRUE(pool.try_run(job()));
    begun.get_future().wait();
  }
  void finish() {
    let_go.set_value();
    ended.get_future().wait();
  }
};

void run_and_wait(QueryPool& pool, const QueryPool::Job& job) {
  std::promise<void> done;
  ASSERT_TRUE(pool.try_run([&](QueryPool::Place& place) {
    job(place);
    done.set_value();
  }));
  done.get_future().wait();
}

TEST(QueryPool, ShortJobsPassLongOnes) {
  LongJob first;
  LongJob second;
  QueryPool pool(tight(8));
  ASSERT_NO_FATAL_FAILURE(first.begin_on(pool));
  ASSERT_TRUE(pool.try_run(second.job()));
  for (int i = 0; i < 3; ++i) {
    ASSERT_NO_FATAL_FAILURE(run_and_wait(pool, [](QueryPool::Place&) {}));
  }
  const auto second_begun = second.begun.get_future();
  EXPECT_EQ(second_begun.wait_for(milliseconds(0)), std::future_status::timeout)
      << "two long jobs run at once";
  first.let_go.set_value();
  second_begun.wait();
  second.finish();
}

TEST(QueryPool, WhoGivesUpIsNotKeptWaiting) {
  LongJob first;
  QueryPool pool(tight(8));
  ASSERT_NO_FATAL_FAILURE(first.begin_on(pool));
  run_and_wait(pool, [](QueryPool::Place& place) {
    place.let_others_go_first([] { return true; });
    place.let_others_go_first(never);  // it is told once
  });
  first.finish();
}

TEST(QueryPool, WithTooManyParkedALongJobKeepsItsPlace) {
  LongJob first;
  QueryPool pool(tight(0));
  ASSERT_NO_FATAL_FAILURE(first.begin_on(pool));
  run_and_wait(pool, [](QueryPool::Place& place) { place.let_others_go_first(never); });
  first.finish();
}

TEST(QueryPool, WhoWaitsForAPeerLetsOthersHaveItsPlace) {
  std::promise<void> begun;
  std::promise<void> peer_reads;
  std::promise<void> ended;
  QueryPool pool(tight(8));
  ASSERT_TRUE(pool.try_run([&](QueryPool::Place& place) {
    EXPECT_TRUE(place.leave_for(
        [&] {
          begun.set_value();
          peer_reads.get_future().wait();
        },
        never));
    ended.set_value();
  }));
  begun.get_future().wait();
  run_and_wait(pool, [](QueryPool::Place&) {});
  peer_reads.set_value();
  ended.get_future().wait();
}

TEST(QueryPool, WhoHasRunShortlyComesBackWithoutAPlaceAmongTheLong) {
  QueryPoolOptions options = tight(8);
  options.long_jobs_max = 0;
  options.short_time = std::chrono::hours(1);
  QueryPool pool(options);
  run_and_wait(pool, [&pool](QueryPool::Place& place) {
    EXPECT_TRUE(place.leave_for([&pool] { run_and_wait(pool, [](QueryPool::Place&) {}); }, never));
  });
}

TEST(QueryPool, WithTooManyParkedNobodyLeavesHisPlace) {
  QueryPool pool(tight(0));
  run_and_wait(pool, [](QueryPool::Place& place) {
    EXPECT_FALSE(place.leave_for([] { FAIL() << "it waited"; }, never));
  });
}

TEST(QueryPool, RefusesWhatDoesNotFitItsQueue) {
  LongJob first;
  QueryPoolOptions options = tight(0);
  options.jobs_waiting_max = 1;
  options.long_jobs_max = 0;
  QueryPool pool(options);
  ASSERT_NO_FATAL_FAILURE(first.begin_on(pool));
  std::promise<void> waited;
  EXPECT_TRUE(pool.try_run([&](QueryPool::Place&) { waited.set_value(); }));
  EXPECT_FALSE(pool.try_run([](QueryPool::Place&) { FAIL() << "it was refused"; }));
  first.let_go.set_value();
  waited.get_future().wait();
}

TEST(QueryPool, EndsWithJobsThatWaitForAPlace) {
  LongJob first;
  std::promise<void> is_second;
  auto pool = std::make_unique<QueryPool>(tight(8));
  ASSERT_NO_FATAL_FAILURE(first.begin_on(*pool));
  ASSERT_TRUE(pool->try_run([&](QueryPool::Place& place) {
    is_second.set_value();
    place.let_others_go_first(never);
  }));
  is_second.get_future().wait();
  std::thread ending([&] { pool.reset(); });
  first.let_go.set_value();
  ending.join();
}

TEST(Outflow, WaitsUntilEnoughIsSentOrNobodyWaits) {
  Outflow outflow;
  const auto ten = [] { return std::size_t{10}; };
  outflow.add_under_way(8);
  outflow.wait(ten, never);
  outflow.set_queued(8);
  EXPECT_EQ(outflow.bytes(), 16U);
  outflow.wait(ten, [] { return true; });
  std::thread sender([&] {
    outflow.arrived(8);
    outflow.set_queued(4);
  });
  outflow.wait(ten, never);
  sender.join();
  EXPECT_EQ(outflow.bytes(), 4U);
}

}  // namespace
}  // namespace capexdb::daemon
