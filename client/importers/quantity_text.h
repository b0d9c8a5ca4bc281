// Numbers as the press and filings write them: "4.3bn", "~23bn", ">1M",
// "12k..13k", "Rmb4.2bn", "+176% yoy".
//
// Scaled notation states its last written digit: 4.3bn is 4300000000 with
// stated_decimals -8. Plain digits are exact. Bounds are exact as printed.
// Everything is exact decimal arithmetic.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "capexdb/v1/event.pb.h"
#include "proto/model/error.h"

namespace capexdb::importers {

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
// where no such text exists (bounds beside a point, mixed bound kinds, no number).
std::optional<std::string> print_quantity(const QuantityText& text);

// "bn", "million" ...: the power of ten. Empty for other words.
std::optional<int> scale_of_word(std::string_view word);

// "US$", "Rmb", "yuan", "usd": the ISO 4217 code; empty if not known.
std::string currency_of_word(std::string_view word);

}  // namespace capexdb::importers
