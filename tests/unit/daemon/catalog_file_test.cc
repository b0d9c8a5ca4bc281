#include "daemon/catalog_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace capexdb::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string error_of(const char* text) {
  const auto catalog = parse_catalog(text, "c.toml");
  return catalog ? std::string("ok") : catalog.error().message;
}

TEST(CatalogFile, ReadsEveryKey) {
  const auto catalog = parse_catalog(R"(
[[company]]
id = "alibaba"
name = "Alibaba Group"
aliases = ["Alibaba"]
tickers = ["BABA", "9988.HK"]
cik = "1577552"
country = "CN"
fiscal_year_end = "03-31"

[[company]]
id = "alibaba-cloud"
name = "Alibaba Cloud"
kind = "segment"

[[group]]
id = "bat"
name = "BAT"
members = ["alibaba"]

[[metric]]
id = "unit_price"
name = "Unit price"
unit_class = "price"
aggregation = "none"
default_measure = "price"
tags = ["x:Price"]
aliases = ["asp"]

[[product]]
id = "H20"
aliases = ["H2O"]

[[source]]
name = "Financial Times"
aliases = ["FT"]
rank = 3
)",
                                     "c.toml");
  ASSERT_TRUE(catalog.has_value()) << catalog.error().message;
  ASSERT_EQ(catalog->parties.size(), 3U);
  const CatalogParty& alibaba = catalog->parties[0];
  EXPECT_EQ(alibaba.kind, PartyKind::company);
  EXPECT_THAT(alibaba.tickers, ElementsAre("BABA", "9988.HK"));
  EXPECT_EQ(alibaba.cik, "1577552");
  EXPECT_EQ(alibaba.country, "CN");
  EXPECT_EQ(alibaba.fiscal_year_end, "03-31");
  EXPECT_EQ(catalog->parties[1].kind, PartyKind::segment);
  EXPECT_EQ(catalog->parties[2].kind, PartyKind::group);
  EXPECT_THAT(catalog->parties[2].members, ElementsAre("alibaba"));
  ASSERT_EQ(catalog->metrics.size(), 1U);
  EXPECT_EQ(catalog->metrics[0].unit_class, UnitClass::price);
  EXPECT_EQ(catalog->metrics[0].aggregation, Aggregation::none);
  EXPECT_EQ(catalog->metrics[0].default_measure, Measure::price);
  EXPECT_THAT(catalog->metrics[0].tags, ElementsAre("x:Price"));
  ASSERT_EQ(catalog->products.size(), 1U);
  EXPECT_THAT(catalog->products[0].aliases, ElementsAre("H2O"));
  ASSERT_EQ(catalog->sources.size(), 1U);
  EXPECT_EQ(catalog->sources[0].rank, 3U);
}

TEST(CatalogFile, FaultsAreNamedWithTheirLine) {
  EXPECT_THAT(error_of("[[company]]\nid = \"a\"\nname = \"A\"\nticker = [\"A\"]\n"),
              HasSubstr("c.toml:4: unknown key 'ticker' in [[company]]; did you mean 'tickers'?"));
  EXPECT_THAT(error_of("[[companies]]\nid = \"a\"\n"), HasSubstr("c.toml:1: unknown key"));
  EXPECT_THAT(error_of("[[company]]\nid = \"a\"\n"), HasSubstr("without 'name'"));
  EXPECT_THAT(error_of("[company]\nid = \"a\"\n"), HasSubstr("write [[company]]"));
  EXPECT_THAT(error_of("[[company]]\nid = \"a\"\nname = 4\n"),
              HasSubstr("c.toml:3: 'name' needs a text"));
  EXPECT_THAT(error_of("[[company]]\nid = \"a\"\nname = \"A\"\naliases = \"B\"\n"),
              HasSubstr("c.toml:4: 'aliases' needs a list"));
  EXPECT_THAT(error_of("[[company]]\nid = \"a\"\nname = \"A\"\nkind = \"firm\"\n"),
              HasSubstr("c.toml:4: 'firm' is no kind"));
  EXPECT_THAT(error_of("[[company]]\nid = \"A B\"\nname = \"A\"\n"), HasSubstr("not a slug"));
  EXPECT_THAT(error_of("[[source]]\nname = \"A\"\nrank = 0\n"), HasSubstr("c.toml:3: 'rank'"));
  EXPECT_THAT(error_of("[[company]]\nid = \"a\"\nname = \"A\"\n[[company]]\nid = \"a\"\n"
                       "name = \"B\"\n"),
              HasSubstr("'a' comes twice"));
  EXPECT_THAT(error_of("[[group]]\nid = \"g\"\nname = \"G\"\nmembers = [\"a\"]\n"),
              HasSubstr("unknown member 'a'"));
  EXPECT_THAT(error_of("[[company]\n"), HasSubstr("c.toml:1"));
}

TEST(CatalogFile, TheBuiltInCatalogueIsTheShippedOne) {
  const auto built_in = load_catalog("");
  ASSERT_TRUE(built_in.has_value()) << built_in.error().message;
  const auto shipped = load_catalog(CAPEXDB_SOURCE_DIR "/config/catalog.toml");
  ASSERT_TRUE(shipped.has_value()) << shipped.error().message;
  EXPECT_EQ(built_in->parties.size(), shipped->parties.size());
  const auto has = [&](const std::string& id) {
    return std::any_of(built_in->parties.begin(), built_in->parties.end(),
                       [&](const CatalogParty& party) { return party.id == id; });
  };
  for (const char* id : {"alibaba", "tencent", "baidu", "bytedance", "nvidia", "alphabet", "amazon",
                         "meta", "microsoft", "huawei", "smic", "bat"}) {
    EXPECT_TRUE(has(id)) << id;
  }
  EXPECT_FALSE(built_in->metrics.empty());
  EXPECT_FALSE(built_in->products.empty());
  EXPECT_FALSE(built_in->sources.empty());
}

TEST(CatalogFile, AFileThatIsNotThereIsNamed) {
  const auto catalog = load_catalog("/no/such.toml");
  ASSERT_FALSE(catalog.has_value());
  EXPECT_THAT(catalog.error().message, HasSubstr("/no/such.toml"));
}

}  // namespace
}  // namespace capexdb::daemon
