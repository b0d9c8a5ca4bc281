#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "capexdb/notation.h"

namespace capexdb {
namespace {

struct Reading {
  const char* text;
  const char* quantity;  // text format of v1.Quantity
  v1::Measure measure = v1::MEASURE_UNSPECIFIED;
};

class ReadQuantity : public testing::TestWithParam<Reading> {};

TEST_P(ReadQuantity, GivesTheExactQuantity) {
  v1::Quantity expected;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(GetParam().quantity, &expected));
  const auto read = parse_quantity(GetParam().text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->quantity.DebugString(), expected.DebugString()) << GetParam().text;
  EXPECT_EQ(read->measure, GetParam().measure);
}

constexpr v1::Measure kYoy = v1::MEASURE_GROWTH_YOY;

INSTANTIATE_TEST_SUITE_P(
    PlainDigits, ReadQuantity,
    testing::Values(Reading{"23000000000", "value: '23000000000'"},
                    Reading{"80.3", "value: '80.3'"}, Reading{"-50", "value: '-50'"},
                    Reading{"\u221250", "value: '-50'"}, Reading{"0", "value: '0'"},
                    Reading{"80.30", "value: '80.30'"}, Reading{"1.234", "value: '1.234'"},
                    Reading{"+5", "value: '5'"}, Reading{"  7 ", "value: '7'"},
                    Reading{"12345678901234567890123456789012345678",
                            "value: '12345678901234567890123456789012345678'"}));

INSTANTIATE_TEST_SUITE_P(
    Scaled, ReadQuantity,
    testing::Values(Reading{"4.3bn", "value: '4300000000' stated_decimals: -8"},
                    Reading{"23bn", "value: '23000000000' stated_decimals: -9"},
                    Reading{"23 billion", "value: '23000000000' stated_decimals: -9"},
                    Reading{"4.30B", "value: '4300000000' stated_decimals: -7"},
                    Reading{"12k", "value: '12000' stated_decimals: -3"},
                    Reading{"12K", "value: '12000' stated_decimals: -3"},
                    Reading{"5m", "value: '5000000' stated_decimals: -6"},
                    Reading{"5mn", "value: '5000000' stated_decimals: -6"},
                    Reading{"5M", "value: '5000000' stated_decimals: -6"},
                    Reading{"5.25 Million", "value: '5250000' stated_decimals: -4"},
                    Reading{"1.5tn", "value: '1500000000000' stated_decimals: -11"},
                    Reading{"2T", "value: '2000000000000' stated_decimals: -12"},
                    Reading{"1 trillion", "value: '1000000000000' stated_decimals: -12"},
                    Reading{"4.1234k", "value: '4123.4' stated_decimals: 1"},
                    Reading{"0bn", "value: '0' stated_decimals: -9"},
                    Reading{"-1.2m", "value: '-1200000' stated_decimals: -5"}));

INSTANTIATE_TEST_SUITE_P(Grouped, ReadQuantity,
                         testing::Values(Reading{"1,000,000", "value: '1000000'"},
                                         Reading{"1 000 000", "value: '1000000'"},
                                         Reading{"1\u00A0000\u202F000", "value: '1000000'"},
                                         Reading{"1,234.5", "value: '1234.5'"},
                                         Reading{"12,345,678.90", "value: '12345678.90'"},
                                         Reading{"1.000.000", "value: '1000000'"},
                                         Reading{"1,234bn",
                                                 "value: '1234000000000' stated_decimals: -9"}));

INSTANTIATE_TEST_SUITE_P(
    Bounds, ReadQuantity,
    testing::Values(Reading{"~23bn", "value: '23000000000' approx: true stated_decimals: -9"},
                    Reading{"about 5", "value: '5' approx: true"},
                    Reading{"\u22485", "value: '5' approx: true"},
                    Reading{">1M", "low: '1000000' low_kind: BOUND_KIND_OPEN"},
                    Reading{"more than 1m", "low: '1000000' low_kind: BOUND_KIND_OPEN"},
                    Reading{"over 1m", "low: '1000000' low_kind: BOUND_KIND_OPEN"},
                    Reading{">=5", "low: '5' low_kind: BOUND_KIND_CLOSED"},
                    Reading{"\u22655", "low: '5' low_kind: BOUND_KIND_CLOSED"},
                    Reading{"at least 1bn", "low: '1000000000' low_kind: BOUND_KIND_CLOSED"},
                    Reading{"1m+", "low: '1000000' low_kind: BOUND_KIND_CLOSED"},
                    Reading{"<5", "high: '5' high_kind: BOUND_KIND_OPEN"},
                    Reading{"less than 2k", "high: '2000' high_kind: BOUND_KIND_OPEN"},
                    Reading{"nearly 2k", "high: '2000' high_kind: BOUND_KIND_OPEN approx: true"},
                    Reading{"<= 5", "high: '5' high_kind: BOUND_KIND_CLOSED"},
                    Reading{"up to 5", "high: '5' high_kind: BOUND_KIND_CLOSED"},
                    Reading{"<-5", "high: '-5' high_kind: BOUND_KIND_OPEN"},
                    Reading{">= (5)bn", "low: '-5000000000' low_kind: BOUND_KIND_CLOSED"},
                    Reading{"about <= -5", "high: '-5' high_kind: BOUND_KIND_CLOSED approx: true"},
                    Reading{"more than about 5",
                            "low: '5' low_kind: BOUND_KIND_OPEN approx: true"}));

constexpr const char* kTwelveToThirteen =
    "low: '12000' low_kind: BOUND_KIND_CLOSED high: '13000' high_kind: BOUND_KIND_CLOSED";

INSTANTIATE_TEST_SUITE_P(
    Ranges, ReadQuantity,
    testing::Values(Reading{"12k..13k", kTwelveToThirteen}, Reading{"12..13k", kTwelveToThirteen},
                    Reading{"12k to 13k", kTwelveToThirteen},
                    Reading{"12k\u201313k", kTwelveToThirteen},
                    Reading{"between 12k and 13k", kTwelveToThirteen},
                    Reading{"from 12000 to 13000", kTwelveToThirteen},
                    Reading{"US$12k..13k",
                            "low: '12000' low_kind: BOUND_KIND_CLOSED high: '13000' "
                            "high_kind: BOUND_KIND_CLOSED currency: 'USD'"},
                    Reading{"~10..20%",
                            "low: '10' low_kind: BOUND_KIND_CLOSED high: '20' "
                            "high_kind: BOUND_KIND_CLOSED approx: true unit: '%'"}));

INSTANTIATE_TEST_SUITE_P(
    MoneyAndUnits, ReadQuantity,
    testing::Values(
        Reading{"Rmb4.2bn", "value: '4200000000' stated_decimals: -8 currency: 'CNY'"},
        Reading{"CNY 23bn", "value: '23000000000' stated_decimals: -9 currency: 'CNY'"},
        Reading{"4.2bn yuan", "value: '4200000000' stated_decimals: -8 currency: 'CNY'"},
        Reading{"US$7 billion", "value: '7000000000' stated_decimals: -9 currency: 'USD'"},
        Reading{"$7bn", "value: '7000000000' stated_decimals: -9 currency: 'USD'"},
        Reading{"-$7", "value: '-7' currency: 'USD'"},
        Reading{"\u20AC7", "value: '7' currency: 'EUR'"},
        Reading{"NT$900bn", "value: '900000000000' stated_decimals: -9 currency: 'TWD'"},
        Reading{"CN\u00A55", "value: '5' currency: 'CNY'"},
        Reading{">$1bn", "low: '1000000000' low_kind: BOUND_KIND_OPEN currency: 'USD'"},
        Reading{"1m chips", "value: '1000000' stated_decimals: -6 unit: '{chip}'"},
        Reading{"50000 {chip}/mo", "value: '50000' unit: '{chip}/mo'"},
        Reading{"12..18 months",
                "low: '12' low_kind: BOUND_KIND_CLOSED high: '18' high_kind: BOUND_KIND_CLOSED "
                "unit: 'mo'"},
        Reading{"$12k per chip",
                "value: '12000' stated_decimals: -3 currency: 'USD' unit: 'USD/{chip}'"}));

INSTANTIATE_TEST_SUITE_P(
    Percents, ReadQuantity,
    testing::Values(Reading{"123%", "value: '123' unit: '%'"},
                    Reading{"80.3 per cent", "value: '80.3' unit: '%'"},
                    Reading{"+176% yoy", "value: '176' unit: '%'", kYoy},
                    Reading{"176% year-on-year", "value: '176' unit: '%'", kYoy},
                    Reading{"+6% qoq", "value: '6' unit: '%'", v1::MEASURE_GROWTH_QOQ},
                    Reading{"+80% ytd", "value: '80' unit: '%'", v1::MEASURE_GROWTH_YTD},
                    Reading{"+5%", "value: '5' unit: '%'", v1::MEASURE_GROWTH},
                    Reading{"down 12%", "value: '-12' unit: '%'", v1::MEASURE_GROWTH},
                    Reading{"up 4% y/y", "value: '4' unit: '%'", kYoy},
                    Reading{"down about 20%", "value: '-20' approx: true unit: '%'",
                            v1::MEASURE_GROWTH},
                    Reading{"-50%", "value: '-50' unit: '%'"}));

constexpr v1::Measure kGrowth = v1::MEASURE_GROWTH;

INSTANTIATE_TEST_SUITE_P(
    BoundsOfGrowth, ReadQuantity,
    testing::Values(
        Reading{"up more than 20%", "low: '20' low_kind: BOUND_KIND_OPEN unit: '%'", kGrowth},
        Reading{"up at least 20%", "low: '20' low_kind: BOUND_KIND_CLOSED unit: '%'", kGrowth},
        Reading{"up 20%+", "low: '20' low_kind: BOUND_KIND_CLOSED unit: '%'", kGrowth},
        Reading{"up less than 20%", "high: '20' high_kind: BOUND_KIND_OPEN unit: '%'", kGrowth},
        Reading{"up at most 20%", "high: '20' high_kind: BOUND_KIND_CLOSED unit: '%'", kGrowth},
        Reading{"up nearly 20%", "high: '20' high_kind: BOUND_KIND_OPEN approx: true unit: '%'",
                kGrowth},
        Reading{"down more than 20%", "high: '-20' high_kind: BOUND_KIND_OPEN unit: '%'", kGrowth},
        Reading{"more than down 20%", "high: '-20' high_kind: BOUND_KIND_OPEN unit: '%'", kGrowth},
        Reading{"down at least 20%", "high: '-20' high_kind: BOUND_KIND_CLOSED unit: '%'", kGrowth},
        Reading{"down 20%+", "high: '-20' high_kind: BOUND_KIND_CLOSED unit: '%'", kGrowth},
        Reading{"down >20% yoy", "high: '-20' high_kind: BOUND_KIND_OPEN unit: '%'", kYoy},
        Reading{"down less than 20%", "low: '-20' low_kind: BOUND_KIND_OPEN unit: '%'", kGrowth},
        Reading{"down up to 20%", "low: '-20' low_kind: BOUND_KIND_CLOSED unit: '%'", kGrowth},
        Reading{"down nearly 20%", "low: '-20' low_kind: BOUND_KIND_OPEN approx: true unit: '%'",
                kGrowth},
        Reading{"<-20%", "high: '-20' high_kind: BOUND_KIND_OPEN unit: '%'"},
        Reading{">-20%", "low: '-20' low_kind: BOUND_KIND_OPEN unit: '%'"}));

struct Refusal {
  const char* text;
  const char* reason;
};

class RefuseQuantity : public testing::TestWithParam<Refusal> {};

TEST_P(RefuseQuantity, SaysWhy) {
  const auto read = parse_quantity(GetParam().text);
  ASSERT_FALSE(read) << GetParam().text << " was read as " << read->quantity.ShortDebugString();
  EXPECT_EQ(read.error().code, Errc::invalid_argument);
  EXPECT_EQ(read.error().reason, GetParam().reason) << read.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    TwoReadings, RefuseQuantity,
    testing::Values(
        Refusal{"1,234", "ambiguous_number"}, Refusal{"1 234", "ambiguous_number"},
        Refusal{"12,000 to 13,000", "ambiguous_number"}, Refusal{"0,234bn", "ambiguous_number"},
        Refusal{"0 234bn", "ambiguous_number"}, Refusal{"0,234", "ambiguous_number"},
        Refusal{"00,000bn", "ambiguous_number"}, Refusal{"nearly -5", "ambiguous_bound"},
        Refusal{"almost (5)bn", "ambiguous_bound"}, Refusal{"over (5)bn", "ambiguous_bound"},
        Refusal{"more than -5%", "ambiguous_bound"}, Refusal{"at most $(5.2)bn", "ambiguous_bound"},
        Refusal{"up to -5", "ambiguous_bound"}, Refusal{"-5m+", "ambiguous_bound"},
        Refusal{"up -5%", "bad_number"}, Refusal{"down -5%", "bad_number"},
        Refusal{"\u00A55bn", "ambiguous_currency"}, Refusal{"500 to 1bn", "bounds_reversed"},
        Refusal{"12-13bn", "bad_range"}));

INSTANTIATE_TEST_SUITE_P(
    Malformed, RefuseQuantity,
    testing::Values(Refusal{"", "bad_number"}, Refusal{"   ", "bad_number"},
                    Refusal{"abc", "bad_number"}, Refusal{"n/a", "bad_number"},
                    Refusal{"4,3bn", "bad_grouping"}, Refusal{"10,00,000", "bad_grouping"},
                    Refusal{"0,234,567", "bad_grouping"}, Refusal{"0,234.5bn", "bad_grouping"},
                    Refusal{"1.000,000.5", "bad_number"}, Refusal{"1,000 000", "bad_number"},
                    Refusal{".5", "bad_number"}, Refusal{"5.", "bad_number"},
                    Refusal{"2.3e10", "bad_number"}, Refusal{"5 apples", "bad_number"},
                    Refusal{"5t", "bad_number"}, Refusal{"--5", "bad_number"},
                    Refusal{"USD", "bad_number"}, Refusal{"$5 EUR", "two_currencies"},
                    Refusal{"$5..\u20AC6", "mixed_range"}, Refusal{"5 yoy", "bad_unit"},
                    Refusal{"up 5", "bad_unit"}, Refusal{"$5%", "bad_unit"},
                    Refusal{"13k..12k", "bounds_reversed"}, Refusal{">1..2", "bad_range"},
                    Refusal{"between 5", "bad_range"}, Refusal{"1..2..3", "bad_number"},
                    Refusal{"123456789012345678901234567890123456789", "bad_decimal"},
                    Refusal{"123456789012345678901234567890tn", "decimal_overflow"}));

TEST(QuantityText, AnAmbiguousNumberSaysHowToWriteIt) {
  const auto read = parse_quantity("1,234");
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("1234 or 1.234"), std::string::npos) << read.error().message;
}

TEST(QuantityText, AZeroBeforeTheSeparatorIsNoThousand) {
  const auto read = parse_quantity("0,234bn");
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("234 or 0.234"), std::string::npos) << read.error().message;
}

TEST(QuantityText, AYenSignIsReadWhereItIsKnownWhichOneIsMeant) {
  EXPECT_EQ(parse_quantity("\u00A55bn", "CNY")->quantity.currency(), "CNY");
  EXPECT_EQ(parse_quantity("\u00A55bn", "JPY")->quantity.currency(), "JPY");
  EXPECT_EQ(parse_quantity("4bn..\u00A55bn", "JPY")->quantity.currency(), "JPY");
  EXPECT_EQ(parse_quantity("JP\u00A55bn", "CNY")->quantity.currency(), "JPY");
  EXPECT_EQ(parse_quantity("\u00A55bn", "USD").error().reason, "ambiguous_currency");
}

TEST(QuantityText, AVeryLongTextIsRefused) { EXPECT_FALSE(parse_quantity(std::string(1000, '1'))); }

TEST(QuantityText, PrintsInTheNotationThatItReads) {
  const auto printed = [](const char* text) {
    return print_quantity(*parse_quantity(text)).value_or("(none)");
  };
  EXPECT_EQ(printed("4.3bn"), "4.3bn");
  EXPECT_EQ(printed("Rmb4.2bn"), "4.2bn CNY");
  EXPECT_EQ(printed("~23 billion"), "~23bn");
  EXPECT_EQ(printed("more than 1m"), ">1000000");
  EXPECT_EQ(printed("12k to 13k"), "12000..13000");
  EXPECT_EQ(printed("+176% yoy"), "176% yoy");
  EXPECT_EQ(printed("$12k per chip"), "12k USD /{chip}");
}

TEST(QuantityText, WhatNoTextCanSayIsNotPrinted) {
  QuantityText text;
  EXPECT_FALSE(print_quantity(text));
  text.quantity.set_value("5");
  text.quantity.set_low("4");
  EXPECT_FALSE(print_quantity(text));
  text.quantity.clear_low();
  text.quantity.set_value("23100000000");
  text.quantity.set_stated_decimals(-9);
  EXPECT_FALSE(print_quantity(text));
}

}  // namespace
}  // namespace capexdb
