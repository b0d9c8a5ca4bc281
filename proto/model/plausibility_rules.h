// What counts as implausible, and whose suspects are held for review: the settings of
// the rules that docs/data-model.md describes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/model/decimal.h"

namespace capexdb {

// In the order in which a record's suspicions are reported. The numbers are
// indexes.
enum class Rule : std::uint8_t {
  unit_slip = 0,
  currency_slip = 1,
  year_to_date = 2,
  sign_flip = 3,
  other_company = 4,
  fiscal_label = 5,
};
inline constexpr std::array kRules = {Rule::unit_slip, Rule::currency_slip, Rule::year_to_date,
                                      Rule::sign_flip, Rule::other_company, Rule::fiscal_label};

std::string_view name_of(Rule rule);  // "unit_slip"
std::string_view code_of(Rule rule);  // "suspect_unit_slip"
// Of a name or a code.
std::optional<Rule> parse_rule(std::string_view word);
std::vector<std::string> rule_codes();

struct RuleSettings {
  bool enabled = true;
  std::vector<std::string> hold;  // producers, as PlausibilityRules::hold

  friend bool operator==(const RuleSettings&, const RuleSettings&) = default;
};

// Documented in config/capexd.toml.
struct PlausibilityRules {
  bool enabled = true;
  // Whose suspects are held, whatever the rule: producer ids, '*' at the end of
  // one standing for any rest.
  std::vector<std::string> hold;
  std::array<RuleSettings, kRules.size()> rules;
  // So many of the nearest periods are compared with, and fewer say nothing.
  std::uint64_t neighbours_max = 8;
  std::uint64_t neighbours_min = 2;

  std::vector<std::uint64_t> unit_slip_powers = {3, 4, 6, 8, 9};  // of ten
  std::uint64_t unit_slip_factor_percent = 200;

  std::uint64_t currency_slip_within_percent = 3;
  std::uint64_t currency_slip_neighbours_within_percent = 20;
  std::uint64_t currency_slip_rate_min_percent = 150;
  // Where the store knows none: "7.2 CNY/USD".
  std::vector<std::string> currency_slip_rates = {"7 CNY/USD",   "7.8 HKD/USD",  "31 TWD/USD",
                                                  "140 JPY/USD", "1300 KRW/USD", "83 INR/USD"};

  std::uint64_t year_to_date_within_percent = 35;
  std::uint64_t year_to_date_times_percent = 160;

  std::uint64_t sign_flip_neighbours_min = 3;
  std::vector<std::string> sign_flip_may_change = {"net_income", "operating_income",
                                                   "operating_cash_flow"};

  std::uint64_t other_company_digits_min = 2;            // of one period or document
  std::uint64_t other_company_digits_min_elsewhere = 5;  // of one day alone
  std::uint64_t other_company_statements = 65'536;       // the last so many are remembered

  std::uint64_t fiscal_label_slack_days = 10;

  const RuleSettings& of(Rule rule) const { return rules[static_cast<std::size_t>(rule)]; }
  RuleSettings& of(Rule rule) { return rules[static_cast<std::size_t>(rule)]; }
  bool looks_at(Rule rule) const { return enabled && of(rule).enabled; }
  bool holds(Rule rule, std::string_view producer_id) const;
  // Whether any rule holds what this producer sends.
  bool holds_any(std::string_view producer_id) const;

  friend bool operator==(const PlausibilityRules&, const PlausibilityRules&) = default;
};

// Whether a producer goes by `pattern`: its id, or what it begins with and '*'.
bool matches_producer(std::string_view pattern, std::string_view producer_id);

// Why `text` is no such pattern; empty when it is one.
std::string producer_pattern_fault(std::string_view text);

// So much of `quoted` for one of `base`.
struct UsualRate {
  Decimal value;
  std::string quoted;
  std::string base;
};
// "7.2 CNY/USD". Error: invalid_argument.
Result<UsualRate> parse_usual_rate(std::string_view text);

}  // namespace capexdb
