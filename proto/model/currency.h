// Currencies by their codes.
#pragma once

#include <string_view>

namespace capexdb {

// Whether ISO 4217 knows the three capitals as a currency, today's or one that
// statements of the last decades may be in; not the codes of metals, funds and tests.
bool is_currency_code(std::string_view code);

}  // namespace capexdb
