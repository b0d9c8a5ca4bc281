// One amount: a number with its sign, scale, currency and unit.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "client/notation/cursor.h"
#include "proto/model/decimal.h"

namespace capexdb::notation {

struct Amount {
  Decimal number;            // without its scale
  std::optional<int> scale;  // the power of ten, where one is written
  std::string currency;
  std::string unit;  // "/{chip}" is per chip
  bool plus = false;
};

// Error: invalid_argument with a reason.
Result<Amount> take_amount(Cursor& in, std::string_view yen);

// Behind a number, or alone. Nothing is taken where there is none; `currency` may
// not be another one than it was. `yen` is what '¥' stands for.
Result<void> take_currency(Cursor& in, std::string_view yen, std::string& currency);
void take_unit(Cursor& in, std::string& unit);

// "USD" and "/{chip}" as a quantity has them. Error: they do not go together.
struct Denomination {
  std::string unit;
  std::string currency;
};
Result<Denomination> denomination(std::string currency, std::string unit);

// The amount with its scale. Error: past 38 digits.
Result<Decimal> full_number(const Amount& amount);

tl::unexpected<Error> refuse(const char* reason, std::string message);

}  // namespace capexdb::notation
