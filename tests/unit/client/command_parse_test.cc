// capex parse, most of it without any server.
#include <gmock/gmock.h>

#include "tests/unit/client/run_program.h"

namespace capexdb::cli {
namespace {

using client::FakeConnection;
using client::FakeServer;
using testing::HasSubstr;

constexpr const char* kParseHeader =
    "text,kind,value,low,high,bounds,approx,stated_decimals,unit,currency,measure,period,"
    "period_kind,start,end,reason\n";

// Nothing listens there.
std::vector<std::string> parse_line(std::vector<std::string> words) {
  words.insert(words.begin(), {"--server", "127.0.0.1:1", "-o", "csv", "parse"});
  return words;
}

std::string rows(const std::vector<std::string>& words) {
  const Outcome outcome = run(parse_line(words));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(outcome.out.starts_with(kParseHeader)) << outcome.out;
  return outcome.out.substr(std::min(outcome.out.size(), std::string(kParseHeader).size()));
}

TEST(ParseVerb, SaysHowNumbersAreUnderstood) {
  EXPECT_EQ(rows({">1M", "~23bn", "12k..13k", "Rmb4.2bn", "US$7 billion", "+176% yoy",
                  "more than doubled", "80.3", "$12k per chip"}),
            ">1M,quantity,,1000000,,(),false,,,,,,,,,\n"
            "~23bn,quantity,23000000000,22500000000,23500000000,[],true,-9,,,,,,,,\n"
            "12k..13k,quantity,,12000,13000,[],false,,,,,,,,,\n"
            "Rmb4.2bn,quantity,4200000000,4150000000,4250000000,[],false,-8,CNY,CNY,,,,,,\n"
            "US$7 billion,quantity,7000000000,6500000000,7500000000,[],false,-9,USD,USD,,,,,,\n"
            "+176% yoy,quantity,176,176,176,[],false,,%,,growth-yoy,,,,,\n"
            "more than doubled,quantity,,100,,(),false,,%,,growth,,,,,\n"
            "80.3,quantity,80.3,80.3,80.3,[],false,,,,,,,,,\n"
            "$12k per chip,quantity,12000,11500,12500,[],false,-3,USD/{chip},USD,,,,,,\n");
}

TEST(ParseVerb, SaysHowPeriodsAndUnitsAreUnderstood) {
  EXPECT_EQ(rows({"1H24", "CY2024Q2I", "2024-03-01/..", "@2024-08-26/2024-08-31", "none",
                  "2023-H1..2024", "yuan", "{chip}/mo"}),
            "1H24,period,,,,,,,,,,2024-H1,span,2024-01-01,2024-06-30,\n"
            "CY2024Q2I,period,,,,,,,,,,@2024-06-30,instant,2024-06-30,2024-06-30,\n"
            "2024-03-01/..,period,,,,,,,,,,2024-03-01/..,open,2024-03-01,,\n"
            "@2024-08-26/2024-08-31,period,,,,,,,,,,@2024-08-26/2024-08-31,window,2024-08-26,"
            "2024-08-31,\n"
            "none,period,,,,,,,,,,none,none,,,\n"
            "2023-H1..2024,periods,,,,,,,,,,2023-H1..2024,,2023-01-01,2024-12-31,\n"
            "yuan,unit,,,,,,,CNY,CNY,,,,,,\n"
            "{chip}/mo,unit,,,,,,,{chip}/mo,,,,,,,\n");
}

TEST(ParseVerb, GivesEveryWayToUnderstandAText) {
  EXPECT_EQ(rows({"2024"}),
            "2024,quantity,2024,2024,2024,[],false,,,,,,,,,\n"
            "2024,period,,,,,,,,,,2024,span,2024-01-01,2024-12-31,\n");
  EXPECT_THAT(rows({"1.234"}), HasSubstr("the dot is a decimal point"));
}

TEST(ParseVerb, WhatIsNotUnderstoodHasItsReasonAndExitsWith65) {
  const Outcome outcome = run(parse_line({"1,234", "5", "\u00A54.2bn", "2024-13", "apples"}));
  EXPECT_EQ(outcome.code, 65);
  EXPECT_EQ(outcome.out,
            std::string(kParseHeader) +
                "\"1,234\",,,,,,,,,,,,,,,\"'1,234' may be 1234 or 1.234: write 1234 or 1.2340\"\n"
                "5,quantity,5,5,5,[],false,,,,,,,,,\n"
                "\u00A54.2bn,,,,,,,,,,,,,,,cannot read '\u00A54.2bn': '\u00A5' may be CNY or JPY: "
                "write the one that is meant\n"
                "2024-13,,,,,,,,,,,,,,,\"'2024-13' is not a period: use 2024, 2024-H1, 2024-Q2, "
                "2024-06, 2024-04-01/2024-06-30, 2024-03-01/.. or @2024-08-26\"\n"
                "apples,,,,,,,,,,,,,,,\"'apples' is no number, period or unit\"\n");
  EXPECT_EQ(outcome.err, "capex: 4 of 5 texts are not understood\n");
}

TEST(ParseVerb, TheCurrencyIsThatOfNumbersThatNameNone) {
  EXPECT_THAT(rows({"\u00A54.2bn", "--currency", "yuan"}), HasSubstr("CNY,CNY"));
  EXPECT_THAT(rows({"4.2bn", "--currency", "JPY"}), HasSubstr("JPY,JPY"));
  EXPECT_THAT(rows({"5%", "--currency", "USD"}), HasSubstr(",%,,"));
  const Outcome other = run(parse_line({"$5", "--currency", "EUR"}));
  EXPECT_EQ(other.code, 65);
  EXPECT_THAT(other.out, HasSubstr("'$5' is in USD, --currency says EUR"));
  EXPECT_EQ(run(parse_line({"5", "--currency", "QQQ"})).code, 2);
}

TEST(ParseVerb, ATextMayBeginWithAMinus) {
  EXPECT_EQ(rows({"-5%", "-50", "--", "-$7", "-RMB 5"}),
            "-5%,quantity,-5,-5,-5,[],false,,%,,,,,,,\n"
            "-50,quantity,-50,-50,-50,[],false,,,,,,,,,\n"
            "-$7,quantity,-7,-7,-7,[],false,,USD,USD,,,,,,\n"
            "-RMB 5,quantity,-5,-5,-5,[],false,,CNY,CNY,,,,,,\n");
  EXPECT_EQ(run(parse_line({"5", "--compnay", "x"})).code, 2);
  EXPECT_EQ(run(parse_line({})).code, 2);
}

TEST(ParseVerb, JsonHasNullsAndTheNumberOfTextsThatAreNotUnderstood) {
  const Outcome outcome = run({"parse", "~5", "apples", "-o", "json"});
  EXPECT_EQ(outcome.code, 65);
  EXPECT_EQ(outcome.out,
            "{\"rows\":[\n"
            "{\"text\":\"~5\",\"kind\":\"quantity\",\"value\":\"5\",\"low\":null,\"high\":null,"
            "\"bounds\":\"()\",\"approx\":true,\"stated_decimals\":null,\"unit\":null,"
            "\"currency\":null,\"measure\":null,\"period\":null,\"period_kind\":null,"
            "\"start\":null,\"end\":null},\n"
            "{\"text\":\"apples\",\"kind\":null,\"value\":null,\"low\":null,\"high\":null,"
            "\"bounds\":null,\"approx\":null,\"stated_decimals\":null,\"unit\":null,"
            "\"currency\":null,\"measure\":null,\"period\":null,\"period_kind\":null,"
            "\"start\":null,\"end\":null,\"reason\":\"'apples' is no number, period or unit\"}\n"
            "],\"not_understood\":1}\n");
  EXPECT_EQ(outcome.err, "");
}

v1::ServerMessage company_with(const std::string& fiscal_year_end) {
  v1::ServerMessage reply;
  v1::CatalogParty& party = *reply.mutable_catalog()->add_parties();
  party.set_id("nvidia");
  party.set_fiscal_year_end(fiscal_year_end);
  return reply;
}

TEST(ParseVerb, AFiscalLabelAsksForTheCalendarOnce) {
  int asked = 0;
  FakeServer server(answering([&](const v1::ClientMessage& message) {
    ++asked;
    EXPECT_EQ(message.catalog().name(), "NVDA");
    return company_with("01-last-sunday");
  }));
  const Outcome outcome = run({"parse", "FY2025-Q1", "Q4 FY25", "5bn", "--company", "NVDA",
                               "--server", server.address(), "-o", "csv"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("FY2025-Q1,period,,,,,,,,,,2024-01-29/2024-04-28,span,"
                                     "2024-01-29,2024-04-28,\n"
                                     "Q4 FY25,period,,,,,,,,,,2024-10-28/2025-01-26,span,"
                                     "2024-10-28,2025-01-26,\n"));
  EXPECT_EQ(asked, 1);
}

TEST(ParseVerb, AFiscalLabelWithoutACalendarIsNotUnderstood) {
  const Outcome nobody = run(parse_line({"FY2025-Q1"}));
  EXPECT_EQ(nobody.code, 65);
  EXPECT_THAT(nobody.out, HasSubstr("--company NAME says whose"));
  FakeServer server(answering([&](const v1::ClientMessage&) { return company_with(""); }));
  const Outcome unknown =
      run({"parse", "FY2025-Q1", "--company", "nvidia", "--server", server.address(), "-o", "csv"});
  EXPECT_EQ(unknown.code, 65);
  EXPECT_THAT(unknown.out, HasSubstr("the fiscal calendar of nvidia is not known"));
  EXPECT_EQ(run(parse_line({"FY2025-Q1", "--company", "nvidia", "--timeout", "0.05"})).code, 69);
}

}  // namespace
}  // namespace capexdb::cli
