#include "client/importers/quantity_text.h"

#include <array>
#include <utility>

#include "client/importers/number_text.h"
#include "client/importers/text_cursor.h"
#include "proto/model/decimal.h"

namespace capexdb::importers {
namespace {

constexpr std::size_t kTextMax = 200;

tl::unexpected<Error> refuse(const char* reason, std::string message) {
  return fail(Error{Errc::invalid_argument, std::move(message), {}, reason});
}

enum class Side { none, more, at_least, less, at_most };

// Down more than 20% is less than -20%.
Side mirrored(Side side) {
  switch (side) {
    case Side::more:
      return Side::less;
    case Side::at_least:
      return Side::at_most;
    case Side::less:
      return Side::more;
    case Side::at_most:
      return Side::at_least;
    case Side::none:
      break;
  }
  return Side::none;
}

struct Prefix {
  Side side = Side::none;
  bool approx = false;
  bool between = false;
  int direction = 0;  // "up" 1, "down" -1
};

// Longer phrases come before those that they contain.
constexpr std::array<std::string_view, 5> kAtLeast = {">=", "at least", "no less than",
                                                      "not less than", "a minimum of"};
constexpr std::array<std::string_view, 6> kAtMost = {
    "<=", "at most", "up to", "no more than", "not more than", "a maximum of"};
constexpr std::array<std::string_view, 6> kMore = {">",    "more than", "greater than",
                                                   "over", "above",     "exceeding"};
constexpr std::array<std::string_view, 5> kLess = {"<", "less than", "fewer than", "under",
                                                   "below"};
constexpr std::array<std::string_view, 2> kNearly = {"nearly", "almost"};
constexpr std::array<std::string_view, 8> kAbout = {"~",      "about",   "approximately", "approx.",
                                                    "around", "roughly", "circa",         "ca."};

Prefix take_prefix(TextCursor& in) {
  Prefix p;
  for (;;) {
    if (in.take_any(kAbout)) {
      p.approx = true;
    } else if (p.side == Side::none && in.take_any(kAtLeast)) {
      p.side = Side::at_least;
    } else if (p.side == Side::none && in.take_any(kAtMost)) {
      p.side = Side::at_most;
    } else if (p.side == Side::none && in.take_any(kMore)) {
      p.side = Side::more;
    } else if (p.side == Side::none && in.take_any(kLess)) {
      p.side = Side::less;
    } else if (p.side == Side::none && in.take_any(kNearly)) {
      p.side = Side::less;
      p.approx = true;
    } else if (p.direction == 0 && in.take("up")) {
      p.direction = 1;
    } else if (p.direction == 0 && in.take("down")) {
      p.direction = -1;
    } else if (!p.between && (in.take("between") || in.take("from"))) {
      p.between = true;
    } else {
      return p;
    }
  }
}

struct Amount {
  Decimal number;            // without its scale
  std::optional<int> scale;  // the power of ten, where one is written
  std::string currency;
  std::string unit;  // "/{chip}" is per chip
  bool plus = false;
};

// Signs and codes before or behind a number. `yen` is what '¥' stands for.
Result<void> take_currency(TextCursor& in, std::string_view yen, std::string& currency) {
  static constexpr std::array<std::string_view, 12> kSigns = {
      "us$", "hk$", "nt$", "cn¥", "jp¥", "a$", "c$", "s$", "$", "€", "£", "₩"};
  std::string found;
  for (const std::string_view sign : kSigns) {
    if (in.take(sign)) {
      found = currency_of_word(sign);
      break;
    }
  }
  if (found.empty() && in.take("₹")) found = "INR";
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

void take_unit(TextCursor& in, std::string& unit) {
  static constexpr std::array<std::string_view, 3> kPercent = {"%", "percent", "per cent"};
  static constexpr std::array<std::string_view, 6> kChips = {"chips", "chip",       "gpus",
                                                             "gpu",   "processors", "processor"};
  static constexpr std::array<std::string_view, 4> kPerChip = {"per chip", "per gpu",
                                                               "per processor", "a chip"};
  static constexpr std::array<std::string_view, 3> kMonths = {"months", "month", "mo"};
  if (in.take_any(kPercent)) {
    unit = "%";
  } else if (in.take_any(kPerChip)) {
    unit = "/{chip}";
  } else if (in.take_any(kChips)) {
    unit = "{chip}";
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

Result<Amount> take_amount(TextCursor& in, std::string_view yen) {
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
  in.skip_blank();
  const std::string_view token = in.rest().substr(0, number_length(in.rest()));
  if (token.empty()) {
    return refuse("bad_number", in.rest().empty()
                                    ? std::string("a number is missing")
                                    : "a number was expected at '" + std::string(in.rest()) + "'");
  }
  const std::string number(token);
  in.advance(token.size());
  const std::string_view word = in.word();
  if ((a.scale = scale_of_word(word))) in.advance(word.size());
  CAPEXDB_ASSIGN(a.number, parse_number(number, a.scale.has_value()));
  if (minus) a.number = a.number.negated();
  CAPEXDB_TRY(take_currency(in, yen, a.currency));
  take_unit(in, a.unit);
  return a;
}

v1::Measure take_growth(TextCursor& in) {
  static constexpr std::array<std::string_view, 6> kYear = {
      "yoy", "y/y", "year-on-year", "year on year", "year-over-year", "year over year"};
  static constexpr std::array<std::string_view, 6> kQuarter = {"qoq",
                                                               "q/q",
                                                               "quarter-on-quarter",
                                                               "quarter on quarter",
                                                               "quarter-over-quarter",
                                                               "quarter over quarter"};
  static constexpr std::array<std::string_view, 2> kYtd = {"ytd", "year to date"};
  if (in.take_any(kYear)) return v1::MEASURE_GROWTH_YOY;
  if (in.take_any(kQuarter)) return v1::MEASURE_GROWTH_QOQ;
  if (in.take_any(kYtd)) return v1::MEASURE_GROWTH_YTD;
  if (in.take("since listing")) return v1::MEASURE_GROWTH_SINCE_LISTING;
  return v1::MEASURE_UNSPECIFIED;
}

Result<Decimal> full_number(const Amount& a) {
  return a.scale ? scale_up(a.number, *a.scale) : Result<Decimal>(a.number);
}

// "12..13bn", "12k to 13k", "between 1bn and 2bn".
Result<void> put_range(Amount first, Amount& last, v1::Quantity& q) {
  // "12..13bn" and "US$12k..13k": what is written once holds for both.
  if (!first.scale) first.scale = last.scale;
  if (first.currency.empty()) first.currency = last.currency;
  if (last.currency.empty()) last.currency = first.currency;
  if (last.unit.empty()) last.unit = first.unit;
  if (first.currency != last.currency || (!first.unit.empty() && first.unit != last.unit)) {
    return refuse("mixed_range", "the two ends of the range have different units");
  }
  CAPEXDB_ASSIGN(const Decimal low, full_number(first));
  CAPEXDB_ASSIGN(const Decimal high, full_number(last));
  if (high < low) {
    return refuse("bounds_reversed", "the range runs from " + low.to_string() + " down to " +
                                         high.to_string() +
                                         ": write the scale at both ends, the lower one first");
  }
  q.set_low(low.to_string());
  q.set_low_kind(v1::BOUND_KIND_CLOSED);
  q.set_high(high.to_string());
  q.set_high_kind(v1::BOUND_KIND_CLOSED);
  return {};
}

Result<void> put_one(const Amount& a, Side side, v1::Quantity& q) {
  CAPEXDB_ASSIGN(const Decimal number, full_number(a));
  switch (side) {
    case Side::none:
      q.set_value(number.to_string());
      if (a.scale) q.set_stated_decimals(a.number.scale() - *a.scale);
      break;
    case Side::more:
    case Side::at_least:
      q.set_low(number.to_string());
      q.set_low_kind(side == Side::more ? v1::BOUND_KIND_OPEN : v1::BOUND_KIND_CLOSED);
      break;
    case Side::less:
    case Side::at_most:
      q.set_high(number.to_string());
      q.set_high_kind(side == Side::less ? v1::BOUND_KIND_OPEN : v1::BOUND_KIND_CLOSED);
      break;
  }
  return {};
}

Result<QuantityText> parse(TextCursor& in, std::string_view yen) {
  static constexpr std::array<std::string_view, 2> kTo = {"..", "to"};
  Prefix prefix = take_prefix(in);
  CAPEXDB_ASSIGN(Amount amount, take_amount(in, yen));
  if (prefix.direction != 0 && amount.number.is_negative()) {
    return refuse("bad_number", "'up' and 'down' say the sign: write the number without a minus");
  }
  if (prefix.direction < 0) amount.number = amount.number.negated();
  QuantityText out;
  v1::Quantity& q = out.quantity;
  q.set_approx(prefix.approx);
  const bool growth = prefix.direction != 0 || amount.plus;
  if (in.take_any(kTo) || (prefix.between && in.take("and"))) {
    if (prefix.side != Side::none || prefix.direction != 0) {
      return refuse("bad_range", "a range cannot follow 'more than', 'up' and the like");
    }
    Amount first = std::move(amount);
    CAPEXDB_ASSIGN(amount, take_amount(in, yen));
    CAPEXDB_TRY(put_range(std::move(first), amount, q));
  } else if (prefix.between) {
    return refuse("bad_range", "the second end of the range is missing: write 12bn..13bn");
  } else {
    Side side = prefix.side;
    if (side == Side::none && in.take("+")) side = Side::at_least;
    CAPEXDB_TRY(put_one(amount, prefix.direction < 0 ? mirrored(side) : side, q));
  }
  if (in.rest().starts_with('-')) {
    return refuse("bad_range", "write a range with two dots, as in 12k..13k");
  }
  out.measure = take_growth(in);
  if (out.measure == v1::MEASURE_UNSPECIFIED && growth && amount.unit == "%") {
    out.measure = v1::MEASURE_GROWTH;
  }
  if (!in.done()) return refuse("bad_number", "'" + std::string(in.rest()) + "' is not understood");
  if (out.measure != v1::MEASURE_UNSPECIFIED && amount.unit != "%") {
    return refuse("bad_unit", "growth is given in %");
  }
  if (prefix.direction != 0 && amount.unit != "%") {
    return refuse("bad_unit", "'up' and 'down' tell a growth, which is given in %");
  }
  if (amount.unit.starts_with('/')) {
    if (amount.currency.empty()) return refuse("bad_unit", "a price needs its currency");
    amount.unit = amount.currency + amount.unit;
  } else if (!amount.unit.empty() && !amount.currency.empty()) {
    return refuse("bad_unit", "both a currency and the unit " + amount.unit + " are given");
  }
  q.set_currency(amount.currency);
  q.set_unit(amount.unit);
  return out;
}

}  // namespace

Result<QuantityText> parse_quantity(std::string_view text, std::string_view yen) {
  if (text.size() > kTextMax) {
    return refuse("too_long",
                  "a number is written in at most " + std::to_string(kTextMax) + " bytes");
  }
  // Nearly every number of a large file is plain digits.
  if (const auto plain = Decimal::parse(text)) {
    QuantityText out;
    out.quantity.set_value(plain->to_string());
    return out;
  }
  TextCursor in(text);
  if (in.done()) return refuse("bad_number", "a number is missing");
  auto result = parse(in, yen);
  if (!result) {
    result.error().message = "cannot read '" + std::string(text) + "': " + result.error().message;
  }
  return result;
}

}  // namespace capexdb::importers
