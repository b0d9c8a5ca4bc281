#include <deque>
#include <utility>

#include "client/importers/csv.h"
#include "client/importers/fact.h"
#include "client/importers/formats.h"
#include "client/importers/fx_series.h"
#include "client/importers/us_date.h"
#include "proto/model/decimal.h"
#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

// What stands where a day has no rate: a holiday, or before or after a currency.
bool is_no_rate(std::string_view cell) { return cell.empty() || cell == "." || cell == "N/A"; }

tl::unexpected<Error> refuse_rate(const std::string& field, const char* reason,
                                  std::string message) {
  return fail(Error{Errc::invalid_argument, std::move(message), field, reason});
}

// A row is a day, and each of its cells a record.
class RatesImporter : public Importer {
 public:
  RatesImporter(ByteSource source, std::string file, Format format)
      : source_(std::move(source)), reader_(source_), file_(std::move(file)), format_(format) {}

  Result<void> read_header() {
    CsvRecord row;
    CAPEXDB_ASSIGN(const bool more, reader_.next(row));
    if (source_.broken()) return fail(broken_input(file_, source_.offset()));
    if (!more) {
      return fail(Error{Errc::invalid_argument,
                        file_ + " is empty: a file of rates starts with a header",
                        {},
                        "no_header"});
    }
    if (row.fault) return fail(std::move(*row.fault));
    auto series = rate_series(row.cells, format_);
    if (!series) {
      series.error().message = file_ + ": " + series.error().message;
      return fail(std::move(series.error()));
    }
    series_ = std::move(*series);
    columns_ = row.cells.size();
    names_ = std::move(row.cells);
    header_ = std::move(row.raw);
    return check_order_of_dates();
  }

  Result<bool> next(Record& record) override {
    while (ready_.empty()) {
      CsvRecord row;
      CAPEXDB_ASSIGN(const bool more, reader_.next(row));
      if (source_.broken()) return fail(broken_input(file_, source_.offset()));
      if (!more) return false;
      take(std::move(row));
    }
    record = std::move(ready_.front());
    ready_.pop_front();
    return true;
  }

  std::string header() const override { return header_; }

  std::vector<LeftOut> left_out() const override {
    if (without_ == 0) return {};
    return {{without_, "left out " + std::to_string(without_) +
                           (without_ == 1 ? " cell" : " cells") + " without a rate"}};
  }

 private:
  // A file with the day first would be misread up to its first day above 12, so the
  // first rows are looked at before one is taken: a month of days has such days.
  Result<void> check_order_of_dates() {
    static constexpr std::size_t kRowsSeen = 40;
    static constexpr std::size_t kBytesSeen = 64U << 10U;
    const auto date_of = [](std::string_view line) {
      std::string cell(line.substr(0, line.find(',')));
      std::erase(cell, '"');
      return cell;
    };
    if (format_ != Format::fred) return {};
    if (date_of(source_.ahead_lines(1, kBytesSeen)).find('/') == std::string::npos) return {};
    std::string day_first;
    for (const std::string& line : split(source_.ahead_lines(kRowsSeen, kBytesSeen), '\n')) {
      const DateOrder order = date_order(date_of(line));
      if (order == DateOrder::month_first) return {};
      if (order == DateOrder::day_first && day_first.empty()) day_first = date_of(line);
    }
    if (day_first.empty()) return {};
    return fail(Error{Errc::invalid_argument,
                      file_ + " has the day before the month, as '" +
                          std::string(clip(day_first, 40)) +
                          "' shows; FRED writes the month first: write dates as YYYY-MM-DD",
                      {},
                      "day_first"});
  }

  void take(CsvRecord row) {
    const auto whole = [&](Error error) {
      Record& record = ready_.emplace_back();
      record.line = row.line;
      record.raw = std::move(row.raw);
      record.event = fail(std::move(error));
    };
    if (row.fault) return whole(std::move(*row.fault));
    if (row.cells.size() != columns_) {
      return whole({Errc::invalid_argument,
                    "the record has " + std::to_string(row.cells.size()) +
                        " fields, its header has " + std::to_string(columns_),
                    {},
                    "field_count"});
    }
    auto day = rate_day(row.cells.front(), format_);
    if (!day) {
      day.error().field = names_.front();
      return whole(std::move(day.error()));
    }
    for (const RateSeries& series : series_) {
      const std::string cell(trim(row.cells[series.column]));
      if (is_no_rate(cell)) {
        ++without_;
        continue;
      }
      Record& record = ready_.emplace_back();
      record.line = row.line;
      record.event = event(series, cell, *day, row.line);
      record.raw = alone(row.cells, series.column);
    }
  }

  // The row with this rate only, so that what is mended brings no other one again.
  std::string alone(const std::vector<std::string>& cells, std::size_t column) const {
    std::vector<std::string> one(cells.size(), format_ == Format::ecb ? "N/A" : ".");
    one.front() = cells.front();
    one[column] = cells[column];
    if (trim(names_.back()).empty()) one.back().clear();
    return csv_line(one);
  }

  Result<v1::Event> event(const RateSeries& series, const std::string& cell, Day day,
                          std::uint64_t line) const {
    const std::string& column = names_[series.column];
    const auto rate = Decimal::parse(cell);
    if (!rate || rate->is_negative() || rate->is_zero()) {
      return refuse_rate(
          column, "bad_rate",
          "'" + printable_cell(cell) +
              "' is no rate: a number above zero such as 7.1884, or nothing for a day "
              "without one");
    }
    const std::string date = date_to_string(day);
    v1::Event event;
    event.mutable_source()->set_publisher(rate_publisher(format_));
    event.mutable_source()->set_title(series.title);
    event.mutable_source()->set_attribution(v1::ATTRIBUTION_PUBLISHER);
    event.set_published_at(date);
    event.set_status(v1::STATUS_ACTUAL);
    event.mutable_origin()->set_file(file_);
    event.mutable_origin()->set_line(static_cast<std::uint32_t>(line));
    event.mutable_origin()->set_metric_label(std::string(trim(column)));
    Fact fact;
    fact.metric = "fx_rate";
    fact.subject.set_name("Currency " + series.quoted);
    fact.subject.set_kind(v1::PARTY_KIND_MARKET);
    fact.period.set_kind(v1::PERIOD_KIND_INSTANT);
    fact.period.set_start(date);
    fact.period.set_end(date);
    fact.quantity.set_value(cell);
    fact.quantity.set_unit(series.quoted + "/" + series.base);
    fact.quantity.set_currency(series.quoted);
    put_fact(std::move(fact), event);
    return event;
  }

  static std::string printable_cell(const std::string& cell) {
    return is_clean_text(cell) ? std::string(clip(cell, 40)) : std::string("(not clean text)");
  }

  ByteSource source_;
  CsvReader reader_;
  std::string file_;
  Format format_;
  std::string header_;
  std::vector<std::string> names_;
  std::size_t columns_ = 0;
  std::vector<RateSeries> series_;
  std::deque<Record> ready_;
  std::uint64_t without_ = 0;
};

}  // namespace

Result<std::unique_ptr<Importer>> open_rates(ByteSource source, const std::string& file,
                                             Format format) {
  auto importer = std::make_unique<RatesImporter>(std::move(source), file, format);
  CAPEXDB_TRY(importer->read_header());
  return std::unique_ptr<Importer>(std::move(importer));
}

}  // namespace capexdb::importers
