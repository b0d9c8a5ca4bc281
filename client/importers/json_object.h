// The top level of one JSON object, as text: numbers keep every digit that
// they were written with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/model/error.h"

namespace capexdb::importers {

struct JsonObject {
  std::vector<std::string> names;   // of members with a text, number, flag or null
  std::vector<std::string> values;  // "yes" and "no" for flags, "" for null
  std::vector<std::string> nested;  // of members that are objects or arrays
};

// Error: invalid_argument when `text` is not exactly one JSON object;
// `reason` is "json_cut_short" when it only ends too early.
Result<JsonObject> parse_json_object(std::string_view text);

// "2.3e10" as "23000000000". Error: invalid_argument, past 38 digits.
Result<std::string> plain_digits(std::string_view json_number);

}  // namespace capexdb::importers
