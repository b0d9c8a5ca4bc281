#include "daemon/budget.h"

namespace capexdb::daemon {

bool Budget::Share::take(Budget& budget, std::size_t bytes) {
  budget_ = &budget;
  bytes_ = bytes;
  held_ = budget.queue_.empty() && budget.has_room(bytes);
  if (held_) {
    budget.taken_ += bytes;
  } else {
    budget.queue_.push_back(this);
  }
  return held_;
}

void Budget::Share::release() {
  if (budget_ == nullptr) return;
  Budget& budget = *std::exchange(budget_, nullptr);
  if (std::exchange(held_, false)) {
    budget.taken_ -= bytes_;
  } else {
    std::erase(budget.queue_, this);
  }
  budget.grant();
}

void Budget::grant() {
  while (!queue_.empty() && has_room(queue_.front()->bytes_)) {
    Share& share = *queue_.front();
    queue_.pop_front();
    taken_ += share.bytes_;
    share.held_ = true;
    if (share.on_grant_) share.on_grant_();
  }
}

}  // namespace capexdb::daemon
