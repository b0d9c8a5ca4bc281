#include "daemon/query_pool.h"

#include <utility>

namespace capexdb::daemon {

QueryPool::QueryPool(std::size_t threads, std::size_t jobs_waiting_max)
    : jobs_waiting_max_(jobs_waiting_max) {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

QueryPool::~QueryPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool QueryPool::try_run(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() >= jobs_waiting_max_) return false;
    jobs_.push_back(std::move(job));
  }
  work_.notify_one();
  return true;
}

void QueryPool::run_first(Job job) {
  {
    const std::lock_guard lock(mutex_);
    first_.push_back(std::move(job));
  }
  work_.notify_one();
}

void QueryPool::run() {
  for (;;) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      work_.wait(lock, [this] { return stopping_ || !first_.empty() || !jobs_.empty(); });
      if (stopping_) return;
      std::deque<Job>& queue = first_.empty() ? jobs_ : first_;
      job = std::move(queue.front());
      queue.pop_front();
    }
    job();
  }
}

}  // namespace capexdb::daemon
