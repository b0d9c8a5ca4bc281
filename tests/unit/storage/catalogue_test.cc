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

TEST_F(CatalogueTest, StatementsBringNoNamesThatPeopleCannotTellApart) {
  NewNames names(catalogue_, 9);
  std::vector<std::string> first_seen;
  const auto reason_of = [&](const PartyRef& subject, const std::string& product,
                             const std::string& publisher) {
    Statement s;
    s.subject = subject;
    s.product = product;
    s.publisher = publisher;
    s.observations.resize(1);
    s.observations[0].metric = "capex";
    s.observations[0].unquantified = true;
    const auto named = names.collect(s, first_seen);
    return named ? std::string() : named.error().reason + " " + named.error().field;
  };
  const PartyRef known{"Alibaba", {}, {}, {}};
  EXPECT_EQ(reason_of({"Ali\u200Bbaba", {}, {}, {}}, "", "Post"), "bad_name subject.name");
  EXPECT_EQ(reason_of({"Two\nLines", {}, {}, {}}, "", "Post"), "bad_name subject.name");
  EXPECT_EQ(reason_of(known, "H20\u202E", "Post"), "bad_name product");
  EXPECT_EQ(reason_of(known, "", "The\tPost"), "bad_name source.publisher");
  EXPECT_EQ(reason_of(known, "H20", "The Post"), "");
  // Of a CIK that is known the name is only one more.
  EXPECT_EQ(reason_of({"Ali\u200Bbaba", {}, "1577552", {}}, "", "The Post"), "");
  EXPECT_EQ(found("Ali\u200Bbaba"), "");
  EXPECT_TRUE(first_seen.empty());
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

// The reason why a change of one party, or more, is refused; empty: it is admitted.
std::string refusal_of(const Catalogue& catalogue, const std::vector<CatalogParty>& parties,
                       const std::vector<PartyMerge>& merges = {}) {
  CatalogChange change;
  change.parties = parties;
  change.merges = merges;
  const auto admitted = catalogue.admits(change);
  return admitted ? std::string() : admitted.error().reason;
}

CatalogParty company(std::string id, std::string name = {}) {
  CatalogParty party;
  party.id = std::move(id);
  party.name = std::move(name);
  party.kind = PartyKind::company;
  return party;
}

TEST_F(CatalogueTest, NamesThatPeopleCannotTellApartAreNotAdmitted) {
  for (const char* bad : {" ", "\t", "Two\nLines", "Tab\tbed", "Turned \u202Ecni", "\u2066x\u2069",
                          "Ali\u200Bbaba", "\uFEFFAlibaba"}) {
    SCOPED_TRACE(bad);
    CatalogParty alias = company("new-one");
    alias.aliases = {bad};
    CatalogParty ticker = company("new-one");
    ticker.tickers = {bad};
    CatalogParty other = company("new-one");
    other.identifiers = {{IdentifierScheme::alias, bad, {}}};
    for (const CatalogParty& party : {company("new-one", bad), alias, ticker, other}) {
      const std::string reason = refusal_of(catalogue_, {party});
      EXPECT_TRUE(reason == "bad_name" || reason == "bad_catalog_entry") << reason;
    }
    CatalogChange change;
    change.sources = {{bad, {}, 1}};
    EXPECT_FALSE(catalogue_.admits(change));
    change.sources = {{"Fine", {bad}, 1}};
    EXPECT_FALSE(catalogue_.admits(change));
    change = {};
    change.products = {{"X1", {bad}}};
    EXPECT_FALSE(catalogue_.admits(change));
    change = {};
    change.metrics = {test::metric_of("new_metric", UnitClass::money, Aggregation::flow)};
    change.metrics[0].name = bad;
    EXPECT_FALSE(catalogue_.admits(change));
  }
  EXPECT_EQ(refusal_of(catalogue_, {company("xn-\u202Eabc")}), "bad_name");
  for (const char* good : {"中芯国际", "Ünïcode & Söhne", "نوكيا", "Procter & Gamble Co."}) {
    EXPECT_EQ(refusal_of(catalogue_, {company("new-one", good)}), "") << good;
  }
}

TEST_F(CatalogueTest, IdsThatReadLikeSomethingElseAreNotAdmitted) {
  for (const char* bad : {"all", "none", "2024", "2024-h1", "2024-q2", "2024-06", "1h24", "2q24",
                          "fy2025", "fy2025-q1", "100"}) {
    EXPECT_EQ(refusal_of(catalogue_, {company(bad)}), "reserved_name") << bad;
    CatalogChange change;
    change.metrics = {test::metric_of(bad, UnitClass::money, Aggregation::flow)};
    ASSERT_FALSE(catalogue_.admits(change)) << bad;
    EXPECT_EQ(catalogue_.admits(change).error().reason, "reserved_name") << bad;
  }
  for (const char* good : {"3m", "21vianet", "360-security", "fyber", "2024-inc", "nonesuch"}) {
    EXPECT_EQ(refusal_of(catalogue_, {company(good)}), "") << good;
  }
  CatalogParty numbered = company("some-foundry");
  numbered.tickers = {"2330"};
  EXPECT_EQ(refusal_of(catalogue_, {numbered}), "") << "tickers may be numbers";
  // What came before it was asked stays what it is.
  add(company("2024"), 2);
  CatalogParty more = company("2024");
  more.tickers = {"TWTF"};
  EXPECT_EQ(refusal_of(catalogue_, {more}), "");
}

TEST_F(CatalogueTest, AGroupThatHoldsItselfIsNotAdmitted) {
  const auto group = [](const std::string& id, const std::vector<std::string>& members) {
    CatalogParty party;
    party.id = id;
    party.members = members;
    return party;
  };
  EXPECT_EQ(refusal_of(catalogue_, {group("bat", {"alibaba", "bat"})}), "group_circle");
  add(group("outer", {"bat", "nvidia"}), 2);
  EXPECT_EQ(refusal_of(catalogue_, {group("bat", {"alibaba", "outer"})}), "group_circle");
  EXPECT_EQ(refusal_of(catalogue_, {group("a", {"b"}), group("b", {"c"}), group("c", {"a"})}),
            "group_circle");
  EXPECT_EQ(refusal_of(catalogue_, {group("a", {"b", "bat"}), group("b", {"bat", "nvidia"})}), "")
      << "two ways to one group are no circle";
  CatalogParty dated;
  dated.id = "bat";
  dated.memberships = {{"alibaba", {}}, {"outer", *parse_validity("2020-01-01", "2020-12-31")}};
  EXPECT_EQ(refusal_of(catalogue_, {dated}), "group_circle");
  // Both changed at once: the circle is gone.
  EXPECT_EQ(refusal_of(catalogue_, {group("bat", {"outer"}), group("outer", {"nvidia"})}), "");
}

TEST_F(CatalogueTest, AMemberListedTwiceIsNotAdmitted) {
  CatalogParty twice;
  twice.id = "bat";
  twice.members = {"alibaba", "tencent", "alibaba"};
  EXPECT_EQ(refusal_of(catalogue_, {twice}), "bad_catalog_entry");
  twice.members.clear();
  twice.memberships = {{"alibaba", *parse_validity("2020-01-01", "2021-12-31")},
                       {"alibaba", *parse_validity("2021-06-01", "")}};
  EXPECT_EQ(refusal_of(catalogue_, {twice}), "bad_catalog_entry");
  twice.memberships[1].validity = *parse_validity("2022-06-01", "");
  EXPECT_EQ(refusal_of(catalogue_, {twice}), "") << "it left and came back";
}

TEST_F(CatalogueTest, ACikIsOneCompanysAtATime) {
  CatalogParty other = company("other");
  other.cik = "0001577552";  // alibaba's
  CatalogChange change;
  change.parties = {other};
  const auto refused = catalogue_.admits(change);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "cik_taken");
  EXPECT_NE(refused.error().message.find("CIK 1577552 is that of alibaba"), std::string::npos);
  EXPECT_NE(refused.error().message.find("merge other alibaba"), std::string::npos);
  CatalogParty listed = company("other");
  listed.identifiers = {{IdentifierScheme::cik, "1577552", {}}};
  EXPECT_EQ(refusal_of(catalogue_, {listed}), "cik_taken");
  CatalogParty same = company("alibaba");
  same.cik = "1577552";
  EXPECT_EQ(refusal_of(catalogue_, {same}), "");
  CatalogParty a = company("a-new");
  CatalogParty b = company("b-new");
  a.cik = b.cik = "77";
  EXPECT_EQ(refusal_of(catalogue_, {a, b}), "cik_taken");
  // A number that passed on has days.
  a.cik = b.cik = "";
  a.identifiers = {{IdentifierScheme::cik, "77", *parse_validity("", "2020-12-31")}};
  b.identifiers = {{IdentifierScheme::cik, "77", *parse_validity("2021-01-01", "")}};
  EXPECT_EQ(refusal_of(catalogue_, {a, b}), "");
  b.identifiers[0].validity = *parse_validity("2020-12-31", "");
  EXPECT_EQ(refusal_of(catalogue_, {a, b}), "cik_taken");
  // They are one company, by the same change.
  EXPECT_EQ(refusal_of(catalogue_, {other}, {{"other", "alibaba", false}}), "");
}

TEST_F(CatalogueTest, MergesMaySpeakOfPartiesThatTheirChangeBrings) {
  const std::vector<CatalogParty> parties = {company("old-name", "Old Name"),
                                             company("new-name", "New Name")};
  EXPECT_EQ(refusal_of(catalogue_, parties, {{"old-name", "new-name", false}}), "");
  EXPECT_EQ(refusal_of(catalogue_, parties, {{"old-name", "alibaba", false}}), "");
  EXPECT_EQ(refusal_of(catalogue_, parties, {{"alibaba", "new-name", false}}), "");
  EXPECT_EQ(refusal_of(catalogue_, parties,
                       {{"old-name", "new-name", false}, {"new-name", "old-name", false}}),
            "merge_circle");
  EXPECT_EQ(refusal_of(catalogue_, parties, {{"old-name", "nobody", false}}), "unknown_company");
  EXPECT_EQ(refusal_of(catalogue_, parties, {{"old-name", "bat", false}}), "other_kind");
  CatalogParty group;
  group.id = "new-group";
  group.members = {"alibaba"};
  EXPECT_EQ(refusal_of(catalogue_, {group, parties[0]}, {{"old-name", "new-group", false}}),
            "other_kind");
  CatalogChange change;
  change.parties = parties;
  change.merges = {{"old-name", "new-name", false}};
  EXPECT_FALSE(catalogue_.knows(change));
  catalogue_.apply(change, 2);
  EXPECT_TRUE(catalogue_.knows(change));
  const auto party = catalogue_.need_party("Old Name", kNow);
  ASSERT_TRUE(party);
  EXPECT_EQ(catalogue_.text(NameKind::party, *party), "new-name");
}

}  // namespace
}  // namespace capexdb::storage
