#include <gtest/gtest.h>

#include "storage/query/engine.h"
#include "tests/unit/storage/events.h"

namespace capexdb::storage::test {
namespace {

class QueryTest : public testing::Test {
 protected:
  QueryTest() : store_(open_store(directory_.path(), small_catalogue())) {}

  void commit_parts() {
    v1::Event baidu = capex("Baidu", "4200000000");
    baidu.mutable_capex()->mutable_amount()->set_stated_decimals(-8);
    v1::Event group = capex("Alibaba + Tencent + Baidu", "50000000000", "Benzinga");
    commit(*store_,
           {capex("Alibaba", "23000000000"), capex("Tencent", "23000000000"), baidu, group});
  }
  Error refused(const Query& query) {
    const auto answer = run_query(*store_, query, {});
    EXPECT_FALSE(answer);
    return answer ? Error{} : answer.error();
  }

  TemporaryDirectory directory_;
  std::unique_ptr<EventStore> store_;
};

TEST_F(QueryTest, ASumAddsTheCompaniesOwnFiguresWithTheirBounds) {
  commit_parts();
  const Answer answer = ask(*store_, question(QueryKind::sum, "bat", "capex", "2024-H1"));
  ASSERT_EQ(answer.rows.size(), 1U);
  const AnswerRow& row = answer.rows[0];
  EXPECT_EQ(row.value.point->to_string(), "50200000000");
  EXPECT_EQ(row.value.low->value.to_string(), "49150000000");
  EXPECT_EQ(row.value.high->value.to_string(), "51250000000");
  EXPECT_EQ(bounds_to_string(row.value), "[]");
  EXPECT_EQ(answer.coverage->reported, 3U);
  EXPECT_EQ(answer.coverage->of, 3U);
  ASSERT_EQ(answer.notes.size(), 1U) << "the printed figure is mentioned, not added";
  EXPECT_NE(answer.notes[0].find("50000000000"), std::string::npos);
  EXPECT_NE(answer.notes[0].find("consistent"), std::string::npos);
}

TEST_F(QueryTest, AnIncompleteSumSaysSo) {
  commit(*store_, {capex("Alibaba", "23000000000")});
  const Answer answer = ask(*store_, question(QueryKind::sum, "bat", "capex", "2024-H1"));
  ASSERT_EQ(answer.rows.size(), 1U);
  EXPECT_EQ(answer.rows[0].reason, "incomplete: 1 of 3 companies");
  EXPECT_EQ(answer.coverage->missing, (std::vector<std::string>{"tencent", "baidu"}));
}

TEST_F(QueryTest, AsOfBeforePublicationShowsNothing) {
  commit_parts();
  Query query = question(QueryKind::sum, "bat", "capex", "2024-H1");
  query.as_of = "2024-08-01";
  EXPECT_TRUE(ask(*store_, query).rows.empty());
  query.as_of = "2024-08-26";
  EXPECT_EQ(ask(*store_, query).rows.size(), 1U) << "the day itself counts";
}

TEST_F(QueryTest, AtASequenceTheAnswerStaysWhatItWas) {
  commit_parts();
  Query query = question(QueryKind::cells, "alibaba,foo-inc", "capex");
  commit(*store_, {capex("Foo Inc", "1000000000")});
  query.at_sequence = store_->last_sequence();
  const Answer before = ask(*store_, query);
  v1::Event revised = capex("Alibaba", "99000000000");
  revised.set_published_at("2025-01-01");
  commit(*store_, {revised, capex("Foo Inc", "7000000000", "Elsewhere")});
  const Answer after = ask(*store_, query);
  ASSERT_EQ(after.rows.size(), before.rows.size());
  for (std::size_t i = 0; i < before.rows.size(); ++i) {
    EXPECT_EQ(after.rows[i].value, before.rows[i].value);
    EXPECT_EQ(after.rows[i].documents, before.rows[i].documents);
  }
  EXPECT_EQ(after.sequence, before.sequence);
  query.at_sequence = 2;
  EXPECT_EQ(refused(query).code, Errc::not_found) << "nobody knew Foo Inc at sequence 2";
  query.at_sequence = 1000;
  EXPECT_EQ(refused(query).code, Errc::out_of_range);
}

TEST_F(QueryTest, AShipmentIsReadFromBothEndsAndCountedOnce) {
  commit(*store_, {shipment("Nvidia", "Tencent", "1000000")});
  for (const char* end : {"nvidia", "tencent", "nvidia,tencent"}) {
    const Answer answer = ask(*store_, question(QueryKind::cells, end, "unit_shipments"));
    ASSERT_EQ(answer.rows.size(), 1U) << end;
    EXPECT_EQ(answer.rows[0].company, "nvidia");
    EXPECT_EQ(answer.rows[0].counterparty, "tencent");
    EXPECT_FALSE(answer.rows[0].value.point) << "more than a million is not a million";
    EXPECT_EQ(answer.rows[0].value.low->value.to_string(), "1000000");
    EXPECT_EQ(bounds_to_string(answer.rows[0].value), "()");
    EXPECT_EQ(answer.rows[0].period, "2024-08-26/..");
  }
  const Answer sum = ask(*store_, question(QueryKind::sum, "nvidia,tencent", "unit_shipments"));
  ASSERT_EQ(sum.rows.size(), 1U);
  EXPECT_EQ(sum.rows[0].value.low->value.to_string(), "1000000");
}

TEST_F(QueryTest, APartOfAWholeIsNotAddedToIt) {
  v1::Event to_one = shipment("Nvidia", "Tencent", "200000");
  v1::Event to_all = shipment("Nvidia", "bat", "1000000");
  v1::Event other_product = shipment("Nvidia", "Tencent", "5");
  other_product.mutable_chip_shipment()->set_product("H100");
  commit(*store_, {to_one, to_all, other_product});
  const Answer sum = ask(*store_, question(QueryKind::sum, "nvidia", "unit_shipments"));
  ASSERT_EQ(sum.rows.size(), 1U);
  EXPECT_EQ(sum.rows[0].value.low->value.to_string(), "1000005");
}

TEST_F(QueryTest, AGroupInsideAGroupIsNotAddedBesideItsMembers) {
  commit_parts();
  v1::Event outer;
  auto& party = *outer.mutable_catalog_change()->add_parties();
  party.set_id("outer");
  party.set_name("Outer");
  for (const char* member : {"bat", "nvidia", "alibaba"}) party.add_members(member);
  EXPECT_EQ(commit(*store_, {outer}).accepted(), 1U);
  const Answer answer = ask(*store_, question(QueryKind::sum, "outer", "capex", "2024-H1"));
  ASSERT_EQ(answer.rows.size(), 1U);
  EXPECT_EQ(answer.rows[0].value.point->to_string(), "50200000000");
  EXPECT_EQ(answer.coverage->missing, std::vector<std::string>{"nvidia"});
}

TEST_F(QueryTest, ABreakdownListsThePartsAndNotTheirTotal) {
  v1::Event total = shipment("Nvidia", "Tencent", "3000000");
  total.mutable_chip_shipment()->clear_product();
  v1::Event h100 = shipment("Nvidia", "Tencent", "5");
  h100.mutable_chip_shipment()->set_product("H100");
  commit(*store_, {shipment("Nvidia", "Tencent", "1000000"), h100, total});
  Query query = question(QueryKind::sum, "nvidia", "unit_shipments");
  const Answer whole = ask(*store_, query);
  ASSERT_EQ(whole.rows.size(), 1U);
  EXPECT_EQ(whole.rows[0].value.low->value.to_string(), "3000000");
  query.by = {Dimension::product};
  const Answer parts = ask(*store_, query);
  ASSERT_EQ(parts.rows.size(), 2U);
  EXPECT_EQ(parts.rows[0].product, "H100");
  EXPECT_EQ(parts.rows[1].product, "H20");
  EXPECT_EQ(parts.notes.size(), 1U);
}

TEST_F(QueryTest, FiguresThatOverlapAreNotAddedToOneAnother) {
  v1::Event to_anyone = shipment("Nvidia", "Tencent", "2000000");
  to_anyone.mutable_chip_shipment()->clear_counterparties();
  v1::Event any_product = shipment("Nvidia", "bat", "1000000");
  any_product.mutable_chip_shipment()->clear_product();
  commit(*store_, {to_anyone, any_product});
  const Answer sum = ask(*store_, question(QueryKind::sum, "nvidia", "unit_shipments"));
  ASSERT_EQ(sum.rows.size(), 1U);
  EXPECT_NE(sum.rows[0].value.low->value.to_string(), "3000000");
  ASSERT_EQ(sum.notes.size(), 1U);
  EXPECT_NE(sum.notes[0].find("overlap"), std::string::npos);
}

TEST_F(QueryTest, WhichOfOverlappingFiguresIsAddedDoesNotHangOnTheOrderOfArrival) {
  const auto to_two = [](const char* one, const char* other, const char* units) {
    v1::Event event = shipment("Nvidia", one, units);
    event.mutable_chip_shipment()->add_counterparties()->mutable_party()->set_name(other);
    return event;
  };
  // The second overlaps with the first and with the third, which do not overlap.
  commit(*store_, {to_two("Delta", "Tencent", "3"), to_two("Baidu", "Delta", "20"),
                   to_two("Alibaba", "Baidu", "100")});
  const Answer sum = ask(*store_, question(QueryKind::sum, "nvidia", "unit_shipments"));
  ASSERT_EQ(sum.rows.size(), 1U);
  EXPECT_EQ(sum.rows[0].value.low->value.to_string(), "103");
}

TEST_F(QueryTest, CounterpartiesAreListedByTheirIds) {
  v1::Event both = shipment("Nvidia", "Zeta", "5");
  both.mutable_chip_shipment()->add_counterparties()->mutable_party()->set_name("Eta");
  commit(*store_, {both});
  const Answer answer = ask(*store_, question(QueryKind::cells, "nvidia", "unit_shipments"));
  ASSERT_EQ(answer.rows.size(), 1U);
  EXPECT_EQ(answer.rows[0].counterparty, "eta,zeta") << "not in the order in which they were met";
}

TEST_F(QueryTest, ASumIsAsNewAsItsNewestPart) {
  v1::Event vague = capex("Alibaba", "23000000000");
  vague.set_published_at("2024-08-20/2024-08-26");
  commit(*store_, {vague, capex("Tencent", "23000000000")});
  const Answer sum = ask(*store_, question(QueryKind::sum, "alibaba,tencent", "capex"));
  ASSERT_EQ(sum.rows.size(), 1U);
  EXPECT_EQ(sum.rows[0].published_at, "2024-08-26");
}

TEST_F(QueryTest, ASumOfAGroupAndOthersIsCalledWhatWasAskedFor) {
  commit_parts();
  const Answer answer = ask(*store_, question(QueryKind::sum, "bat,nvidia", "capex", "2024-H1"));
  ASSERT_EQ(answer.rows.size(), 1U);
  EXPECT_EQ(answer.rows[0].company, "bat,nvidia");
  for (const std::string& note : answer.notes) EXPECT_EQ(note.find("printed"), std::string::npos);
}

TEST_F(QueryTest, TheDatesOfAFiscalQuarterFindIt) {
  v1::Event quarter = capex("Nvidia", "369000000");
  quarter.mutable_capex()->mutable_period()->clear_label();
  quarter.mutable_capex()->mutable_period()->set_start("2024-01-29");
  quarter.mutable_capex()->mutable_period()->set_end("2024-04-28");
  commit(*store_, {quarter});
  for (const QueryKind kind : {QueryKind::cells, QueryKind::sum, QueryKind::statements}) {
    for (const char* period : {"2024-01-29/2024-04-28", "2024-Q1"}) {
      EXPECT_EQ(ask(*store_, question(kind, "nvidia", "capex", period)).rows.size(), 1U) << period;
    }
  }
}

TEST_F(QueryTest, ACompanysOwnConversionDoesNotStandInTheWayOfASum) {
  v1::Event dollars = capex("Tencent", "3000000000");
  dollars.mutable_capex()->mutable_amount()->set_unit("USD");
  dollars.mutable_capex()->mutable_amount()->set_currency("USD");
  commit(*store_, {capex("Alibaba", "23000000000"), capex("Tencent", "23000000000"), dollars});
  const Answer answer =
      ask(*store_, question(QueryKind::sum, "alibaba,tencent", "capex", "2024-H1"));
  ASSERT_EQ(answer.rows.size(), 1U);
  EXPECT_EQ(answer.rows[0].value.point->to_string(), "46000000000");
  EXPECT_EQ(answer.notes.size(), 1U);
}

TEST_F(QueryTest, AHistoryIsThatOfOneCell) {
  v1::Event quarter = capex("Alibaba", "11000000000");
  quarter.mutable_capex()->mutable_period()->set_end("2024-03-31");
  commit(*store_, {capex("Alibaba", "23000000000"), quarter});
  EXPECT_EQ(
      ask(*store_, question(QueryKind::statements, "alibaba", "capex", "2024-H1")).rows.size(), 1U);
  EXPECT_EQ(ask(*store_, question(QueryKind::cells, "alibaba", "capex", "2024-H1")).rows.size(),
            2U);
}

TEST_F(QueryTest, ANameWithACommaIsTriedWholeFirst) {
  commit(*store_, {capex("Amazon.com, Inc.", "1000000000")});
  Query query = question(QueryKind::cells, "x", "capex");
  query.select = {"Amazon.com, Inc.,nvidia"};
  EXPECT_EQ(refused(query).code, Errc::not_found) << "a list is split at every comma";
  query.select = {"Amazon.com, Inc."};
  EXPECT_EQ(ask(*store_, query).rows.size(), 1U);
}

TEST_F(QueryTest, AListOfNamesIsNotTheGroupThatIsCalledLikeIt) {
  v1::Event whole = capex("Alibaba + Tencent", "50000000000");
  whole.mutable_capex()->mutable_subject()->set_kind(v1::PARTY_KIND_GROUP);
  commit(*store_, {capex("Alibaba", "23000000000"), capex("Tencent", "23000000000"), whole});
  Query query = question(QueryKind::cells, "x", "capex");
  query.select = {"alibaba,tencent"};
  const Answer list = ask(*store_, query);
  ASSERT_EQ(list.rows.size(), 2U);
  EXPECT_EQ(list.rows[0].company, "alibaba");
  EXPECT_EQ(list.rows[1].company, "tencent");
  query.select = {"Alibaba + Tencent"};
  const Answer group = ask(*store_, query);
  ASSERT_EQ(group.rows.size(), 1U);
  EXPECT_EQ(group.rows[0].value.point->to_string(), "50000000000");
}

TEST_F(QueryTest, MixedCurrenciesAreAnError) {
  v1::Event dollars = capex("Tencent", "3000000000");
  dollars.mutable_capex()->mutable_amount()->set_unit("USD");
  dollars.mutable_capex()->mutable_amount()->set_currency("USD");
  commit(*store_, {capex("Alibaba", "23000000000"), dollars});
  const Error error = refused(question(QueryKind::sum, "bat", "capex", "2024-H1"));
  EXPECT_EQ(error.reason, "mixed_units");
  EXPECT_NE(error.message.find("CNY"), std::string::npos);
  EXPECT_NE(error.message.find("USD"), std::string::npos);
}

TEST_F(QueryTest, PricesAndGrowthAreNotAdded) {
  EXPECT_EQ(refused(question(QueryKind::sum, "nvidia", "unit_price")).code, Errc::invalid_argument);
  Query growth = question(QueryKind::sum, "bat", "capex");
  growth.measure = "growth";
  EXPECT_EQ(refused(growth).code, Errc::invalid_argument);
}

TEST_F(QueryTest, GrowthIsAskedForByNameAndHintedAt) {
  v1::Event growth = capex("Alibaba", "123");
  growth.mutable_capex()->set_measure(v1::MEASURE_GROWTH_YOY);
  growth.mutable_capex()->mutable_amount()->set_unit("%");
  growth.mutable_capex()->mutable_amount()->clear_currency();
  growth.mutable_capex()->mutable_amount()->set_stated_decimals(0);
  commit(*store_, {growth});
  Query query = question(QueryKind::cells, "alibaba", "capex");
  const Answer levels = ask(*store_, query);
  EXPECT_TRUE(levels.rows.empty());
  ASSERT_EQ(levels.notes.size(), 1U);
  EXPECT_NE(levels.notes[0].find("growth-yoy"), std::string::npos);
  query.measure = "growth";
  EXPECT_EQ(ask(*store_, query).rows.size(), 1U);
}

TEST_F(QueryTest, AStatusFilterLeavesOtherStatementsOut) {
  v1::Event estimate = capex("Alibaba", "25000000000", "Analyst");
  estimate.set_status(v1::STATUS_ESTIMATE);
  commit(*store_, {capex("Alibaba", "23000000000"), estimate});
  Query query = question(QueryKind::cells, "alibaba", "capex");
  EXPECT_EQ(ask(*store_, query).rows[0].value.point->to_string(), "23000000000");
  query.statuses = {Status::estimate};
  EXPECT_EQ(ask(*store_, query).rows[0].value.point->to_string(), "25000000000");
}

TEST_F(QueryTest, HistoryNamesDocumentsAndRoots) {
  v1::Event copy = capex("Alibaba", "23000000000", "ExBulletin");
  copy.mutable_source()->add_cites()->set_text("FT 2024-08-26");
  copy.mutable_source()->set_attributed_to("Financial Times");
  commit(*store_, {capex("Alibaba", "23000000000"), copy});
  const Answer answer =
      ask(*store_, question(QueryKind::statements, "alibaba", "capex", "2024-H1"));
  ASSERT_EQ(answer.rows.size(), 2U);
  EXPECT_EQ(answer.rows[0].document, "WinBuzzer 2024-08-26");
  EXPECT_EQ(answer.rows[0].root, "WinBuzzer 2024-08-26");
  EXPECT_EQ(answer.rows[1].root, "FT 2024-08-26");
  EXPECT_EQ(answer.rows[1].attributed_to, "Financial Times");
}

TEST_F(QueryTest, ADefinitionIsNotMixedWithAnother) {
  const auto tagged = [](const char* tag, const char* value, const char* start, const char* end) {
    v1::Event event = capex("Baidu", value);
    event.mutable_capex()->set_definition(tag);
    event.mutable_capex()->mutable_period()->set_start(start);
    event.mutable_capex()->mutable_period()->set_end(end);
    return event;
  };
  commit(*store_,
         {tagged("us-gaap:PaymentsToAcquirePropertyPlantAndEquipment", "1", "2024-01-01",
                 "2024-03-31"),
          tagged("us-gaap:PaymentsToAcquireProductiveAssets", "2", "2024-01-01", "2024-03-31"),
          tagged("us-gaap:PaymentsToAcquireProductiveAssets", "3", "2024-04-01", "2024-06-30")});
  const Answer answer = ask(*store_, question(QueryKind::cells, "baidu", "capex"));
  ASSERT_EQ(answer.rows.size(), 2U);
  EXPECT_EQ(answer.rows[0].value.point->to_string(), "1");
  EXPECT_EQ(answer.rows[1].value.point->to_string(), "3");
  EXPECT_EQ(answer.rows[1].definition, "us-gaap:PaymentsToAcquireProductiveAssets");
  Query query = question(QueryKind::cells, "baidu", "capex");
  query.definition = "us-gaap:PaymentsToAcquireProductiveAssets";
  EXPECT_EQ(ask(*store_, query).rows.size(), 2U);
  query.definition = "nobody:UsesThis";
  EXPECT_TRUE(ask(*store_, query).rows.empty());
}

TEST_F(QueryTest, CrossSectionsAndHistoriesGiveTheSameSums) {
  std::vector<v1::Event> events;
  std::string few;
  for (int i = 0; i < 100; ++i) {
    const std::string name = "Company " + std::to_string(i);
    events.push_back(capex(name, std::to_string(i + 1) + "000000000"));
    if (i < 50) few += (few.empty() ? "" : ",") + std::string("company-") + std::to_string(i);
  }
  commit(*store_, events);
  const Answer all = ask(*store_, question(QueryKind::sum, "all", "capex", "2024-H1"));
  ASSERT_EQ(all.rows.size(), 1U);
  EXPECT_EQ(all.rows[0].value.point->to_string(), "5050000000000");
  EXPECT_EQ(all.coverage->reported, 100U);
  EXPECT_EQ(all.coverage->of, 104U);
  const Answer half = ask(*store_, question(QueryKind::sum, few, "capex", "2024-H1"));
  EXPECT_EQ(half.rows[0].value.point->to_string(), "1275000000000");
  Query by = question(QueryKind::sum, "all", "capex", "2024-H1");
  by.by = {Dimension::company};
  EXPECT_EQ(ask(*store_, by).rows.size(), 100U);
  by.limit = 7;
  const Answer cut = ask(*store_, by);
  EXPECT_EQ(cut.rows.size(), 7U);
  EXPECT_TRUE(cut.truncated);
}

TEST_F(QueryTest, FiscalQuartersCountByTheirCalendarQuarter) {
  v1::Event fiscal = capex("Nvidia", "369000000");
  fiscal.mutable_capex()->mutable_period()->set_start("2024-01-29");
  fiscal.mutable_capex()->mutable_period()->set_end("2024-04-28");
  commit(*store_, {fiscal});
  const Answer get = ask(*store_, question(QueryKind::cells, "nvidia", "capex", "2024-Q1"));
  ASSERT_EQ(get.rows.size(), 1U);
  EXPECT_EQ(get.rows[0].start, "2024-01-29") << "real dates stay";
  EXPECT_EQ(ask(*store_, question(QueryKind::sum, "nvidia", "capex", "2024-Q1")).rows.size(), 1U);
}

TEST_F(QueryTest, WrongQuestionsSayWhatToDo) {
  EXPECT_EQ(refused(question(QueryKind::cells, "alibab", "capex")).code, Errc::not_found);
  EXPECT_EQ(refused(question(QueryKind::cells, "alibaba", "capx")).code, Errc::not_found);
  EXPECT_EQ(refused(question(QueryKind::cells, "alibaba", "capex", "2024..2020")).code,
            Errc::invalid_argument);
  EXPECT_EQ(refused(question(QueryKind::cells, "alibaba", "capex", "FY2025-Q1")).code,
            Errc::invalid_argument);
  Query query = question(QueryKind::cells, "alibaba", "capex");
  query.policy = "coin-toss";
  EXPECT_EQ(refused(query).code, Errc::invalid_argument);
  query.policy.clear();
  query.as_of = "yesterday";
  EXPECT_EQ(refused(query).code, Errc::invalid_argument);
  Query gap = question(QueryKind::cells, "", "capex");
  gap.select = {"alibaba,,baidu"};
  EXPECT_EQ(refused(gap).message,
            "'alibaba,,baidu' has an empty name in its list; leave out a comma");
  const std::string longest(100'000, 'x');
  EXPECT_LT(refused(question(QueryKind::cells, longest, "capex")).message.size(), 200U);
  EXPECT_LT(refused(question(QueryKind::cells, "alibaba", longest)).message.size(), 200U);
}

TEST_F(QueryTest, ADeadlineAndACancellationEndAQuery) {
  commit_parts();
  QueryLimits limits;
  limits.deadline = std::chrono::steady_clock::time_point::min();
  const Query query = question(QueryKind::cells, "alibaba", "capex");
  EXPECT_EQ(run_query(*store_, query, limits).error().code, Errc::deadline_exceeded);
  const std::atomic<bool> cancelled = true;
  limits.cancelled = &cancelled;
  EXPECT_EQ(run_query(*store_, query, limits).error().code, Errc::cancelled);
}

}  // namespace
}  // namespace capexdb::storage::test
