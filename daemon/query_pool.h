// The threads that read the store. Jobs wait in one bounded queue.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace capexdb::daemon {

class QueryPool {
 public:
  using Job = std::function<void()>;  // must not throw

  QueryPool(std::size_t threads, std::size_t jobs_waiting_max);
  ~QueryPool();  // finishes running jobs, drops waiting ones

  // False when the queue is full; `job` is then not run. Any thread.
  bool try_run(Job job);
  // Goes before everything that waits and is not counted: for what a
  // connection needs at most once, such as its Welcome. Any thread.
  void run_first(Job job);

 private:
  void run();

  const std::size_t jobs_waiting_max_;

  std::mutex mutex_;  // guards everything below but the threads
  std::condition_variable work_;
  std::deque<Job> first_;
  std::deque<Job> jobs_;
  bool stopping_ = false;

  std::vector<std::thread> threads_;
};

}  // namespace capexdb::daemon
