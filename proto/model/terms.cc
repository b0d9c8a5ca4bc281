#include "proto/model/terms.h"

#include <array>
#include <string_view>
#include <utility>

namespace capexdb {
namespace {

template <class E, std::size_t N>
using Words = std::array<std::pair<E, std::string_view>, N>;

constexpr Words<Status, 5> kStatuses = {{{Status::actual, "actual"},
                                         {Status::estimate, "estimate"},
                                         {Status::guidance, "guidance"},
                                         {Status::commitment, "commitment"},
                                         {Status::target, "target"}}};

constexpr Words<Measure, 14> kMeasures = {{{Measure::level, "level"},
                                           {Measure::growth, "growth"},
                                           {Measure::growth_yoy, "growth-yoy"},
                                           {Measure::growth_qoq, "growth-qoq"},
                                           {Measure::growth_ytd, "growth-ytd"},
                                           {Measure::growth_since_listing, "growth-since-listing"},
                                           {Measure::ratio, "ratio"},
                                           {Measure::share, "share"},
                                           {Measure::rank, "rank"},
                                           {Measure::price, "price"},
                                           {Measure::rate, "rate"},
                                           {Measure::duration, "duration"},
                                           {Measure::conversion, "conversion"},
                                           {Measure::direction, "direction"}}};

constexpr Words<PartyKind, 7> kPartyKinds = {{{PartyKind::unknown, "unknown"},
                                              {PartyKind::company, "company"},
                                              {PartyKind::group, "group"},
                                              {PartyKind::segment, "segment"},
                                              {PartyKind::market, "market"},
                                              {PartyKind::country, "country"},
                                              {PartyKind::product, "product"}}};

constexpr Words<Role, 8> kRoles = {{{Role::unspecified, ""},
                                    {Role::buyer, "buyer"},
                                    {Role::seller, "seller"},
                                    {Role::supplier, "supplier"},
                                    {Role::customer, "customer"},
                                    {Role::investor, "investor"},
                                    {Role::comparator, "comparator"},
                                    {Role::other, "other"}}};

constexpr Words<UnitClass, 6> kUnitClasses = {{{UnitClass::unspecified, ""},
                                               {UnitClass::money, "money"},
                                               {UnitClass::count, "count"},
                                               {UnitClass::price, "price"},
                                               {UnitClass::ratio, "ratio"},
                                               {UnitClass::rate, "rate"}}};

constexpr Words<Aggregation, 5> kAggregations = {{{Aggregation::unspecified, ""},
                                                  {Aggregation::flow, "flow"},
                                                  {Aggregation::stock, "stock"},
                                                  {Aggregation::rate, "rate"},
                                                  {Aggregation::none, "none"}}};

template <class E, std::size_t N>
std::string_view word_of(const Words<E, N>& words, E value) {
  for (const auto& [candidate, word] : words) {
    if (candidate == value) return word;
  }
  return "";
}

template <class E, std::size_t N>
std::optional<E> value_of(const Words<E, N>& words, std::string_view word) {
  for (const auto& [value, candidate] : words) {
    if (candidate == word) return value;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Status status) { return word_of(kStatuses, status); }
std::string_view to_string(Measure measure) { return word_of(kMeasures, measure); }
std::string_view to_string(PartyKind kind) { return word_of(kPartyKinds, kind); }
std::string_view to_string(Role role) { return word_of(kRoles, role); }
std::string_view to_string(UnitClass unit_class) { return word_of(kUnitClasses, unit_class); }
std::string_view to_string(Aggregation aggregation) { return word_of(kAggregations, aggregation); }

std::optional<Status> parse_status(std::string_view word) { return value_of(kStatuses, word); }
std::optional<Measure> parse_measure(std::string_view word) { return value_of(kMeasures, word); }
std::optional<PartyKind> parse_party_kind(std::string_view word) {
  return value_of(kPartyKinds, word);
}
std::optional<Role> parse_role(std::string_view word) { return value_of(kRoles, word); }
std::optional<UnitClass> parse_unit_class(std::string_view word) {
  return value_of(kUnitClasses, word);
}
std::optional<Aggregation> parse_aggregation(std::string_view word) {
  return value_of(kAggregations, word);
}

bool is_growth(Measure measure) {
  return measure >= Measure::growth && measure <= Measure::growth_since_listing;
}

bool takes_part(Role role) { return role != Role::comparator; }

}  // namespace capexdb
