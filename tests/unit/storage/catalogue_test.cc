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
