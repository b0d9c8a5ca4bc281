#include "storage/query/row_writer.h"

#include <utility>

namespace capexdb::storage {

Result<void> RowWriter::add(AnswerRow row) {
  if (count_ == rows_max_) {
    cut_ = true;
    return {};
  }
  ++count_;
  waiting_.push_back(std::move(row));
  return waiting_.size() < kRowsAtOnce ? Result<void>{} : sink_(std::exchange(waiting_, {}));
}

Result<void> RowWriter::finish() {
  return waiting_.empty() ? Result<void>{} : sink_(std::exchange(waiting_, {}));
}

}  // namespace capexdb::storage
