#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "proto/model/catalog.h"
#include "proto/model/currency.h"
#include "proto/model/query.h"
#include "proto/model/terms.h"
#include "proto/model/text.h"

namespace capexdb {
namespace {

// Every value from first to last has a word of its own that is read back.
template <class E, class Parse>
void expect_words(E first, E last, Parse parse) {
  std::set<std::string> words;
  for (int i = static_cast<int>(first); i <= static_cast<int>(last); ++i) {
    const auto value = static_cast<E>(i);
    const std::string word(to_string(value));
    EXPECT_TRUE(words.insert(word).second) << word << " twice";
    EXPECT_EQ(parse(word), value) << word;
  }
  EXPECT_EQ(to_string(static_cast<E>(200)), "");
  EXPECT_FALSE(parse("no-such-word"));
  EXPECT_FALSE(parse("Actual"));
}

TEST(Terms, EveryWordIsReadBackAsItsValue) {
  expect_words(Status::actual, Status::target, parse_status);
  expect_words(Measure::level, Measure::direction, parse_measure);
  expect_words(PartyKind::unknown, PartyKind::product, parse_party_kind);
  expect_words(Role::unspecified, Role::other, parse_role);
  expect_words(UnitClass::unspecified, UnitClass::rate, parse_unit_class);
  expect_words(Aggregation::unspecified, Aggregation::none, parse_aggregation);
  expect_words(Dimension::period, Dimension::source, parse_dimension);
  EXPECT_EQ(to_string(Measure::growth_since_listing), "growth-since-listing");
  EXPECT_EQ(to_string(Role::unspecified), "");
}

TEST(Terms, GrowthMeasuresAreTheFiveOfThem) {
  int growths = 0;
  for (int i = 1; i <= 14; ++i) {
    const auto measure = static_cast<Measure>(i);
    EXPECT_EQ(is_growth(measure), to_string(measure).starts_with("growth")) << i;
    growths += is_growth(measure) ? 1 : 0;
  }
  EXPECT_EQ(growths, 5);
}

TEST(Terms, OnlyAComparatorTakesNoPart) {
  for (int i = 0; i <= 7; ++i) {
    const auto role = static_cast<Role>(i);
    EXPECT_EQ(takes_part(role), role != Role::comparator) << to_string(role);
  }
}

TEST(BoundsText, IsSquareWhereTheEndIsPossibleAndRoundWhereItIsOpenOrMissing) {
  const auto bounds = [](std::optional<BoundKind> low, std::optional<BoundKind> high) {
    Interval value;
    value.point = Decimal(1);
    if (low) value.low = Bound{Decimal(1), *low};
    if (high) value.high = Bound{Decimal(1), *high};
    return bounds_to_string(value);
  };
  EXPECT_EQ(bounds(BoundKind::closed, BoundKind::approximate), "[]");
  EXPECT_EQ(bounds(BoundKind::open, BoundKind::closed), "(]");
  EXPECT_EQ(bounds(BoundKind::closed, std::nullopt), "[)");
  EXPECT_EQ(bounds(std::nullopt, BoundKind::open), "()");
  EXPECT_EQ(bounds_to_string(Interval{}), "");
}

TEST(Text, ASlugIsTheSameForEveryWayToWriteAName) {
  for (const auto& [name, expected] : std::vector<std::pair<std::string, std::string>>{
           {"Hua Hong Semiconductor", "hua-hong-semiconductor"},
           {"hua-hong  semiconductor", "hua-hong-semiconductor"},
           {" --Hua_Hong (Semiconductor)!", "hua-hong-semiconductor"},
           {"AT&T", "at-t"},
           {"3M", "3m"},
           {"H20", "h20"},
           {"\u963F\u91CC\u5DF4\u5DF4", "\u963F\u91CC\u5DF4\u5DF4"},
           {"Soci\u00E9t\u00E9 G\u00E9n\u00E9rale", "soci\u00E9t\u00E9-g\u00E9n\u00E9rale"},
           {"", ""},
           {" .,-", ""}}) {
    EXPECT_EQ(slug(name), expected) << name;
    EXPECT_EQ(slug(slug(name)), slug(name)) << name;
  }
}

TEST(Text, TrimsSplitsAndLowersAscii) {
  EXPECT_EQ(trim(" \t\r\n a b \n"), "a b");
  EXPECT_EQ(trim("  "), "");
  EXPECT_EQ(to_lower_ascii("ABC-\u00C9z"), "abc-\u00C9z");
  EXPECT_EQ(split(" a, b ,,c", ','), (std::vector<std::string>{"a", "b", "", "c"}));
  EXPECT_EQ(split("", ','), (std::vector<std::string>{""}));
  EXPECT_EQ(split("a,", ','), (std::vector<std::string>{"a", ""}));
}

TEST(Text, UnsignedNumbersHaveOneToEighteenDigits) {
  EXPECT_EQ(parse_unsigned("0"), 0U);
  EXPECT_EQ(parse_unsigned("007"), 7U);
  EXPECT_EQ(parse_unsigned("999999999999999999"), 999'999'999'999'999'999U);
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "1.0", "0x1", "1000000000000000000"}) {
    EXPECT_FALSE(parse_unsigned(text)) << text;
  }
}

TEST(Text, CleanTextIsValidUtf8WithoutControlCharacters) {
  using namespace std::string_literals;
  for (const std::string& text :
       {""s, "plain"s, "tab\tand\nnewline"s, "\u00A0"s, "\u07FF"s, "\u0800"s, "\uD7FF"s, "\uE000"s,
        "\uFFFF"s, "\U00010000"s, "\U0010FFFF"s, "\u963F\u91CC"s}) {
    EXPECT_TRUE(is_clean_text(text)) << testing::PrintToString(text);
  }
  for (const std::string& text : {"\0"s,
                                  "a\0b"s,
                                  "\x01"s,
                                  "\r"s,
                                  "\x1B[31m"s,
                                  "\x7F"s,
                                  "\xC2\x80"s,  // a control character of two bytes
                                  "\xC2\x9B"s,  // CSI: starts a terminal's escape sequence
                                  "\x80"s,
                                  "\xBF"s,  // continuations without a start
                                  "\xC0\x80"s,
                                  "\xC1\xBF"s,  // overlong
                                  "\xE0\x80\x80"s,
                                  "\xE0\x9F\xBF"s,
                                  "\xF0\x80\x80\x80"s,
                                  "\xF0\x8F\xBF\xBF"s,
                                  "\xED\xA0\x80"s,
                                  "\xED\xBF\xBF"s,  // surrogates
                                  "\xF4\x90\x80\x80"s,
                                  "\xF5\x80\x80\x80"s,  // beyond U+10FFFF
                                  "\xFE"s,
                                  "\xFF"s,
                                  "\xC2"s,
                                  "\xE2\x82"s,
                                  "\xF0\x9F\x98"s,  // cut off
                                  "\xC2 "s,
                                  "\xE2\x28\xA1"s,
                                  "\xE2\x82\x28"s,
                                  "ok\xC3"s}) {
    EXPECT_FALSE(is_clean_text(text)) << testing::PrintToString(text);
  }
}

TEST(Text, AClipIsNeverLongerAndNeverEndsWithinACharacter) {
  const std::string text = "a\u00E9\u4E0A\U0001F600z";
  for (std::size_t bytes = 0; bytes <= text.size() + 2; ++bytes) {
    const std::string_view part = clip(text, bytes);
    EXPECT_LE(part.size(), bytes);
    EXPECT_GE(part.size() + 3, std::min(bytes, text.size()));
    EXPECT_TRUE(text.starts_with(part));
    EXPECT_TRUE(is_clean_text(part)) << bytes;
  }
  EXPECT_EQ(clip(text, text.size()), text);
  EXPECT_EQ(clip("\x80\x80\x80", 2), "");
}

TEST(Text, TheNearestNameIsSuggestedAndAFarOneIsNot) {
  const std::vector<std::string> names = {"alibaba", "tencent", "baidu", "nvidia", "Hua Hong"};
  EXPECT_EQ(nearest("alibab", names), "alibaba");
  EXPECT_EQ(nearest("tecnent", names), "tencent");
  EXPECT_EQ(nearest("NVIDA", names), "nvidia");
  EXPECT_EQ(nearest("hua-hong", names), "Hua Hong");
  EXPECT_EQ(nearest("microsoft", names), "");
  EXPECT_EQ(nearest("", names), "");
  EXPECT_EQ(nearest("alibaba", {}), "");
}

// These values are stored: a change of any of them is a new storage format.
TEST(Hash, GivesTheSameValuesForEver) {
  EXPECT_EQ(hash64(""), 0x2D06800538D394C2U);
  EXPECT_EQ(hash64("abc"), 0x78AF5F94892F3950U);
  EXPECT_EQ(hash64("alibaba"), 0x5318C3A3191CA85EU);
  EXPECT_EQ(hash64("0001193125-24-123456"), 0x88E6E9114428076DU);
  std::string bytes(2000, ' ');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>('a' + i % 26);
  // One on each side of every length at which the hash takes another path.
  for (const auto& [length, value] :
       std::vector<std::pair<std::size_t, std::uint64_t>>{{16, 0x3D3CCAC9AF14D8A8U},
                                                          {17, 0xCA7F3571DF47CACFU},
                                                          {128, 0x3E99EDC6C76F21C6U},
                                                          {129, 0x852CB20608C9D2C7U},
                                                          {240, 0xEA0E0F78188232EDU},
                                                          {241, 0xBB0A906AF5B5C211U},
                                                          {1024, 0x5E6A406E127165A8U},
                                                          {1025, 0xC180534771FAC3F5U},
                                                          {2000, 0x9E0DEFE18DCE29F1U}}) {
    EXPECT_EQ(hash64(std::string_view(bytes).substr(0, length)), value) << length;
  }
}

TEST(Cik, EveryWayToWriteItIsOneNumber) {
  for (const char* text :
       {"0001577552", "1577552", "CIK1577552", "CIK0001577552", " cik1577552 "}) {
    EXPECT_EQ(normal_cik(text), "1577552") << text;
  }
  EXPECT_EQ(normal_cik("0000000000"), "0");
  EXPECT_EQ(normal_cik("9999999999"), "9999999999");
  for (const char* text : {"", " ", "CIK", "12345678901", "12a4", "-1", "CIK 12", "1.0"}) {
    EXPECT_EQ(normal_cik(text), "") << text;
  }
}

CatalogChange good_change() {
  CatalogChange change;
  CatalogParty group;
  group.id = "bat";
  group.name = "BAT";
  group.kind = PartyKind::group;
  group.aliases = {"The three"};
  group.members = {"alibaba", "baidu", "tencent"};
  CatalogParty company;
  company.id = "\u963F\u91CC-1";
  company.kind = PartyKind::company;
  company.tickers = {"BABA"};
  company.cik = "0001577552";
  change.parties = {group, company};
  CatalogMetric metric;
  metric.id = "capex";
  metric.aliases = {"capital expenditure"};
  metric.tags = {"us-gaap:PaymentsToAcquirePropertyPlantAndEquipment"};
  change.metrics = {metric};
  change.products = {{"H20", {"H2O"}}};
  change.sources = {{"SEC EDGAR", {"EDGAR"}, 1}};
  return change;
}

TEST(CurrencyCode, IsOneThatMoneyHas) {
  for (const char* code : {"AED", "CNY", "DEM", "EUR", "TRL", "USD", "ZWL"}) {
    EXPECT_TRUE(is_currency_code(code)) << code;
  }
  for (const char* code : {"", "US", "usd", "USDX", "XXX", "XAU", "XTS", "D Z", "AAA", "ZZZ"}) {
    EXPECT_FALSE(is_currency_code(code)) << code;
  }
}

TEST(CatalogChangeCheck, AcceptsAWellFormedChangeAndAnEmptyOne) {
  EXPECT_TRUE(check_change(good_change()));
  EXPECT_TRUE(check_change({}));
  EXPECT_TRUE(CatalogChange{}.empty());
  EXPECT_FALSE(good_change().empty());
}

TEST(CatalogChangeCheck, NamesTheEntryAndTheFieldAtFault) {
  const std::string party = "catalog_change.parties[bat]";
  const std::string metric = "catalog_change.metrics[capex]";
  using Spoil = void (*)(CatalogChange&);
  for (const auto& [spoil, field] : std::vector<std::pair<Spoil, std::string>>{
           {[](auto& c) { c.parties[0].id.clear(); }, "catalog_change.parties[]"},
           {[](auto& c) { c.parties[0].id = "Not A Slug"; }, "catalog_change.parties[Not A Slug]"},
           {[](auto& c) { c.parties[0].id = std::string(600, 'a'); },
            "catalog_change.parties[" + std::string(80, 'a') + "]"},
           {[](auto& c) { c.parties[0].name = "\x1B[1m"; }, party + ".name"},
           {[](auto& c) { c.parties[0].aliases.emplace_back(); }, party + ".aliases"},
           {[](auto& c) { c.parties[0].aliases.emplace_back(513, 'a'); }, party + ".aliases"},
           {[](auto& c) { c.parties[0].tickers.emplace_back("\xFF"); }, party + ".tickers"},
           {[](auto& c) { c.parties[0].cik = "12345678901"; }, party + ".cik"},
           {[](auto& c) { c.parties[0].members.emplace_back(); }, party + ".members"},
           {[](auto& c) { c.parties[0].kind = PartyKind::company; }, party + ".members"},
           {[](auto& c) { c.metrics[0].id.clear(); }, "catalog_change.metrics[]"},
           {[](auto& c) { c.metrics[0].aliases.emplace_back(); }, metric + ".aliases"},
           {[](auto& c) { c.metrics[0].tags.emplace_back("\x01"); }, metric + ".tags"},
           {[](auto& c) { c.products[0].id.clear(); }, "catalog_change.products"},
           {[](auto& c) { c.products[0].aliases.emplace_back(); },
            "catalog_change.products[H20].aliases"},
           {[](auto& c) { c.sources[0].name.clear(); }, "catalog_change.sources"},
           {[](auto& c) { c.sources[0].aliases.emplace_back(); },
            "catalog_change.sources[SEC EDGAR].aliases"}}) {
    CatalogChange change = good_change();
    spoil(change);
    const auto result = check_change(change);
    ASSERT_FALSE(result) << field;
    EXPECT_EQ(result.error().code, Errc::invalid_argument);
    EXPECT_EQ(result.error().reason, "bad_catalog_entry");
    EXPECT_EQ(result.error().field, field);
    EXPECT_FALSE(result.error().message.empty());
  }
}

TEST(CatalogMetric, ItsDefaultMeasureFollowsFromItsUnitClass) {
  CatalogMetric metric;
  EXPECT_EQ(metric.measure(), Measure::level);
  metric.unit_class = UnitClass::price;
  EXPECT_EQ(metric.measure(), Measure::price);
  metric.unit_class = UnitClass::rate;
  EXPECT_EQ(metric.measure(), Measure::rate);
  metric.default_measure = Measure::share;
  EXPECT_EQ(metric.measure(), Measure::share);
}

}  // namespace
}  // namespace capexdb
