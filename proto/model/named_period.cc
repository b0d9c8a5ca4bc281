#include "proto/model/named_period.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "proto/model/limits.h"
#include "proto/model/text.h"

namespace capexdb {
namespace {

constexpr std::size_t kNameBytesMax = 60;

bool is_figure(char c) { return c >= '0' && c <= '9'; }
bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

// Runs of letters or of digits, in capitals; blanks, single hyphens and the apostrophe of
// a short year part them. Empty when there is anything else.
std::vector<std::string> tokens_of(std::string_view text) {
  std::string upper = to_upper_ascii(trim(text));
  for (std::size_t at = 0; (at = upper.find("\u2019", at)) != std::string::npos;) {
    upper.replace(at, 3, "'");
  }
  std::vector<std::string> tokens;
  char separator = ' ';
  for (std::size_t i = 0; i < upper.size();) {
    const char c = upper[i];
    if (c == ' ' || c == '-' || c == '\'') {
      const bool blank = c == ' ';
      if (c == '-' && (separator != '\0' || i + 1 == upper.size())) return {};
      if (c == '\'' && (i + 1 == upper.size() || !is_figure(upper[i + 1]))) return {};
      separator = blank && separator != '\0' ? separator : c;
      ++i;
      continue;
    }
    if (!is_figure(c) && !is_capital(c)) return {};
    std::size_t end = i;
    while (end < upper.size() && (is_figure(c) ? is_figure(upper[end]) : is_capital(upper[end])))
      ++end;
    std::string token = upper.substr(i, end - i);
    // "1QFY25"
    if (token.size() > 2 && token.ends_with("FY")) {
      tokens.push_back(token.substr(0, token.size() - 2));
      token = "FY";
    }
    tokens.push_back(std::move(token));
    separator = '\0';
    i = end;
  }
  return tokens;
}

// Reads tokens from left to right; what does not fit is not taken.
class Names {
 public:
  explicit Names(std::vector<std::string> tokens) : tokens_(std::move(tokens)) {}

  bool done() const { return at_ == tokens_.size(); }
  std::size_t at() const { return at_; }
  void back_to(std::size_t at) { at_ = at; }

  bool take(std::string_view word) {
    if (at_ == tokens_.size() || tokens_[at_] != word) return false;
    ++at_;
    return true;
  }
  void skip_fillers() {
    while (take("THE") || take("OF") || take("IN")) {
    }
  }
  // One digit from 1 to `most`.
  std::optional<int> take_digit(int most) {
    if (at_ == tokens_.size() || tokens_[at_].size() != 1) return std::nullopt;
    const int digit = tokens_[at_].front() - '0';
    if (digit < 1 || digit > most) return std::nullopt;
    ++at_;
    return digit;
  }
  std::optional<int> take_year(bool or_short) {
    if (at_ == tokens_.size()) return std::nullopt;
    const std::string& token = tokens_[at_];
    const auto number = parse_unsigned(token);
    if (!number || (token.size() != 4 && !(or_short && token.size() == 2))) return std::nullopt;
    int year = static_cast<int>(*number);
    if (token.size() == 2) year += year < 70 ? 2000 : 1900;
    if (year < limits::kYearMin || year > limits::kYearMax) return std::nullopt;
    ++at_;
    return year;
  }
  std::optional<int> take_month() {
    static constexpr std::array<std::string_view, 12> kMonths = {
        "JANUARY", "FEBRUARY", "MARCH",     "APRIL",   "MAY",      "JUNE",
        "JULY",    "AUGUST",   "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER"};
    if (at_ == tokens_.size()) return std::nullopt;
    const std::string& token = tokens_[at_];
    for (std::size_t i = 0; i < kMonths.size(); ++i) {
      if (token != kMonths[i] && token != kMonths[i].substr(0, 3) && !(i == 8 && token == "SEPT")) {
        continue;
      }
      ++at_;
      return static_cast<int>(i);
    }
    return std::nullopt;
  }

 private:
  std::vector<std::string> tokens_;
  std::size_t at_ = 0;
};

struct Part {
  int first = 0;
  int months = 12;
};

Part quarter_part(int number) { return {(number - 1) * 3, 3}; }
Part half_part(int number) { return {(number - 1) * 6, 6}; }

std::optional<int> take_ordinal(Names& in) {
  static constexpr std::array<std::string_view, 4> kWords = {"FIRST", "SECOND", "THIRD", "FOURTH"};
  static constexpr std::array<std::string_view, 4> kEndings = {"ST", "ND", "RD", "TH"};
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (in.take(kWords[i])) return static_cast<int>(i) + 1;
  }
  const std::size_t before = in.at();
  if (const auto digit = in.take_digit(4)) {
    if (in.take(kEndings[static_cast<std::size_t>(*digit - 1)])) return *digit;
  }
  in.back_to(before);
  return std::nullopt;
}

// Q1, 1Q, H1, 1H, 9M, "first half", "first nine months".
std::optional<Part> take_part(Names& in) {
  const std::size_t before = in.at();
  in.skip_fillers();
  if (in.take("Q")) {
    if (const auto digit = in.take_digit(4)) return quarter_part(*digit);
  } else if (in.take("H")) {
    if (const auto digit = in.take_digit(2)) return half_part(*digit);
  } else if (in.take("FULL")) {
    if (in.take("YEAR")) return Part{};
  } else if (const auto ordinal = take_ordinal(in)) {
    if (in.take("QUARTER")) return quarter_part(*ordinal);
    if (*ordinal <= 2 && in.take("HALF")) return half_part(*ordinal);
    if (*ordinal == 1 && in.take("NINE") && in.take("MONTHS")) return Part{0, 9};
  } else if (in.take("NINE")) {
    if (in.take("MONTHS")) return Part{0, 9};
  } else if (const auto digit = in.take_digit(9)) {
    if (*digit <= 4 && in.take("Q")) return quarter_part(*digit);
    if (*digit <= 2 && in.take("H")) return half_part(*digit);
    if (*digit == 9 && in.take("M")) return Part{0, 9};
  }
  in.back_to(before);
  return std::nullopt;
}

// "June quarter": the one that ends with June.
std::optional<Part> take_month_part(Names& in) {
  const std::size_t before = in.at();
  in.skip_fillers();
  if (const auto month = in.take_month()) {
    if (!in.take("QUARTER")) return Part{*month, 1};
    if (*month % 3 == 2) return Part{*month - 2, 3};
  }
  in.back_to(before);
  return std::nullopt;
}

std::optional<int> take_fiscal_year(Names& in) {
  in.skip_fillers();
  if (in.take("FISCAL")) {
    in.take("YEAR");
  } else if (!in.take("FY")) {
    return std::nullopt;
  }
  return in.take_year(/*or_short=*/true);
}

NamedPeriod named(int year, const Part& part) { return {year, part.first, part.months}; }

}  // namespace

std::optional<NamedPeriod> read_calendar_name(std::string_view text) {
  if (text.size() > kNameBytesMax) return std::nullopt;
  Names in(tokens_of(text));
  if (in.done()) return std::nullopt;
  auto before = take_part(in);
  const bool month = !before && (before = take_month_part(in));
  if (before) in.skip_fillers();
  const bool calendar = in.take("CY") || in.take("CALENDAR");
  if (calendar) in.take("YEAR");
  if (before) {
    // "June 24" is a day, and "CY24" nothing that anybody writes.
    const auto year = in.take_year(/*or_short=*/!calendar && !month);
    return year && in.done() ? std::optional(named(*year, *before)) : std::nullopt;
  }
  const auto year = in.take_year(/*or_short=*/false);
  if (!year) return std::nullopt;
  if (in.done()) return named(*year, {});
  const auto part = take_part(in);
  return part && in.done() ? std::optional(named(*year, *part)) : std::nullopt;
}

std::optional<NamedPeriod> read_fiscal_name(std::string_view text) {
  if (text.size() > kNameBytesMax) return std::nullopt;
  Names in(tokens_of(text));
  if (in.done()) return std::nullopt;
  auto part = take_part(in);
  const auto year = take_fiscal_year(in);
  if (!year) return std::nullopt;
  if (!part && !in.done()) {
    part = take_part(in);
    if (!part) return std::nullopt;
  }
  return in.done() ? std::optional(named(*year, part.value_or(Part{}))) : std::nullopt;
}

}  // namespace capexdb
