// How much of the log the feed still sends. The log itself stays whole.
#pragma once

#include <cstdint>

#include "storage/read_view.h"

namespace capexdb::storage {

struct Retention {
  std::uint64_t events = 0;  // the last so many sequences; 0: all
  std::uint64_t days = 0;    // what was recorded in the last so many days, UTC; 0: all
};

// The first sequence that the feed has at that time: of both bounds the later one; 1
// where all of it is kept. Errors: data_loss, internal.
Result<std::uint64_t> feed_floor(const ReadView& view, const Retention& retention,
                                 std::int64_t now_us);

}  // namespace capexdb::storage
