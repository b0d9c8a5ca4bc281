// The threads that read the store. Jobs wait in one bounded queue. A job that turns
// out to be long goes on among the long ones, of which only so many run at once, so
// that short ones never wait for it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "proto/model/limits.h"

namespace capexdb::daemon {

struct QueryPoolOptions {
  std::size_t short_jobs_max = 2;  // that run at once
  std::size_t long_jobs_max = 2;   // the same
  // Jobs that wait for a place among the long ones or for a peer.
  std::size_t parked_max = limits::kQuestionsParkedMax;
  std::size_t jobs_waiting_max = limits::kQueryQueueMax;
  std::chrono::milliseconds short_time = limits::kShortQuestion;
};

class QueryPool {
 public:
  // What a running job holds. Its thread's.
  class Place {
   public:
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    // To be called now and then by a job that may take long. Past short_time it
    // waits for a place among the long jobs, until `give_up` says that it need
    // not. Where too many are parked already, it keeps the place that it has.
    void let_others_go_first(const std::function<bool()>& give_up);
    // Runs what only waits for a peer, and lets others have the place meanwhile. Who
    // has run for less than short_time comes back at once, others as above. False
    // where too many are parked: then it has not waited.
    bool leave_for(const std::function<void()>& wait, const std::function<bool()>& give_up);

   private:
    friend class QueryPool;
    enum class Kind { none, brief, lengthy };

    explicit Place(QueryPool& pool) : pool_(pool) {}
    bool is_long() const;

    QueryPool& pool_;
    std::chrono::steady_clock::time_point begun_at_ = std::chrono::steady_clock::now();
    Kind kind_ = Kind::brief;
  };
  using Job = std::function<void(Place&)>;  // must not throw

  explicit QueryPool(const QueryPoolOptions& options) : options_(options) {}
  ~QueryPool();  // finishes running jobs, drops waiting ones

  // False when the queue is full; `job` is then not run. Any thread.
  bool try_run(Job job);
  // Goes before everything that waits and is not counted: for what a
  // connection needs at most once, such as its Welcome. Any thread.
  void run_first(Job job);

 private:
  using Lock = std::unique_lock<std::mutex>;

  void run();
  void offer();
  void leave(Place& place);
  void join_long(Place& place, Lock& lock, const std::function<bool()>& give_up);
  bool has_job() const { return !first_.empty() || !jobs_.empty(); }

  const QueryPoolOptions options_;

  std::mutex mutex_;  // guards everything below
  std::condition_variable work_;
  std::condition_variable long_place_;
  std::deque<Job> first_;
  std::deque<Job> jobs_;
  std::size_t short_jobs_ = 0;
  std::size_t long_jobs_ = 0;
  std::size_t parked_ = 0;
  std::size_t idle_ = 0;                   // threads
  std::deque<const Place*> waiting_long_;  // for a place, the first one first
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace capexdb::daemon
