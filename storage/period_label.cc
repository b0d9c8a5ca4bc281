#include "storage/period_label.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "proto/model/fiscal.h"
#include "proto/model/limits.h"
#include "proto/model/text.h"
#include "storage/figures.h"

namespace capexdb::storage {
namespace {

constexpr std::size_t kLabelBytesMax = 60;
constexpr int kQuarters = 4;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }

// Runs of letters and runs of digits; empty where anything else stands that does
// not part words.
std::vector<std::string_view> words_of(std::string_view text) {
  constexpr std::string_view kSeparators = " \t-_/,.'()";
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < text.size();) {
    const auto same = is_digit(text[at]) ? is_digit : is_letter(text[at]) ? is_letter : nullptr;
    if (same == nullptr) {
      if (kSeparators.find(text[at]) == std::string_view::npos) return {};
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && same(text[end])) ++end;
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

int parts_of(std::string_view word) {
  if (word == "Q" || word == "QUARTER") return 4;
  if (word == "H" || word == "S" || word == "HALF") return 2;
  return 0;
}

// The number that a word is: "2", "SECOND"; 0 for none.
int small_number(std::string_view word) {
  constexpr std::array<std::string_view, 4> kOrdinals = {"FIRST", "SECOND", "THIRD", "FOURTH"};
  const auto at = std::find(kOrdinals.begin(), kOrdinals.end(), word);
  if (at != kOrdinals.end()) return static_cast<int>(at - kOrdinals.begin()) + 1;
  return word.size() == 1 && is_digit(word[0]) ? word[0] - '0' : 0;
}

Period span_of(const NamedPeriod& named) {
  const int quarters = kQuarters / named.parts;
  const Quarter first = named.year * kQuarters + named.number * quarters;
  return {PeriodKind::span, quarter_span(first).start, quarter_span(first + quarters - 1).end};
}

std::optional<Period> span_of(const NamedPeriod& named, const std::string& rule) {
  std::string text = "FY" + std::to_string(named.year);
  if (named.parts > 1) {
    text += (named.parts == 2 ? "-H" : "-Q") + std::to_string(named.number + 1);
  }
  const auto range = parse_fiscal_range(text, rule);
  return range ? range->exact : std::nullopt;
}

NamedPeriod shifted(NamedPeriod named, int by) {
  const int number = named.year * named.parts + named.number + by;
  named.year = number / named.parts;
  named.number = number % named.parts;
  return named;
}

// How far the dates lie from where the name puts them. Of one day, from the last one.
Day days_apart(const Period& dates, const Period& named) {
  const Day end = std::abs(dates.end - named.end);
  return dates.kind == PeriodKind::span ? std::max(end, std::abs(dates.start - named.start)) : end;
}

bool may_be_named(const Period& dates, int parts) {
  if (dates.kind == PeriodKind::instant) return true;
  return same_length(dates, span_of(NamedPeriod{2023, parts, 0, false}));
}

std::string how_far(int by, int parts) {
  const std::string unit = std::abs(by) == parts ? "year" : parts == 2 ? "half" : "quarter";
  return "a " + unit + (by > 0 ? " later" : " earlier");
}

std::string days_of(const Period& period) {
  return date_to_string(period.start) +
         (period.end - period.start == 1 ? "" : "/" + date_to_string(period.end - 1));
}

}  // namespace

std::optional<NamedPeriod> parse_period_label(std::string_view text) {
  constexpr std::array<std::string_view, 2> kFiscal = {"FY", "FISCAL"};
  constexpr std::array<std::string_view, 6> kFiller = {"YEAR", "OF", "THE", "IN", "CY", "CALENDAR"};
  if (text.empty() || text.size() > kLabelBytesMax) return std::nullopt;
  const std::string upper = to_upper_ascii(text);
  const std::vector<std::string_view> words = words_of(upper);
  NamedPeriod named;
  bool numbered = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const std::string_view next = i + 1 < words.size() ? words[i + 1] : std::string_view();
    if (is_one_of(word, kFiscal)) {
      named.fiscal = true;
    } else if (const int parts = parts_of(word); parts != 0 && !numbered) {
      named.parts = parts;
      named.number = small_number(next) - 1;
      numbered = true;
      ++i;
    } else if (const int of = parts_of(next); of != 0 && small_number(word) != 0 && !numbered) {
      named.parts = of;
      named.number = small_number(word) - 1;
      numbered = true;
      ++i;
    } else if ((word.size() == 4 || word.size() == 2) && is_digit(word[0]) && named.year == 0) {
      named.year = static_cast<int>(*parse_unsigned(word)) + (word.size() == 2 ? 2000 : 0);
    } else if (!is_one_of(word, kFiller)) {
      return std::nullopt;
    }
  }
  // "24" alone is no year.
  if (!numbered && !named.fiscal && words.size() == 1 && words[0].size() == 2) return std::nullopt;
  const bool year = named.year > limits::kYearMin && named.year < limits::kYearMax;
  if (!year || named.number < 0 || named.number >= named.parts) return std::nullopt;
  return named;
}

std::optional<std::string> label_off_by_one(std::string_view label, const Period& dates,
                                            const std::function<std::string()>& fiscal_year_end,
                                            Day slack_days) {
  const auto named = parse_period_label(label);
  if (!named || !may_be_named(dates, named->parts)) return std::nullopt;
  // Anything nearer to the name than to the one beside it is meant by it: fiscal
  // quarters of 12 and 16 weeks do not lie where those of 13 do.
  const Day near = span_of(NamedPeriod{2023, named->parts, 0, false}).end -
                   span_of(NamedPeriod{2023, named->parts, 0, false}).start;
  const auto fits = [&](const Period& p) { return days_apart(dates, p) <= near / 2; };
  if (!named->fiscal && fits(span_of(*named))) return std::nullopt;
  const std::string rule = fiscal_year_end();
  const bool by_calendar = !named->fiscal || rule.empty();
  const auto days_by = [&](const NamedPeriod& n, bool calendar) {
    return calendar ? std::optional(span_of(n)) : span_of(n, rule);
  };
  for (const bool calendar : {false, true}) {
    if (calendar ? !by_calendar : rule.empty()) continue;
    const auto meant = days_by(*named, calendar);
    if (meant && fits(*meant)) return std::nullopt;
  }
  for (const bool calendar : {false, true}) {
    if (calendar ? !by_calendar : rule.empty()) continue;
    const auto meant = days_by(*named, calendar);
    if (!meant) continue;
    for (const int by : {1, -1, named->parts, -named->parts}) {
      const auto other = days_by(shifted(*named, by), calendar);
      if (!other || days_apart(dates, *other) > slack_days) continue;
      return quoted(label) + " is " + days_of(*meant) +
             (calendar ? " by the calendar" : " by the company's fiscal year") +
             ", the dates are " + days_of(dates) + ", " + how_far(by, named->parts) +
             ": is the label right, or the dates?";
    }
  }
  return std::nullopt;
}

}  // namespace capexdb::storage
