#include "client/notation/words.h"

#include <algorithm>
#include <array>
#include <utility>

#include "capexdb/notation.h"
#include "proto/model/currency.h"
#include "proto/model/text.h"

namespace capexdb {
namespace notation {
namespace {

struct NamedScale {
  std::string_view name;  // in lower case, but for those of kCapitals
  ScaleWord word;
};

constexpr Scale kNeutral = Scale::neutral;
constexpr Scale kEnglish = Scale::english;
constexpr bool kDotted = true;

constexpr std::array<NamedScale, 31> kScales = {{{"k", {3, kNeutral}},
                                                 {"tsd", {3, kNeutral, kDotted}},
                                                 {"thousand", {3, kEnglish}},
                                                 {"lakh", {5, kEnglish}},
                                                 {"m", {6, kNeutral}},
                                                 {"mn", {6, kNeutral}},
                                                 {"mln", {6, kNeutral, kDotted}},
                                                 {"mio", {6, kNeutral, kDotted}},
                                                 {"MM", {6, kEnglish}},
                                                 {"million", {6, kEnglish}},
                                                 {"millions", {6, kEnglish}},
                                                 {"millionen", {6, kNeutral}},
                                                 {"crore", {7, kEnglish}},
                                                 {"b", {9, kNeutral}},
                                                 {"bn", {9, kEnglish}},
                                                 {"bln", {9, kNeutral, kDotted}},
                                                 {"mrd", {9, kNeutral, kDotted}},
                                                 {"mld", {9, kNeutral, kDotted}},
                                                 {"md", {9, kNeutral, kDotted}},
                                                 {"mds", {9, kNeutral, kDotted}},
                                                 {"milliarde", {9, kNeutral}},
                                                 {"milliarden", {9, kNeutral}},
                                                 {"milliard", {9, kNeutral}},
                                                 {"milliards", {9, kNeutral}},
                                                 {"billion", {9, kEnglish}},
                                                 {"billions", {9, kEnglish}},
                                                 {"T", {12, kNeutral}},
                                                 {"tn", {12, kEnglish}},
                                                 {"trn", {12, kEnglish}},
                                                 {"trillion", {12, kEnglish}},
                                                 {"trillions", {12, kEnglish}}}};

// A lone "t" may be a tonne, "mm" a millimetre; only the capitals are scales.
constexpr std::array<std::string_view, 2> kCapitals = {"T", "MM"};

constexpr std::array<std::pair<std::string_view, int>, 15> kMultiples = {{{"double", 100},
                                                                          {"doubled", 100},
                                                                          {"doubles", 100},
                                                                          {"doubling", 100},
                                                                          {"triple", 200},
                                                                          {"tripled", 200},
                                                                          {"trebled", 200},
                                                                          {"tripling", 200},
                                                                          {"quadruple", 300},
                                                                          {"quadrupled", 300},
                                                                          {"quintupled", 400},
                                                                          {"halve", -50},
                                                                          {"halved", -50},
                                                                          {"halves", -50},
                                                                          {"halving", -50}}};

}  // namespace

std::optional<ScaleWord> find_scale(std::string_view word) {
  const std::string lower = to_lower_ascii(word);
  const std::string_view name =
      std::find(kCapitals.begin(), kCapitals.end(), word) != kCapitals.end() ? word : lower;
  for (const NamedScale& scale : kScales) {
    if (scale.name == name) return scale.word;
  }
  return std::nullopt;
}

std::optional<int> growth_of_multiple(std::string_view word) {
  const std::string lower = to_lower_ascii(word);
  for (const auto& [name, growth] : kMultiples) {
    if (name == lower) return growth;
  }
  return std::nullopt;
}

bool is_fold(std::string_view word) {
  const std::string lower = to_lower_ascii(word);
  return lower == "x" || lower == "times" || lower.ends_with("fold");
}

}  // namespace notation

namespace {

using Word = std::pair<std::string_view, std::string_view>;

constexpr std::array<Word, 39> kNames = {{{"us$", "USD"},
                                          {"$", "USD"},
                                          {"dollar", "USD"},
                                          {"dollars", "USD"},
                                          {"us dollar", "USD"},
                                          {"us dollars", "USD"},
                                          {"u.s. dollar", "USD"},
                                          {"u.s. dollars", "USD"},
                                          {"american dollars", "USD"},
                                          {"hong kong dollars", "HKD"},
                                          {"taiwan dollars", "TWD"},
                                          {"new taiwan dollars", "TWD"},
                                          {"singapore dollars", "SGD"},
                                          {"rmb", "CNY"},
                                          {"cn¥", "CNY"},
                                          {"yuan", "CNY"},
                                          {"renminbi", "CNY"},
                                          {"hk$", "HKD"},
                                          {"nt$", "TWD"},
                                          {"a$", "AUD"},
                                          {"c$", "CAD"},
                                          {"s$", "SGD"},
                                          {"r$", "BRL"},
                                          {"€", "EUR"},
                                          {"euro", "EUR"},
                                          {"euros", "EUR"},
                                          {"£", "GBP"},
                                          {"pounds", "GBP"},
                                          {"pounds sterling", "GBP"},
                                          {"jp¥", "JPY"},
                                          {"yen", "JPY"},
                                          {"₩", "KRW"},
                                          {"won", "KRW"},
                                          {"₹", "INR"},
                                          {"rupees", "INR"},
                                          {"ringgit", "MYR"},
                                          {"shekels", "ILS"},
                                          {"riyals", "SAR"},
                                          {"swiss francs", "CHF"}}};

// Codes that are read in small letters too.
constexpr std::array<std::string_view, 38> kCodes = {
    "usd", "cny", "eur", "gbp", "jpy", "krw", "twd", "hkd", "inr", "aud", "cad", "chf", "sgd",
    "sek", "nok", "dkk", "nzd", "brl", "mxn", "zar", "rub", "try", "pln", "czk", "huf", "ils",
    "sar", "aed", "qar", "kwd", "myr", "thb", "idr", "php", "vnd", "clp", "cop", "ars"};
// Codes that headlines have as words.
constexpr std::array<std::string_view, 3> kWords = {"ALL", "TOP", "SOS"};

}  // namespace

std::optional<int> scale_of_word(std::string_view word) {
  const auto scale = notation::find_scale(word);
  return scale ? std::optional(scale->power) : std::nullopt;
}

std::string currency_of_word(std::string_view word) {
  const std::string folded = to_lower_ascii(word);
  for (const auto& [name, code] : kNames) {
    if (name == folded) return std::string(code);
  }
  if (std::find(kCodes.begin(), kCodes.end(), folded) != kCodes.end()) {
    return to_upper_ascii(word);
  }
  const bool is_word = std::find(kWords.begin(), kWords.end(), word) != kWords.end();
  return !is_word && is_currency_code(word) ? std::string(word) : std::string();
}

}  // namespace capexdb
