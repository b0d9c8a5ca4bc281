#include "client/notation/number.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "proto/model/text.h"

namespace capexdb::notation {
namespace {

std::size_t digits_at(std::string_view text, std::size_t at) {
  std::size_t n = 0;
  while (at + n < text.size() && is_digit(text[at + n])) ++n;
  return n;
}

bool is_blank(char separator) { return separator == ' ' || separator == kThousandsMark; }

tl::unexpected<Error> no_number(std::string_view token, const char* reason,
                                const std::string& why) {
  return fail(Error{
      Errc::invalid_argument, "'" + std::string(token.substr(0, 60)) + "' " + why, {}, reason});
}

// Digits between separators: one group more than there are separators.
struct Parts {
  std::vector<std::string_view> groups;
  std::string separators;
};

Parts parts_of(std::string_view token) {
  Parts parts;
  for (;;) {
    const std::size_t digits = digits_at(token, 0);
    parts.groups.push_back(token.substr(0, digits));
    if (digits >= token.size()) return parts;
    parts.separators.push_back(token[digits]);
    token.remove_prefix(digits + 1);
  }
}

// The number as plain digits, where ',' and '.' mean what they mean in one of the
// two ways to write numbers.
std::optional<std::string> reading(const Parts& parts, char group_mark, char decimal_mark) {
  std::string_view separators = parts.separators;
  const bool decimal = separators.ends_with(decimal_mark);
  if (decimal) separators.remove_suffix(1);
  for (const char separator : separators) {
    const bool same =
        separator == separators.front() || (is_blank(separator) && is_blank(separators.front()));
    if (!same || (separator != group_mark && !is_blank(separator))) return std::nullopt;
  }
  std::string plain(parts.groups.front());
  // Nobody groups thousands behind a zero: 0,234 is most likely 0.234.
  if (!separators.empty() && (plain.size() > 3 || plain.front() == '0')) return std::nullopt;
  for (std::size_t i = 1; i <= separators.size(); ++i) {
    if (parts.groups[i].size() != 3) return std::nullopt;
    plain += parts.groups[i];
  }
  if (decimal) plain.append(".").append(parts.groups.back());
  return plain;
}

// "1234" and "1.2340": how to write what is meant, so that it has one reading.
std::string told_apart(const std::string& whole, const std::string& decimal) {
  return ": write " + whole + " or " + decimal + "0";
}

tl::unexpected<Error> ambiguous(std::string_view token, const Parts& parts, bool whole_first) {
  std::string whole(parts.groups[0]);
  whole += parts.groups[1];
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
  const std::string decimal = std::string(parts.groups[0]) + "." + std::string(parts.groups[1]);
  return no_number(token, "ambiguous_number",
                   "may be " + (whole_first ? whole + " or " + decimal : decimal + " or " + whole) +
                       told_apart(whole, decimal));
}

tl::unexpected<Error> unreadable(std::string_view token, const Parts& parts) {
  const std::string& separators = parts.separators;
  const bool mixed = std::any_of(separators.begin(), separators.end(), [&](char c) {
    return c != separators.front() && !(is_blank(c) && is_blank(separators.front()));
  });
  const std::size_t dot = separators.find('.');
  if (dot != std::string::npos && dot + 1 < separators.size()) {
    return no_number(
        token, "bad_number",
        "has a separator behind its decimal point: write the decimals with one dot and "
        "no separator (1234567.89)");
  }
  if (mixed && (separators.back() != '.' ||
                separators.find_first_not_of(separators.front()) != separators.size() - 1)) {
    return no_number(token, "bad_number", "mixes two separators: write it without any");
  }
  return no_number(token, "bad_grouping",
                   "is not grouped by threes: write decimals with a dot (4.3) and leave separators "
                   "out");
}

}  // namespace

std::size_t number_length(std::string_view text) {
  std::size_t n = digits_at(text, 0);
  if (n == 0) return 0;
  while (n < text.size()) {
    const std::size_t more = digits_at(text, n + 1);
    const bool joins = text[n] == ',' || text[n] == '.' ? more > 0 : is_blank(text[n]) && more == 3;
    if (!joins) break;
    n += 1 + more;
  }
  return n;
}

Result<Decimal> parse_number(std::string_view token, Scale scale) {
  const Parts parts = parts_of(token);
  const std::string& separators = parts.separators;
  const auto english = reading(parts, ',', '.');
  const auto continental = scale == Scale::english ? std::nullopt : reading(parts, '.', ',');
  const bool single = separators.size() == 1 && parts.groups[0].size() <= 3 &&
                      parts.groups[1].size() == 3 && separators != ".";
  // Behind a zero a separator is refused always, since somebody meant something by it;
  // a blank may part two numbers.
  if (single && (parts.groups[0].front() == '0' || (separators == " " && scale == Scale::none))) {
    return ambiguous(token, parts, /*whole_first=*/true);
  }
  if (english && continental && *english != *continental) {
    return ambiguous(token, parts, separators != ".");
  }
  if (!english && !continental) return unreadable(token, parts);
  auto number = Decimal::parse(english ? *english : *continental);
  if (!number) return no_number(token, "bad_decimal", "is not a number of at most 38 digits");
  return *number;
}

bool is_ambiguous(std::string_view plain) {
  if (plain.starts_with('-')) plain.remove_prefix(1);
  const std::size_t dot = plain.find('.');
  return dot != std::string_view::npos && dot <= 3 && plain.front() != '0' &&
         plain.size() - dot - 1 == 3;
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

}  // namespace capexdb::notation
