// The model's vocabularies and the messages' enums have the same numbers.
#pragma once

#include "capexdb/v1/event.pb.h"
#include "proto/model/interval.h"
#include "proto/model/terms.h"

namespace capexdb {

// Numbers outside the vocabulary give empty; unspecified too, where the model
// has no such value.
std::optional<Status> from_proto(v1::Status status);
std::optional<Measure> from_proto(v1::Measure measure);
std::optional<PartyKind> from_proto(v1::PartyKind kind);
std::optional<Role> from_proto(v1::Role role);
std::optional<BoundKind> from_proto(v1::BoundKind kind);
std::optional<UnitClass> from_proto(v1::UnitClass unit_class);
std::optional<Aggregation> from_proto(v1::Aggregation aggregation);

v1::Status to_proto(Status status);
v1::Measure to_proto(Measure measure);
v1::PartyKind to_proto(PartyKind kind);
v1::Role to_proto(Role role);
v1::BoundKind to_proto(BoundKind kind);
v1::UnitClass to_proto(UnitClass unit_class);
v1::Aggregation to_proto(Aggregation aggregation);

}  // namespace capexdb
