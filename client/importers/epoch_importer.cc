#include <deque>
#include <utility>

#include "client/importers/csv.h"
#include "client/importers/epoch_form.h"
#include "client/importers/formats.h"
#include "client/importers/xbrl.h"
#include "proto/model/date.h"
#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

Error epoch_fault(const char* reason, std::string message) {
  return {Errc::invalid_argument, std::move(message), {}, reason};
}

std::string name_of_file(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// Each figure of a row is a record.
class EpochImporter : public Importer {
 public:
  EpochImporter(ByteSource source, std::string file)
      : source_(std::move(source)), reader_(source_) {
    place_.file = std::move(file);
  }

  Result<void> open(const ImportOptions& options) {
    const std::string& file = place_.file;
    CsvRecord row;
    CAPEXDB_ASSIGN(const bool more, reader_.next(row));
    if (source_.broken()) return fail(broken_input(file, source_.offset()));
    if (!more) return fail(epoch_fault("no_header", file + " is empty: it starts with a header"));
    if (row.fault) return fail(std::move(*row.fault));
    form_ = epoch_form(row.cells);
    if (form_ == nullptr) {
      return fail(epoch_fault(
          "unknown_columns",
          file + " is none of the files of Epoch AI that are read: chip timelines, owners of chips "
                 "by quarter, Nvidia's quarterly revenue, compute spend of AI companies"));
    }
    for (const std::string& name : row.cells) {
      if (!is_clean_text(name)) {
        return fail(epoch_fault("bad_text", file + ": a column's name is not clean UTF-8 text"));
      }
    }
    header_ = std::move(row.raw);
    CAPEXDB_ASSIGN(layout_, Layout::make(form_->columns, std::move(row.cells)));
    place_.title = !options.title.empty() ? options.title : file == "-" ? "" : name_of_file(file);
    if (!options.published_at.empty()) CAPEXDB_TRY(parse_date(options.published_at));
    place_.fallback_day = options.published_at;
    if (place_.title.empty()) {
      return fail(epoch_fault("missing_title",
                              "standard input has no name, and the file's name is that of the data "
                              "set; say it with --title, as amd_chip_timelines.csv"));
    }
    if (!form_->says_its_day && place_.fallback_day.empty()) {
      return fail(epoch_fault("missing_published_at",
                              file + " does not say when it was published; say it with "
                                     "--published-at YYYY-MM-DD"));
    }
    return {};
  }

  Result<bool> next(Record& record) override {
    while (ready_.empty()) {
      CsvRecord row;
      CAPEXDB_ASSIGN(const bool more, reader_.next(row));
      if (source_.broken()) return fail(broken_input(place_.file, source_.offset()));
      if (!more) return false;
      take(std::move(row));
    }
    record = std::move(ready_.front());
    ready_.pop_front();
    return true;
  }

  std::string header() const override { return header_; }

  std::vector<LeftOut> left_out() const override {
    std::vector<LeftOut> all;
    if (empty_ > 0) {
      all.push_back({empty_, "left out " + counted_words(empty_, "figure", "figures") +
                                 " of which all cells are empty"});
    }
    if (without_metric_ > 0) {
      std::string names;
      for (const std::size_t at : layout_->others()) {
        names += (names.empty() ? "" : ", ") + layout_->names()[at];
      }
      all.push_back({without_metric_, "left out " +
                                          counted_words(without_metric_, "cell", "cells") +
                                          " of columns that no metric is for: " + names});
    }
    return all;
  }

 private:
  void take(CsvRecord row) {
    const auto whole = [&](Error error) {
      Record& record = ready_.emplace_back();
      record.line = row.line;
      record.raw = std::move(row.raw);
      record.event = fail(std::move(error));
    };
    if (row.fault) return whole(std::move(*row.fault));
    const std::size_t columns = layout_->names().size();
    if (row.cells.size() != columns) {
      return whole(epoch_fault("field_count", "the record has " + std::to_string(row.cells.size()) +
                                                  " fields, its header has " +
                                                  std::to_string(columns)));
    }
    for (std::size_t i = 0; i < columns; ++i) {
      std::erase(row.cells[i], '\r');
      if (is_clean_text(row.cells[i])) continue;
      const std::string& name = layout_->names()[i];
      Error error = epoch_fault("bad_text", name + " is not clean UTF-8 text (another encoding?)");
      error.field = name;
      return whole(std::move(error));
    }
    place_.line = row.line;
    const Row cells(*layout_, row.cells);
    auto begun = form_->begin(cells, place_);
    if (!begun) return whole(std::move(begun.error()));
    put_others(cells, begun->event);
    for (const EpochFigure& figure : form_->figures) {
      if (is_there(figure)) add(cells, figure, *begun, row);
    }
  }

  bool is_there(const EpochFigure& figure) const { return layout_->has(figure.columns.front()); }

  void put_others(const Row& row, v1::Event& event) {
    for (const std::size_t at : layout_->others()) {
      if (trim(row.cell(at)).empty()) continue;
      if (form_->others_are_figures) {
        ++without_metric_;
        continue;
      }
      v1::Attribute& printed = *event.mutable_origin()->add_printed();
      printed.set_name(layout_->names()[at]);
      printed.set_value(std::string(row.cell(at)));
    }
  }

  void add(const Row& row, const EpochFigure& figure, EpochStatement statement,
           const CsvRecord& whole) {
    bool any = false;
    for (const std::size_t column : figure.columns) any = any || !row.get(column).empty();
    if (!any) {
      ++empty_;
      return;
    }
    Record& record = ready_.emplace_back();
    record.line = whole.line;
    record.raw = alone(whole.cells, figure);
    const auto added = form_->add_figure(row, figure, statement);
    if (!added) {
      record.event = fail(added.error());
      return;
    }
    put_fact(std::move(statement.fact), statement.event);
    record.event = std::move(statement.event);
  }

  // The row with this figure only, so that what is mended brings no other one again.
  std::string alone(std::vector<std::string> cells, const EpochFigure& figure) const {
    for (const EpochFigure& other : form_->figures) {
      if (&other == &figure) continue;
      for (const std::size_t column : other.columns) {
        if (layout_->has(column)) cells[layout_->position(column)].clear();
      }
    }
    return csv_line(cells);
  }

  ByteSource source_;
  CsvReader reader_;
  EpochPlace place_;
  const EpochForm* form_ = nullptr;
  std::optional<Layout> layout_;
  std::string header_;
  std::deque<Record> ready_;
  std::uint64_t empty_ = 0;
  std::uint64_t without_metric_ = 0;
};

}  // namespace

Result<std::unique_ptr<Importer>> open_epoch(ByteSource source, const std::string& file,
                                             const ImportOptions& options) {
  auto importer = std::make_unique<EpochImporter>(std::move(source), file);
  CAPEXDB_TRY(importer->open(options));
  return std::unique_ptr<Importer>(std::move(importer));
}

}  // namespace capexdb::importers
