#include <gtest/gtest.h>

#include "proto/codec/validate.h"
#include "tests/unit/importers/read_all.h"

namespace capexdb::importers {
namespace {

constexpr const char* kHeader = "company,metric,period,value,currency,source,published_at\n";

TEST(MinimalRow, ACapexRowIsACapexFact) {
  const v1::Event event = only_event(
      std::string(kHeader) + "Alibaba,capex,2024-H1,23bn,CNY,Reuters,2024-08-26\n", "figures.csv");
  ASSERT_TRUE(event.has_capex());
  EXPECT_EQ(event.capex().subject().name(), "Alibaba");
  EXPECT_EQ(event.capex().amount().value(), "23000000000");
  EXPECT_EQ(event.capex().amount().stated_decimals(), -9);
  EXPECT_EQ(event.capex().amount().currency(), "CNY");
  EXPECT_EQ(event.capex().period().kind(), v1::PERIOD_KIND_SPAN);
  EXPECT_EQ(event.capex().period().start(), "2024-01-01");
  EXPECT_EQ(event.capex().period().end(), "2024-06-30");
  EXPECT_EQ(event.capex().period().label(), "");
  EXPECT_EQ(event.source().publisher(), "Reuters");
  EXPECT_EQ(event.published_at(), "2024-08-26");
  EXPECT_EQ(event.origin().file(), "figures.csv");
  EXPECT_EQ(event.origin().line(), 2U);
  EXPECT_TRUE(validate(event.SerializeAsString()));
}

TEST(MinimalRow, EveryColumnFindsItsField) {
  const v1::Event event = only_event(
      "company,company_kind,cik,ticker,metric,measure,product,counterparty,counterparty_role,"
      "start,end,label,value,unit,status,definition,source,url,title,accession,form,"
      "attributed_to,cites,published_at,note,event_id,approx,growth_only,my column\n"
      "Acme,segment,0000123,ACM,revenue,growth-yoy,H20,\"X Corp, Inc.; Y\",customer,"
      "2024-01-01,2024-03-31,FY2024-Q4,5.5,%,guidance,us-gaap:Revenues,SEC,https://a/b,T,0001,"
      "10-Q,CFO,https://c/d; FT 2024-08-26,2024-08-26T10:00:00Z,hello,e-1,yes,true,kept\n");
  ASSERT_TRUE(event.has_measure());
  const v1::MeasureFact& fact = event.measure();
  EXPECT_EQ(fact.subject().kind(), v1::PARTY_KIND_SEGMENT);
  EXPECT_EQ(fact.subject().cik(), "0000123");
  EXPECT_EQ(fact.subject().ticker(), "ACM");
  EXPECT_EQ(fact.metric(), "revenue");
  EXPECT_EQ(fact.measure(), v1::MEASURE_GROWTH_YOY);
  EXPECT_EQ(fact.product(), "H20");
  ASSERT_EQ(fact.counterparties_size(), 2);
  EXPECT_EQ(fact.counterparties(0).party().name(), "X Corp, Inc.");
  EXPECT_EQ(fact.counterparties(1).party().name(), "Y");
  EXPECT_EQ(fact.counterparties(1).role(), v1::ROLE_CUSTOMER);
  EXPECT_EQ(fact.period().kind(), v1::PERIOD_KIND_SPAN);
  EXPECT_EQ(fact.period().label(), "FY2024-Q4");
  EXPECT_EQ(fact.quantity().unit(), "%");
  EXPECT_TRUE(fact.quantity().approx());
  EXPECT_TRUE(fact.quantity().growth_only());
  EXPECT_EQ(fact.definition(), "us-gaap:Revenues");
  EXPECT_EQ(event.status(), v1::STATUS_GUIDANCE);
  EXPECT_EQ(event.source().url(), "https://a/b");
  EXPECT_EQ(event.source().accession(), "0001");
  EXPECT_EQ(event.source().form(), "10-Q");
  EXPECT_EQ(event.source().attributed_to(), "CFO");
  ASSERT_EQ(event.source().cites_size(), 2);
  EXPECT_EQ(event.source().cites(0).url(), "https://c/d");
  EXPECT_EQ(event.source().cites(1).text(), "FT 2024-08-26");
  EXPECT_EQ(event.event_id(), "e-1");
  EXPECT_EQ(event.note(), "hello");
  ASSERT_EQ(event.origin().printed_size(), 1);
  EXPECT_EQ(event.origin().printed(0).name(), "my column");
  EXPECT_EQ(event.origin().printed(0).value(), "kept");
  const auto valid = validate(event.SerializeAsString());
  EXPECT_TRUE(valid) << valid.error().message;
}

TEST(MinimalRow, ShipmentsAreChipShipmentFacts) {
  const std::string header =
      "company,metric,product,counterparty,period,value,currency,source,published_at\n";
  v1::Event event = only_event(
      header + "Nvidia,unit_shipments,H20,Chinese tech groups,2024-09-01/..,>1M,,FT,2024-08-26\n");
  ASSERT_TRUE(event.has_chip_shipment());
  EXPECT_EQ(event.chip_shipment().subject_role(), v1::ROLE_SELLER);
  EXPECT_EQ(event.chip_shipment().units().low(), "1000000");
  EXPECT_EQ(event.chip_shipment().units().low_kind(), v1::BOUND_KIND_OPEN);
  EXPECT_EQ(event.chip_shipment().period().kind(), v1::PERIOD_KIND_OPEN);
  EXPECT_TRUE(validate(event.SerializeAsString()));

  event = only_event(header + "Meta,purchase_value,H100,Nvidia,2024,$7bn,,FT,2024-08-26\n");
  EXPECT_EQ(event.chip_shipment().subject_role(), v1::ROLE_BUYER);
  EXPECT_EQ(event.chip_shipment().value().currency(), "USD");

  event = only_event(header + "Nvidia,unit_price,H20,,@2024-08-26,12k..13k,USD,FT,2024-08-26\n");
  EXPECT_EQ(event.chip_shipment().unit_price().low(), "12000");
  EXPECT_EQ(event.chip_shipment().period().kind(), v1::PERIOD_KIND_INSTANT);
}

TEST(MinimalRow, ValuesAreInTheOneNotation) {
  const auto value = [](const std::string& written, const std::string& currency) {
    return only_event(std::string(kHeader) + "Acme,capex,first half of 2024," + written + "," +
                      currency + ",FT,2024-08-26\n");
  };
  const v1::Event event = value("\"3,5 Mrd\"", "EUR");
  EXPECT_EQ(event.capex().amount().value(), "3500000000");
  EXPECT_EQ(event.capex().period().end(), "2024-06-30");
  EXPECT_EQ(event.capex().period().label(), "first half of 2024");
  EXPECT_EQ(value("\u00A54.2bn", "CNY").capex().amount().currency(), "CNY");
  // Programs write such columns, and mean what programs mean.
  EXPECT_EQ(value("1.234", "USD").capex().amount().value(), "1.234");
}

TEST(MinimalRow, AFiscalLabelIsLeftToTheServer) {
  v1::Event event =
      only_event(std::string(kHeader) + "Nvidia,capex,Q1 FY2025,369m,USD,SEC,2024-05-29\n");
  EXPECT_EQ(event.capex().period().kind(), v1::PERIOD_KIND_SPAN);
  EXPECT_EQ(event.capex().period().label(), "Q1 FY2025");
  EXPECT_EQ(event.capex().period().start(), "");
  EXPECT_EQ(event.capex().period().end(), "");
  EXPECT_TRUE(validate(event.SerializeAsString()));

  const std::string header =
      "company,metric,period,label,start,end,value,currency,source,published_at\n";
  event = only_event(header +
                     "Nvidia,capex,FY2025-Q1,first quarter of fiscal 2025,,,1,USD,SEC,"
                     "2024-05-29\n");
  EXPECT_EQ(event.capex().period().label(), "first quarter of fiscal 2025");
  event =
      only_event(header + "Nvidia,capex,FY2025-Q1,,2024-01-29,2024-04-28,1,USD,SEC,2024-05-29\n");
  EXPECT_EQ(event.capex().period().start(), "2024-01-29");
  EXPECT_EQ(event.capex().period().label(), "FY2025-Q1");
  const ReadAll all =
      read_all(header + "Nvidia,capex,FY2025-Q1,the spring,,,1,USD,SEC,2024-05-29\n");
  ASSERT_EQ(all.records.size(), 1U);
  ASSERT_FALSE(all.records[0].event);
  EXPECT_EQ(all.records[0].event.error().field, "label");
}

TEST(MinimalRow, GrowthOfAPriceKeepsItsMeasure) {
  const v1::Event event =
      only_event(std::string(kHeader) + "Nvidia,unit_price,2024,+5% yoy,,FT,2024-08-26\n");
  ASSERT_TRUE(event.has_measure());
  EXPECT_EQ(event.measure().metric(), "unit_price");
  EXPECT_EQ(event.measure().measure(), v1::MEASURE_GROWTH_YOY);
}

TEST(MinimalRow, GrowthInTheValueSetsTheMeasure) {
  const v1::Event event =
      only_event(std::string(kHeader) + "Tencent,capex,1H24,+176% yoy,,FT,2024-08-26\n");
  EXPECT_EQ(event.capex().measure(), v1::MEASURE_GROWTH_YOY);
  EXPECT_EQ(event.capex().amount().unit(), "%");
  EXPECT_EQ(event.capex().period().label(), "1H24");
  EXPECT_EQ(event.capex().period().end(), "2024-06-30");
}

TEST(MinimalRow, AnAnswerOfGetCanBeFedBack) {
  const ReadAll all = read_all(
      "company,metric,product,counterparty,period,start,end,value,low,high,unit,currency,status,"
      "source,published_at,sequence,derivation,documents,roots\n"
      "alibaba,capex,,,2024-H1,2024-01-01,2024-06-30,23000000000,22500000000,23500000000,CNY,CNY,"
      "actual,WinBuzzer,2024-08-26,7,reported,2,1\n"
      "nvidia,unit_shipments,H20,\"alibaba,tencent\",2024-08-26/..,2024-08-26,,,1000000,,{chip},,"
      "estimate,Benzinga,2024-08-26,8,reported,1,1\n"
      "tencent,capex,,,2025,2025-01-01,2025-12-31,,,,,,,,,,,,\n");
  ASSERT_FALSE(all.failed) << all.error.message;
  ASSERT_EQ(all.records.size(), 3U);
  ASSERT_TRUE(all.records[0].event) << all.records[0].event.error().message;
  const v1::CapexFact& capex = all.records[0].event->capex();
  EXPECT_EQ(capex.amount().low(), "22500000000");
  EXPECT_EQ(capex.period().label(), "");
  EXPECT_EQ(all.records[0].event->origin().printed_size(), 4);
  EXPECT_TRUE(validate(all.records[0].event->SerializeAsString()));
  ASSERT_TRUE(all.records[1].event) << all.records[1].event.error().message;
  EXPECT_EQ(all.records[1].event->chip_shipment().counterparties_size(), 2);
  EXPECT_EQ(all.records[1].event->chip_shipment().period().kind(), v1::PERIOD_KIND_OPEN);
  EXPECT_TRUE(validate(all.records[1].event->SerializeAsString()));
  ASSERT_FALSE(all.records[2].event);
  EXPECT_EQ(all.records[2].event.error().reason, "missing_value");
}

TEST(MinimalRow, BoundsSayWhichEndsArePossible) {
  const v1::Event event = only_event(
      "company,metric,period,low,high,bounds,source,published_at\n"
      "A,capex,2024,5,7,(],X,2024-08-26\n");
  EXPECT_EQ(event.capex().amount().low_kind(), v1::BOUND_KIND_OPEN);
  EXPECT_EQ(event.capex().amount().high_kind(), v1::BOUND_KIND_CLOSED);
}

TEST(MinimalRow, AStatementWithoutANumberHasToSaySo) {
  const std::string header = "company,metric,period,value,unquantified,source,published_at\n";
  EXPECT_NE(first_error(header + "A,capex,2024,,,X,2024\n").find("no value"), std::string::npos);
  const v1::Event event = only_event(header + "A,capex,2024,,yes,X,2024\n");
  EXPECT_TRUE(event.capex().amount().unquantified());
  EXPECT_NE(first_error(header + "A,capex,2024,5,yes,X,2024\n"), "");
}

TEST(MinimalRow, CurrenciesThatDisagreeAreRefused) {
  EXPECT_NE(first_error(std::string(kHeader) + "A,capex,2024,Rmb4.2bn,USD,X,2024\n").find("CNY"),
            std::string::npos);
  const v1::Event event = only_event(std::string(kHeader) + "A,capex,2024,Rmb4.2bn,rmb,X,2024\n");
  EXPECT_EQ(event.capex().amount().currency(), "CNY");
}

TEST(MinimalRow, AYenSignIsOfTheRowsCurrency) {
  for (const auto& [column, code] : {std::pair("CNY", "CNY"), std::pair("yen", "JPY")}) {
    const v1::Event event =
        only_event(std::string(kHeader) + "A,capex,2024,\u00A55bn," + column + ",X,2024-08-26\n");
    EXPECT_EQ(event.capex().amount().currency(), code);
    EXPECT_EQ(event.capex().amount().value(), "5000000000");
  }
  EXPECT_NE(first_error(std::string(kHeader) + "A,capex,2024,\u00A55bn,USD,X,2024\n").find("JPY"),
            std::string::npos);
}

// The outcome of a row with these cells of value, low, high, unit and currency.
ReadAll bounded(const std::string& cells) {
  return read_all(
      "company,metric,period,source,published_at,value,low,high,unit,currency\n"
      "A,capex,2024,X,2024-08-26," +
      cells + "\n");
}

TEST(MinimalRow, WhatABoundSaysBesideItsNumberIsOfTheRow) {
  const auto quantity = [](const std::string& cells) {
    const ReadAll all = bounded(cells);
    if (all.records.size() != 1 || !all.records[0].event) return std::string("(none)");
    const v1::CapexFact& fact = all.records[0].event->capex();
    return fact.amount().ShortDebugString() + " " + v1::Measure_Name(fact.measure());
  };
  EXPECT_EQ(quantity(",$4bn,7bn,,"),
            "low: \"4000000000\" high: \"7000000000\" currency: \"USD\" MEASURE_UNSPECIFIED");
  EXPECT_EQ(quantity(",4bn,$7bn,,USD"),
            "low: \"4000000000\" high: \"7000000000\" currency: \"USD\" MEASURE_UNSPECIFIED");
  EXPECT_EQ(quantity(",\u00A54bn,,,CNY"),
            "low: \"4000000000\" currency: \"CNY\" MEASURE_UNSPECIFIED");
  EXPECT_EQ(quantity(",10%,20%,,"), "low: \"10\" high: \"20\" unit: \"%\" MEASURE_UNSPECIFIED");
  EXPECT_EQ(quantity(",+10% yoy,,,"), "low: \"10\" unit: \"%\" MEASURE_GROWTH_YOY");
}

TEST(MinimalRow, ABoundThatSpeaksOfSomethingElseIsRefused) {
  const auto refusal = [](const std::string& cells) {
    const ReadAll all = bounded(cells);
    if (all.records.size() != 1 || all.records[0].event) return std::string("(none)");
    const Error& error = all.records[0].event.error();
    return error.field + ": " + error.reason;
  };
  EXPECT_EQ(refusal("$5bn,CNY 4bn,,,"), "low: unit_mismatch");
  EXPECT_EQ(refusal("5%,,$7,,"), "high: unit_mismatch");
  EXPECT_EQ(refusal(",$4bn,\u20AC7bn,,"), "high: unit_mismatch");
  EXPECT_EQ(refusal("+5% qoq,+4% yoy,,,"), "low: contradiction");
  EXPECT_EQ(refusal(",$4bn,,,CNY"), "currency: unit_mismatch");
  EXPECT_EQ(refusal(",4 chips,,%,"), "unit: unit_mismatch");
  EXPECT_EQ(refusal(",~4bn,,,"), "low: bad_value");
  EXPECT_EQ(refusal(",,<4bn,,"), "high: bad_value");
  EXPECT_EQ(refusal(",4bn..5bn,,,"), "low: bad_value");
  EXPECT_EQ(refusal(",some,,,"), "low: bad_number");
}

TEST(MinimalRow, AScaleInTheUnitIsRefused) {
  EXPECT_NE(first_error("company,metric,period,value,unit,source,published_at\n"
                        "A,capex,2024,4.2,USD bn,X,2024\n")
                .find("4.3bn"),
            std::string::npos);
}

TEST(MinimalRow, BadCellsNameTheirColumn) {
  const std::string header =
      "company,metric,period,start,end,value,status,measure,approx,stated_decimals,bounds,low,"
      "source,published_at\n";
  const auto field = [&](const std::string& row) {
    const ReadAll all = read_all(header + row + "\n");
    if (all.records.size() != 1 || all.records[0].event) return std::string("(none)");
    return all.records[0].event.error().field;
  };
  EXPECT_EQ(field("A,,2024,,,5,,,,,,,X,2024"), "metric");
  EXPECT_EQ(field("A,capex,FY2024-Q5,,,5,,,,,,,X,2024"), "period");
  EXPECT_EQ(field("A,capex,,,,5,,,,,,,X,2024"), "period");
  EXPECT_EQ(field("A,capex,,2024-02-30,,5,,,,,,,X,2024"), "start");
  EXPECT_EQ(field("A,capex,,2024-03-01,2024-02-01,5,,,,,,,X,2024"), "end");
  EXPECT_EQ(field("A,capex,2024,,,five,,,,,,,X,2024"), "value");
  EXPECT_EQ(field("A,capex,2024,,,5,rumour,,,,,,X,2024"), "status");
  EXPECT_EQ(field("A,capex,2024,,,5,,wish,,,,,X,2024"), "measure");
  EXPECT_EQ(field("A,capex,2024,,,5,,,perhaps,,,,X,2024"), "approx");
  EXPECT_EQ(field("A,capex,2024,,,5,,,,-99,,,X,2024"), "stated_decimals");
  EXPECT_EQ(field("A,capex,2024,,,5,,,,,<>,,X,2024"), "bounds");
  EXPECT_EQ(field("A,capex,2024,,,>5,,,,,,4,X,2024"), "low");
  EXPECT_EQ(field("A,capex,2024,,,5,,,,,,4..5,X,2024"), "low");
}

TEST(MinimalRow, PeriodsOfEveryKindAreRead) {
  const auto period = [](const std::string& text) {
    return only_event(std::string(kHeader) + "A,capex," + text + ",5,USD,X,2024\n")
        .capex()
        .period();
  };
  EXPECT_EQ(period("2024-03-01/..").kind(), v1::PERIOD_KIND_OPEN);
  EXPECT_EQ(period("../2024-08-31").end(), "2024-08-31");
  EXPECT_EQ(period("@2024-08-26/2024-08-31").kind(), v1::PERIOD_KIND_WINDOW);
  EXPECT_EQ(period("none").kind(), v1::PERIOD_KIND_NONE);
  EXPECT_EQ(period("none").label(), "");
  EXPECT_EQ(period("CY2024Q2I").kind(), v1::PERIOD_KIND_INSTANT);
  EXPECT_EQ(period("CY2024Q2I").label(), "CY2024Q2I");
}

}  // namespace
}  // namespace capexdb::importers
