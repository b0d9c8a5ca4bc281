#include <array>
#include <utility>

#include "capexdb/notation.h"
#include "client/notation/amount.h"
#include "client/notation/words.h"
#include "proto/model/text.h"

namespace capexdb {
namespace notation {
namespace {

constexpr std::size_t kTextMax = 200;

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

// What the words around the amounts say of them.
struct Words {
  Side side = Side::none;
  bool by_sign = false;  // the side is told by > or <, not by a word
  bool approx = false;
  bool between = false;
  int direction = 0;    // "up" 1, "down" -1
  bool from = false;    // "from 4 to 5", which of a growth are two levels
  bool growth = false;  // a change, whatever its sign
  v1::Measure basis = v1::MEASURE_UNSPECIFIED;
};

// Longer phrases come before those that they contain.
constexpr std::array<std::string_view, 5> kAtLeast = {">=", "at least", "no less than",
                                                      "not less than", "a minimum of"};
constexpr std::array<std::string_view, 6> kAtMost = {
    "<=", "at most", "up to", "no more than", "not more than", "a maximum of"};
constexpr std::array<std::string_view, 7> kMore = {
    ">", "more than", "greater than", "higher than", "over", "above", "exceeding"};
constexpr std::array<std::string_view, 6> kLess = {"<",          "less than", "fewer than",
                                                   "lower than", "under",     "below"};
constexpr std::array<std::string_view, 2> kNearly = {"nearly", "almost"};
constexpr std::array<std::string_view, 9> kAbout = {
    "~", "about", "approximately", "approx.", "approx", "around", "roughly", "circa", "ca."};
constexpr std::array<std::string_view, 10> kUp = {
    "up",     "rose",   "grew",           "increased", "climbed",
    "jumped", "surged", "an increase of", "a rise of", "increase of"};
constexpr std::array<std::string_view, 9> kDown = {"down",         "fell",          "declined",
                                                   "decreased",    "dropped",       "shrank",
                                                   "a decline of", "a decrease of", "decline of"};
constexpr std::array<std::string_view, 2> kGrowthOf = {"growth of", "a growth of"};
constexpr std::array<std::string_view, 5> kUpBehind = {"increase", "rise", "higher", "jump",
                                                       "gain"};
constexpr std::array<std::string_view, 5> kDownBehind = {"decline", "decrease", "lower", "drop",
                                                         "fall"};

bool take_direction(Cursor& in, Words& w) {
  if (w.direction != 0 || w.growth) return false;
  if (in.take_any(kUp)) {
    w.direction = 1;
  } else if (in.take_any(kDown)) {
    w.direction = -1;
  } else if (in.take_any(kGrowthOf)) {
    w.growth = true;
    return true;
  } else {
    return false;
  }
  in.take("by");
  return true;
}

Words take_words(Cursor& in) {
  Words w;
  for (;;) {
    in.skip_blank();
    const bool sign = in.rest().starts_with('>') || in.rest().starts_with('<');
    if (sign && w.side == Side::none) w.by_sign = true;
    if (in.take_any(kAbout)) {
      w.approx = true;
    } else if (w.side == Side::none && in.take_any(kAtLeast)) {
      w.side = Side::at_least;
    } else if (w.side == Side::none && in.take_any(kAtMost)) {
      w.side = Side::at_most;
    } else if (w.side == Side::none && in.take_any(kMore)) {
      w.side = Side::more;
    } else if (w.side == Side::none && in.take_any(kLess)) {
      w.side = Side::less;
    } else if (w.side == Side::none && in.take_any(kNearly)) {
      w.side = Side::less;
      w.approx = true;
    } else if (!w.between && in.take("from")) {
      w.from = w.between = true;
    } else if (!w.between && in.take("between")) {
      w.between = true;
    } else if (!take_direction(in, w)) {
      return w;
    }
  }
}

v1::Measure take_basis(Cursor& in) {
  static constexpr std::array<std::string_view, 14> kYear = {"yoy",
                                                             "y/y",
                                                             "y-o-y",
                                                             "year-on-year",
                                                             "year on year",
                                                             "year-over-year",
                                                             "year over year",
                                                             "on the year",
                                                             "from a year earlier",
                                                             "from a year ago",
                                                             "than a year earlier",
                                                             "than a year ago",
                                                             "compared with a year earlier",
                                                             "annually"};
  static constexpr std::array<std::string_view, 9> kQuarter = {"qoq",
                                                               "q/q",
                                                               "q-o-q",
                                                               "quarter-on-quarter",
                                                               "quarter on quarter",
                                                               "quarter-over-quarter",
                                                               "quarter over quarter",
                                                               "on the quarter",
                                                               "sequentially"};
  static constexpr std::array<std::string_view, 3> kYtd = {"ytd", "year to date", "year-to-date"};
  if (in.take_any(kYear)) return v1::MEASURE_GROWTH_YOY;
  if (in.take_any(kQuarter)) return v1::MEASURE_GROWTH_QOQ;
  if (in.take_any(kYtd)) return v1::MEASURE_GROWTH_YTD;
  if (in.take("since listing")) return v1::MEASURE_GROWTH_SINCE_LISTING;
  return v1::MEASURE_UNSPECIFIED;
}

// "5% growth yoy", "5% yoy decline"
void take_words_behind(Cursor& in, Words& w) {
  for (;;) {
    if (w.basis == v1::MEASURE_UNSPECIFIED) {
      w.basis = take_basis(in);
      if (w.basis != v1::MEASURE_UNSPECIFIED) continue;
    }
    if (w.direction != 0 || w.growth) return;
    if (in.take_any(kUpBehind)) {
      w.direction = 1;
    } else if (in.take_any(kDownBehind)) {
      w.direction = -1;
    } else if (in.take("growth")) {
      w.growth = true;
    } else {
      return;
    }
  }
}

struct Ends {
  Amount first;
  std::optional<Amount> last;  // of a range
  v1::BoundKind low_kind = v1::BOUND_KIND_CLOSED;
  v1::BoundKind high_kind = v1::BOUND_KIND_CLOSED;
};

constexpr std::array<std::string_view, 2> kTo = {"..", "to"};

// "[12k..13k)", which "(5)..(3)" is not.
bool is_bracketed(std::string_view rest) {
  if (!rest.starts_with('[') && !rest.starts_with('(')) return false;
  const std::size_t dots = rest.find("..");
  return dots != std::string_view::npos && dots < rest.find_first_of("])");
}

Result<Ends> take_bracketed(Cursor& in, std::string_view yen) {
  Ends ends;
  if (in.take("(")) {
    ends.low_kind = v1::BOUND_KIND_OPEN;
  } else {
    in.take("[");
  }
  CAPEXDB_ASSIGN(ends.first, take_amount(in, yen));
  if (!in.take("..")) {
    return refuse("bad_range", "the two ends within brackets are parted by two dots: [1..2)");
  }
  CAPEXDB_ASSIGN(ends.last, take_amount(in, yen));
  if (in.take(")")) {
    ends.high_kind = v1::BOUND_KIND_OPEN;
  } else if (!in.take("]")) {
    return refuse("bad_range", "the bracket is not closed behind the second end");
  }
  CAPEXDB_TRY(take_currency(in, yen, ends.last->currency));
  if (ends.last->unit.empty()) take_unit(in, ends.last->unit);
  return ends;
}

Result<Ends> take_ends(Cursor& in, Words& w, std::string_view yen) {
  in.skip_blank();
  if (is_bracketed(in.rest())) {
    if (w.side != Side::none || w.between) {
      return refuse("bad_range", "a range cannot follow 'more than' and the like");
    }
    return take_bracketed(in, yen);
  }
  Ends ends;
  CAPEXDB_ASSIGN(ends.first, take_amount(in, yen));
  if (in.take_any(kTo) || (w.between && in.take("and"))) {
    if (w.side != Side::none) {
      return refuse("bad_range", "a range cannot follow 'more than' and the like");
    }
    CAPEXDB_ASSIGN(ends.last, take_amount(in, yen));
  } else if (w.between) {
    return refuse("bad_range", "the second end of the range is missing: write 12bn..13bn");
  } else if (w.side == Side::none && in.take("+")) {
    w.side = Side::at_least;
  }
  if (in.rest().starts_with('-')) {
    return refuse("bad_range", "write a range with two dots, as in 12k..13k");
  }
  return ends;
}

// "12..13bn", "12k to 13k", "between 1bn and 2bn".
Result<void> put_range(Ends& ends, int direction, v1::Quantity& q) {
  Amount& first = ends.first;
  Amount& last = *ends.last;
  // "12..13bn" and "US$12k..13k": what is written once holds for both.
  if (!first.scale) first.scale = last.scale;
  if (first.currency.empty()) first.currency = last.currency;
  if (last.currency.empty()) last.currency = first.currency;
  if (last.unit.empty()) last.unit = first.unit;
  if (first.currency != last.currency || (!first.unit.empty() && first.unit != last.unit)) {
    return refuse("mixed_range", "the two ends of the range have different units");
  }
  CAPEXDB_ASSIGN(Decimal low, full_number(first));
  CAPEXDB_ASSIGN(Decimal high, full_number(last));
  if (direction < 0) {
    std::swap(low, high);
    std::swap(ends.low_kind, ends.high_kind);
    low = low.negated();
    high = high.negated();
  }
  if (high < low) {
    return refuse("bounds_reversed", "the range runs from " + low.to_string() + " down to " +
                                         high.to_string() +
                                         ": write the scale at both ends, the lower one first");
  }
  q.set_low(low.to_string());
  q.set_low_kind(ends.low_kind);
  q.set_high(high.to_string());
  q.set_high_kind(ends.high_kind);
  return {};
}

void put_bound(const Decimal& number, Side side, v1::Quantity& q) {
  if (side == Side::more || side == Side::at_least) {
    q.set_low(number.to_string());
    q.set_low_kind(side == Side::more ? v1::BOUND_KIND_OPEN : v1::BOUND_KIND_CLOSED);
  } else {
    q.set_high(number.to_string());
    q.set_high_kind(side == Side::less ? v1::BOUND_KIND_OPEN : v1::BOUND_KIND_CLOSED);
  }
}

Result<void> put_one(Amount a, const Words& w, v1::Quantity& q) {
  if (w.direction < 0) a.number = a.number.negated();
  CAPEXDB_ASSIGN(const Decimal number, full_number(a));
  if (w.side != Side::none) {
    put_bound(number, w.direction < 0 ? mirrored(w.side) : w.side, q);
    return {};
  }
  q.set_value(number.to_string());
  if (a.scale) q.set_stated_decimals(a.number.scale() - *a.scale);
  return {};
}

// "more than doubled": what is said so is said loosely, but for its bounds.
Result<QuantityText> multiple(Cursor& in, Words w, int growth) {
  if (w.direction != 0 || w.growth || w.between) {
    return refuse("bad_number", "'doubled' and the like tell a change themselves");
  }
  w.basis = take_basis(in);
  if (!in.done()) return refuse("bad_number", "'" + std::string(in.rest()) + "' is not understood");
  QuantityText out;
  v1::Quantity& q = out.quantity;
  q.set_unit("%");
  q.set_approx(w.approx || w.side == Side::none);
  if (w.side == Side::none) {
    q.set_value(std::to_string(growth));
  } else {
    put_bound(Decimal(growth), growth < 0 ? mirrored(w.side) : w.side, q);
  }
  out.measure = w.basis == v1::MEASURE_UNSPECIFIED ? v1::MEASURE_GROWTH : w.basis;
  return out;
}

Result<QuantityText> parse(Cursor& in, std::string_view yen) {
  Words words = take_words(in);
  const std::string_view word = in.word();
  if (const auto growth = growth_of_multiple(word)) {
    in.advance(word.size());
    return multiple(in, words, *growth);
  }
  CAPEXDB_ASSIGN(Ends ends, take_ends(in, words, yen));
  const bool plus = ends.first.plus || (ends.last && ends.last->plus);
  take_words_behind(in, words);
  if (!in.done()) return refuse("bad_number", "'" + std::string(in.rest()) + "' is not understood");
  const bool below_zero =
      ends.first.number.is_negative() || (ends.last && ends.last->number.is_negative());
  if (words.direction != 0 && below_zero) {
    return refuse("bad_number", "'up' and 'down' say the sign: write the number without a minus");
  }
  if (words.side != Side::none && !words.by_sign && below_zero) {
    return refuse("ambiguous_bound",
                  "below zero 'over', 'nearly', 'at least' and the like may mean farther from zero "
                  "or above: write > or <, which compare the numbers themselves");
  }
  QuantityText out;
  v1::Quantity& q = out.quantity;
  q.set_approx(words.approx);
  // "up 5% to 10bn": a growth and what it led to, or "rose from 4% to 5%", two levels.
  const bool two_units = ends.last && ends.first.unit == "%" && ends.last->unit != "%";
  if ((two_units || words.from) && (words.direction != 0 || words.growth)) {
    return refuse("ambiguous_number",
                  "a growth and a level, or a range of growths? Write a range as up 5..10%");
  }
  if (ends.last) {
    CAPEXDB_TRY(put_range(ends, words.direction, q));
  } else {
    CAPEXDB_TRY(put_one(ends.first, words, q));
  }
  const Amount& amount = ends.last ? *ends.last : ends.first;
  const bool percent = amount.unit == "%";
  out.measure = words.basis;
  const bool change = words.direction != 0 || words.growth;
  if (out.measure == v1::MEASURE_UNSPECIFIED && (change || plus) && percent) {
    out.measure = v1::MEASURE_GROWTH;
  }
  if (out.measure != v1::MEASURE_UNSPECIFIED && !percent) {
    return refuse("bad_unit", "growth is given in %");
  }
  if (change && !percent) {
    return refuse("bad_unit", "'up' and 'down' tell a growth, which is given in %");
  }
  CAPEXDB_ASSIGN(Denomination counted, denomination(amount.currency, amount.unit));
  q.set_currency(std::move(counted.currency));
  q.set_unit(std::move(counted.unit));
  return out;
}

template <class T>
Result<T> with_text(Result<T> result, std::string_view text) {
  // Unless the message begins with it.
  if (!result && !result.error().message.starts_with("'" + std::string(text) + "'")) {
    result.error().message = "cannot read '" + std::string(text) + "': " + result.error().message;
  }
  return result;
}

Result<UnitText> parse_unit(Cursor& in, std::string_view yen) {
  std::string currency;
  std::string unit;
  CAPEXDB_TRY(take_currency(in, yen, currency));
  take_unit(in, unit);
  if (!in.done() || (currency.empty() && unit.empty())) {
    return refuse("bad_unit", "it is no unit: use USD, chips, {chip}/mo, USD/{chip}, % or months");
  }
  CAPEXDB_ASSIGN(Denomination counted, denomination(std::move(currency), std::move(unit)));
  return UnitText{std::move(counted.unit), std::move(counted.currency)};
}

}  // namespace
}  // namespace notation

Result<QuantityText> parse_quantity(std::string_view text, std::string_view yen) {
  if (text.size() > notation::kTextMax) {
    return notation::refuse("too_long", "a number is written in at most " +
                                            std::to_string(notation::kTextMax) + " bytes");
  }
  // Nearly every number of a large file is plain digits.
  if (const auto plain = Decimal::parse(text)) {
    QuantityText out;
    out.quantity.set_value(plain->to_string());
    return out;
  }
  notation::Cursor in(text);
  if (in.done()) {
    return notation::with_text<QuantityText>(notation::refuse("bad_number", "a number is missing"),
                                             text);
  }
  return notation::with_text(notation::parse(in, yen), text);
}

Result<UnitText> parse_unit(std::string_view text, std::string_view yen) {
  if (text.size() > notation::kTextMax) {
    return notation::refuse("too_long", "a unit is written in at most " +
                                            std::to_string(notation::kTextMax) + " bytes");
  }
  notation::Cursor in(text);
  return notation::with_text(notation::parse_unit(in, yen), text);
}

}  // namespace capexdb
