// Tab-separated values, a record on each line: no quotes, no line breaks in a cell.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/importers/byte_source.h"
#include "proto/model/error.h"

namespace capexdb::importers {

struct TsvRecord {
  std::uint64_t line = 0;               // 1-based
  std::string raw;                      // without its line end
  std::vector<std::string_view> cells;  // of `raw`
  std::optional<Error> fault;           // of this record only; the cells are then of no use
};

class TsvReader {
 public:
  // `input` must outlive the reader.
  explicit TsvReader(ByteSource& input) : input_(input) {}

  // False at the end, or where the input is broken. Blank lines are passed over.
  bool next(TsvRecord& record);

 private:
  ByteSource& input_;
  std::uint64_t line_ = 0;
};

void split_tabs(std::string_view line, std::vector<std::string_view>& cells);

// A cell that a CSV writer has put in quotes, without them.
std::string without_quotes(std::string_view cell);

}  // namespace capexdb::importers
