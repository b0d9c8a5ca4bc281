#include "daemon/feed_floor.h"

#include <spdlog/spdlog.h>

namespace capexdb::daemon {
namespace {

constexpr std::chrono::seconds kFloorAge{1};

}  // namespace

std::uint64_t FeedFloor::now() {
  if (retention_.events == 0 && retention_.days == 0) return 1;
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now - looked_at_ < kFloorAge) return floor_;
  looked_at_ = now;
  const std::int64_t now_us = std::chrono::duration_cast<std::chrono::microseconds>(
                                  std::chrono::system_clock::now().time_since_epoch())
                                  .count();
  const auto made = storage::feed_floor(store_.view(), retention_, now_us);
  if (made) {
    floor_ = *made;
  } else {
    spdlog::error("cannot tell what the feed still has what=\"{}\"", made.error().message);
  }
  return floor_;
}

}  // namespace capexdb::daemon
