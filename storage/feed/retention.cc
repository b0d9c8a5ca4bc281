#include "storage/feed/retention.h"

#include <algorithm>

#include "storage/query/changes.h"

namespace capexdb::storage {

Result<std::uint64_t> feed_floor(const ReadView& view, const Retention& retention,
                                 std::int64_t now_us) {
  constexpr std::int64_t kDayUs = 86'400'000'000;
  CAPEXDB_TRY(view.status());
  const std::uint64_t last = view.sequence();
  std::uint64_t floor = 1;
  if (retention.events != 0 && last > retention.events) floor = last - retention.events + 1;
  if (retention.days != 0 && last != 0) {
    const std::int64_t today = now_us / kDayUs;
    const auto first_day = static_cast<Day>(today - static_cast<std::int64_t>(retention.days));
    CAPEXDB_ASSIGN(const std::uint64_t before, last_recorded_before(view, first_day));
    floor = std::max(floor, before + 1);
  }
  return floor;
}

}  // namespace capexdb::storage
