#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/importers/csv.h"
#include "client/importers/rich_csv.h"
#include "client/importers/row_terms.h"
#include "proto/codec/validate.h"
#include "tests/unit/importers/read_all.h"

namespace capexdb::importers {
namespace {

using testing::ElementsAre;

using Change = std::pair<rich::Column, std::string>;

v1::Event event_with(const std::vector<Change>& changes) {
  std::vector<std::string> cells(rich::column_count);
  const auto set = [&](const std::vector<Change>& values) {
    for (const auto& [column, value] : values) cells[column] = value;
  };
  set({{rich::id, "R-1"},
       {rich::seed_file, "article.txt"},
       {rich::line, "3"},
       {rich::subject, "Alibaba"},
       {rich::subject_type, "company"},
       {rich::metric, "capital expenditure"},
       {rich::metric_std, "capex"},
       {rich::period_label, "2024-H1"},
       {rich::period_type, "duration"},
       {rich::period_start, "2024-01-01"},
       {rich::period_end, "2024-06-30"},
       {rich::period_certainty, "stated"},
       {rich::value, "23000000000"},
       {rich::stated_decimals, "-9"},
       {rich::approx, "no"},
       {rich::unit, "CNY"},
       {rich::currency, "CNY"},
       {rich::kind, "actual"},
       {rich::value_role, "level"},
       {rich::growth_only, "no"},
       {rich::publisher, "Benzinga"},
       {rich::published_date, "2024-08-26"}});
  set(changes);
  const std::string line = csv_line(cells);
  const v1::Event event = only_event(rich_csv_header() + "\n" + line + "\n");
  EXPECT_EQ(event_to_rich_csv(event), line);
  const auto valid = validate(event.SerializeAsString());
  EXPECT_TRUE(valid) << valid.error().message;
  return event;
}

std::vector<std::string> printed_columns(const v1::Event& event) {
  std::vector<std::string> names;
  for (const v1::Attribute& cell : event.origin().printed()) names.push_back(cell.name());
  return names;
}

TEST(RichRow, TypedFieldsCarryTheRow) {
  const v1::Event event = event_with({{rich::attributed_source, "FT"},
                                      {rich::attribution_type, "second-hand"},
                                      {rich::root_source, "FT 2024-08-26"},
                                      {rich::related_ids, "S1-01 S2-02"},
                                      {rich::publisher_certainty, "p"},
                                      {rich::published_date_certainty, "d"}});
  EXPECT_EQ(event.event_id(), "");
  EXPECT_EQ(event.status(), v1::STATUS_ACTUAL);
  EXPECT_EQ(event.capex().measure(), v1::MEASURE_LEVEL);
  EXPECT_EQ(event.capex().amount().value(), "23000000000");
  EXPECT_EQ(event.capex().amount().stated_decimals(), -9);
  EXPECT_EQ(event.capex().subject().kind(), v1::PARTY_KIND_COMPANY);
  EXPECT_EQ(event.capex().period().kind(), v1::PERIOD_KIND_SPAN);
  EXPECT_EQ(event.capex().period().label(), "2024-H1");
  EXPECT_EQ(event.source().publisher(), "Benzinga");
  EXPECT_EQ(event.source().attributed_to(), "FT");
  EXPECT_EQ(event.source().attribution(), v1::ATTRIBUTION_SECOND_HAND);
  ASSERT_EQ(event.source().cites_size(), 1);
  EXPECT_EQ(event.source().cites(0).text(), "FT 2024-08-26");
  EXPECT_EQ(event.source().publisher_certainty(), "p");
  EXPECT_EQ(event.source().published_at_certainty(), "d");
  EXPECT_EQ(event.origin().row_id(), "R-1");
  EXPECT_EQ(event.origin().file(), "article.txt");
  EXPECT_EQ(event.origin().line(), 3U);
  EXPECT_EQ(event.origin().metric_label(), "capital expenditure");
  EXPECT_EQ(event.origin().period_certainty(), "stated");
  EXPECT_EQ(event.origin().related_size(), 2);
  EXPECT_EQ(event.origin().printed_size(), 0);
}

TEST(RichRow, PeriodTypesHaveTheirKinds) {
  const auto kind = [](const char* type, const char* start, const char* end, const char* label) {
    return event_with({{rich::period_type, type},
                       {rich::period_start, start},
                       {rich::period_end, end},
                       {rich::period_label, label}})
        .capex()
        .period()
        .kind();
  };
  constexpr const char* kA = "2024-08-26";
  constexpr const char* kB = "2024-08-31";
  EXPECT_EQ(kind("duration", kA, kB, ""), v1::PERIOD_KIND_SPAN);
  EXPECT_EQ(kind("duration", kA, "", ""), v1::PERIOD_KIND_OPEN);
  EXPECT_EQ(kind("duration", "", "", "2024-H1"), v1::PERIOD_KIND_SPAN);
  EXPECT_EQ(kind("instant", kA, kA, ""), v1::PERIOD_KIND_INSTANT);
  EXPECT_EQ(kind("instant", kA, kB, ""), v1::PERIOD_KIND_WINDOW);
  EXPECT_EQ(kind("instant", "", "", "2024-Q2"), v1::PERIOD_KIND_WINDOW);
  EXPECT_EQ(kind("forward open", kA, "", "coming months"), v1::PERIOD_KIND_OPEN);
  EXPECT_EQ(kind("forward open", kA, kB, ""), v1::PERIOD_KIND_SPAN);
  EXPECT_EQ(kind("cumulative", "", kB, ""), v1::PERIOD_KIND_OPEN);
  EXPECT_EQ(kind("timeless", "", "", "n/a"), v1::PERIOD_KIND_NONE);
  EXPECT_EQ(kind("commitment", "", "", "multi-year, unstated"), v1::PERIOD_KIND_NONE);
  EXPECT_EQ(kind("target by date", kA, kB, ""), v1::PERIOD_KIND_WINDOW);
  EXPECT_EQ(kind("announcement", kA, "", ""), v1::PERIOD_KIND_INSTANT);
  EXPECT_EQ(kind("event", kA, "", ""), v1::PERIOD_KIND_INSTANT);
  EXPECT_EQ(kind("event", "", "", "2025"), v1::PERIOD_KIND_WINDOW);
  EXPECT_EQ(kind("event", "", "", "some day"), v1::PERIOD_KIND_NONE);
  EXPECT_EQ(kind("rolling", kA, kB, ""), v1::PERIOD_KIND_SPAN);
  EXPECT_EQ(kind("rolling", kA, "", ""), v1::PERIOD_KIND_OPEN);
  EXPECT_EQ(kind("rolling", "", "", "2024-Q2"), v1::PERIOD_KIND_WINDOW);
  EXPECT_EQ(kind("rolling", "", "", "soon"), v1::PERIOD_KIND_NONE);
}

TEST(RichRow, ValueRolesHaveTheirMeasures) {
  const auto measure = [](const char* role) {
    return event_with({{rich::value_role, role}}).capex().measure();
  };
  EXPECT_EQ(measure("growth yoy"), v1::MEASURE_GROWTH_YOY);
  EXPECT_EQ(measure("growth qoq"), v1::MEASURE_GROWTH_QOQ);
  EXPECT_EQ(measure("growth ytd"), v1::MEASURE_GROWTH_YTD);
  EXPECT_EQ(measure("growth since listing"), v1::MEASURE_GROWTH_SINCE_LISTING);
  EXPECT_EQ(measure("growth"), v1::MEASURE_GROWTH);
  EXPECT_EQ(measure("growth (unstated)"), v1::MEASURE_GROWTH);
  EXPECT_EQ(measure("change (direction only)"), v1::MEASURE_GROWTH);
  EXPECT_EQ(measure("conversion (rounded)"), v1::MEASURE_CONVERSION);
  EXPECT_EQ(measure("ratio (ordinal: below)"), v1::MEASURE_RATIO);
  EXPECT_EQ(measure("share (unquantified); rank = record high"), v1::MEASURE_SHARE);
  EXPECT_EQ(measure("rank (on track)"), v1::MEASURE_RANK);
  EXPECT_EQ(measure("range (two example values)"), v1::MEASURE_LEVEL);
  EXPECT_EQ(measure("direction (may rise)"), v1::MEASURE_DIRECTION);
  EXPECT_EQ(measure("qualitative (very high, no number)"), v1::MEASURE_DIRECTION);
  EXPECT_EQ(measure("duration"), v1::MEASURE_DURATION);
  EXPECT_EQ(measure("rate"), v1::MEASURE_RATE);
  EXPECT_EQ(measure("price"), v1::MEASURE_PRICE);
  EXPECT_EQ(measure(""), v1::MEASURE_UNSPECIFIED);
}

TEST(RichRow, OnlyWhatTheFieldsCannotGiveBackIsKeptAsPrinted) {
  const v1::Event event = event_with({{rich::kind, "capacity target"},
                                      {rich::xbrl_tag, "us-gaap:X | ifrs-full:Y"},
                                      {rich::value_role, "ratio (ordinal: below)"},
                                      {rich::attribution_type, "unattributed rewrite"},
                                      {rich::value, "4.3bn"},
                                      {rich::stated_decimals, ""}});
  EXPECT_EQ(event.status(), v1::STATUS_TARGET);
  EXPECT_EQ(event.capex().definition(), "");
  EXPECT_EQ(event.source().attribution(), v1::ATTRIBUTION_UNATTRIBUTED);
  EXPECT_EQ(event.capex().amount().value(), "4300000000");
  EXPECT_THAT(printed_columns(event), ElementsAre("xbrl_tag", "value", "stated_decimals", "kind",
                                                  "value_role", "attribution_type"));
}

TEST(RichRow, BoundsKeepTheirKinds) {
  const v1::Event event = event_with({{rich::value, ""},
                                      {rich::stated_decimals, ""},
                                      {rich::low, "100"},
                                      {rich::low_inclusive, "approx"},
                                      {rich::high, "200"},
                                      {rich::high_inclusive, "no"}});
  EXPECT_EQ(event.capex().amount().low_kind(), v1::BOUND_KIND_APPROXIMATE);
  EXPECT_EQ(event.capex().amount().high_kind(), v1::BOUND_KIND_OPEN);
  EXPECT_EQ(event.origin().printed_size(), 0);
}

TEST(RichRow, ARowWithoutANumberIsUnquantified) {
  const v1::Event event = event_with({{rich::value, ""}, {rich::stated_decimals, ""}});
  EXPECT_TRUE(event.capex().amount().unquantified());
}

TEST(RichRow, SeveralCounterpartiesAreSplitAndCompositeSubjectsAreNot) {
  v1::Event event = event_with({{rich::subject, "Alibaba + Tencent + Baidu"},
                                {rich::subject_type, "group"},
                                {rich::counterparty, "Amazon, Google"},
                                {rich::counterparty_role, "comparator"}});
  EXPECT_EQ(event.capex().subject().name(), "Alibaba + Tencent + Baidu");
  ASSERT_EQ(event.capex().counterparties_size(), 2);
  EXPECT_EQ(event.capex().counterparties(1).party().name(), "Google");
  EXPECT_EQ(event.capex().counterparties(1).role(), v1::ROLE_COMPARATOR);
  event = event_with({{rich::counterparty, "Apple, Inc., Hua Hong Co., Ltd."},
                      {rich::counterparty_role, "investor (by context)"}});
  ASSERT_EQ(event.capex().counterparties_size(), 2);
  EXPECT_EQ(event.capex().counterparties(0).party().name(), "Apple, Inc.");
  EXPECT_EQ(event.capex().counterparties(0).role(), v1::ROLE_INVESTOR);
  event = event_with({{rich::counterparty, "A, B"}, {rich::counterparty_role, "buyer, lender"}});
  EXPECT_EQ(event.capex().counterparties(0).role(), v1::ROLE_BUYER);
  EXPECT_EQ(event.capex().counterparties(1).role(), v1::ROLE_OTHER);
}

TEST(RichRow, ShipmentMetricsAreShipmentsSeenFromTheirSubject) {
  const std::vector<Change> chips = {{rich::unit, "{chip}"}, {rich::currency, ""}};
  auto with = [&](std::vector<Change> more) {
    more.insert(more.begin(), chips.begin(), chips.end());
    return event_with(more);
  };
  v1::Event event = with({{rich::metric_std, "unit_shipments"},
                          {rich::counterparty, "Tencent"},
                          {rich::counterparty_role, "buyer"}});
  EXPECT_EQ(event.chip_shipment().subject_role(), v1::ROLE_SELLER);
  EXPECT_TRUE(event.chip_shipment().has_units());
  event = with({{rich::metric_std, "unit_purchases"}, {rich::value_role, "growth yoy"}});
  EXPECT_EQ(event.chip_shipment().subject_role(), v1::ROLE_BUYER);
  EXPECT_EQ(event.chip_shipment().measure(), v1::MEASURE_GROWTH_YOY);
  event = event_with({{rich::metric_std, "unit_price"},
                      {rich::unit, "USD/{chip}"},
                      {rich::currency, "USD"},
                      {rich::value_role, "price"},
                      {rich::counterparty, "Nvidia"},
                      {rich::counterparty_role, "seller"}});
  EXPECT_EQ(event.chip_shipment().subject_role(), v1::ROLE_BUYER);
  EXPECT_TRUE(event.chip_shipment().has_unit_price());
  event = event_with(
      {{rich::metric_std, "unit_shipments"}, {rich::unit, "{server}"}, {rich::currency, ""}});
  EXPECT_EQ(event.measure().metric(), "unit_shipments");
}

TEST(RichRow, EventsOfOtherOriginsHaveRowsToo) {
  v1::Event event;
  event.mutable_source()->set_publisher("SEC");
  event.set_published_at("2024-08-28");
  v1::ChipShipmentFact& fact = *event.mutable_chip_shipment();
  fact.mutable_subject()->set_name("nvidia");
  fact.mutable_period()->set_kind(v1::PERIOD_KIND_NONE);
  fact.mutable_units()->set_value("10");
  fact.mutable_value()->set_value("50");
  fact.mutable_value()->set_currency("USD");
  const std::string lines = event_to_rich_csv(event);
  const auto units = parse_csv_line(lines.substr(0, lines.find('\n')));
  const auto value = parse_csv_line(lines.substr(lines.find('\n') + 1));
  ASSERT_TRUE(units && value);
  EXPECT_EQ((*units)[rich::metric_std], "unit_shipments");
  EXPECT_EQ((*value)[rich::metric_std], "shipment_value");
  EXPECT_EQ((*value)[rich::unit], "USD");
  v1::Event retraction;
  retraction.mutable_retraction()->set_event_id("e");
  EXPECT_EQ(event_to_rich_csv(retraction), "");
}

TEST(RichRow, BadCellsNameTheirColumn) {
  const auto field = [](const std::vector<Change>& changes) {
    std::vector<std::string> cells(rich::column_count);
    for (const auto& [column, value] : changes) cells[column] = value;
    const ReadAll all = read_all(rich_csv_header() + "\n" + csv_line(cells) + "\n");
    if (all.records.size() != 1 || all.records[0].event) return std::string("(none)");
    return all.records[0].event.error().field;
  };
  EXPECT_EQ(field({{rich::subject_type, "planet"}}), "subject_type");
  EXPECT_EQ(field({{rich::kind, "rumour"}}), "kind");
  EXPECT_EQ(field({{rich::value_role, "mood"}}), "value_role");
  EXPECT_EQ(field({{rich::value, "many"}}), "value");
  EXPECT_EQ(field({{rich::low, "5"}, {rich::low_inclusive, "maybe"}}), "low_inclusive");
  EXPECT_EQ(field({{rich::period_start, "2024"}}), "period_start");
  EXPECT_EQ(field({{rich::period_type, "instant"}, {rich::period_label, "soon"}}), "period_start");
}

TEST(SplitNames, KeepsLegalFormsAndSplitsIds) {
  EXPECT_THAT(split_names("Alibaba, Tencent"), ElementsAre("Alibaba", "Tencent"));
  EXPECT_THAT(split_names("Apple, Inc"), ElementsAre("Apple, Inc"));
  EXPECT_THAT(split_names("alibaba,tencent"), ElementsAre("alibaba", "tencent"));
  EXPECT_THAT(split_names("Mr. A,B"), ElementsAre("Mr. A,B"));
  EXPECT_THAT(split_names("A, Inc.; B, C"), ElementsAre("A, Inc.", "B, C"));
  EXPECT_TRUE(split_names("").empty());
}

TEST(RichRow, AFiscalLabelNeedsNoDates) {
  v1::Event event = event_with(
      {{rich::period_label, "FY2025-Q1"}, {rich::period_start, ""}, {rich::period_end, ""}});
  EXPECT_EQ(event.capex().period().kind(), v1::PERIOD_KIND_SPAN);
  EXPECT_EQ(event.capex().period().label(), "FY2025-Q1");
  event = event_with({{rich::period_label, "FY2025-Q1"},
                      {rich::period_type, "instant"},
                      {rich::period_start, ""},
                      {rich::period_end, ""}});
  EXPECT_EQ(event.capex().period().kind(), v1::PERIOD_KIND_WINDOW);
}

}  // namespace
}  // namespace capexdb::importers
