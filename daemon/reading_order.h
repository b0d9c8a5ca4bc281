// Who of those that have a turn may decode pieces of the log.
//
// Decoded pieces are shared, and only so many are kept. Subscriptions that stand scattered
// over the log would each decode their own, push out those of the others, and read the
// log once for each of them. So of all that have a turn only few decode: the hindmost,
// whose pieces carry along everybody whom it reaches; the foremost where it is close to
// the end of the log, so that news is not kept waiting by those who catch up; and one of
// the others in rotation, so that nobody stands still for long. Whoever finds the next
// piece decoded goes on in any case.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace capexdb::daemon {

// One thread at a time.
class ReadingOrder {
 public:
  struct Place {
    std::size_t index = 0;  // into the positions
    bool decodes = false;
    bool is_foremost = false;
  };
  // The turns of those at `positions` in a log that ends with `last`: the foremost, then
  // one in rotation, then the others, the hindmost first. A foremost that is far behind
  // the end is one of the others: alone it would read all of the log for itself.
  std::vector<Place> of(std::span<const std::uint64_t> positions, std::uint64_t last);

 private:
  std::size_t rotation_ = 0;
};

}  // namespace capexdb::daemon
