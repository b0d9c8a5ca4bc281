#include "proto/model/catalog.h"

#include <algorithm>
#include <array>
#include <set>

#include "proto/model/limits.h"
#include "proto/model/text.h"

namespace capexdb {
namespace {

// In the order of IdentifierScheme.
constexpr std::array<std::string_view, 5> kSchemes = {"alias", "ticker", "cik", "lei", "isin"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
unsigned digit_value(char c) { return static_cast<unsigned>(c - '0'); }
unsigned letter_value(char c) { return static_cast<unsigned>(c - 'A') + 10; }

Result<void> bad(const std::string& field, const std::string& message) {
  return fail(Error{Errc::invalid_argument, message, field, "bad_catalog_entry"});
}

std::string entry(const char* list, const std::string& id) {
  return std::string("catalog_change.") + list + "[" + std::string(clip(id, 80)) + "]";
}

Result<void> check_name(const std::string& field, const std::string& name) {
  if (name.empty() || name.size() > limits::kNameBytesMax || !is_clean_text(name)) {
    return bad(field, "a name has 1 to " + std::to_string(limits::kNameBytesMax) +
                          " bytes of clean UTF-8");
  }
  return {};
}

Result<void> check_names(const std::string& field, const std::vector<std::string>& names) {
  if (names.size() > limits::kCatalogNamesMax) {
    return bad(field, "at most " + std::to_string(limits::kCatalogNamesMax) + " names are allowed");
  }
  for (const std::string& name : names) CAPEXDB_TRY(check_name(field, name));
  return {};
}

Result<void> check_count(const std::string& field, std::size_t count) {
  if (count <= limits::kCatalogNamesMax) return {};
  return bad(field, "at most " + std::to_string(limits::kCatalogNamesMax) + " are allowed");
}

Result<void> check_identifier(const std::string& field, const Identifier& identifier) {
  const std::string& value = identifier.value;
  CAPEXDB_TRY(check_name(field, value));
  switch (identifier.scheme) {
    case IdentifierScheme::cik:
      if (normal_cik(value).empty()) {
        return bad(field, "the CIK '" + std::string(clip(value, 40)) + "' is not 1 to 10 digits");
      }
      return {};
    case IdentifierScheme::lei:
      if (!is_lei(value)) {
        return bad(field, "'" + std::string(clip(value, 40)) +
                              "' is no LEI: 18 letters or digits and two check digits that fit "
                              "(ISO 17442); look for a slip");
      }
      return {};
    case IdentifierScheme::isin:
      if (!is_isin(value)) {
        return bad(field, "'" + std::string(clip(value, 40)) +
                              "' is no ISIN: two letters, nine letters or digits and a check "
                              "digit that fits (ISO 6166); look for a slip");
      }
      return {};
    default:
      return {};
  }
}

// A party may leave a group and come back, but is a member once a day.
Result<void> check_memberships(const std::string& field, const std::vector<Membership>& list) {
  std::vector<Membership> sorted = list;
  std::sort(sorted.begin(), sorted.end(), [](const Membership& a, const Membership& b) {
    return std::pair(a.party, a.validity.begin) < std::pair(b.party, b.validity.begin);
  });
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    CAPEXDB_TRY(check_name(field, sorted[i].party));
    if (i > 0 && sorted[i].party == sorted[i - 1].party &&
        sorted[i].validity.begin < sorted[i - 1].validity.end) {
      return bad(field, "'" + sorted[i].party + "' is listed twice for the same days");
    }
  }
  return {};
}

Result<void> check_party(const CatalogParty& party) {
  const std::string field = entry("parties", party.id);
  CAPEXDB_TRY(check_name(field, party.id));
  if (party.id != slug(party.id)) {
    return bad(field, "the id '" + party.id + "' is not a slug; use '" + slug(party.id) + "'");
  }
  CAPEXDB_TRY(check_names(field + ".aliases", party.aliases));
  CAPEXDB_TRY(check_names(field + ".tickers", party.tickers));
  CAPEXDB_TRY(check_names(field + ".members", party.members));
  if (!party.name.empty()) CAPEXDB_TRY(check_name(field + ".name", party.name));
  if (!party.cik.empty() && normal_cik(party.cik).empty()) {
    return bad(field + ".cik",
               "the CIK '" + std::string(clip(party.cik, 40)) + "' is not 1 to 10 digits");
  }
  const bool has_members = !party.members.empty() || !party.memberships.empty();
  if (has_members && party.kind != PartyKind::group && party.kind != PartyKind::unknown) {
    return bad(field + ".members", "only a group has members");
  }
  if (!party.members.empty() && !party.memberships.empty()) {
    return bad(field + ".memberships",
               "members are listed either without days or, all of them, in memberships");
  }
  CAPEXDB_TRY(check_count(field + ".identifiers", party.identifiers.size()));
  CAPEXDB_TRY(check_count(field + ".memberships", party.memberships.size()));
  for (const Identifier& identifier : party.identifiers) {
    CAPEXDB_TRY(check_identifier(field + ".identifiers", identifier));
  }
  return check_memberships(field + ".memberships", party.memberships);
}

// Ids are found by their slugs, so each has one, of its own.
template <class Entry>
Result<void> check_ids(const char* list, const std::vector<Entry>& entries,
                       std::string Entry::*id) {
  std::set<std::string> slugs;
  for (const Entry& it : entries) {
    const std::string own = slug(it.*id);
    if (own.empty()) return bad(entry(list, it.*id), "an id has a letter or digit");
    if (!slugs.insert(own).second) {
      return bad(entry(list, it.*id),
                 "'" + it.*id + "' comes twice in one change; make it one entry");
    }
  }
  return {};
}

}  // namespace

Measure CatalogMetric::measure() const {
  if (default_measure) return *default_measure;
  if (unit_class == UnitClass::price) return Measure::price;
  if (unit_class == UnitClass::rate) return Measure::rate;
  return Measure::level;
}

std::string_view to_string(IdentifierScheme scheme) {
  return kSchemes.at(static_cast<std::size_t>(scheme) - 1);
}

std::optional<IdentifierScheme> parse_identifier_scheme(std::string_view word) {
  const auto found = std::find(kSchemes.begin(), kSchemes.end(), to_lower_ascii(word));
  if (found == kSchemes.end()) return std::nullopt;
  return static_cast<IdentifierScheme>(found - kSchemes.begin() + 1);
}

Result<Validity> parse_validity(std::string_view from, std::string_view to) {
  Validity validity;
  if (!from.empty()) {
    CAPEXDB_ASSIGN(validity.begin, parse_date(from));
  }
  if (!to.empty()) {
    CAPEXDB_ASSIGN(const Day last, parse_date(to));
    validity.end = last + 1;
  }
  if (validity.begin < validity.end) return validity;
  return fail(Errc::invalid_argument, "the time from " + std::string(from) + " to " +
                                          std::string(to) + " ends before it begins");
}

std::string valid_from_text(const Validity& validity) {
  return validity.begin == Validity{}.begin ? std::string() : date_to_string(validity.begin);
}

std::string valid_to_text(const Validity& validity) {
  return validity.end == Validity{}.end ? std::string() : date_to_string(validity.end - 1);
}

// Letters count from A = 10 on; the number that the text is then leaves 1 by 97.
bool is_lei(std::string_view text) {
  constexpr std::size_t kLength = 20;
  if (text.size() != kLength || !is_digit(text[18]) || !is_digit(text[19])) return false;
  unsigned rest = 0;
  for (const char c : text) {
    if (is_digit(c)) {
      rest = (rest * 10 + digit_value(c)) % 97;
    } else if (is_upper(c)) {
      rest = (rest * 100 + letter_value(c)) % 97;
    } else {
      return false;
    }
  }
  return rest == 1;
}

// Luhn's sum over the digits, letters being two of them, is a multiple of ten.
bool is_isin(std::string_view text) {
  constexpr std::size_t kLength = 12;
  if (text.size() != kLength || !is_upper(text[0]) || !is_upper(text[1]) || !is_digit(text[11])) {
    return false;
  }
  std::string digits;
  for (const char c : text) {
    if (is_digit(c)) {
      digits.push_back(c);
    } else if (is_upper(c)) {
      digits += std::to_string(letter_value(c));
    } else {
      return false;
    }
  }
  unsigned sum = 0;
  bool twice = false;
  for (auto c = digits.rbegin(); c != digits.rend(); ++c, twice = !twice) {
    const unsigned value = digit_value(*c) * (twice ? 2 : 1);
    sum += value / 10 + value % 10;
  }
  return sum % 10 == 0;
}

std::string normal_cik(std::string_view cik) {
  cik = trim(cik);
  if (cik.starts_with("CIK") || cik.starts_with("cik")) cik.remove_prefix(3);
  if (cik.empty() || cik.size() > 10) return {};
  if (!std::all_of(cik.begin(), cik.end(), is_digit)) return {};
  while (cik.size() > 1 && cik.front() == '0') cik.remove_prefix(1);
  return std::string(cik);
}

Result<void> check_change(const CatalogChange& change) {
  const std::size_t entries = change.parties.size() + change.metrics.size() +
                              change.products.size() + change.sources.size() + change.merges.size();
  // A batch brings as many names as it has, and several records may tell of one.
  if (!change.automatic && entries > limits::kCatalogEntriesMax) {
    return bad("catalog_change",
               "a change of " + std::to_string(entries) + " entries is over the limit of " +
                   std::to_string(limits::kCatalogEntriesMax) + "; divide it into several events");
  }
  for (const CatalogParty& party : change.parties) CAPEXDB_TRY(check_party(party));
  for (const CatalogMetric& metric : change.metrics) {
    const std::string field = entry("metrics", metric.id);
    CAPEXDB_TRY(check_name(field, metric.id));
    CAPEXDB_TRY(check_names(field + ".aliases", metric.aliases));
    CAPEXDB_TRY(check_names(field + ".tags", metric.tags));
  }
  for (const CatalogProduct& product : change.products) {
    CAPEXDB_TRY(check_name("catalog_change.products", product.id));
    CAPEXDB_TRY(check_names(entry("products", product.id) + ".aliases", product.aliases));
  }
  for (const CatalogSource& source : change.sources) {
    CAPEXDB_TRY(check_name("catalog_change.sources", source.name));
    CAPEXDB_TRY(check_names(entry("sources", source.name) + ".aliases", source.aliases));
  }
  for (const PartyMerge& merge : change.merges) {
    const std::string field = entry("merges", merge.party);
    CAPEXDB_TRY(check_name(field + ".party", merge.party));
    if (merge.into.empty() && !merge.undo) return bad(field + ".into", "merged into whom?");
    if (!merge.into.empty()) CAPEXDB_TRY(check_name(field + ".into", merge.into));
    if (merge.party == merge.into) {
      return bad(field + ".into", "'" + merge.party + "' cannot be merged into itself");
    }
  }
  if (change.automatic) return {};
  CAPEXDB_TRY(check_ids("parties", change.parties, &CatalogParty::id));
  CAPEXDB_TRY(check_ids("metrics", change.metrics, &CatalogMetric::id));
  CAPEXDB_TRY(check_ids("products", change.products, &CatalogProduct::id));
  return check_ids("sources", change.sources, &CatalogSource::name);
}

}  // namespace capexdb
