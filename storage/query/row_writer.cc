#include "storage/query/row_writer.h"

#include <utility>

namespace capexdb::storage {

namespace {

constexpr std::size_t kTextsAtOnce = 1U << 20U;

}  // namespace

Result<void> RowWriter::add(AnswerRow row) {
  if (count_ == rows_max_) {
    cut_ = true;
    return {};
  }
  ++count_;
  texts_ += row.document.size() + row.root.size();
  waiting_.push_back(std::move(row));
  return waiting_.size() < kRowsAtOnce && texts_ < kTextsAtOnce ? Result<void>{} : finish();
}

Result<void> RowWriter::finish() {
  texts_ = 0;
  return waiting_.empty() ? Result<void>{} : sink_(std::exchange(waiting_, {}));
}

}  // namespace capexdb::storage
