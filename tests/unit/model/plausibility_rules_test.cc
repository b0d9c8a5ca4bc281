#include "proto/model/plausibility_rules.h"

#include <gtest/gtest.h>

namespace capexdb {
namespace {

TEST(PlausibilityRules, AProducerGoesByItsIdOrByItsBeginning) {
  EXPECT_TRUE(matches_producer("scraper", "scraper"));
  EXPECT_FALSE(matches_producer("scraper", "scraper-1"));
  EXPECT_FALSE(matches_producer("scraper", "Scraper"));
  EXPECT_TRUE(matches_producer("scraper-*", "scraper-1"));
  EXPECT_TRUE(matches_producer("scraper-*", "scraper-"));
  EXPECT_FALSE(matches_producer("scraper-*", "scraper"));
  EXPECT_FALSE(matches_producer("scraper-*", "my-scraper-1"));
  EXPECT_TRUE(matches_producer("*", "anyone"));
}

TEST(PlausibilityRules, AStarStandsAtTheEndOnly) {
  for (const char* good : {"a", "scraper-*", "*", "生产者*"}) {
    EXPECT_EQ(producer_pattern_fault(good), "") << good;
  }
  for (const char* bad : {"", "a*b", "*a", "a**",
                          "a\x01"
                          "b"}) {
    EXPECT_NE(producer_pattern_fault(bad), "") << bad;
  }
  EXPECT_NE(producer_pattern_fault(std::string(129, 'x')), "");
}

TEST(PlausibilityRules, HoldsForAllRulesOrForOne) {
  PlausibilityRules rules;
  EXPECT_FALSE(rules.holds_any("scraper"));
  rules.hold = {"scraper"};
  rules.of(Rule::sign_flip).hold = {"other-*"};
  EXPECT_TRUE(rules.holds(Rule::unit_slip, "scraper"));
  EXPECT_TRUE(rules.holds(Rule::sign_flip, "scraper"));
  EXPECT_FALSE(rules.holds(Rule::unit_slip, "other-1"));
  EXPECT_TRUE(rules.holds(Rule::sign_flip, "other-1"));
  EXPECT_TRUE(rules.holds_any("other-1"));
  EXPECT_FALSE(rules.holds_any("nobody"));
  rules.of(Rule::sign_flip).enabled = false;
  EXPECT_FALSE(rules.holds_any("other-1"));
  rules.enabled = false;
  EXPECT_FALSE(rules.holds_any("scraper"));
}

TEST(PlausibilityRules, ARuleIsNamedWithOrWithoutSuspect) {
  for (const Rule rule : kRules) {
    EXPECT_EQ(parse_rule(code_of(rule)), rule);
    EXPECT_EQ(parse_rule(name_of(rule)), rule);
  }
  EXPECT_EQ(code_of(Rule::year_to_date), "suspect_year_to_date");
  EXPECT_FALSE(parse_rule("suspect_"));
  EXPECT_FALSE(parse_rule("slip"));
}

TEST(PlausibilityRules, ReadsUsualRates) {
  const auto rate = parse_usual_rate("7.2 CNY/USD");
  ASSERT_TRUE(rate);
  EXPECT_EQ(rate->value.to_string(), "7.2");
  EXPECT_EQ(rate->quoted, "CNY");
  EXPECT_EQ(rate->base, "USD");
  for (const char* bad : {"", "7.2", "7.2 CNY", "CNY/USD", "0 CNY/USD", "-1 CNY/USD", "7.2 CNY/CNY",
                          "7,2 CNY/USD", "7.2 CNY/XYZ", "7.2 CNY/USD/EUR"}) {
    EXPECT_FALSE(parse_usual_rate(bad)) << bad;
  }
  for (const std::string& text : PlausibilityRules().currency_slip_rates) {
    EXPECT_TRUE(parse_usual_rate(text)) << text;
  }
}

}  // namespace
}  // namespace capexdb
