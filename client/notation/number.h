// One written number: digits, separators between groups of three, a mark
// before decimals.
#pragma once

#include <cstdint>
#include <string_view>

#include "proto/model/decimal.h"

namespace capexdb::notation {

// A blank between digits that no line may break at, and an apostrophe: both part
// thousands and nothing else.
inline constexpr char kThousandsMark = '\'';

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The length of the number that `text` starts with: digits, and the separators
// ',', '.', ' ' and kThousandsMark where digits follow them. 0: none.
std::size_t number_length(std::string_view text);

// What stands behind the number.
enum class Scale : std::uint8_t {
  none,
  neutral,  // k, m, Mrd: written in every language
  english,  // bn, million: so the number is punctuated in the English way
};

// "80.3", "1,000,000", "1 000 000", "1,234.5", "1.234,5". Error: invalid_argument
// that says how to write it; its reason is ambiguous_number where two readings are
// possible.
Result<Decimal> parse_number(std::string_view token, Scale scale);

// Whether both readings of these digits with a dot are possible: "1.234".
bool is_ambiguous(std::string_view plain);

// number * 10^exponent, exponent >= 0. Error: invalid_argument, past 38 digits.
Result<Decimal> scale_up(const Decimal& number, int exponent);

}  // namespace capexdb::notation
