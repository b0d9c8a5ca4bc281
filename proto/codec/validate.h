// The only way from a producer's bytes to something that may be stored.
#pragma once

#include <string>

#include "capexdb/v1/event.pb.h"
#include "proto/model/statement.h"

namespace capexdb {

// Parses and checks one serialized capexdb.v1.Event. `bytes` is kept as the
// event's own bytes. Error: invalid_argument with `field` (a path inside the
// Event) and `reason` (a stable word) set, or out_of_range for numbers that do
// not fit. Pure; any thread.
Result<ValidEvent> validate(std::string bytes);

// The period that a message names, by the rules of Period's fields: dates
// decide over the label; a label alone is read as a period, and where the kind
// says instant as a window.
Result<Period> from_proto(const v1::Period& message);

// The fiscal period that a message names by its label alone ("FY2025-Q1"), whose days
// only the catalogue can tell; empty for any other message.
std::optional<FiscalPeriod> fiscal_from_proto(const v1::Period& message);

// Identity of a document and of its root; see capexdb.v1.Source.
Documents identify(const v1::Source& source, const TimeRange& published);

}  // namespace capexdb
