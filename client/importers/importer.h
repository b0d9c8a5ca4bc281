// Files into events: CSV (minimal and rich), JSON lines, delimited protobuf, company
// facts and Financial Statement Data Sets of the SEC, exchange rates of the ECB and of the
// Federal Reserve, estimates of Epoch AI. Streaming: memory does not grow with the file;
// of a data set the list of filings is held.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "capexdb/v1/event.pb.h"
#include "proto/model/catalog.h"
#include "proto/model/error.h"

namespace capexdb::importers {

enum class Format : std::uint8_t { automatic, csv, jsonl, pb, edgar, ecb, fred, fsds, epoch };

// One record of the input. `event` is an error when the record cannot be read;
// reading goes on with the next one.
struct Record {
  // 1-based line where it starts (of an archive, in its num.txt); of pb and edgar, its number.
  std::uint64_t line = 0;
  // As it stands in the input, without the line end; of pb, with its length, so
  // that raws put together are a stream again; where a record is a part of a line
  // or document, a line or document that holds it alone. Cut off at 1 MiB where
  // the record is longer than that and therefore an error.
  std::string raw;
  Result<v1::Event> event = fail(Errc::internal, "not read");
};

// What of an input was passed over, and is no error.
struct LeftOut {
  std::uint64_t count = 0;
  std::string text;  // a sentence with the count in it
};

class Importer {
 public:
  virtual ~Importer() = default;
  // False at the end. Error: the input itself is unusable from here on (a
  // truncated message, an unterminated quote).
  virtual Result<bool> next(Record& record) = 0;
  // The line that a file of rejected records starts with; empty if none.
  virtual std::string header() const { return {}; }
  // So far; all of it once next() has ended.
  virtual std::vector<LeftOut> left_out() const { return {}; }
  // What follows a record's `raw` in a file of records.
  virtual std::string_view record_end() const { return "\n"; }
};

// What a file does not say of itself. Only asked for where a format needs it.
struct ImportOptions {
  std::string published_at;  // YYYY-MM-DD, of statements that do not say it
  std::string title;         // of the data set; empty: the file's name
};

// The metrics of the store that the events are for, with their XBRL concepts.
using AskMetrics = std::function<Result<std::vector<CatalogMetric>>()>;

// `input` must outlive the importer. `file` decides the format, with the first
// bytes, when it is automatic, and goes into the origin of events that are made
// from columns; events that come whole (protobuf JSON, pb) stay as they are.
// `metrics` is asked once, and only for a file whose figures are named by
// concepts. Errors: invalid_argument when the format cannot be told, the header
// of a CSV file lacks a needed column (it says which), or the file is something
// else than its format, which for well-known ones it names; those of `metrics`.
Result<std::unique_ptr<Importer>> open_importer(std::istream& input, const std::string& file,
                                                Format format, const AskMetrics& metrics = {},
                                                const ImportOptions& options = {});

}  // namespace capexdb::importers
