// What may not go into a message.
#pragma once

#include <string>
#include <string_view>

#include "proto/model/error.h"
#include "proto/model/text.h"

namespace capexdb::client {

// A message cannot carry bytes that are no UTF-8, and nothing stored holds control characters.
inline Result<void> check_text(const char* field, std::string_view text) {
  if (is_clean_text(text)) return {};
  return fail(Error{
      Errc::invalid_argument,
      std::string(field) + ": control characters, or bytes that are no UTF-8; write it in UTF-8",
      field, "bad_text"});
}

}  // namespace capexdb::client
