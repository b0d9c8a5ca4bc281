// The field's closed vocabularies and how people write them. Values equal
// those of capexdb/v1/event.proto and are part of the storage format.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace capexdb {

enum class Status : std::uint8_t {
  actual = 1,
  estimate = 2,
  guidance = 3,
  commitment = 4,
  target = 5
};

enum class Measure : std::uint8_t {
  level = 1,
  growth = 2,
  growth_yoy = 3,
  growth_qoq = 4,
  growth_ytd = 5,
  growth_since_listing = 6,
  ratio = 7,
  share = 8,
  rank = 9,
  price = 10,
  rate = 11,
  duration = 12,
  conversion = 13,
  direction = 14,
};

enum class PartyKind : std::uint8_t {
  unknown = 0,
  company = 1,
  group = 2,
  segment = 3,
  market = 4,
  country = 5,
  product = 6,
};

enum class Role : std::uint8_t {
  unspecified = 0,
  buyer = 1,
  seller = 2,
  supplier = 3,
  customer = 4,
  investor = 5,
  comparator = 6,
  other = 7,
};

enum class UnitClass : std::uint8_t {
  unspecified = 0,
  money = 1,
  count = 2,
  price = 3,
  ratio = 4,
  rate = 5
};
enum class Aggregation : std::uint8_t { unspecified = 0, flow = 1, stock = 2, rate = 3, none = 4 };

std::string_view to_string(Status status);    // "actual"
std::string_view to_string(Measure measure);  // "growth-yoy"
std::string_view to_string(PartyKind kind);   // "company"
std::string_view to_string(Role role);        // "buyer"; "" for unspecified
std::string_view to_string(UnitClass unit_class);
std::string_view to_string(Aggregation aggregation);

// Exact words as printed by to_string.
std::optional<Status> parse_status(std::string_view word);
std::optional<Measure> parse_measure(std::string_view word);
std::optional<PartyKind> parse_party_kind(std::string_view word);
std::optional<Role> parse_role(std::string_view word);
std::optional<UnitClass> parse_unit_class(std::string_view word);
std::optional<Aggregation> parse_aggregation(std::string_view word);

bool is_growth(Measure measure);

// A counterparty of that role takes part in the statement, so that it can be
// read from its end too. A comparator is only a yardstick.
bool takes_part(Role role);

}  // namespace capexdb
