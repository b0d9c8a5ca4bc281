// Amounts of one currency in another, at exchange rates that are observations
// themselves.
#pragma once

#include <string>
#include <vector>

#include "storage/query/exchange_rates.h"
#include "storage/query/fold.h"
#include "storage/query/query_limits.h"

namespace capexdb::storage {

// Converts every cell that is in another currency than plan.currency, in place. A
// flow is converted at the mean of the rates of its days, a stock at the rate of
// its last day or, where that has none, of the nearest day before it. A rate
// between the two currencies is taken as it was stated; else the one the other way
// round; else both currencies' rates against a third one, day by day. The derivation
// names rate, number of days and source; a sum says them in `notes`. Where more
// than ten days in a row have no rate, the cell loses its number and says why.
// Error: that of reading; cancelled, deadline_exceeded.
Result<void> convert_cells(std::vector<ResolvedCell>& cells, const Plan& plan,
                           const Catalogue& catalogue, ExchangeRates& rates,
                           const QueryLimits& limits, std::vector<std::string>& notes);

// A publisher's own conversions say at which rate they were made, where the level
// that they convert is known. Adds it to their derivation.
void name_printed_rates(std::vector<ResolvedCell>& conversions,
                        const std::vector<ResolvedCell>& levels, const Catalogue& catalogue);

}  // namespace capexdb::storage
