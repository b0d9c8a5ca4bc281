#include "proto/model/plausibility_rules.h"

#include <algorithm>

#include "proto/model/currency.h"
#include "proto/model/limits.h"
#include "proto/model/text.h"

namespace capexdb {
namespace {

constexpr std::array<std::string_view, kRules.size()> kCodes = {
    "suspect_unit_slip", "suspect_currency_slip", "suspect_year_to_date",
    "suspect_sign_flip", "suspect_other_company", "suspect_fiscal_label"};
constexpr std::string_view kPrefix = "suspect_";

bool matches_any(const std::vector<std::string>& patterns, std::string_view producer_id) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& p) { return matches_producer(p, producer_id); });
}

}  // namespace

std::string_view code_of(Rule rule) { return kCodes.at(static_cast<std::size_t>(rule)); }
std::string_view name_of(Rule rule) { return code_of(rule).substr(kPrefix.size()); }

std::optional<Rule> parse_rule(std::string_view word) {
  for (const Rule rule : kRules) {
    if (word == code_of(rule) || word == name_of(rule)) return rule;
  }
  return std::nullopt;
}

std::vector<std::string> rule_codes() { return {kCodes.begin(), kCodes.end()}; }

bool matches_producer(std::string_view pattern, std::string_view producer_id) {
  if (!pattern.ends_with('*')) return pattern == producer_id;
  return producer_id.starts_with(pattern.substr(0, pattern.size() - 1));
}

std::string producer_pattern_fault(std::string_view text) {
  if (text.empty()) return "a producer id is not empty";
  if (text.size() > limits::kProducerIdBytesMax || !is_clean_text(text)) {
    return "'" + std::string(clip(text, 60)) + "' is no producer id: clean text of at most " +
           std::to_string(limits::kProducerIdBytesMax) + " bytes";
  }
  if (text.find('*') < text.size() - 1) {
    return "'" + std::string(text) + "': '*' stands at the end only";
  }
  return {};
}

bool PlausibilityRules::holds(Rule rule, std::string_view producer_id) const {
  return looks_at(rule) &&
         (matches_any(hold, producer_id) || matches_any(of(rule).hold, producer_id));
}

bool PlausibilityRules::holds_any(std::string_view producer_id) const {
  return std::any_of(kRules.begin(), kRules.end(),
                     [&](Rule rule) { return holds(rule, producer_id); });
}

Result<UsualRate> parse_usual_rate(std::string_view text) {
  const auto wrong = [&] {
    return fail(Errc::invalid_argument,
                "'" + std::string(clip(text, 60)) + "' is no rate such as \"7.2 CNY/USD\"");
  };
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return wrong();
  const auto value = Decimal::parse(text.substr(0, space));
  const std::vector<std::string> pair = split(text.substr(space + 1), '/');
  const bool is_pair = pair.size() == 2 && is_currency_code(pair[0]) && is_currency_code(pair[1]) &&
                       pair[0] != pair[1];
  if (!value || value->is_negative() || value->is_zero() || !is_pair) return wrong();
  return UsualRate{*value, pair[0], pair[1]};
}

}  // namespace capexdb
