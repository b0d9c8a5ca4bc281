#include "client/importers/number_text.h"

#include <algorithm>
#include <string>
#include <vector>

#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t digits_at(std::string_view text, std::size_t at) {
  std::size_t n = 0;
  while (at + n < text.size() && is_digit(text[at + n])) ++n;
  return n;
}

tl::unexpected<Error> refuse(std::string_view token, const char* reason, const std::string& why) {
  return fail(Error{
      Errc::invalid_argument, "'" + std::string(token.substr(0, 60)) + "' " + why, {}, reason});
}

std::string without(std::string_view token, char separator) {
  std::string plain;
  for (const char c : token) {
    if (c != separator) plain.push_back(c);
  }
  return plain;
}

}  // namespace

std::size_t number_length(std::string_view text) {
  std::size_t n = digits_at(text, 0);
  if (n == 0) return 0;
  while (n < text.size()) {
    const std::size_t more = digits_at(text, n + 1);
    const bool joins = text[n] == ',' || text[n] == '.' ? more > 0 : text[n] == ' ' && more == 3;
    if (!joins) break;
    n += 1 + more;
  }
  return n;
}

Result<Decimal> parse_number(std::string_view token, bool scaled) {
  const std::size_t dot = token.find('.');
  const bool decimal = dot != std::string_view::npos;
  if (decimal && token.find_first_of(". ,", dot + 1) != std::string_view::npos) {
    return refuse(token, "bad_number",
                  "has a separator behind its decimal point: write the decimals with one dot and "
                  "no separator (1234567.89)");
  }
  const std::string_view whole = token.substr(0, dot);
  const bool commas = whole.find(',') != std::string_view::npos;
  const bool spaces = whole.find(' ') != std::string_view::npos;
  std::string plain(token);
  if (commas && spaces) {
    return refuse(token, "bad_number", "mixes two separators: write it without any");
  }
  if (commas || spaces) {
    const char separator = commas ? ',' : ' ';
    const std::vector<std::string> groups = split(whole, separator);
    bool by_threes = groups.front().size() >= 1 && groups.front().size() <= 3;
    for (std::size_t i = 1; i < groups.size(); ++i) by_threes &= groups[i].size() == 3;
    // Nobody groups thousands behind a zero: 0,234 is most likely 0.234.
    const bool leading_zero = groups.front().starts_with('0');
    plain = without(token, separator);
    if (!by_threes || (leading_zero && (groups.size() > 2 || decimal))) {
      return refuse(token, "bad_grouping",
                    "is not grouped by threes: write decimals with a dot (4.3) and leave "
                    "separators out");
    }
    if (groups.size() == 2 && !decimal && (!scaled || leading_zero)) {
      const std::size_t digit = std::min(plain.find_first_not_of('0'), plain.size() - 1);
      return refuse(token, "ambiguous_number",
                    "may be " + plain.substr(digit) + " or " + groups[0] + "." + groups[1] +
                        ": write the one that is meant");
    }
  }
  auto number = Decimal::parse(plain);
  if (!number) return refuse(token, "bad_decimal", "is not a number of at most 38 digits");
  return *number;
}

Result<Decimal> scale_up(const Decimal& number, int exponent) {
  if (exponent <= number.scale()) {
    return Decimal::make(number.mantissa(), number.scale() - exponent);
  }
  const int up = exponent - number.scale();
  const int128 size = number.is_negative() ? -number.mantissa() : number.mantissa();
  if (up > Decimal::kDigitsMax || (size != 0 && size >= power_of_ten(Decimal::kDigitsMax - up))) {
    return fail(Error{
        Errc::invalid_argument, "the number needs more than 38 digits", {}, "decimal_overflow"});
  }
  return Decimal::make(size == 0 ? 0 : number.mantissa() * power_of_ten(up), 0);
}

}  // namespace capexdb::importers
