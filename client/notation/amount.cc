#include "client/notation/amount.h"

#include <algorithm>
#include <array>
#include <utility>

#include "capexdb/notation.h"
#include "client/notation/number.h"
#include "client/notation/words.h"

namespace capexdb::notation {
namespace {

// "2.3e10"
bool is_exponent(std::string_view rest) {
  if (!rest.starts_with('e') && !rest.starts_with('E')) return false;
  rest.remove_prefix(1);
  if (rest.starts_with('-') || rest.starts_with('+')) rest.remove_prefix(1);
  return !rest.empty() && is_digit(rest.front());
}

// U+FF10..FF19 and the like, as they are in East Asian texts.
bool is_wide_digit(std::string_view rest) {
  return rest.size() >= 3 && rest.starts_with("\xEF\xBC") &&
         static_cast<unsigned char>(rest[2]) >= 0x90 && static_cast<unsigned char>(rest[2]) <= 0x99;
}

Result<std::string> take_digits(Cursor& in) {
  in.skip_blank();
  const std::string_view rest = in.rest();
  const std::string token(rest.substr(0, number_length(rest)));
  if (token.empty()) {
    if (rest.empty()) return refuse("bad_number", "a number is missing");
    if (is_wide_digit(rest)) {
      return refuse("bad_number", "write the digits as 0 to 9, not as wide ones");
    }
    if (rest.starts_with("..")) {
      return refuse("bad_number",
                    "a dash or dots stand where a number was expected: a minus is '-'");
    }
    if (is_fold(in.word())) {
      return refuse("ambiguous_multiple", "'" + std::string(in.word()) +
                                              "' may be so many times as much or so many times "
                                              "more: write the growth, as in +200%");
    }
    return refuse("bad_number", "a number was expected at '" + std::string(rest) + "'");
  }
  in.advance(token.size());
  if (is_exponent(in.rest())) {
    return refuse("bad_number",
                  "write the number out, or with a scale such as bn, not with an "
                  "exponent");
  }
  return token;
}

}  // namespace

tl::unexpected<Error> refuse(const char* reason, std::string message) {
  return fail(Error{Errc::invalid_argument, std::move(message), {}, reason});
}

Result<void> take_currency(Cursor& in, std::string_view yen, std::string& currency) {
  // Longer ones come before those that they contain.
  static constexpr std::array<std::string_view, 23> kSigns = {"us$",
                                                              "hk$",
                                                              "nt$",
                                                              "cn¥",
                                                              "jp¥",
                                                              "a$",
                                                              "c$",
                                                              "s$",
                                                              "r$",
                                                              "$",
                                                              "€",
                                                              "£",
                                                              "₩",
                                                              "₹",
                                                              "us dollars",
                                                              "us dollar",
                                                              "u.s. dollars",
                                                              "u.s. dollar",
                                                              "hong kong dollars",
                                                              "new taiwan dollars",
                                                              "singapore dollars",
                                                              "pounds sterling",
                                                              "swiss francs"};
  std::string found;
  for (const std::string_view sign : kSigns) {
    if (in.take(sign)) {
      found = currency_of_word(sign);
      break;
    }
  }
  if (found.empty() && in.take("¥")) {
    if (yen != "CNY" && yen != "JPY") {
      return refuse("ambiguous_currency", "'¥' may be CNY or JPY: write the one that is meant");
    }
    found = yen;
  }
  if (found.empty()) {
    const std::string_view word = in.word();
    found = currency_of_word(word);
    if (found.empty()) return {};
    in.advance(word.size());
  }
  if (!currency.empty() && currency != found) {
    return refuse("two_currencies", "two currencies are named: " + currency + " and " + found);
  }
  currency = found;
  return {};
}

void take_unit(Cursor& in, std::string& unit) {
  static constexpr std::array<std::string_view, 4> kPercent = {"%", "percent", "per cent", "pct"};
  static constexpr std::array<std::string_view, 8> kChips = {
      "chips", "chip", "gpus", "gpu", "processors", "processor", "accelerators", "accelerator"};
  static constexpr std::array<std::string_view, 4> kPerChip = {"per chip", "per gpu",
                                                               "per processor", "a chip"};
  static constexpr std::array<std::string_view, 3> kMonths = {"months", "month", "mo"};
  static constexpr std::array<std::string_view, 3> kMonthly = {"per month", "a month", "/mo"};
  if (in.take_any(kPercent)) {
    unit = "%";
  } else if (in.take_any(kPerChip)) {
    unit = "/{chip}";
  } else if (in.take_any(kChips)) {
    unit = in.take_any(kMonthly) ? "{chip}/mo" : "{chip}";
  } else if (in.take_any(kMonths)) {
    unit = "mo";
  } else {
    in.skip_blank();
    const std::string_view rest = in.rest();
    if (!rest.starts_with('{') && !rest.starts_with("/{")) return;
    const std::size_t length = std::min(rest.find(' '), rest.size());
    unit = std::string(rest.substr(0, length));
    in.advance(length);
  }
}

Result<Amount> take_amount(Cursor& in, std::string_view yen) {
  Amount a;
  const auto take_sign = [&](bool& minus) {
    if (in.take("-")) {
      minus = true;
    } else if (in.take("+")) {
      a.plus = true;
    }
  };
  bool minus = false;
  take_sign(minus);
  CAPEXDB_TRY(take_currency(in, yen, a.currency));
  if (!minus && !a.plus) take_sign(minus);
  // Accountants put what is below zero into parentheses.
  bool open = in.take("(");
  if (open && (minus || a.plus)) {
    return refuse("bad_number", "a number has a sign or parentheses, not both");
  }
  minus = minus || open;
  const auto close = [&] {
    if (open && in.take(")")) open = false;
  };
  if (open) {
    CAPEXDB_TRY(take_currency(in, yen, a.currency));
  }
  CAPEXDB_ASSIGN(const std::string number, take_digits(in));
  close();
  const std::string_view word = in.word();
  const auto scale = find_scale(word);
  if (scale) {
    a.scale = scale->power;
    in.advance(word.size());
    if (scale->dotted && !in.rest().starts_with("..")) in.take(".");
  } else if (const auto behind = in.rest().substr(word.size());
             is_fold(word) && (behind.empty() || !is_digit(behind.front()))) {
    return refuse("ambiguous_multiple", "'" + number + std::string(word) +
                                            "' may be so many times as much or so many times "
                                            "more: write the growth, as in +200%");
  }
  CAPEXDB_ASSIGN(a.number, parse_number(number, scale ? scale->scale : Scale::none));
  if (minus) a.number = a.number.negated();
  close();
  CAPEXDB_TRY(take_currency(in, yen, a.currency));
  if (word == "T" && a.currency == "EUR") {
    return refuse("ambiguous_number",
                  "T behind euros may be thousands or trillions: write k or tn");
  }
  take_unit(in, a.unit);
  close();
  if (open) return refuse("bad_number", "the parenthesis is not closed behind the number");
  // "(5)%"
  if (a.unit.empty()) take_unit(in, a.unit);
  return a;
}

Result<Denomination> denomination(std::string currency, std::string unit) {
  if (unit.starts_with('/')) {
    if (currency.empty()) return refuse("bad_unit", "a price needs its currency");
    unit = currency + unit;
  } else if (!unit.empty() && !currency.empty()) {
    return refuse("bad_unit", "both a currency and the unit " + unit + " are given");
  }
  return Denomination{std::move(unit), std::move(currency)};
}

Result<Decimal> full_number(const Amount& a) {
  return a.scale ? scale_up(a.number, *a.scale) : Result<Decimal>(a.number);
}

}  // namespace capexdb::notation
