#include "client/importers/tsv.h"

#include "client/importers/csv.h"

namespace capexdb::importers {

bool TsvReader::next(TsvRecord& record) {
  record.fault.reset();
  for (;;) {
    if (line_ == 0 && input_.ahead(3) == "\xEF\xBB\xBF") {
      for (int i = 0; i < 3; ++i) input_.get();
    }
    if (input_.peek() == ByteSource::kEnd) return false;
    record.line = ++line_;
    record.raw.clear();
    bool whole = true;
    for (int c = input_.get(); c != '\n' && c != ByteSource::kEnd; c = input_.get()) {
      whole = record.raw.size() < kRecordBytesMax;
      if (whole) record.raw.push_back(static_cast<char>(c));
    }
    if (record.raw.ends_with('\r')) record.raw.pop_back();
    if (record.raw.empty()) continue;
    split_tabs(record.raw, record.cells);
    if (!whole) {
      record.fault = Error{Errc::invalid_argument,
                           "the line is longer than " + std::to_string(kRecordBytesMax) + " bytes",
                           {},
                           "record_too_long"};
    }
    return true;
  }
}

void split_tabs(std::string_view line, std::vector<std::string_view>& cells) {
  cells.clear();
  for (;;) {
    const std::size_t tab = line.find('\t');
    cells.push_back(line.substr(0, tab));
    if (tab == std::string_view::npos) return;
    line.remove_prefix(tab + 1);
  }
}

std::string without_quotes(std::string_view cell) {
  if (cell.size() < 2 || cell.front() != '"' || cell.back() != '"') return std::string(cell);
  cell = cell.substr(1, cell.size() - 2);
  std::string text;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    text.push_back(cell[i]);
    if (cell[i] == '"' && i + 1 < cell.size() && cell[i + 1] == '"') ++i;
  }
  return text;
}

}  // namespace capexdb::importers
