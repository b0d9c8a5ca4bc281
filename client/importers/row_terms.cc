#include "client/importers/row_terms.h"

#include <algorithm>
#include <array>
#include <utility>

#include "client/importers/row.h"
#include "proto/codec/enums.h"
#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

bool is_word_char(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// Whether `folded` starts with the whole word or words `keyword`.
bool leads(std::string_view folded, std::string_view keyword) {
  return folded.starts_with(keyword) &&
         (folded.size() == keyword.size() || !is_word_char(folded[keyword.size()]));
}

bool has_word(std::string_view folded, std::string_view word) {
  for (std::size_t at = folded.find(word); at != std::string_view::npos;
       at = folded.find(word, at + 1)) {
    if ((at == 0 || !is_word_char(folded[at - 1])) && leads(folded.substr(at), word)) return true;
  }
  return false;
}

// Longer keywords come before those that they start with.
constexpr std::array<std::pair<std::string_view, v1::Measure>, 17> kMeasures = {
    {{"level", v1::MEASURE_LEVEL},
     {"growth yoy", v1::MEASURE_GROWTH_YOY},
     {"growth qoq", v1::MEASURE_GROWTH_QOQ},
     {"growth ytd", v1::MEASURE_GROWTH_YTD},
     {"growth since listing", v1::MEASURE_GROWTH_SINCE_LISTING},
     {"growth", v1::MEASURE_GROWTH},
     {"change", v1::MEASURE_GROWTH},
     {"ratio", v1::MEASURE_RATIO},
     {"share", v1::MEASURE_SHARE},
     {"rank", v1::MEASURE_RANK},
     {"price", v1::MEASURE_PRICE},
     {"rate", v1::MEASURE_RATE},
     {"duration", v1::MEASURE_DURATION},
     {"conversion", v1::MEASURE_CONVERSION},
     {"direction", v1::MEASURE_DIRECTION},
     {"qualitative", v1::MEASURE_DIRECTION},
     {"range", v1::MEASURE_LEVEL}}};

constexpr std::array<std::pair<std::string_view, v1::Role>, 7> kRoles = {
    {{"buyer", v1::ROLE_BUYER},
     {"seller", v1::ROLE_SELLER},
     {"supplier", v1::ROLE_SUPPLIER},
     {"customer", v1::ROLE_CUSTOMER},
     {"investor", v1::ROLE_INVESTOR},
     {"comparator", v1::ROLE_COMPARATOR},
     {"other", v1::ROLE_OTHER}}};

// Read from the front: what leads decides ("unattributed rewrite").
constexpr std::array<std::pair<std::string_view, v1::Attribution>, 10> kAttributions = {
    {{"issuer", v1::ATTRIBUTION_ISSUER},
     {"named", v1::ATTRIBUTION_NAMED},
     {"anonymous", v1::ATTRIBUTION_ANONYMOUS},
     {"unnamed", v1::ATTRIBUTION_ANONYMOUS},
     {"second-hand", v1::ATTRIBUTION_SECOND_HAND},
     {"second hand", v1::ATTRIBUTION_SECOND_HAND},
     {"third-hand", v1::ATTRIBUTION_THIRD_HAND},
     {"third hand", v1::ATTRIBUTION_THIRD_HAND},
     {"publisher", v1::ATTRIBUTION_PUBLISHER},
     {"unattributed", v1::ATTRIBUTION_UNATTRIBUTED}}};

constexpr std::array<std::pair<std::string_view, v1::BoundKind>, 3> kBoundKinds = {
    {{"yes", v1::BOUND_KIND_CLOSED},
     {"no", v1::BOUND_KIND_OPEN},
     {"approx", v1::BOUND_KIND_APPROXIMATE}}};

template <class E, std::size_t N>
std::optional<E> leading(const std::array<std::pair<std::string_view, E>, N>& words,
                         std::string_view folded) {
  for (const auto& [word, value] : words) {
    if (leads(folded, word)) return value;
  }
  return std::nullopt;
}

// The first word of a value: the plain one.
template <class E, std::size_t N>
std::string word_of(const std::array<std::pair<std::string_view, E>, N>& words, E value) {
  for (const auto& [word, v] : words) {
    if (v == value) return std::string(word);
  }
  return {};
}

tl::unexpected<Error> unknown(std::string_view column, std::string_view text, const char* words) {
  return bad_cell(
      column, "unknown_word",
      std::string(column) + " is '" + std::string(text.substr(0, 60)) + "': use one of " + words);
}

bool is_legal_form(std::string_view part) {
  static constexpr std::array<std::string_view, 18> kForms = {
      "inc", "ltd", "llc", "co",  "corp", "corporation", "limited", "plc", "gmbh",
      "ag",  "sa",  "s.a", "n.v", "nv",   "lp",          "l.p",     "se",  "incorporated"};
  std::string folded = to_lower_ascii(trim(part));
  if (folded.ends_with('.')) folded.pop_back();
  return std::find(kForms.begin(), kForms.end(), folded) != kForms.end();
}

}  // namespace

Result<v1::Status> status_of(std::string_view column, std::string_view text) {
  static constexpr std::array kAll = {Status::actual, Status::estimate, Status::guidance,
                                      Status::commitment, Status::target};
  const std::string folded = to_lower_ascii(trim(text));
  if (folded.empty()) return v1::STATUS_UNSPECIFIED;
  for (const Status status : kAll) {
    if (leads(folded, to_string(status))) return to_proto(status);
  }
  for (const Status status : kAll) {
    if (has_word(folded, to_string(status))) return to_proto(status);
  }
  return unknown(column, text, "actual, estimate, guidance, commitment, target");
}

Result<v1::Measure> measure_of(std::string_view column, std::string_view text) {
  std::string folded = to_lower_ascii(trim(text));
  if (folded.empty()) return v1::MEASURE_UNSPECIFIED;
  std::replace(folded.begin(), folded.end(), '-', ' ');
  if (const auto measure = leading(kMeasures, folded)) return *measure;
  return unknown(column, text,
                 "level, growth, growth yoy, growth qoq, growth ytd, growth since listing, ratio, "
                 "share, rank, price, rate, duration, conversion, direction");
}

Result<v1::PartyKind> party_kind_of(std::string_view column, std::string_view text) {
  const std::string folded = to_lower_ascii(trim(text));
  if (folded.empty()) return v1::PARTY_KIND_UNSPECIFIED;
  if (const auto kind = parse_party_kind(folded)) return static_cast<v1::PartyKind>(*kind);
  return unknown(column, text, "company, group, segment, market, country, product");
}

v1::Role role_of(std::string_view text) {
  const std::string folded = to_lower_ascii(trim(text));
  if (folded.empty()) return v1::ROLE_UNSPECIFIED;
  return leading(kRoles, folded).value_or(v1::ROLE_OTHER);
}

v1::Attribution attribution_of(std::string_view text) {
  return leading(kAttributions, to_lower_ascii(trim(text))).value_or(v1::ATTRIBUTION_UNSPECIFIED);
}

Result<v1::BoundKind> bound_kind_of(std::string_view column, std::string_view text) {
  const std::string folded = to_lower_ascii(trim(text));
  if (folded.empty()) return v1::BOUND_KIND_UNSPECIFIED;
  if (const auto kind = leading(kBoundKinds, folded)) return *kind;
  return unknown(column, text, "yes, no, approx");
}

std::string status_text(v1::Status status) {
  const auto known = from_proto(status);
  return known ? std::string(to_string(*known)) : std::string();
}

std::string measure_text(v1::Measure measure) { return word_of(kMeasures, measure); }

std::string party_kind_text(v1::PartyKind kind) {
  const auto known = from_proto(kind);
  return known && *known != PartyKind::unknown ? std::string(to_string(*known)) : std::string();
}

std::string role_text(v1::Role role) { return word_of(kRoles, role); }

std::string attribution_text(v1::Attribution attribution) {
  return word_of(kAttributions, attribution);
}

std::string bound_kind_text(v1::BoundKind kind) { return word_of(kBoundKinds, kind); }

std::vector<std::string> split_names(std::string_view text) {
  text = trim(text);
  std::vector<std::string> names;
  if (text.empty()) return names;
  if (text.find(';') != std::string_view::npos) {
    for (std::string& name : split(text, ';')) {
      if (!name.empty()) names.push_back(std::move(name));
    }
    return names;
  }
  std::vector<std::string> parts;
  if (text.find(", ") == std::string_view::npos) {
    parts = split(text, ',');
    const bool ids = std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
      return !part.empty() && slug(part) == part;
    });
    return ids ? parts : std::vector<std::string>{std::string(text)};
  }
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(", ", at), text.size());
    const std::string_view part = trim(text.substr(at, comma - at));
    if (!names.empty() && is_legal_form(part)) {
      names.back().append(", ").append(part);
    } else if (!part.empty()) {
      names.emplace_back(part);
    }
    at = comma + 2;
  }
  return names;
}

std::vector<v1::Counterparty> counterparties_of(std::string_view names, std::string_view roles) {
  const std::vector<std::string> parties = split_names(names);
  const std::vector<std::string> words = split(roles, ',');
  std::vector<v1::Counterparty> result;
  for (std::size_t i = 0; i < parties.size(); ++i) {
    v1::Counterparty& other = result.emplace_back();
    other.mutable_party()->set_name(parties[i]);
    other.set_role(role_of(words.size() == parties.size() ? std::string_view(words[i]) : roles));
  }
  return result;
}

}  // namespace capexdb::importers
