#include "proto/model/catalog.h"

#include <gtest/gtest.h>

namespace capexdb {
namespace {

// LEIs and ISINs as published: GLEIF's own, Apple's shares, and examples of the standards.
TEST(Identifiers, CheckDigitsHold) {
  EXPECT_TRUE(is_lei("506700GE1G29325QX363"));
  EXPECT_TRUE(is_lei("529900T8BM49AURSDO55"));
  EXPECT_TRUE(is_isin("US0378331005"));
  EXPECT_TRUE(is_isin("AU0000XVGZA3"));
  EXPECT_TRUE(is_isin("GB0002634946"));
}

TEST(Identifiers, EverySlipOfOneDigitIsNoticed) {
  const std::string lei = "506700GE1G29325QX363";
  for (std::size_t i = 0; i < lei.size(); ++i) {
    if (lei[i] > '9') continue;
    for (char c = '0'; c <= '9'; ++c) {
      std::string slip = lei;
      slip[i] = c;
      EXPECT_EQ(is_lei(slip), slip == lei) << slip;
    }
  }
  const std::string isin = "US0378331005";
  for (std::size_t i = 2; i < isin.size(); ++i) {
    for (char c = '0'; c <= '9'; ++c) {
      std::string slip = isin;
      slip[i] = c;
      EXPECT_EQ(is_isin(slip), slip == isin) << slip;
    }
  }
}

TEST(Identifiers, OtherTextsAreNone) {
  for (const char* text : {"", "506700GE1G29325QX36", "506700GE1G29325QX3633",
                           "506700ge1g29325qx363", "506700GE1G29325QX3 3"}) {
    EXPECT_FALSE(is_lei(text)) << text;
  }
  for (const char* text : {"", "US037833100", "us0378331005", "0S0378331005", "US03783310X5"}) {
    EXPECT_FALSE(is_isin(text)) << text;
  }
}

TEST(Validity, BothDaysAreInclusive) {
  const Validity days = *parse_validity("2020-01-01", "2020-12-31");
  EXPECT_TRUE(days.holds(*parse_date("2020-01-01")));
  EXPECT_TRUE(days.holds(*parse_date("2020-12-31")));
  EXPECT_FALSE(days.holds(*parse_date("2021-01-01")));
  EXPECT_EQ(valid_from_text(days), "2020-01-01");
  EXPECT_EQ(valid_to_text(days), "2020-12-31");
  EXPECT_TRUE(parse_validity("", "")->always());
  EXPECT_FALSE(parse_validity("2021-01-01", "2020-12-31"));
  EXPECT_FALSE(parse_validity("2020-13-01", ""));
}

std::string refusal(const CatalogParty& party) {
  CatalogChange change;
  change.parties = {party};
  const auto checked = check_change(change);
  return checked ? "" : checked.error().message;
}

TEST(CatalogChanges, OddEntriesAreRefused) {
  CatalogParty party;
  party.id = "x";
  EXPECT_EQ(refusal(party), "");
  party.identifiers = {{IdentifierScheme::lei, "506700GE1G29325QX364", {}}};
  EXPECT_NE(refusal(party).find("ISO 17442"), std::string::npos);
  party.identifiers = {{IdentifierScheme::isin, "US0378331006", {}}};
  EXPECT_NE(refusal(party).find("ISO 6166"), std::string::npos);
  party.identifiers = {{IdentifierScheme::cik, "12a", {}}};
  EXPECT_NE(refusal(party).find("CIK"), std::string::npos);
  party.identifiers.clear();
  party.memberships = {{"a", *parse_validity("2020-01-01", "2020-12-31")},
                       {"a", *parse_validity("2020-12-31", "")}};
  EXPECT_NE(refusal(party).find("twice"), std::string::npos);
  party.memberships[1].validity = *parse_validity("2021-01-01", "");
  EXPECT_EQ(refusal(party), "") << "it left and came back";
  party.members = {"b"};
  EXPECT_NE(refusal(party), "") << "with days or without, not both";
}

TEST(CatalogChanges, AMergeNamesTwo) {
  CatalogChange change;
  change.merges = {{"a", "", false}};
  EXPECT_FALSE(check_change(change));
  change.merges = {{"a", "a", false}};
  EXPECT_FALSE(check_change(change));
  change.merges = {{"a", "", true}};
  EXPECT_TRUE(check_change(change));
}

}  // namespace
}  // namespace capexdb
