// What a statement says, in one form: for comparing stores.
#pragma once

#include <cstdint>

#include "capexdb/v1/event.pb.h"
#include "proto/model/error.h"
#include "storage/catalogue.h"

namespace capexdb::storage {

// The event as the store understood it at `sequence`, without what is no part of a
// statement's identity: two events of one content give the same one, whoever sent them
// and in whatever notation, but for what they cite. Names are CIKs, or ids, numbers
// have no trailing zeros, periods have their days. It may be ingested again. Error: it
// cannot be understood any more.
Result<v1::Event> canonical_event(const v1::Event& event, std::uint64_t sequence,
                                  Catalogue& catalogue);

}  // namespace capexdb::storage
