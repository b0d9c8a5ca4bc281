// The files of Epoch AI that are read, and how a row of each becomes statements.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capexdb/v1/event.pb.h"
#include "client/importers/fact.h"
#include "client/importers/row.h"
#include "proto/model/date.h"
#include "proto/model/decimal.h"
#include "proto/model/error.h"

namespace capexdb::importers {

// A figure of a row; every one that has a cell becomes a statement.
struct EpochFigure {
  std::string_view metric;
  std::string_view unit;
  std::vector<std::size_t> columns;  // the value, then the lower and the upper bound
};

// What all rows of a file have, and the line of one of them.
struct EpochPlace {
  std::string file;
  std::string title;         // of the data set
  std::string fallback_day;  // published_at of a row that does not say it; may be empty
  std::uint64_t line = 0;
};

struct EpochStatement {
  v1::Event event;  // without its fact
  Fact fact;
};

struct EpochForm {
  std::span<const std::string_view> columns;  // that are known, as a Layout has them
  std::span<const std::size_t> needed;        // of them; they tell the form
  std::span<const EpochFigure> figures;
  // What the row's figures have in common. Error: none of them can be read.
  Result<EpochStatement> (*begin)(const Row& row, const EpochPlace& place);
  // The figure, of which at least one cell is not empty.
  Result<void> (*add_figure)(const Row& row, const EpochFigure& figure, EpochStatement& statement);
  // Columns that are not known are figures without a metric, and no remarks.
  bool others_are_figures;
  bool says_its_day;  // some column says when the statements were published
};

const EpochForm& epoch_chips();    // chip timelines; owners of chips by quarter
const EpochForm& epoch_revenue();  // Nvidia's revenue by fiscal quarter
const EpochForm& epoch_spend();    // what AI companies spend on computing

// The form of a file with that header; null where it is none of them.
const EpochForm* epoch_form(std::span<const std::string> header);

// The parts that several forms share.

// The column as the file writes it.
const std::string& epoch_column(const Row& row, std::size_t column);
// An error about it.
tl::unexpected<Error> bad_epoch_cell(const Row& row, std::size_t column, const char* reason,
                                     const std::string& what);
// Error where it is empty.
Result<std::string> epoch_text(const Row& row, std::size_t column);
// Plain digits with a dot before decimals: columns that programs write have no
// other notation.
Result<Decimal> epoch_number(const Row& row, std::size_t column);
// ISO, M/D/YYYY or M/D/YY.
Result<Day> epoch_date(const Row& row, std::size_t column);
Result<v1::Period> epoch_period(const Row& row, std::size_t start, std::size_t end);
// An event of the data set, with the row's remarks; `printed` are the columns that
// are kept as they stand, beside those that are not known.
v1::Event epoch_event(const Row& row, const EpochPlace& place, std::string published_at,
                      std::span<const std::size_t> printed);

}  // namespace capexdb::importers
