// Memory that many connections share. Whoever needs a large piece asks before
// it takes it, and is served in the order of asking. Sans-I/O; one thread.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <utility>

namespace capexdb::daemon {

class Budget {
 public:
  // A piece of a budget, or a place in its queue. Gives either back when it ends.
  class Share {
   public:
    // `on_grant` is called from another share's release() when a piece that
    // was waited for is there; it must not touch any share.
    explicit Share(std::function<void()> on_grant) : on_grant_(std::move(on_grant)) {}
    ~Share() { release(); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    // True: taken. False: it waits. Of a share that neither holds nor waits.
    // The budget must outlive the share.
    bool take(Budget& budget, std::size_t bytes);
    void release();

    bool is_held() const { return held_; }
    bool is_waiting() const { return budget_ != nullptr && !held_; }
    // It holds what others wait for.
    bool is_wanted() const { return held_ && budget_->waiting() > 0; }

   private:
    friend class Budget;

    const std::function<void()> on_grant_;
    Budget* budget_ = nullptr;
    std::size_t bytes_ = 0;
    bool held_ = false;
  };

  explicit Budget(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  std::size_t taken() const { return taken_; }
  std::size_t waiting() const { return queue_.size(); }  // shares

 private:
  // One is always let in, whatever its size: somebody goes on at any time.
  bool has_room(std::size_t bytes) const { return taken_ == 0 || taken_ + bytes <= bytes_max_; }
  void grant();

  const std::size_t bytes_max_;
  std::size_t taken_ = 0;
  std::deque<Share*> queue_;
};

}  // namespace capexdb::daemon
