#include "proto/codec/enums.h"

namespace capexdb {
namespace {

template <class To, class From>
std::optional<To> in_range(From value, int first, int last) {
  const int number = static_cast<int>(value);
  if (number < first || number > last) return std::nullopt;
  return static_cast<To>(number);
}

// The vocabularies grow at their ends, in both places.
static_assert(static_cast<int>(Status::target) == v1::Status_MAX);
static_assert(static_cast<int>(Measure::direction) == v1::Measure_MAX);
static_assert(static_cast<int>(PartyKind::product) == v1::PartyKind_MAX);
static_assert(static_cast<int>(Role::other) == v1::Role_MAX);
static_assert(static_cast<int>(UnitClass::rate) == v1::UnitClass_MAX);
static_assert(static_cast<int>(Aggregation::none) == v1::Aggregation_MAX);

}  // namespace

std::optional<Status> from_proto(v1::Status status) { return in_range<Status>(status, 1, 5); }
std::optional<Measure> from_proto(v1::Measure measure) { return in_range<Measure>(measure, 1, 14); }
std::optional<PartyKind> from_proto(v1::PartyKind kind) { return in_range<PartyKind>(kind, 0, 6); }
std::optional<Role> from_proto(v1::Role role) { return in_range<Role>(role, 0, 7); }

std::optional<BoundKind> from_proto(v1::BoundKind kind) {
  if (kind == v1::BOUND_KIND_UNSPECIFIED) return BoundKind::closed;
  const auto number = in_range<int>(kind, 1, 3);
  return number ? std::optional(static_cast<BoundKind>(*number - 1)) : std::nullopt;
}

std::optional<UnitClass> from_proto(v1::UnitClass unit_class) {
  return in_range<UnitClass>(unit_class, 0, 5);
}

std::optional<Aggregation> from_proto(v1::Aggregation aggregation) {
  return in_range<Aggregation>(aggregation, 0, 4);
}

v1::Status to_proto(Status status) { return static_cast<v1::Status>(status); }
v1::Measure to_proto(Measure measure) { return static_cast<v1::Measure>(measure); }
v1::PartyKind to_proto(PartyKind kind) { return static_cast<v1::PartyKind>(kind); }
v1::Role to_proto(Role role) { return static_cast<v1::Role>(role); }
v1::BoundKind to_proto(BoundKind kind) {
  return static_cast<v1::BoundKind>(static_cast<int>(kind) + 1);
}
v1::UnitClass to_proto(UnitClass unit_class) { return static_cast<v1::UnitClass>(unit_class); }
v1::Aggregation to_proto(Aggregation aggregation) {
  return static_cast<v1::Aggregation>(aggregation);
}

}  // namespace capexdb
