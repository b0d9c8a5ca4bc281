#include <algorithm>
#include <unordered_map>
#include <utility>

#include "client/importers/formats.h"
#include "client/importers/fsds_fact.h"
#include "client/importers/tsv.h"
#include "client/importers/xbrl.h"
#include "client/importers/zip_archive.h"
#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

// A quarter has some ten thousand filings. They are held; the numbers pass.
constexpr std::size_t kFilingsMax = 1'000'000;

constexpr const char* kWhatItIs = "a Financial Statement Data Set of the SEC";

Error fsds_fault(const char* reason, std::string message) {
  return {Errc::invalid_argument, std::move(message), {}, reason};
}

// What each row of sub.txt has of the joined columns, from cik on.
using Filing = std::array<std::string, fsds::column_count - fsds::kNumColumns>;
using Filings = std::unordered_map<std::string, Filing>;

// A zip as the SEC publishes it, or lines of num.txt with their filings' columns
// behind them, which is how refused ones are written.
class FsdsImporter : public Importer {
 public:
  FsdsImporter(ByteSource source, std::string file, MetricByTag metrics)
      : source_(std::move(source)), file_(std::move(file)), metrics_(std::move(metrics)) {}

  Result<void> open() {
    zipped_ = source_.ahead(2) == "PK";
    if (zipped_) CAPEXDB_TRY(open_archive());
    TsvRecord header;
    const bool more = rows_->next(header);
    CAPEXDB_TRY(check_input());
    if (!more || header.fault) {
      return fail(fsds_fault("no_header", at("num.txt") + " starts with no header"));
    }
    CAPEXDB_ASSIGN(columns_, FsdsColumns::make(header.cells));
    CAPEXDB_TRY(check_columns());
    header_ = header.raw;
    if (!zipped_) return {};
    for (std::size_t column = fsds::kNumColumns; column < fsds::column_count; ++column) {
      header_ += "\t" + std::string(fsds::kNames[column]);
    }
    return {};
  }

  Result<bool> next(Record& record) override {
    TsvRecord row;
    for (;;) {
      const bool more = rows_->next(row);
      CAPEXDB_TRY(check_input());
      if (!more) return false;
      if (take(row, record)) return true;
    }
  }

  std::string header() const override { return header_; }

  std::vector<LeftOut> left_out() const override {
    std::vector<LeftOut> all;
    const auto add = [&all](std::uint64_t count, const std::string& why) {
      if (count == 0) return;
      all.push_back({count, "left out " + counted_words(count, "fact", "facts") + why});
    };
    add(unlisted_, " of concepts that no metric lists");
    add(own_tags_, " of filers' own tags");
    add(of_coregistrants_, " of co-registrants");
    add(of_segments_, " of segments, which are parts of the company's total");
    add(without_value_, " without a value");
    if (records_ == 0) all.push_back({0, "there is no fact of a metric in it"});
    return all;
  }

 private:
  std::string at(const std::string& entry) const {
    return zipped_ ? entry + " in " + file_ : file_;
  }

  Result<void> open_archive() {
    CAPEXDB_ASSIGN(ZipArchive archive, ZipArchive::open(source_, file_));
    archive_.emplace(std::move(archive));
    if (!archive_->has("num.txt") || !archive_->has("sub.txt")) return other_archive();
    for (const char* table : {"num.txt", "sub.txt"}) CAPEXDB_TRY(check_only(table));
    CAPEXDB_TRY(read_filings());
    CAPEXDB_ASSIGN(entry_, archive_->entry("num.txt"));
    entry_bytes_.emplace(entry_->stream());
    rows_.emplace(*entry_bytes_);
    return {};
  }

  // Of two data sets in one archive neither may be passed over.
  Result<void> check_only(const std::string& table) const {
    const std::vector<std::string> all = archive_->all_of(table);
    if (all.size() == 1) return {};
    constexpr std::size_t kShown = 4;
    std::string names;
    for (std::size_t i = 0; i < std::min(all.size(), kShown); ++i) {
      names += (i == 0 ? "" : ", ") + std::string(clip(all[i], 80));
    }
    if (all.size() > kShown) names += " ...";
    return fail(fsds_fault("table_twice", file_ + " has " + std::to_string(all.size()) +
                                              " tables " + table + " (" + names +
                                              "): a zip of one quarter has one; put each data set "
                                              "into a zip of its own"));
  }

  Result<void> other_archive() const {
    std::string names;
    for (const std::string& name : archive_->names(8)) {
      names += (names.empty() ? "" : ", ") + std::string(clip(name, 40));
    }
    std::string what = " is a zip archive of " + (names.empty() ? "nothing" : names);
    if (archive_->has("num.tsv")) {
      what += ", which is the SEC's Financial Statement and Notes data; no importer reads it";
    } else {
      what += "; of archives only " + std::string(kWhatItIs) +
              " (sub.txt, num.txt) is read as it is: unpack it first";
    }
    return fail(fsds_fault("compressed_input", file_ + what));
  }

  Result<void> read_filings() {
    CAPEXDB_ASSIGN(const std::unique_ptr<ZipEntry> entry, archive_->entry("sub.txt"));
    ByteSource bytes(entry->stream());
    TsvReader rows(bytes);
    TsvRecord row;
    std::optional<FsdsColumns> columns;
    while (rows.next(row)) {
      if (row.fault)
        return fail(fsds_fault("bad_filings", at("sub.txt") + ": " + row.fault->message));
      if (!columns) {
        CAPEXDB_ASSIGN(columns, FsdsColumns::make(row.cells));
        const std::string missing =
            columns->missing({fsds::adsh, fsds::cik, fsds::name, fsds::form, fsds::filed});
        if (missing.empty()) continue;
        return fail(fsds_fault("missing_columns", at("sub.txt") + " lacks the columns " + missing));
      }
      if (row.cells.size() != columns->count()) {
        return fail(fsds_fault(
            "bad_filings", "line " + std::to_string(row.line) + " of " + at("sub.txt") + " has " +
                               std::to_string(row.cells.size()) + " fields, its header has " +
                               std::to_string(columns->count())));
      }
      Filing filing;
      for (std::size_t i = 0; i < filing.size(); ++i) {
        filing[i] = columns->get(row.cells, static_cast<fsds::Column>(fsds::kNumColumns + i));
      }
      filings_.try_emplace(std::string(columns->get(row.cells, fsds::adsh)), std::move(filing));
      if (filings_.size() > kFilingsMax) {
        return fail(fsds_fault("too_many_filings", at("sub.txt") + " has more than " +
                                                       grouped(kFilingsMax) + " filings"));
      }
    }
    if (bytes.broken()) return fail(damaged("sub.txt", *entry));
    return {};
  }

  Result<void> check_columns() const {
    const std::string missing = columns_.missing(
        {fsds::adsh, fsds::tag, fsds::version, fsds::ddate, fsds::qtrs, fsds::uom, fsds::value});
    const bool filing = columns_.has(fsds::cik) && columns_.has(fsds::filed);
    if (missing.empty() && (zipped_ || filing)) return {};
    if (missing.empty()) {
      return fail(fsds_fault("without_filings",
                             file_ + " is the num.txt of " + kWhatItIs +
                                 ": who filed its numbers, and when, stands in sub.txt; give the "
                                 "zip as it is published"));
    }
    const bool numbers = columns_.has(fsds::ddate) || columns_.has(fsds::value);
    const char* which = zipped_ || numbers         ? nullptr
                        : filing                   ? "sub.txt"
                        : columns_.has(fsds::adsh) ? "pre.txt"
                        : columns_.has(fsds::tag)  ? "tag.txt"
                                                   : nullptr;
    if (which == nullptr) {
      return fail(fsds_fault("missing_columns", at("num.txt") + " lacks the columns " + missing));
    }
    return fail(fsds_fault("without_numbers", file_ + " looks like the " + which + " of " +
                                                  kWhatItIs +
                                                  ", which has no numbers; give the zip as it is "
                                                  "published"));
  }

  // Whether the row is a record, and not passed over.
  bool take(TsvRecord& row, Record& record) {
    const auto whole = [&](Error error) {
      ++records_;
      record.line = row.line;
      record.event = fail(std::move(error));
      record.raw = std::move(row.raw);
      return true;
    };
    if (row.fault) return whole(std::move(*row.fault));
    if (row.cells.size() != columns_.count()) {
      return whole(fsds_fault("field_count", "the record has " + std::to_string(row.cells.size()) +
                                                 " fields, its header has " +
                                                 std::to_string(columns_.count())));
    }
    const std::string definition =
        fsds_concept(columns_.get(row.cells, fsds::tag), columns_.get(row.cells, fsds::version));
    if (definition.empty()) return ++own_tags_, false;
    const auto metric = metrics_.find(definition);
    if (metric == metrics_.end()) return ++unlisted_, false;
    if (!columns_.get(row.cells, fsds::coreg).empty()) return ++of_coregistrants_, false;
    if (!columns_.get(row.cells, fsds::segments).empty()) return ++of_segments_, false;
    if (columns_.get(row.cells, fsds::value).empty()) return ++without_value_, false;
    FsdsCells cells;
    for (std::size_t i = 0; i < fsds::column_count; ++i) {
      cells[i] = columns_.get(row.cells, static_cast<fsds::Column>(i));
    }
    std::string more;  // of the filing, for a file of rejects
    if (zipped_) {
      const auto filing = filings_.find(std::string(cells[fsds::adsh]));
      for (std::size_t i = fsds::kNumColumns; i < fsds::column_count; ++i) {
        cells[i] =
            filing == filings_.end() ? std::string_view() : filing->second[i - fsds::kNumColumns];
        more += "\t" + std::string(cells[i]);
      }
    }
    ++records_;
    record.line = row.line;
    record.event = fsds_event(cells, definition, metric->second, file_, row.line);
    if (!record.event) {
      Error& error = record.event.error();
      error.message = definition + ": " + error.message;
    }
    record.raw = std::move(row.raw) + more;
    return true;
  }

  Error damaged(const std::string& name, const ZipEntry& entry) const {
    return {Errc::unavailable,
            at(name) + " cannot be read to its end: " + entry.fault(),
            {},
            "read_error"};
  }

  Result<void> check_input() const {
    if (entry_ && entry_bytes_->broken()) return fail(damaged("num.txt", *entry_));
    if (!zipped_ && source_.broken()) return fail(broken_input(file_, source_.offset()));
    return {};
  }

  ByteSource source_;
  std::string file_;
  MetricByTag metrics_;
  bool zipped_ = false;
  std::optional<ZipArchive> archive_;
  std::unique_ptr<ZipEntry> entry_;
  std::optional<ByteSource> entry_bytes_;
  Filings filings_;  // by adsh
  std::optional<TsvReader> rows_{std::in_place, source_};
  FsdsColumns columns_;
  std::string header_;
  std::uint64_t records_ = 0;
  std::uint64_t unlisted_ = 0;
  std::uint64_t own_tags_ = 0;
  std::uint64_t of_coregistrants_ = 0;
  std::uint64_t of_segments_ = 0;
  std::uint64_t without_value_ = 0;
};

}  // namespace

Result<std::unique_ptr<Importer>> open_fsds(ByteSource source, const std::string& file,
                                            const AskMetrics& metrics) {
  CAPEXDB_ASSIGN(MetricByTag by_tag, metrics_by_tag(metrics));
  auto importer = std::make_unique<FsdsImporter>(std::move(source), file, std::move(by_tag));
  CAPEXDB_TRY(importer->open());
  return std::unique_ptr<Importer>(std::move(importer));
}

}  // namespace capexdb::importers
