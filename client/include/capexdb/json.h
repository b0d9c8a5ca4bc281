// Events as protobuf's JSON, with the field names of the .proto files.
#pragma once

#include <string>

#include "capexdb/v1/event.pb.h"
#include "proto/model/error.h"

namespace capexdb {

// One line, fields in the order of their numbers, unset ones left out.
Result<std::string> event_to_json(const v1::Event& event);

}  // namespace capexdb
