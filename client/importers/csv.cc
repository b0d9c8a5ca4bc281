#include "client/importers/csv.h"

#include <sstream>

namespace capexdb::importers {
namespace {

Error fault(std::uint64_t line, const char* reason, const std::string& why) {
  return {
      Errc::invalid_argument, "the record on line " + std::to_string(line) + " " + why, {}, reason};
}

}  // namespace

Result<bool> CsvReader::next(CsvRecord& record) {
  if (line_ == 1 && input_.offset() == 0 && input_.ahead(3) == "\xEF\xBB\xBF") {
    for (int i = 0; i < 3; ++i) input_.get();
  }
  for (;;) {
    CAPEXDB_ASSIGN(const bool more, read(record));
    if (!more) return false;
    if (record.fault || record.cells.size() > 1 || !record.raw.empty()) return true;
  }
}

// A quoted cell that grows past the limit has most likely lost its closing
// quote, and then no later line end can be trusted.
Result<void> CsvReader::overlong(CsvRecord& record, State state) {
  Error error =
      fault(record.line, "record_too_long",
            "is longer than " + std::to_string(kRecordBytesMax) + " bytes; is a quote not closed?");
  if (state == State::quoted) return fail(std::move(error));
  for (int c = input_.peek(); c != '\n' && c != ByteSource::kEnd; c = input_.peek()) input_.get();
  record.fault = std::move(error);
  return {};
}

Result<bool> CsvReader::read(CsvRecord& record) {
  record.line = line_;
  record.raw.clear();
  record.cells.clear();
  record.fault.reset();
  if (input_.peek() == ByteSource::kEnd) return false;
  std::string cell;
  State state = State::start;
  for (;;) {
    const int next = input_.get();
    if (next == ByteSource::kEnd) {
      if (state == State::quoted) {
        return fail(fault(record.line, "unterminated_quote",
                          "opens a quote that is not closed before the end of the input"));
      }
      break;
    }
    const char c = static_cast<char>(next);
    if (c == '\n') ++line_;
    if (state != State::quoted) {
      if (c == '\n') break;
      if (c == '\r' && input_.peek() == '\n') continue;
    }
    record.raw.push_back(c);
    if (record.raw.size() > kRecordBytesMax) {
      CAPEXDB_TRY(overlong(record, state));
      continue;
    }
    if (state == State::quoted) {
      if (c == '"') {
        state = State::closed;
      } else {
        cell.push_back(c);
      }
    } else if (c == ',') {
      record.cells.push_back(std::move(cell));
      cell.clear();
      state = State::start;
    } else if (state == State::closed && c == '"') {
      cell.push_back('"');
      state = State::quoted;
    } else if (state == State::start && c == '"') {
      state = State::quoted;
    } else {
      if (state == State::closed || c == '"') {
        record.fault = fault(record.line, "bad_quote",
                             "has a quote in the middle of a field: quote the whole field and "
                             "double the quotes inside it");
      }
      cell.push_back(c);
      state = State::plain;
    }
  }
  record.cells.push_back(std::move(cell));
  return true;
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line.push_back(',');
    // A lone empty cell would be a blank line.
    if (cells[i].find_first_of(",\"\r\n") == std::string::npos &&
        !(cells[i].empty() && cells.size() == 1)) {
      line += cells[i];
      continue;
    }
    line.push_back('"');
    for (const char c : cells[i]) {
      if (c == '"') line.push_back('"');
      line.push_back(c);
    }
    line.push_back('"');
  }
  return line;
}

Result<std::vector<std::string>> parse_csv_line(const std::string& line) {
  std::istringstream stream(line);
  ByteSource bytes(stream);
  CsvReader reader(bytes);
  CsvRecord record;
  CAPEXDB_ASSIGN(const bool more, reader.next(record));
  if (record.fault) return fail(std::move(*record.fault));
  if (!more) return std::vector<std::string>{};
  return std::move(record.cells);
}

}  // namespace capexdb::importers
