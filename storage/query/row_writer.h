// The rows of an answer on their way to who asked: counted, cut, some at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "storage/query/engine.h"

namespace capexdb::storage {

class RowWriter {
 public:
  // `sink` must outlive the writer.
  RowWriter(const RowSink& sink, std::uint32_t rows_max) : sink_(sink), rows_max_(rows_max) {}

  // Rows that are still taken; any further one is left out.
  std::uint32_t room() const { return rows_max_ - count_; }
  bool is_empty() const { return count_ == 0; }
  bool is_cut() const { return cut_; }

  // Errors: those of the sink.
  Result<void> add(AnswerRow row);
  Result<void> finish();  // sends the last ones

 private:
  const RowSink& sink_;
  const std::uint32_t rows_max_;
  std::uint32_t count_ = 0;
  bool cut_ = false;
  std::vector<AnswerRow> waiting_;
  std::size_t texts_ = 0;  // bytes of documents that wait
};

}  // namespace capexdb::storage
