#include "daemon/query_pool.h"

#include <system_error>
#include <utility>

namespace capexdb::daemon {
namespace {

constexpr std::chrono::milliseconds kAskAgain{
    50};  // how often one that waits asks whether to give up

}  // namespace

QueryPool::~QueryPool() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
  }
  work_.notify_all();
  long_place_.notify_all();
  for (std::thread& thread : threads) thread.join();
}

bool QueryPool::try_run(Job job) {
  const std::lock_guard lock(mutex_);
  if (jobs_.size() >= options_.jobs_waiting_max) return false;
  jobs_.push_back(std::move(job));
  offer();
  return true;
}

void QueryPool::run_first(Job job) {
  const std::lock_guard lock(mutex_);
  first_.push_back(std::move(job));
  offer();
}

// Wakes or makes a thread, where a job and a place for it wait.
void QueryPool::offer() {
  if (stopping_ || !has_job() || short_jobs_ >= options_.short_jobs_max) return;
  const std::size_t threads_max =
      options_.short_jobs_max + options_.long_jobs_max + options_.parked_max;
  if (idle_ > 0) {
    work_.notify_one();
  } else if (threads_.size() < threads_max) {
    try {
      threads_.emplace_back([this] { run(); });
    } catch (const std::system_error&) {
      if (threads_.empty()) throw;  // else one of those that there are will come to it
    }
  }
}

void QueryPool::run() {
  Lock lock(mutex_);
  for (;;) {
    ++idle_;
    work_.wait(
        lock, [this] { return stopping_ || (has_job() && short_jobs_ < options_.short_jobs_max); });
    --idle_;
    if (stopping_) return;
    std::deque<Job>& queue = first_.empty() ? jobs_ : first_;
    Job job = std::move(queue.front());
    queue.pop_front();
    ++short_jobs_;
    offer();
    lock.unlock();
    Place place(*this);
    job(place);
    job = nullptr;  // what it holds goes before its place does
    lock.lock();
    leave(place);
  }
}

void QueryPool::leave(Place& place) {
  switch (std::exchange(place.kind_, Place::Kind::none)) {
    case Place::Kind::brief:
      --short_jobs_;
      offer();
      break;
    case Place::Kind::lengthy:
      --long_jobs_;
      long_place_.notify_all();
      break;
    case Place::Kind::none:
      break;
  }
}

void QueryPool::join_long(Place& place, Lock& lock, const std::function<bool()>& give_up) {
  const auto is_its_turn = [&] {
    return waiting_long_.front() == &place && long_jobs_ < options_.long_jobs_max;
  };
  while (!stopping_ && !is_its_turn() && !give_up()) long_place_.wait_for(lock, kAskAgain);
  if (is_its_turn()) {
    ++long_jobs_;
    place.kind_ = Place::Kind::lengthy;
  }
  std::erase(waiting_long_, &place);
  long_place_.notify_all();
}

bool QueryPool::Place::is_long() const {
  return std::chrono::steady_clock::now() - begun_at_ >= pool_.options_.short_time;
}

void QueryPool::Place::let_others_go_first(const std::function<bool()>& give_up) {
  if (kind_ != Kind::brief || !is_long()) return;
  Lock lock(pool_.mutex_);
  const bool is_free =
      pool_.waiting_long_.empty() && pool_.long_jobs_ < pool_.options_.long_jobs_max;
  if (!is_free && pool_.parked_ >= pool_.options_.parked_max) return;
  pool_.leave(*this);
  ++pool_.parked_;
  pool_.waiting_long_.push_back(this);
  pool_.join_long(*this, lock, give_up);
  --pool_.parked_;
}

bool QueryPool::Place::leave_for(const std::function<void()>& wait,
                                 const std::function<bool()>& give_up) {
  const auto left_at = std::chrono::steady_clock::now();
  const bool was_long = kind_ != Kind::brief || is_long();
  Lock lock(pool_.mutex_);
  if (pool_.parked_ >= pool_.options_.parked_max) return false;
  ++pool_.parked_;
  pool_.leave(*this);
  lock.unlock();
  wait();
  lock.lock();
  begun_at_ += std::chrono::steady_clock::now() - left_at;
  if (was_long) {
    pool_.waiting_long_.push_front(this);  // it had its turn already
    pool_.join_long(*this, lock, give_up);
  } else {
    ++pool_.short_jobs_;  // one more than there are places, perhaps, and not for long
    kind_ = Kind::brief;
  }
  --pool_.parked_;
  return true;
}

}  // namespace capexdb::daemon
