// What the press, filings and spreadsheets of several countries write.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "capexdb/notation.h"

namespace capexdb {
namespace {

struct Written {
  const char* text;
  const char* quantity;  // text format of v1.Quantity
  v1::Measure measure = v1::MEASURE_UNSPECIFIED;
};

class ReadPress : public testing::TestWithParam<Written> {};

TEST_P(ReadPress, GivesTheExactQuantity) {
  v1::Quantity expected;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(GetParam().quantity, &expected));
  const auto read = parse_quantity(GetParam().text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->quantity.DebugString(), expected.DebugString()) << GetParam().text;
  EXPECT_EQ(read->measure, GetParam().measure) << GetParam().text;
}

constexpr v1::Measure kChange = v1::MEASURE_GROWTH;
constexpr v1::Measure kOnYear = v1::MEASURE_GROWTH_YOY;

INSTANTIATE_TEST_SUITE_P(
    OneReading, ReadPress,
    testing::Values(Written{"1.234.567,89", "value: '1234567.89'"},
                    Written{"1,234,567.89", "value: '1234567.89'"},
                    Written{"1 234 567,89", "value: '1234567.89'"},
                    Written{"1.234.567", "value: '1234567'"}, Written{"1.234,5", "value: '1234.5'"},
                    Written{"3,5", "value: '3.5'"}, Written{"1'234'567", "value: '1234567'"},
                    Written{"1\u2019234.50", "value: '1234.50'"},
                    Written{"1\u00A0234", "value: '1234'"}, Written{"1\u202F234", "value: '1234'"},
                    Written{"1\u2009234\u2009567", "value: '1234567'"},
                    Written{"1\u2007234", "value: '1234'"},
                    Written{"1234.567%", "value: '1234.567' unit: '%'"},
                    Written{"1234,567%", "value: '1234.567' unit: '%'"},
                    Written{"0.234%", "value: '0.234' unit: '%'"},
                    Written{"01.234 USD", "value: '1.234' currency: 'USD'"}));

INSTANTIATE_TEST_SUITE_P(
    Scales, ReadPress,
    testing::Values(
        Written{"€3,5 Mrd", "value: '3500000000' stated_decimals: -8 currency: 'EUR'"},
        Written{"3,5 Mrd. EUR", "value: '3500000000' stated_decimals: -8 currency: 'EUR'"},
        Written{"3,5 Milliarden Euro", "value: '3500000000' stated_decimals: -8 currency: 'EUR'"},
        Written{"1.234,5 Mio. €", "value: '1234500000' stated_decimals: -5 currency: 'EUR'"},
        Written{"2,75 Md€", "value: '2750000000' stated_decimals: -7 currency: 'EUR'"},
        Written{"4,3M", "value: '4300000' stated_decimals: -5"},
        Written{"$1,234 million", "value: '1234000000' stated_decimals: -6 currency: 'USD'"},
        Written{"$3.045 billion", "value: '3045000000' stated_decimals: -6 currency: 'USD'"},
        Written{"1 234 Mrd", "value: '1234000000000' stated_decimals: -9"},
        Written{"US$500MM", "value: '500000000' stated_decimals: -6 currency: 'USD'"},
        Written{"2 crore", "value: '20000000' stated_decimals: -7"}));

INSTANTIATE_TEST_SUITE_P(
    Money, ReadPress,
    testing::Values(
        Written{"RMB 4.2 billion", "value: '4200000000' stated_decimals: -8 currency: 'CNY'"},
        Written{"4.2 billion yuan", "value: '4200000000' stated_decimals: -8 currency: 'CNY'"},
        Written{"7 billion US dollars", "value: '7000000000' stated_decimals: -9 currency: 'USD'"},
        Written{"7bn U.S. dollars", "value: '7000000000' stated_decimals: -9 currency: 'USD'"},
        Written{"R$5", "value: '5' currency: 'BRL'"},
        Written{"5 BHD", "value: '5' currency: 'BHD'"},
        Written{"at least $500m", "low: '500000000' low_kind: BOUND_KIND_CLOSED currency: 'USD'"},
        Written{"about 1 million chips",
                "value: '1000000' approx: true stated_decimals: -6 unit: '{chip}'"},
        Written{"up to 60k chips a month",
                "high: '60000' high_kind: BOUND_KIND_CLOSED unit: '{chip}/mo'"}));

INSTANTIATE_TEST_SUITE_P(
    BelowZero, ReadPress,
    testing::Values(Written{"(1,234.5)m", "value: '-1234500000' stated_decimals: -5"},
                    Written{"(5.2bn)", "value: '-5200000000' stated_decimals: -8"},
                    Written{"$(5.2)bn", "value: '-5200000000' stated_decimals: -8 currency: 'USD'"},
                    Written{"($5.2bn)", "value: '-5200000000' stated_decimals: -8 currency: 'USD'"},
                    Written{"(7)%", "value: '-7' unit: '%'"},
                    Written{"(7%)", "value: '-7' unit: '%'"}, Written{"\u22125.5", "value: '-5.5'"},
                    Written{"\u20115", "value: '-5'"},
                    Written{"(5)..(3)",
                            "low: '-5' low_kind: BOUND_KIND_CLOSED high: '-3' "
                            "high_kind: BOUND_KIND_CLOSED"}));

INSTANTIATE_TEST_SUITE_P(
    Brackets, ReadPress,
    testing::Values(Written{"(12k..13k]",
                            "low: '12000' low_kind: BOUND_KIND_OPEN high: '13000' "
                            "high_kind: BOUND_KIND_CLOSED"},
                    Written{"[1..2) USD",
                            "low: '1' low_kind: BOUND_KIND_CLOSED high: '2' "
                            "high_kind: BOUND_KIND_OPEN currency: 'USD'"},
                    Written{"~[-5..10]% growth",
                            "low: '-5' low_kind: BOUND_KIND_CLOSED high: '10' "
                            "high_kind: BOUND_KIND_CLOSED approx: true unit: '%'",
                            kChange}));

INSTANTIATE_TEST_SUITE_P(
    Multiples, ReadPress,
    testing::Values(
        Written{"more than doubled", "low: '100' low_kind: BOUND_KIND_OPEN unit: '%'", kChange},
        Written{"More than double", "low: '100' low_kind: BOUND_KIND_OPEN unit: '%'", kChange},
        Written{"doubled", "value: '100' approx: true unit: '%'", kChange},
        Written{"doubled year on year", "value: '100' approx: true unit: '%'", kOnYear},
        Written{"tripled", "value: '200' approx: true unit: '%'", kChange},
        Written{"at least quadrupled", "low: '300' low_kind: BOUND_KIND_CLOSED unit: '%'", kChange},
        Written{"nearly doubled", "high: '100' high_kind: BOUND_KIND_OPEN approx: true unit: '%'",
                kChange},
        Written{"halved", "value: '-50' approx: true unit: '%'", kChange},
        Written{"more than halved", "high: '-50' high_kind: BOUND_KIND_OPEN unit: '%'", kChange},
        Written{"almost halved", "low: '-50' low_kind: BOUND_KIND_OPEN approx: true unit: '%'",
                kChange}));

INSTANTIATE_TEST_SUITE_P(
    Changes, ReadPress,
    testing::Values(
        Written{"rose by 5%", "value: '5' unit: '%'", kChange},
        Written{"fell 12% from a year earlier", "value: '-12' unit: '%'", kOnYear},
        Written{"5% growth", "value: '5' unit: '%'", kChange},
        Written{"-5% growth", "value: '-5' unit: '%'", kChange},
        Written{"growth of 5% y-o-y", "value: '5' unit: '%'", kOnYear},
        Written{"a decline of more than 20%", "high: '-20' high_kind: BOUND_KIND_OPEN unit: '%'",
                kChange},
        Written{"20% lower than a year ago", "value: '-20' unit: '%'", kOnYear},
        Written{"more than 20% decline", "high: '-20' high_kind: BOUND_KIND_OPEN unit: '%'",
                kChange},
        Written{"up 10% to 20%",
                "low: '10' low_kind: BOUND_KIND_CLOSED high: '20' high_kind: BOUND_KIND_CLOSED "
                "unit: '%'",
                kChange},
        Written{"down 10..15%",
                "low: '-15' low_kind: BOUND_KIND_CLOSED high: '-10' high_kind: BOUND_KIND_CLOSED "
                "unit: '%'",
                kChange}));

struct Refused {
  const char* text;
  const char* reason;
};

class RefusePress : public testing::TestWithParam<Refused> {};

TEST_P(RefusePress, SaysWhy) {
  const auto read = parse_quantity(GetParam().text);
  ASSERT_FALSE(read) << GetParam().text << " was read as " << read->quantity.ShortDebugString();
  EXPECT_EQ(read.error().code, Errc::invalid_argument);
  EXPECT_EQ(read.error().reason, GetParam().reason) << read.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    TwoReadings, RefusePress,
    testing::Values(
        Refused{"$1.234", "ambiguous_number"}, Refused{"1.234%", "ambiguous_number"},
        Refused{">1.234", "ambiguous_number"}, Refused{"1,234k", "ambiguous_number"},
        Refused{"1.234M", "ambiguous_number"}, Refused{"3,456 Mrd", "ambiguous_number"},
        Refused{"1.234 Mio", "ambiguous_number"}, Refused{"1,234 chips", "ambiguous_number"},
        Refused{"up to 60,000", "ambiguous_number"}, Refused{"0,234 Mrd", "ambiguous_number"},
        Refused{"2x", "ambiguous_multiple"}, Refused{"3 times", "ambiguous_multiple"},
        Refused{"threefold", "ambiguous_multiple"}, Refused{"up twofold", "ambiguous_multiple"},
        Refused{"\u00A54.2bn", "ambiguous_currency"}, Refused{"\uFFE54.2bn", "ambiguous_currency"},
        Refused{"$12-13bn", "bad_range"}));

INSTANTIATE_TEST_SUITE_P(
    NoNumbers, RefusePress,
    testing::Values(
        Refused{"mid-teens %", "bad_number"}, Refused{"\uFF11\uFF12", "bad_number"},
        Refused{"1e9", "bad_number"}, Refused{"1E+9", "bad_number"}, Refused{"NaN", "bad_number"},
        Refused{"inf", "bad_number"}, Refused{"-inf", "bad_number"}, Refused{"0x10", "bad_number"},
        Refused{"\u20135%", "bad_number"}, Refused{"(5", "bad_number"},
        Refused{"-(5)", "bad_number"}, Refused{"5)", "bad_number"}, Refused{"[1..2", "bad_range"},
        Refused{">[1..2]", "bad_range"}, Refused{"26.08.2024", "bad_number"},
        Refused{"1.234,5bn", "bad_number"}, Refused{"4,3 billion", "bad_grouping"},
        Refused{"TOP 5", "bad_number"}, Refused{"doubled to 5", "bad_number"},
        Refused{"up doubled", "bad_number"}, Refused{"5 percentage points", "bad_number"},
        Refused{"down 5% increase", "bad_number"}, Refused{"5% decline -3", "bad_number"}));

TEST(Press, AnAmbiguousNumberNamesBothReadings) {
  using testing::HasSubstr;
  EXPECT_THAT(parse_quantity("$1.234").error().message, HasSubstr("may be 1.234 or 1234"));
  EXPECT_THAT(parse_quantity("3,456 Mrd").error().message, HasSubstr("may be 3456 or 3.456"));
  EXPECT_EQ(parse_quantity("1,234").error().message,
            "'1,234' may be 1234 or 1.234: write 1234 or 1.2340");
}

TEST(Press, TheSmallestAndTheLargestNumbersAreExact) {
  const std::string nines(38, '9');
  EXPECT_EQ(parse_quantity(nines)->quantity.value(), nines);
  EXPECT_EQ(parse_quantity("-" + nines + "%")->quantity.value(), "-" + nines);
  const std::string tiny = "0." + std::string(37, '0') + "1";
  EXPECT_EQ(parse_quantity(tiny)->quantity.value(), tiny);
  EXPECT_EQ(parse_quantity(tiny + " USD")->quantity.value(), tiny);
  EXPECT_EQ(parse_quantity(std::string(29, '9') + "bn")->quantity.value(),
            std::string(29, '9') + std::string(9, '0'));
  EXPECT_EQ(parse_quantity(std::string(30, '9') + "bn").error().reason, "decimal_overflow");
  EXPECT_EQ(parse_quantity("0." + std::string(38, '0') + "1").error().reason, "bad_decimal");
  EXPECT_EQ(parse_quantity("999.999.999.999.999.999.999.999.999.999.999.999.999,5").error().reason,
            "bad_decimal");
}

TEST(Unit, IsReadAlone) {
  const auto text = [](const char* given) {
    const auto unit = parse_unit(given);
    return unit ? unit->unit + "|" + unit->currency : unit.error().reason;
  };
  EXPECT_EQ(text("yuan"), "|CNY");
  EXPECT_EQ(text("US$"), "|USD");
  EXPECT_EQ(text("chips"), "{chip}|");
  EXPECT_EQ(text("{chip}/mo"), "{chip}/mo|");
  EXPECT_EQ(text("USD/{chip}"), "USD/{chip}|USD");
  EXPECT_EQ(text("US dollars per chip"), "USD/{chip}|USD");
  EXPECT_EQ(text("per cent"), "%|");
  EXPECT_EQ(text("\u00A5"), "ambiguous_currency");
  EXPECT_EQ(text("bn"), "bad_unit");
  EXPECT_EQ(text("per chip"), "bad_unit");
  EXPECT_EQ(text("apples"), "bad_unit");
  EXPECT_EQ(text(""), "bad_unit");
}

}  // namespace
}  // namespace capexdb
