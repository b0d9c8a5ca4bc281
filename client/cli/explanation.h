// The statements behind the rows of an answer, in sentences.
#pragma once

#include <iosfwd>

#include "proto/model/query.h"

namespace capexdb::cli {

// A paragraph for each row that has parts: the value and its derivation, then a
// line for each statement with its source and document.
void print_explanation(const Answer& answer, std::ostream& out);

}  // namespace capexdb::cli
