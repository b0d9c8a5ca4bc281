// What a catalogue change says: parties, metrics, products and sources.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/model/date.h"
#include "proto/model/error.h"
#include "proto/model/terms.h"

namespace capexdb {

enum class IdentifierScheme : std::uint8_t { alias = 1, ticker, cik, lei, isin };

// Half-open, as periods are inside; the whole of time where nothing is said.
struct Validity {
  Day begin = std::numeric_limits<Day>::min();
  Day end = std::numeric_limits<Day>::max();

  bool holds(Day day) const { return begin <= day && day < end; }
  bool always() const { return *this == Validity{}; }
  bool meets(const Validity& other) const { return begin < other.end && other.begin < end; }
  friend bool operator==(const Validity&, const Validity&) = default;
};

struct Identifier {
  IdentifierScheme scheme = IdentifierScheme::alias;
  std::string value;
  Validity validity;
  friend bool operator==(const Identifier&, const Identifier&) = default;
};

struct Membership {
  std::string party;  // id
  Validity validity;
  friend bool operator==(const Membership&, const Membership&) = default;
};

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
  std::vector<Identifier> identifiers;
  std::vector<Membership> memberships;  // of a group whose members change
  std::vector<std::string> merged;      // ids; only in answers
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

// `party` answers as a part of `into` from here on, or no longer (undo).
struct PartyMerge {
  std::string party;
  std::string into;
  bool undo = false;
};

struct CatalogChange {
  std::vector<CatalogParty> parties;
  std::vector<CatalogMetric> metrics;
  std::vector<CatalogProduct> products;
  std::vector<CatalogSource> sources;
  std::vector<PartyMerge> merges;
  bool automatic = false;

  bool empty() const {
    return parties.empty() && metrics.empty() && products.empty() && sources.empty() &&
           merges.empty();
  }
};

// Ids, identifiers and sizes are well-formed. Error: invalid_argument.
Result<void> check_change(const CatalogChange& change);

// "alias", "ticker", "cik", "lei", "isin".
std::string_view to_string(IdentifierScheme scheme);
std::optional<IdentifierScheme> parse_identifier_scheme(std::string_view word);

// Of days as people write them, first and last, both inclusive; empty ones leave
// that side open. Error: invalid_argument.
Result<Validity> parse_validity(std::string_view from, std::string_view to);
std::string valid_from_text(const Validity& validity);  // empty where it is open
std::string valid_to_text(const Validity& validity);

// Whether the check digits hold: ISO 17442 (mod 97-10) and ISO 6166 (Luhn).
bool is_lei(std::string_view text);
bool is_isin(std::string_view text);

// "0001577552", "1577552" and "CIK1577552" are one number: "1577552".
std::string normal_cik(std::string_view cik);

}  // namespace capexdb
