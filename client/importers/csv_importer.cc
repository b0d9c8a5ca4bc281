#include <utility>

#include "client/importers/csv.h"
#include "client/importers/formats.h"
#include "client/importers/row_mapper.h"

namespace capexdb::importers {
namespace {

class CsvImporter : public Importer {
 public:
  CsvImporter(ByteSource source, std::string file)
      : source_(std::move(source)), reader_(source_), file_(std::move(file)) {}

  Result<void> read_header() {
    CsvRecord record;
    CAPEXDB_ASSIGN(const bool more, reader_.next(record));
    if (source_.broken()) return fail(broken_input(file_, source_.offset()));
    if (!more) {
      return fail(Error{Errc::invalid_argument,
                        file_ + " is empty: a CSV file starts with a header",
                        {},
                        "no_header"});
    }
    if (record.fault) return fail(std::move(*record.fault));
    auto mapper = RowMapper::make(record.cells);
    if (!mapper) {
      Error error = std::move(mapper.error());
      error.message = file_ + ": " + error.message;
      if (record.cells.size() == 1 && record.raw.find_first_of(";\t") != std::string::npos) {
        error.message += "; the fields are to be parted by commas";
      }
      return fail(std::move(error));
    }
    mapper_.emplace(std::move(*mapper));
    header_ = std::move(record.raw);
    return {};
  }

  Result<bool> next(Record& record) override {
    CsvRecord row;
    CAPEXDB_ASSIGN(const bool more, reader_.next(row));
    if (source_.broken()) return fail(broken_input(file_, source_.offset()));
    if (!more) return false;
    record.line = row.line;
    record.raw = std::move(row.raw);
    if (row.fault) {
      record.event = fail(std::move(*row.fault));
    } else {
      record.event = mapper_->event(std::move(row.cells), {file_, row.line});
    }
    return true;
  }

  std::string header() const override { return header_; }

 private:
  ByteSource source_;
  CsvReader reader_;
  std::string file_;
  std::string header_;
  std::optional<RowMapper> mapper_;
};

}  // namespace

Result<std::unique_ptr<Importer>> open_csv(ByteSource source, const std::string& file) {
  auto importer = std::make_unique<CsvImporter>(std::move(source), file);
  CAPEXDB_TRY(importer->read_header());
  return std::unique_ptr<Importer>(std::move(importer));
}

}  // namespace capexdb::importers
