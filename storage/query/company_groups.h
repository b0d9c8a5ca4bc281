// The companies of an answer, some at a time, so that it need not lie in memory as
// a whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "storage/query/plan.h"

namespace capexdb::storage {

// The plan's subjects by name, as answers are ordered. All in one group where rows
// depend on those of other companies: sums, ranks, shares, and statements that may
// name two of the subjects.
class CompanyGroups {
 public:
  CompanyGroups(const Plan& plan, const Catalogue& catalogue, std::size_t at_once_max);

  bool at_end() const { return next_ == subjects_.size(); }
  // The next group; `rows` is how many the one before had, by which the
  // groups grow and shrink.
  std::vector<std::uint32_t> take(std::size_t rows);

 private:
  std::vector<std::uint32_t> subjects_;
  std::size_t next_ = 0;
  std::size_t at_once_max_;
  std::size_t at_once_;
};

}  // namespace capexdb::storage
