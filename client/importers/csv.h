// Comma-separated values (RFC 4180): quotes, line breaks inside quotes, either
// line end, a byte order mark.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/importers/byte_source.h"
#include "proto/model/error.h"

namespace capexdb::importers {

// A record of a CSV file or a line of JSON, with all that belongs to it.
inline constexpr std::size_t kRecordBytesMax = 1U << 20U;

struct CsvRecord {
  std::uint64_t line = 0;  // 1-based, where it starts
  std::string raw;         // without its line end
  std::vector<std::string> cells;
  std::optional<Error> fault;  // of this record only; the cells are then of no use
};

class CsvReader {
 public:
  explicit CsvReader(ByteSource& input) : input_(input) {}

  // False at the end. Blank lines are passed over. Error: the rest of the
  // input cannot be divided into records (a quote that is never closed).
  Result<bool> next(CsvRecord& record);

 private:
  enum class State { start, plain, quoted, closed };

  Result<bool> read(CsvRecord& record);
  Result<void> overlong(CsvRecord& record, State state);

  ByteSource& input_;
  std::uint64_t line_ = 1;
};

// One record without a line end; cells are quoted where they need it.
std::string csv_line(const std::vector<std::string>& cells);

// The cells of one record that csv_line wrote. Error: invalid_argument.
Result<std::vector<std::string>> parse_csv_line(const std::string& line);

}  // namespace capexdb::importers
