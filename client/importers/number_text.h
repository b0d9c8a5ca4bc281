// One written number: digits, separators between groups of three, a dot
// before decimals.
#pragma once

#include <string_view>

#include "proto/model/decimal.h"

namespace capexdb::importers {

// The length of the number that `text` starts with: digits, and the
// separators ',', '.' and ' ' where digits follow them. 0: none.
std::size_t number_length(std::string_view text);

// "80.3", "1,000,000", "1 000 000", "1,234.5". A single group ("1,234") could
// be a decimal comma and is refused unless `scaled` (a scale such as bn
// follows); behind a zero ("0,234") it is refused always. Error:
// invalid_argument that says how to write it.
Result<Decimal> parse_number(std::string_view token, bool scaled);

// number * 10^exponent, exponent >= 0. Error: invalid_argument, past 38 digits.
Result<Decimal> scale_up(const Decimal& number, int exponent);

}  // namespace capexdb::importers
