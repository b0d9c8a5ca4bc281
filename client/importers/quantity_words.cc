// The words of quantity_text.h: scales and currencies.
#include <array>
#include <utility>

#include "client/importers/quantity_text.h"
#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

using Word = std::pair<std::string_view, std::string_view>;

constexpr std::array<std::pair<std::string_view, int>, 17> kScales = {{{"k", 3},
                                                                       {"thousand", 3},
                                                                       {"m", 6},
                                                                       {"mn", 6},
                                                                       {"mln", 6},
                                                                       {"million", 6},
                                                                       {"millions", 6},
                                                                       {"b", 9},
                                                                       {"bn", 9},
                                                                       {"bln", 9},
                                                                       {"billion", 9},
                                                                       {"billions", 9},
                                                                       {"T", 12},
                                                                       {"tn", 12},
                                                                       {"trn", 12},
                                                                       {"trillion", 12},
                                                                       {"trillions", 12}}};

constexpr std::array<Word, 27> kCurrencyNames = {
    {{"us$", "USD"},     {"$", "USD"},       {"dollar", "USD"}, {"dollars", "USD"},
     {"rmb", "CNY"},     {"cn¥", "CNY"},     {"yuan", "CNY"},   {"renminbi", "CNY"},
     {"hk$", "HKD"},     {"nt$", "TWD"},     {"a$", "AUD"},     {"c$", "CAD"},
     {"s$", "SGD"},      {"€", "EUR"},       {"euro", "EUR"},   {"euros", "EUR"},
     {"£", "GBP"},       {"pounds", "GBP"},  {"jp¥", "JPY"},    {"yen", "JPY"},
     {"₩", "KRW"},       {"won", "KRW"},     {"₹", "INR"},      {"rupees", "INR"},
     {"ringgit", "MYR"}, {"shekels", "ILS"}, {"riyals", "SAR"}}};

constexpr std::array<std::string_view, 38> kCodes = {
    "usd", "cny", "eur", "gbp", "jpy", "krw", "twd", "hkd", "inr", "aud", "cad", "chf", "sgd",
    "sek", "nok", "dkk", "nzd", "brl", "mxn", "zar", "rub", "try", "pln", "czk", "huf", "ils",
    "sar", "aed", "qar", "kwd", "myr", "thb", "idr", "php", "vnd", "clp", "cop", "ars"};

}  // namespace

std::optional<int> scale_of_word(std::string_view word) {
  // A lone "t" may be a tonne; only the capital is a trillion.
  const std::string folded = word == "T" ? "T" : to_lower_ascii(word);
  for (const auto& [name, power] : kScales) {
    if (name == folded) return power;
  }
  return std::nullopt;
}

std::string currency_of_word(std::string_view word) {
  const std::string folded = to_lower_ascii(word);
  for (const auto& [name, code] : kCurrencyNames) {
    if (name == folded) return std::string(code);
  }
  for (const std::string_view code : kCodes) {
    if (code != folded) continue;
    std::string upper;
    for (const char c : folded) upper.push_back(static_cast<char>(c - 'a' + 'A'));
    return upper;
  }
  return {};
}

}  // namespace capexdb::importers
