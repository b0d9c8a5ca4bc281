// Each class of conflicts: a case that has it, and a near one that has not.
#include <gmock/gmock.h>

#include <algorithm>
#include <random>

#include "proto/model/text.h"
#include "storage/query/engine.h"
#include "tests/unit/storage/events.h"

namespace capexdb::storage::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

CatalogChange conflict_catalogue() {
  CatalogChange change = small_catalogue();
  const auto party = [&](std::string id, PartyKind kind, std::vector<std::string> members = {}) {
    CatalogParty p;
    p.name = id;
    p.id = std::move(id);
    p.kind = kind;
    p.members = std::move(members);
    change.parties.push_back(p);
  };
  party("bytedance", PartyKind::company);
  party("cloud", PartyKind::group, {"alibaba", "bytedance", "tencent"});
  party("chinese-firms", PartyKind::group, {"alibaba", "baidu", "bytedance", "tencent"});
  const auto metric = [&](std::string id, UnitClass unit_class, Aggregation aggregation,
                          std::vector<std::string> aliases = {}) {
    CatalogMetric m;
    m.name = id;
    m.id = std::move(id);
    m.unit_class = unit_class;
    m.aggregation = aggregation;
    m.aliases = std::move(aliases);
    change.metrics.push_back(m);
  };
  metric("purchase_value", UnitClass::money, Aggregation::flow);
  metric("ai_investment", UnitClass::money, Aggregation::flow, {"Investment in AI"});
  metric("net_income", UnitClass::money, Aggregation::flow);
  return change;
}

// One statement: what the tests vary has a member.
struct Said {
  std::string who;
  std::string metric = "capex";
  std::string value = {};
  std::string low = {};
  std::string high = {};
  bool low_open = false;
  std::optional<int> decimals = {};
  std::string unit = "CNY";
  std::string start = "2024-01-01";
  std::string end = "2024-06-30";
  std::string source = "Times";
  std::string published = "2024-08-26";
  std::string root = {};
  v1::Status status = v1::STATUS_ACTUAL;
  v1::Measure measure = v1::MEASURE_UNSPECIFIED;
  std::string product = {};
  std::string seller = {};
  std::string buyer = {};
  std::string label = {};
  bool approx = false;
};

v1::Event event_of(const Said& said) {
  v1::Event event;
  event.mutable_source()->set_publisher(said.source);
  if (!said.root.empty()) event.mutable_source()->add_cites()->set_text(said.root);
  event.set_published_at(said.published);
  event.set_status(said.status);
  event.mutable_origin()->set_metric_label(said.label);
  v1::MeasureFact& fact = *event.mutable_measure();
  fact.mutable_subject()->set_name(said.who);
  fact.set_metric(said.metric);
  fact.set_product(said.product);
  fact.set_measure(said.measure);
  const auto other = [&](const std::string& name, v1::Role role) {
    if (name.empty()) return;
    v1::Counterparty& party = *fact.add_counterparties();
    party.mutable_party()->set_name(name);
    party.set_role(role);
  };
  other(said.seller, v1::ROLE_SELLER);
  other(said.buyer, v1::ROLE_BUYER);
  v1::Period& period = *fact.mutable_period();
  period.set_start(said.start);
  period.set_end(said.end);
  if (said.start.empty() != said.end.empty()) period.set_kind(v1::PERIOD_KIND_OPEN);
  v1::Quantity& quantity = *fact.mutable_quantity();
  quantity.set_value(said.value);
  quantity.set_low(said.low);
  quantity.set_high(said.high);
  if (said.low_open) quantity.set_low_kind(v1::BOUND_KIND_OPEN);
  quantity.set_approx(said.approx);
  if (said.decimals) quantity.set_stated_decimals(*said.decimals);
  quantity.set_unit(said.unit);
  return event;
}

// Everything that an answer says but for when it arrived.
std::vector<std::string> texts(const Answer& answer) {
  std::vector<std::string> all;
  for (const AnswerRow& row : answer.rows) {
    std::string text = std::string(to_string(*row.finding)) + "|" + row.company + "|" + row.metric +
                       "|" + row.period + "|" + row.reason;
    for (const AnswerRow& part : row.parts) {
      text += "|" + part.company + " " + part.metric + " " + part.period + " " + part.source + " " +
              part.document + " " + part.root + " " + part.published_at + " " +
              (part.value.point ? part.value.point->to_string() : bounds_to_string(part.value));
    }
    all.push_back(text);
  }
  return all;
}

class ConflictsTest : public testing::Test {
 protected:
  ConflictsTest() : store_(open_store(directory_.path(), conflict_catalogue())) {}

  void say(const std::vector<Said>& all) {
    std::vector<v1::Event> events;
    for (const Said& said : all) events.push_back(event_of(said));
    const v1::IngestReply reply = commit(*store_, events);
    EXPECT_EQ(reply.accepted(), events.size()) << reply.DebugString();
  }
  Answer conflicts(const std::string& select = {}, const std::string& metric = {},
                   const std::string& periods = {}) {
    Query query = question(QueryKind::conflicts, select, metric, periods);
    if (select.empty()) query.select.clear();
    query.findings = classes_;
    return ask(*store_, query);
  }
  std::vector<Finding> found() {
    std::vector<Finding> findings;
    for (const AnswerRow& row : conflicts().rows) findings.push_back(*row.finding);
    return findings;
  }
  void with_duplicates() {
    for (int i = 1; i <= static_cast<int>(Finding::conversion); ++i) {
      classes_.push_back(static_cast<Finding>(i));
    }
  }

  TemporaryDirectory directory_;
  std::unique_ptr<EventStore> store_;
  std::vector<Finding> classes_;
};

TEST_F(ConflictsTest, OneValueInSeveralDocumentsIsACompleteDuplicate) {
  with_duplicates();
  say({{.who = "alibaba", .value = "23000000000", .decimals = -9, .root = "FT"},
       {.who = "alibaba", .value = "23000000000", .decimals = -9, .source = "Post", .root = "FT"}});
  const Answer answer = conflicts();
  ASSERT_EQ(found(), std::vector{Finding::complete_duplicate});
  EXPECT_EQ(answer.rows[0].documents, 2U);
  EXPECT_EQ(answer.rows[0].roots, 1U);
  EXPECT_EQ(answer.rows[0].reason, "2 documents of 1 root state 23bn CNY");
  ASSERT_EQ(answer.rows[0].parts.size(), 2U);
  EXPECT_EQ(answer.rows[0].parts[0].root, "FT");
  EXPECT_EQ(answer.rows[0].sequence, store_->last_sequence());
  classes_.clear();
  EXPECT_THAT(found(), IsEmpty()) << "duplicates contradict nobody";
}

TEST_F(ConflictsTest, ValuesThatDifferInPrecisionAreAConsistentDuplicateLedByTheFiner) {
  with_duplicates();
  say({{.who = "alibaba", .value = "80", .decimals = -1, .approx = true},
       {.who = "alibaba", .value = "80.3", .decimals = 1}});
  const Answer answer = conflicts();
  ASSERT_EQ(found(), std::vector{Finding::consistent_duplicate});
  EXPECT_EQ(answer.rows[0].value.point->to_string(), "80.3");
}

TEST_F(ConflictsTest, RootsThatDoNotMeetAreAnInconsistentDuplicate) {
  say({{.who = "alibaba", .value = "23000000000", .decimals = -9},
       {.who = "alibaba", .value = "46000000000", .decimals = -9, .source = "Post"}});
  const Answer answer = conflicts();
  ASSERT_EQ(found(), std::vector{Finding::inconsistent_duplicate});
  EXPECT_THAT(answer.rows[0].reason, HasSubstr("apart by a factor of 2"));
  EXPECT_EQ(answer.rows[0].roots, 2U);
}

TEST_F(ConflictsTest, RevisionsCopiesAndOtherStatusesAreNoContradiction) {
  say({{.who = "alibaba", .value = "23", .published = "2024-08-26"},
       {.who = "alibaba", .value = "24", .published = "2024-09-26"},
       {.who = "tencent", .value = "23", .root = "FT"},
       {.who = "tencent", .value = "24", .source = "Post", .published = "2024-09-01", .root = "FT"},
       {.who = "baidu", .value = "23"},
       {.who = "baidu", .value = "24", .source = "Post", .status = v1::STATUS_ESTIMATE}});
  EXPECT_THAT(texts(conflicts()), IsEmpty());
}

TEST_F(ConflictsTest, WhatWasWithdrawnContradictsNobody) {
  say({{.who = "alibaba", .value = "23"}, {.who = "alibaba", .value = "46", .source = "Post"}});
  ASSERT_EQ(found().size(), 1U);
  const Query before = [&] {
    Query query = question(QueryKind::conflicts, "alibaba", "capex");
    query.at_sequence = store_->last_sequence();
    return query;
  }();
  const std::vector<std::string> then = texts(ask(*store_, before));
  v1::Event retraction;
  retraction.mutable_source()->set_publisher("Post");
  retraction.set_published_at("2024-09-01");
  v1::Retraction& fact = *retraction.mutable_retraction();
  fact.set_document_published_at("2024-08-26");
  v1::Cell& cell = *fact.mutable_cell();
  cell.mutable_subject()->set_name("alibaba");
  cell.set_metric("capex");
  cell.mutable_period()->set_start("2024-01-01");
  cell.mutable_period()->set_end("2024-06-30");
  cell.set_measure(v1::MEASURE_LEVEL);
  cell.set_unit("CNY");
  cell.set_currency("CNY");
  EXPECT_EQ(commit(*store_, {retraction}).accepted(), 1U);
  EXPECT_THAT(found(), IsEmpty());
  EXPECT_EQ(texts(ask(*store_, before)), then) << "but did so at that sequence";
}

TEST_F(ConflictsTest, ABoundThatBecameAPointIsLost) {
  const Said bound = {.who = "bytedance",
                      .metric = "cash_and_equivalents",
                      .low = "50000000000",
                      .low_open = true,
                      .unit = "USD"};
  Said point = {.who = "bytedance",
                .metric = "cash_and_equivalents",
                .value = "50000000000",
                .decimals = -9,
                .unit = "USD",
                .source = "Post"};
  say({bound, point});
  const Answer answer = conflicts();
  ASSERT_EQ(found(), std::vector{Finding::bound_lost});
  EXPECT_THAT(answer.rows[0].reason,
              HasSubstr("more than 50bn USD (Times) is repeated as 50bn USD"));
}

TEST_F(ConflictsTest, APointWithinTheBoundHasLostNothing) {
  say({{.who = "bytedance", .low = "50000000000", .low_open = true},
       {.who = "bytedance", .value = "51000000000", .decimals = -9, .source = "Post"},
       {.who = "alibaba", .low = "50000000000"},
       {.who = "alibaba", .value = "50000000000", .decimals = -9, .source = "Post"}});
  EXPECT_THAT(texts(conflicts()), IsEmpty());
}

TEST_F(ConflictsTest, OneNumberOfOneOriginUnderTwoMetricsDrifts) {
  say({{.who = "alibaba", .value = "50", .root = "FT"},
       {.who = "alibaba",
        .metric = "ai_investment",
        .value = "50",
        .source = "Post",
        .root = "FT"}});
  ASSERT_EQ(found(), std::vector{Finding::scope_drift});
  EXPECT_EQ(conflicts("alibaba", "ai_investment").rows.size(), 1U) << "either metric asks for it";
}

TEST_F(ConflictsTest, ALabelThatNamesAnotherMetricDriftsToo) {
  say({{.who = "alibaba", .value = "50", .root = "FT", .label = "capex (total)"},
       {.who = "alibaba",
        .value = "50",
        .source = "Post",
        .root = "FT",
        .label = "investment in AI infrastructure"}});
  const Answer answer = conflicts();
  ASSERT_EQ(found(), std::vector{Finding::scope_drift});
  EXPECT_THAT(answer.rows[0].reason,
              HasSubstr("ai_investment as \"investment in AI infrastructure\" by Post"));
}

TEST_F(ConflictsTest, TheSameNumberOfOtherThingsOrOriginsDoesNotDrift) {
  say({{.who = "alibaba", .value = "23", .root = "FT"},
       {.who = "tencent", .metric = "ai_investment", .value = "23", .source = "Post", .root = "FT"},
       {.who = "baidu", .value = "23"},
       {.who = "baidu", .metric = "ai_investment", .value = "23", .source = "Post"},
       {.who = "bytedance", .value = "23", .root = "FT"},
       {.who = "bytedance",
        .metric = "ai_investment",
        .value = "23",
        .start = "2023-01-01",
        .end = "2023-06-30",
        .source = "Post",
        .root = "FT"}});
  EXPECT_THAT(texts(conflicts()), IsEmpty());
}

Said chips(const std::string& who, const std::string& start, const std::string& end) {
  return {.who = who,
          .metric = "unit_purchases",
          .unit = "{chip}",
          .start = start,
          .end = end,
          .product = "H20",
          .seller = "nvidia"};
}

TEST_F(ConflictsTest, AMemberAboveItsGroupIsReportedEvenAcrossOpenPeriods) {
  Said whole = chips("cloud", "2024-03-01", "");
  whole.value = "120000";
  whole.published = "2025-04";
  Said part = chips("bytedance", "", "2024-08-31");
  part.low = "200000";
  part.status = v1::STATUS_ESTIMATE;
  part.source = "Post";
  say({whole, part});
  const Answer answer = conflicts();
  ASSERT_EQ(found(), std::vector{Finding::part_above_whole});
  EXPECT_EQ(answer.rows[0].company, "cloud");
  EXPECT_EQ(answer.rows[0].parts.size(), 2U);
  EXPECT_EQ(conflicts("bytedance").rows.size(), 1U) << "either end asks for it";
  EXPECT_EQ(conflicts("bytedance", "unit_purchases").rows.size(), 1U);
  EXPECT_THAT(conflicts("baidu").rows, IsEmpty());
  EXPECT_THAT(conflicts("bytedance", "capex").rows, IsEmpty());
}

TEST_F(ConflictsTest, APartBelowItsWholeOrOfOtherDaysIsNot) {
  Said whole = chips("cloud", "2024-03-01", "");
  whole.value = "120000";
  whole.published = "2025-04";
  Said below = chips("bytedance", "", "2024-08-31");
  below.low = "110000";
  Said earlier = chips("tencent", "", "2024-02-29");
  earlier.low = "200000";
  Said stranger = chips("baidu", "", "2024-08-31");
  stranger.low = "200000";
  Said pledge = chips("alibaba", "2024-04-01", "2024-06-30");
  pledge.low = "200000";
  pledge.status = v1::STATUS_TARGET;
  say({whole,
       below,
       earlier,
       stranger,
       pledge,
       {.who = "bat", .metric = "net_income", .value = "10"},
       {.who = "baidu", .metric = "net_income", .value = "20"}});
  EXPECT_THAT(texts(conflicts()), IsEmpty());
}

TEST_F(ConflictsTest, ANarrowerProductOrBuyerIsAPartToo) {
  Said all = {.who = "nvidia", .metric = "unit_shipments", .value = "100", .unit = "{chip}"};
  Said h20 = all;
  h20.value = "150";
  h20.product = "H20";
  say({all, h20});
  ASSERT_EQ(found(), std::vector{Finding::part_above_whole});
  EXPECT_THAT(conflicts().rows[0].reason, HasSubstr("nvidia (H20) alone has 150 {chip}"));
}

Said price(const std::string& buyer, const std::string& value, const std::string& source) {
  return {.who = "nvidia",
          .metric = "unit_price",
          .value = value,
          .unit = "USD/{chip}",
          .start = "2024-04-01",
          .end = "2024-06-30",
          .source = source,
          .status = v1::STATUS_ESTIMATE,
          .measure = v1::MEASURE_PRICE,
          .product = "H20",
          .buyer = buyer};
}

TEST_F(ConflictsTest, PricesToBuyersThatContainOneAnotherMayNotBeFarApart) {
  Said range = price("chinese-firms", "", "Post");
  range.low = "12000";
  range.high = "13000";
  range.start = range.end = "2024-08-26";
  say({price("tencent", "40000", "Times"), range});
  const Answer answer = conflicts("tencent", "unit_price");
  ASSERT_EQ(answer.rows.size(), 1U);
  EXPECT_EQ(*answer.rows[0].finding, Finding::inconsistent_duplicate);
  EXPECT_EQ(answer.rows[0].reason,
            "within a year, 40000 USD (Times) against [12000, 13000] USD (Post), apart by a factor "
            "of 3.2");
}

TEST_F(ConflictsTest, PricesToStrangersOrOfOtherYearsMayDiffer) {
  Said later = price("tencent", "12000", "Post");
  later.start = later.end = "2025-08-26";
  say({price("tencent", "40000", "Times"), later, price("baidu", "20000", "News")});
  EXPECT_THAT(texts(conflicts()), IsEmpty());
}

TEST_F(ConflictsTest, UnitsTimesPriceIsTheValue) {
  Said units = chips("cloud", "2024-03-01", "");
  units.value = "120000";
  Said value = {.who = "cloud",
                .metric = "purchase_value",
                .value = "12000000000",
                .unit = "USD",
                .start = "2024-03-01",
                .end = "",
                .product = "H20",
                .seller = "nvidia"};
  say({units, value, price("tencent", "40000", "Times")});
  const Answer answer = conflicts();
  ASSERT_EQ(found(), std::vector{Finding::broken_identity});
  EXPECT_EQ(answer.rows[0].reason,
            "120000 x 40000 USD = 4.8bn USD, but 12bn USD is stated: 2.5 times as much");
  EXPECT_EQ(answer.rows[0].metric, "purchase_value");
  EXPECT_EQ(answer.rows[0].parts.size(), 3U);
  EXPECT_EQ(conflicts("tencent", "unit_price").rows.size(), 1U);
  say({price("baidu", "1", "Times")});
  EXPECT_EQ(conflicts().rows.size(), 1U) << "what others pay is no matter";
  Said average = price("cloud", "100000", "Times");
  say({average});
  EXPECT_THAT(found(), IsEmpty()) << "one price of the document explains it";
}

TEST_F(ConflictsTest, MoreThanAMillionAtAPriceFitsAValueAbove) {
  Said units = chips("cloud", "2024-03-01", "");
  units.low = "1000000";
  units.low_open = true;
  Said value = {.who = "cloud",
                .metric = "purchase_value",
                .value = "12000000000",
                .decimals = -9,
                .unit = "USD",
                .start = "2024-03-01",
                .end = "",
                .product = "H20",
                .seller = "nvidia"};
  Said range = price("chinese-firms", "", "Post");
  range.low = "12000";
  range.high = "13000";
  // What one buyer bought may be worth less than what all did.
  Said one = chips("bytedance", "2024-03-01", "");
  one.value = "1000";
  say({units, value, range, one});
  EXPECT_THAT(texts(conflicts()), IsEmpty());
}

TEST_F(ConflictsTest, StatedGrowthLeadsFromOneStatedLevelToTheOther) {
  const Said before = {
      .who = "bat", .value = "23", .decimals = 0, .start = "2023-01-01", .end = "2023-06-30"};
  const Said now = {.who = "bat", .value = "50", .decimals = 0};
  say({before, now, {.who = "bat", .value = "60", .unit = "%", .measure = v1::MEASURE_GROWTH_YOY}});
  const Answer answer = conflicts();
  ASSERT_EQ(found(), std::vector{Finding::broken_identity});
  EXPECT_THAT(answer.rows[0].reason, HasSubstr("is 117.4 %, but 60 % is stated"));
  say({{.who = "bat",
        .value = "117",
        .decimals = 0,
        .unit = "%",
        .published = "2024-09-01",
        .measure = v1::MEASURE_GROWTH_YOY}});
  EXPECT_THAT(found(), IsEmpty()) << "revised";
}

TEST_F(ConflictsTest, APrintedTotalIsTheSumOfItsMembers) {
  const auto level = [](const std::string& who, const std::string& value) {
    return Said{.who = who, .value = value, .decimals = -8};
  };
  Said total = level("bat", "50000000000");
  total.decimals = -9;
  say({level("alibaba", "23000000000"), level("tencent", "23000000000"),
       level("baidu", "4200000000"), total});
  EXPECT_THAT(texts(conflicts()), IsEmpty()) << "50.2bn is 50bn";
  Said revised = total;
  revised.value = "60000000000";
  revised.published = "2024-09-01";
  say({revised});
  const Answer answer = conflicts();
  ASSERT_EQ(found(), std::vector{Finding::parts_and_total});
  EXPECT_EQ(answer.rows[0].reason,
            "23bn + 4.2bn + 23bn = 50.2bn CNY for the members as catalogued, but 60bn CNY (Times) "
            "is stated for bat: 1.2 times as much");
  EXPECT_EQ(answer.rows[0].parts.size(), 4U);
}

TEST_F(ConflictsTest, LevelsThatFollowFromGrowthAddUpToo) {
  std::vector<Said> all;
  const auto grown = [&](const std::string& who, const std::string& value, int decimals,
                         const std::string& growth) {
    all.push_back({.who = who, .value = value, .decimals = decimals});
    all.push_back({.who = who,
                   .value = growth,
                   .decimals = 0,
                   .unit = "%",
                   .measure = v1::MEASURE_GROWTH_YOY});
  };
  grown("alibaba", "23000000000", -9, "123");
  grown("tencent", "23000000000", -9, "176");
  grown("baidu", "4200000000", -8, "4");
  Said total = {.who = "bat",
                .value = "23000000000",
                .decimals = -9,
                .start = "2023-01-01",
                .end = "2023-06-30"};
  all.push_back(total);
  say(all);
  EXPECT_THAT(texts(conflicts()), IsEmpty()) << "22.69bn is 23bn";
  total.value = "30000000000";
  total.published = "2024-09-01";
  say({total});
  EXPECT_EQ(found(), std::vector{Finding::parts_and_total});
}

Said converted(const std::string& year, const std::string& value, const std::string& unit,
               int decimals) {
  return {.who = "bat",
          .value = value,
          .decimals = decimals,
          .unit = unit,
          .start = year + "-01-01",
          .end = year + "-06-30",
          .measure = unit == "USD" ? v1::MEASURE_CONVERSION : v1::MEASURE_LEVEL};
}

TEST_F(ConflictsTest, OneRateForMoneyOfTwoYearsIsReported) {
  say({converted("2024", "50000000000", "CNY", -9), converted("2024", "7000000000", "USD", -9),
       converted("2023", "23000000000", "CNY", -9), converted("2023", "3220000000", "USD", -7)});
  const Answer answer = conflicts();
  ASSERT_EQ(found(), std::vector{Finding::conversion});
  EXPECT_THAT(answer.rows[0].reason, HasSubstr("7.143 CNY/USD"));
  EXPECT_EQ(answer.rows[0].parts.size(), 4U);
}

TEST_F(ConflictsTest, ARoundedConversionIsTheSameOneAndAnotherRateIsNot) {
  say({converted("2026", "160000000000", "CNY", -10), converted("2026", "22700000000", "USD", -8),
       converted("2026", "23000000000", "USD", -9), converted("2023", "23000000000", "CNY", -9),
       converted("2023", "3300000000", "USD", -8)});
  EXPECT_THAT(texts(conflicts()), IsEmpty());
  say({converted("2026", "29000000000", "USD", -9)});
  EXPECT_EQ(found(), std::vector{Finding::conversion}) << "5.5 is not 7";
}

TEST_F(ConflictsTest, QuestionsAreNarrowedByPeriodStatusPolicyAndDay) {
  say({{.who = "alibaba", .value = "23"},
       {.who = "alibaba", .value = "46", .source = "Post", .published = "2024-09-01"}});
  EXPECT_EQ(conflicts("alibaba", "capex", "2024-H1").rows.size(), 1U);
  EXPECT_EQ(conflicts("all", "all", "2024").rows.size(), 1U);
  EXPECT_THAT(conflicts("alibaba", "capex", "2023").rows, IsEmpty());
  EXPECT_THAT(conflicts("alibaba", "unit_shipments,net_income").rows, IsEmpty());
  EXPECT_EQ(conflicts("alibaba", "unit_shipments,capex").rows.size(), 1U);
  EXPECT_EQ(conflicts("bat").rows.size(), 1U) << "a group's members are asked for with it";
  Query query = question(QueryKind::conflicts, "alibaba", "");
  query.as_of = "2024-08-31";
  EXPECT_THAT(ask(*store_, query).rows, IsEmpty());
  query.as_of = "";
  query.statuses = {Status::estimate};
  EXPECT_THAT(ask(*store_, query).rows, IsEmpty());
  query.statuses.clear();
  query.policy = "first-print";
  EXPECT_EQ(ask(*store_, query).rows.at(0).value.point->to_string(), "23");
  query.policy = "newest";
  EXPECT_EQ(ask(*store_, query).rows.at(0).value.point->to_string(), "46");
  query.policy = "source:Post";
  EXPECT_EQ(ask(*store_, query).rows.size(), 1U);
  query.findings = {Finding::scope_drift};
  EXPECT_THAT(ask(*store_, query).rows, IsEmpty());
}

TEST_F(ConflictsTest, ALimitCutsAndSaysSo) {
  for (const char* who : {"alibaba", "tencent", "baidu"}) {
    say({{.who = who, .value = "23"}, {.who = who, .value = "46", .source = "Post"}});
  }
  Query query = question(QueryKind::conflicts, "all", "");
  query.limit = 2;
  const Answer answer = ask(*store_, query);
  EXPECT_EQ(answer.rows.size(), 2U);
  EXPECT_TRUE(answer.truncated);
}

TEST_F(ConflictsTest, OfVeryManySidesTheFirstAreListedAndAllAreCounted) {
  with_duplicates();
  std::vector<Said> all;
  for (int i = 0; i < 250; ++i) {
    all.push_back({.who = "alibaba", .value = "23", .source = "Paper " + std::to_string(i)});
  }
  say(all);
  const Answer answer = conflicts();
  ASSERT_EQ(found(), std::vector{Finding::complete_duplicate});
  EXPECT_EQ(answer.rows[0].parts.size(), 200U);
  EXPECT_EQ(answer.rows[0].documents, 250U);
  EXPECT_THAT(answer.rows[0].reason, HasSubstr("; 200 of 250 sides are listed"));
}

// Only the first conflicts are held, whichever came first.
TEST_F(ConflictsTest, ALimitCutsTheLastInOrderAndNotInTime) {
  std::vector<std::string> companies;
  for (int i = 0; i < 40; ++i) companies.push_back("firm-" + std::to_string(100 + i * 7 % 40));
  for (const std::string& who : companies) {
    say({{.who = who, .value = "23"}, {.who = who, .value = "46", .source = "Post"}});
  }
  const std::vector<std::string> all = texts(conflicts());
  ASSERT_EQ(all.size(), 40U);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  Query query = question(QueryKind::conflicts, "all", "");
  query.limit = 3;
  EXPECT_EQ(texts(ask(*store_, query)), std::vector(all.begin(), all.begin() + 3));
}

TEST_F(ConflictsTest, UnknownMetricsAndRegularSeriesAreRefused) {
  Query query = question(QueryKind::conflicts, "all", "capex,capxe");
  const auto unknown = run_query(*store_, query, {});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Errc::not_found);
  query.metric = "capex";
  query.every = Every::quarter;
  const auto every = run_query(*store_, query, {});
  ASSERT_FALSE(every);
  EXPECT_EQ(every.error().code, Errc::invalid_argument);
}

// A random handful of statements that contradict one another in many ways, told
// in another order each time.
TEST(ConflictsOrder, TheOrderOfArrivalDoesNotMatter) {
  const std::uint32_t seed = 20240826;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto pick = [&](const std::vector<std::string>& words) {
    return words[random() % words.size()];
  };
  std::vector<v1::Event> events;
  for (int i = 0; i < 150; ++i) {
    const std::string year = pick({"2023", "2024"});
    const std::string source = pick({"Times", "Post", "News", "Echo", "Star"});
    const std::string published = pick({"2024-08-26", "2024-09-01"});
    // A document has one root: which one is no part of what tells duplicates.
    const std::string root = source == "Times" ? "" : source == "Post" ? "Nikkei" : "FT";
    const std::string value = pick({"10", "20", "23", "50"});
    switch (random() % 4) {
      case 0:
        events.push_back(event_of({.who = pick({"alibaba", "tencent", "baidu", "bat", "cloud"}),
                                   .metric = pick({"capex", "ai_investment"}),
                                   .value = value,
                                   .start = year + "-01-01",
                                   .end = year + "-06-30",
                                   .source = source,
                                   .published = published,
                                   .root = root}));
        break;
      case 1:
        events.push_back(event_of({.who = pick({"alibaba", "tencent", "baidu", "bat"}),
                                   .value = value,
                                   .unit = "%",
                                   .source = source,
                                   .published = published,
                                   .root = root,
                                   .measure = v1::MEASURE_GROWTH_YOY}));
        break;
      case 2:
        events.push_back(event_of(price(pick({"tencent", "cloud", "baidu"}), value, source)));
        break;
      default: {
        Said said = chips(pick({"cloud", "bytedance", "tencent"}), "2024-03-01", "");
        if (random() % 2 == 0) said.metric = "purchase_value";
        if (said.metric == "purchase_value") said.unit = "USD";
        said.value = value;
        said.source = source;
        said.published = published;
        said.root = root;
        events.push_back(event_of(said));
      }
    }
  }
  std::vector<std::string> first;
  for (int round = 0; round < 6; ++round) {
    const TemporaryDirectory directory;
    const auto store = open_store(directory.path(), conflict_catalogue());
    for (const v1::Event& event : events) commit(*store, {event});
    Query query = question(QueryKind::conflicts, "", "");
    query.select.clear();
    for (int i = 1; i <= static_cast<int>(Finding::conversion); ++i) {
      query.findings.push_back(static_cast<Finding>(i));
    }
    const std::vector<std::string> all = texts(ask(*store, query));
    if (round == 0) {
      first = all;
      EXPECT_GT(first.size(), 10U);
    }
    const auto [was, is] = std::mismatch(first.begin(), first.end(), all.begin(), all.end());
    EXPECT_TRUE(was == first.end() && is == all.end()) << "round " << round << "\n"
                                                       << (was == first.end() ? "" : *was) << "\n"
                                                       << (is == all.end() ? "" : *is);
    std::shuffle(events.begin(), events.end(), random);
  }
}

}  // namespace
}  // namespace capexdb::storage::test
