// What a catalogue change says: parties, metrics, products and sources.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/model/error.h"
#include "proto/model/terms.h"

namespace capexdb {

struct CatalogParty {
  std::string id;  // slug
  std::string name;
  PartyKind kind = PartyKind::unknown;
  std::vector<std::string> aliases;
  std::vector<std::string> tickers;
  std::string cik;
  std::string country;
  std::string fiscal_year_end;
  std::vector<std::string> members;  // ids, of a group
};

struct CatalogMetric {
  std::string id;
  std::string name;
  UnitClass unit_class = UnitClass::unspecified;
  Aggregation aggregation = Aggregation::unspecified;
  std::optional<Measure> default_measure;
  std::vector<std::string> tags;  // XBRL concepts, in order of preference
  std::vector<std::string> aliases;

  // The default measure, or what follows from the unit class.
  Measure measure() const;
};

struct CatalogProduct {
  std::string id;  // as people write it: "H20"
  std::vector<std::string> aliases;
};

struct CatalogSource {
  static constexpr std::uint32_t kDefaultRank = 1000;

  std::string name;
  std::vector<std::string> aliases;
  std::uint32_t rank = 0;  // 1 is trusted most; 0: not said
};

struct CatalogChange {
  std::vector<CatalogParty> parties;
  std::vector<CatalogMetric> metrics;
  std::vector<CatalogProduct> products;
  std::vector<CatalogSource> sources;
  bool automatic = false;

  bool empty() const {
    return parties.empty() && metrics.empty() && products.empty() && sources.empty();
  }
};

// Ids, tickers, CIKs and sizes are well-formed. Error: invalid_argument.
Result<void> check_change(const CatalogChange& change);

// "0001577552", "1577552" and "CIK1577552" are one number: "1577552".
std::string normal_cik(std::string_view cik);

}  // namespace capexdb
