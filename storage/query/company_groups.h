// The companies of an answer, some at a time, so that it need not lie in memory as
// a whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "storage/query/collect.h"
#include "storage/query/plan.h"

namespace capexdb::storage {

// The plan's subjects by name, as answers are ordered. All in one group where rows
// depend on those of other companies: sums, ranks, shares, and statements that are
// in the histories of two of the subjects.
class CompanyGroups {
 public:
  // Errors: those of reading.
  static Result<CompanyGroups> make(const Reading& reading, const Plan& plan);

  bool at_end() const { return next_ == subjects_.size(); }
  // The next group; `rows` is how many the one before had, by which the groups grow
  // and shrink.
  std::vector<std::uint32_t> take(std::size_t rows);
  // The next group is a smaller part of the last one. False where that cannot be.
  bool retry_smaller();

 private:
  std::vector<std::uint32_t> subjects_;
  std::size_t next_ = 0;
  std::size_t last_ = 0;  // companies of the last group
  std::size_t at_once_max_ = 1;
  std::size_t at_once_ = 1;
  bool apart_ = false;  // there may be several groups
};

}  // namespace capexdb::storage
