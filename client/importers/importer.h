// Files into events: CSV (minimal and rich), JSON lines, delimited protobuf.
// Streaming: memory does not grow with the file.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>

#include "capexdb/v1/event.pb.h"
#include "proto/model/error.h"

namespace capexdb::importers {

enum class Format : std::uint8_t { automatic, csv, jsonl, pb };

// One record of the input. `event` is an error when the record cannot be read;
// reading goes on with the next one.
struct Record {
  std::uint64_t line = 0;  // 1-based line where it starts; of pb, its number
  // As it stands in the input, without the line end; of pb, with its length, so
  // that raws put together are a stream again. Cut off at 1 MiB where the record
  // is longer than that and therefore an error.
  std::string raw;
  Result<v1::Event> event = fail(Errc::internal, "not read");
};

class Importer {
 public:
  virtual ~Importer() = default;
  // False at the end. Error: the input itself is unusable from here on (a
  // truncated message, an unterminated quote).
  virtual Result<bool> next(Record& record) = 0;
  // The line that a file of rejected records starts with; empty if none.
  virtual std::string header() const { return {}; }
  // What follows a record's `raw` in a file of records.
  virtual std::string_view record_end() const { return "\n"; }
};

// `input` must outlive the importer. `file` decides the format, with the first
// bytes, when it is automatic, and goes into the origin of events that are made
// from columns; events that come whole (protobuf JSON, pb) stay as they are.
// Error: invalid_argument when the format cannot be told or the header of a
// CSV file lacks a needed column (it says which).
Result<std::unique_ptr<Importer>> open_importer(std::istream& input, const std::string& file,
                                                Format format);

}  // namespace capexdb::importers
