// One notation of numbers, units and periods, as the press, filings and programs
// write them. `capex parse`, the importers and programs read by this code alone.
//
//   auto read = capexdb::parse_quantity("more than Rmb4.2bn");
//   read->quantity;                        // low 4200000000, open, currency CNY
//   capexdb::print_quantity(*read);        // ">4200000000 CNY"
//   capexdb::parse_period("1H24");         // 2024-01-01 .. 2024-06-30
//
// A quantity:
//
//   quantity  [words] amount [range] [change] [basis]  |  [bound] multiple [basis]
//   words     a bound (> >= < <=, "more than", "at least", "up to", "nearly" ...), "about"
//             or ~, "between", "up", "down", "rose", "fell by", "growth of" ...
//   amount    [sign] [currency] number [scale] [currency] [unit]; (1.5) is -1.5
//   range     .. or "to" or an en dash, and an amount; "and" after "between";
//             [1..2) has brackets for the kinds of its ends; a plus behind an amount is
//             "at least"
//   scale     k, m, bn, tn, thousand, million, billion (1e9), trillion; Mio, Mrd, Tsd
//   currency  a sign, an ISO 4217 code, a name: $ US$ Rmb yuan EUR
//   unit      %, chips, months, "per chip", {chip}/mo
//   change    "increase", "decline", "growth" ...
//   basis     yoy, qoq, ytd, "since listing" and their long forms
//   multiple  doubled (about +100 %), tripled, quadrupled, halved (about -50 %)
//
// A scaled number states its last written digit: 4.3bn is 4300000000 with
// stated_decimals -8. Others are exact, and bounds are exact as printed. All of it is
// exact decimal arithmetic of at most 38 digits.
//
// Punctuation is never guessed. A number is read in the English way (1,234.5) and in the
// continental one (1.234,5), blanks and apostrophes part thousands in both (1 234 567,
// 1'234); where both readings are possible and differ, it is an error that names them:
// "1,234", "$1.234", "3,456 Mrd". Two things decide: a text that is nothing but digits with
// a dot (1.234) is what programs write, and the dot is its decimal point; and a scale in
// an English word (bn, tn, thousand, million, billion, trillion) makes its number an
// English one ("$1,234 million", "1.234bn"). A zero in front tells a decimal: 01.234.
//
// A period: see parse_period (proto/model/period.h) and, of a company's fiscal years,
// parse_fiscal_period (proto/model/fiscal.h).
//
// Every function is pure and safe on any thread, and takes any bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "capexdb/v1/event.pb.h"
#include "proto/model/error.h"
#include "proto/model/fiscal.h"
#include "proto/model/period.h"

namespace capexdb {

struct QuantityText {
  v1::Quantity quantity;  // unit is left empty for money
  // Growth where the text says so ("yoy", "up", a leading plus before "%").
  v1::Measure measure = v1::MEASURE_UNSPECIFIED;
};

// `yen`: CNY or JPY where it is known which of them a '¥' means. Error:
// invalid_argument that says how to write it, with `reason` set. What could be
// read in two ways ("1,234", "¥5bn") is an error, never a guess.
Result<QuantityText> parse_quantity(std::string_view text, std::string_view yen = {});

// A text that parse_quantity reads as the same quantity and measure. Empty
// where no such text exists (bounds beside a point, bounds that are loosely
// stated, no number).
std::optional<std::string> print_quantity(const QuantityText& text);

struct UnitText {
  std::string unit;      // "{chip}/mo", "%", "USD/{chip}"; empty for money
  std::string currency;  // ISO 4217, where it is money or a price
};

// A unit without a number: "yuan", "chips", "USD per chip", "%". Errors as of
// parse_quantity.
Result<UnitText> parse_unit(std::string_view text, std::string_view yen = {});

// "bn", "million" ...: the power of ten. Empty for other words.
std::optional<int> scale_of_word(std::string_view word);

// "US$", "Rmb", "yuan", "usd": the ISO 4217 code; empty if not known.
std::string currency_of_word(std::string_view word);

}  // namespace capexdb
