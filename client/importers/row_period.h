// Periods as rows write them.
#pragma once

#include <string>
#include <string_view>

#include "capexdb/v1/event.pb.h"
#include "proto/model/error.h"

namespace capexdb::importers {

struct PeriodCells {
  std::string_view period;  // the minimal form's period, the rich form's type
  std::string_view start;
  std::string_view end;
  std::string_view label;
};

// The minimal form: a period ("2024-H1", "H1 2024", "@2024-08-26"), dates, or
// both; then the dates decide and the text is the label. Error:
// invalid_argument.
Result<v1::Period> minimal_period(const PeriodCells& cells);

// The rich form: a type ("duration", "instant", "forward open" ...) with dates
// or only a label. Error: invalid_argument.
Result<v1::Period> rich_period(const PeriodCells& cells);

// The rich form's plain type of a period.
std::string rich_period_type(const v1::Period& period);

}  // namespace capexdb::importers
