#include "storage/catalogue.h"

#include <gtest/gtest.h>

#include "storage/naming.h"
#include "tests/unit/storage/events.h"

namespace capexdb::storage {
namespace {

class CatalogueTest : public testing::Test {
 protected:
  CatalogueTest() { catalogue_.apply(test::small_catalogue(), 1); }

  std::string found(std::string name, std::uint64_t at = kNow) {
    const auto ordinal = catalogue_.find_party({std::move(name), {}, {}, {}}, at);
    return ordinal ? catalogue_.text(NameKind::party, *ordinal) : "error";
  }
  void add(const CatalogParty& party, std::uint64_t sequence) {
    CatalogChange change;
    change.parties = {party};
    catalogue_.apply(change, sequence);
  }

  Catalogue catalogue_;
};

TEST_F(CatalogueTest, AnIdANameAnAliasATickerAndACikNameACompany) {
  EXPECT_EQ(found("alibaba"), "alibaba");
  EXPECT_EQ(found("  ALIBABA "), "alibaba");
  EXPECT_EQ(found("BABA"), "alibaba");
  EXPECT_EQ(found("0001577552"), "alibaba");
  EXPECT_EQ(found("the three"), "bat");
  EXPECT_EQ(found("nobody"), "");
}

TEST_F(CatalogueTest, ACompositeNamesTheGroupOfJustTheseMembers) {
  EXPECT_EQ(found("Baidu + Alibaba + Tencent"), "bat");
  EXPECT_EQ(found("Baidu + Alibaba"), "");
}

TEST_F(CatalogueTest, AnAmbiguousAliasIsAnErrorThatListsTheChoices) {
  CatalogParty a;
  a.id = "meta-materials";
  a.aliases = {"Meta X"};
  CatalogParty b;
  b.id = "meta-platforms";
  b.aliases = {"Meta X"};
  add(a, 2);
  add(b, 3);
  const auto both = catalogue_.find_party({"Meta X", {}, {}, {}}, kNow);
  ASSERT_FALSE(both);
  EXPECT_EQ(both.error().reason, "ambiguous_name");
  EXPECT_NE(both.error().message.find("meta-materials, meta-platforms"), std::string::npos);
  EXPECT_EQ(found("Meta X", 2), "meta-materials") << "at sequence 2 only one had that name";
}

TEST_F(CatalogueTest, WhatIsCataloguedLaterIsNotSeenBefore) {
  CatalogParty party;
  party.id = "deepseek";
  party.kind = PartyKind::company;
  add(party, 9);
  EXPECT_EQ(found("deepseek", 8), "");
  EXPECT_EQ(found("deepseek", 9), "deepseek");
  EXPECT_EQ(catalogue_.list_parties(8).size() + 1, catalogue_.list_parties(9).size());
}

TEST_F(CatalogueTest, GroupMembershipIsThatOfItsTime) {
  CatalogParty group;
  group.id = "bat";
  group.members = {"alibaba", "tencent"};
  add(group, 5);
  const auto bat = *catalogue_.find_party({"bat", {}, {}, {}}, kNow);
  EXPECT_EQ(catalogue_.members(bat, 4).size(), 3U);
  EXPECT_EQ(catalogue_.members(bat, 5).size(), 2U);
}

TEST_F(CatalogueTest, ANameThatPassedOnMeansWhoeverHeldItThatDay) {
  CatalogParty first;
  first.id = "first";
  first.identifiers = {
      {IdentifierScheme::ticker, "FB", *parse_validity("2012-05-18", "2022-06-08")}};
  CatalogParty second;
  second.id = "second";
  second.identifiers = {{IdentifierScheme::ticker, "FB", *parse_validity("2022-06-09", "")}};
  add(first, 2);
  add(second, 3);
  const auto on = [&](const char* day) {
    const auto found = catalogue_.find_party({"FB", {}, {}, {}}, kNow, *parse_date(day));
    return found ? catalogue_.text(NameKind::party, *found) : found.error().reason;
  };
  EXPECT_EQ(on("2012-05-18"), "first");
  EXPECT_EQ(on("2022-06-08"), "first") << "the last day is part of it";
  EXPECT_EQ(on("2022-06-09"), "second");
  EXPECT_EQ(on("2010-01-01"), "ambiguous_name") << "nobody held it";
  EXPECT_EQ(found("FB"), "second") << "without a day the newest holder";
  EXPECT_EQ(found("FB", 2), "first") << "the only one known then";
}

TEST_F(CatalogueTest, NewerDaysOfANameReplaceTheEarlierOnes) {
  CatalogParty party;
  party.id = "first";
  party.tickers = {"FB"};
  add(party, 2);
  CatalogParty other;
  other.id = "second";
  other.identifiers = {{IdentifierScheme::ticker, "FB", *parse_validity("2022-06-09", "")}};
  add(other, 3);
  EXPECT_EQ(found("FB"), "error") << "both hold it";
  party.tickers.clear();
  party.identifiers = {{IdentifierScheme::ticker, "FB", *parse_validity("", "2022-06-08")}};
  add(party, 4);
  EXPECT_EQ(found("FB"), "second");
  EXPECT_EQ(found("FB", 3), "error") << "the catalogue of that time";
}

TEST_F(CatalogueTest, LeiIsinAndFurtherCiksNameACompany) {
  CatalogParty party;
  party.id = "example";
  party.identifiers = {{IdentifierScheme::lei, "529900T8BM49AURSDO55", {}},
                       {IdentifierScheme::isin, "US0378331005", {}},
                       {IdentifierScheme::cik, "0000123456", {}}};
  add(party, 2);
  EXPECT_EQ(found("529900T8BM49AURSDO55"), "example");
  EXPECT_EQ(found("us0378331005"), "example");
  EXPECT_EQ(found("123456"), "example");
  const auto by_cik = catalogue_.find_party({"x", {}, "123456", {}}, kNow);
  EXPECT_EQ(catalogue_.text(NameKind::party, by_cik.value_or(0)), "example");
}

TEST_F(CatalogueTest, LeavesOfDatedGroupsHaveTheDaysOfTheWholeWay) {
  const auto days = [](const char* from, const char* to) { return *parse_validity(from, to); };
  CatalogParty inner;
  inner.id = "inner";
  inner.memberships = {{"alibaba", days("2020-01-01", "2022-12-31")}, {"baidu", {}}};
  CatalogParty outer;
  outer.id = "outer";
  outer.memberships = {{"inner", days("2021-01-01", "")}, {"tencent", {}}};
  add(inner, 2);
  add(outer, 3);
  const auto ordinal = [&](const char* id) { return catalogue_.find(NameKind::party, id); };
  const auto dated = catalogue_.dated_leaves(ordinal("outer"), kNow);
  ASSERT_EQ(dated.size(), 2U) << "tencent always belongs";
  EXPECT_EQ(dated.at(ordinal("alibaba")), std::vector{days("2021-01-01", "2022-12-31")});
  EXPECT_EQ(dated.at(ordinal("baidu")), std::vector{days("2021-01-01", "")});
  EXPECT_EQ(catalogue_.leaves(ordinal("outer"), kNow).size(), 3U);
}

TEST_F(CatalogueTest, ACikBeatsATicker) {
  CatalogParty ice;
  ice.id = "intercontinental-exchange";
  ice.cik = "1571949";
  CatalogParty dell;
  dell.id = "dell";
  dell.tickers = {"DELL"};
  add(ice, 2);
  add(dell, 3);
  PartyRef ref;
  ref.cik = "1571949";
  ref.ticker = "DELL";
  EXPECT_EQ(catalogue_.text(NameKind::party, *catalogue_.find_party(ref, kNow)),
            "intercontinental-exchange");
}

TEST_F(CatalogueTest, AMistypedNameGetsASuggestion) {
  const auto party = catalogue_.need_party("alibab", kNow);
  ASSERT_FALSE(party);
  EXPECT_NE(party.error().message.find("did you mean alibaba?"), std::string::npos);
  const auto metric = catalogue_.need_metric("capx", kNow);
  ASSERT_FALSE(metric);
  EXPECT_NE(metric.error().message.find("did you mean capex?"), std::string::npos);
}

TEST_F(CatalogueTest, AChangeThatSaysNothingNewIsKnown) {
  EXPECT_TRUE(catalogue_.knows(test::small_catalogue()));
  CatalogChange change = test::small_catalogue();
  change.parties[0].aliases = {"Alibaba Group"};
  EXPECT_FALSE(catalogue_.knows(change));
}

TEST_F(CatalogueTest, AGroupOfUnknownMembersIsNotAdmitted) {
  CatalogChange change;
  CatalogParty& group = change.parties.emplace_back();
  group.id = "some-group";
  group.members = {"nobody"};
  EXPECT_FALSE(catalogue_.admits(change));
}

TEST_F(CatalogueTest, NewNamesOfABatchAreOneChange) {
  NewNames names(catalogue_, 9);
  Statement s;
  s.subject = {"Moonshot AI + DeepSeek", PartyKind::group, {}, {}};
  s.counterparties = {{{"Alibaba", {}, {}, {}}, Role::investor},
                      {{"Somebody Else", {}, {}, {}}, Role::investor}};
  s.product = "B200";
  s.publisher = "Reuters";
  s.observations.resize(1);
  s.observations[0].metric = "capex";
  s.observations[0].unquantified = true;
  std::vector<std::string> first_seen;
  ASSERT_TRUE(names.collect(s, first_seen));
  EXPECT_EQ(first_seen, (std::vector<std::string>{"moonshot-ai", "deepseek", "moonshot-ai-deepseek",
                                                  "somebody-else"}));
  ASSERT_EQ(names.change().parties.size(), 4U);
  EXPECT_EQ(names.change().parties[2].members,
            (std::vector<std::string>{"moonshot-ai", "deepseek"}));
  EXPECT_EQ(names.change().parties[3].kind, PartyKind::unknown);
  EXPECT_EQ(names.change().products.size(), 1U);
  EXPECT_EQ(names.change().sources.size(), 1U);
  first_seen.clear();
  ASSERT_TRUE(names.collect(s, first_seen));
  EXPECT_TRUE(first_seen.empty());
}

TEST_F(CatalogueTest, ALaterRecordFindsWhatAnEarlierOneOfTheBatchBrought) {
  NewNames names(catalogue_, 9);
  Statement s;
  s.publisher = "Reuters";
  s.observations.resize(1);
  s.observations[0].metric = "capex";
  s.observations[0].unquantified = true;
  std::vector<std::string> first_seen;
  s.subject = {"Foo Inc", PartyKind::unknown, {}, "FOO"};
  ASSERT_TRUE(names.collect(s, first_seen));
  s.subject = {"FOO", PartyKind::unknown, {}, {}};
  ASSERT_TRUE(names.collect(s, first_seen));
  s.subject = {"SAP + Siemens", PartyKind::unknown, {}, {}};
  ASSERT_TRUE(names.collect(s, first_seen));
  s.subject = {"Siemens + SAP", PartyKind::unknown, {}, {}};
  ASSERT_TRUE(names.collect(s, first_seen));
  EXPECT_EQ(first_seen, (std::vector<std::string>{"foo-inc", "sap", "siemens", "sap-siemens"}));
  EXPECT_EQ(found("Siemens + SAP"), "sap-siemens");
  EXPECT_EQ(found("FOO", 8), "") << "it is known since sequence 9";
  s.subject = {"All", PartyKind::unknown, {}, {}};
  const auto reserved = names.collect(s, first_seen);
  ASSERT_FALSE(reserved);
  EXPECT_EQ(reserved.error().reason, "reserved_name");
}

TEST_F(CatalogueTest, GroupsOfGroupsComeDownToCompaniesEvenInACircle) {
  CatalogParty outer;
  outer.id = "outer";
  outer.members = {"bat", "nvidia", "alibaba"};
  add(outer, 2);
  CatalogParty bat;
  bat.id = "bat";
  bat.members = {"alibaba", "tencent", "baidu", "outer"};
  add(bat, 3);
  const auto leaves = catalogue_.leaves(*catalogue_.find_party({"outer", {}, {}, {}}, kNow), kNow);
  EXPECT_EQ(leaves.size(), 4U);
}

TEST_F(CatalogueTest, AnotherSpellingOfAnIdAndAnotherKindOfMetricAreNotAdmitted) {
  CatalogChange change;
  change.products = {{"h20", {}}};
  EXPECT_EQ(catalogue_.admits(change).error().reason, "id_taken");
  change = {};
  CatalogMetric& metric = change.metrics.emplace_back();
  metric.id = "capex";
  metric.unit_class = UnitClass::count;
  EXPECT_EQ(catalogue_.admits(change).error().reason, "metric_changed");
  change = {};
  CatalogParty& party = change.parties.emplace_back();
  party.id = "everyone";
  party.aliases = {"ALL"};
  EXPECT_EQ(catalogue_.admits(change).error().reason, "reserved_name");
}

}  // namespace
}  // namespace capexdb::storage
