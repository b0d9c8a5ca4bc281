// Published series of exchange rates: the columns of the European Central Bank's
// reference rates and of the Federal Reserve's H.10 release as FRED has them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/importers/importer.h"
#include "proto/model/date.h"

namespace capexdb::importers {

// One column: so much of `quoted` is paid for one `base`.
struct RateSeries {
  std::size_t column = 0;
  std::string title;   // names the series
  std::string quoted;  // ISO 4217: CNY of CNY per EUR
  std::string base;
};

// The series of a header, behind its column of dates. Error: invalid_argument
// that names what is no series of the publisher.
Result<std::vector<RateSeries>> rate_series(const std::vector<std::string>& header, Format format);

const char* rate_publisher(Format format);

// YYYY-MM-DD; of FRED also M/D/YYYY, which a spreadsheet makes of it. Error:
// invalid_argument.
Result<Day> rate_day(std::string_view text, Format format);

}  // namespace capexdb::importers
