// An answer as rows to print; the columns are the contract of docs/cli.md.
#pragma once

#include "client/cli/print.h"
#include "proto/model/query.h"

namespace capexdb::cli {

// statements: with where each comes from; conflicts: with their class, sides and reason
enum class Rows : std::uint8_t { cells, statements, conflicts };

// `answer` must outlive the table.
Table answer_table(const Answer& answer, Rows rows, Output output);

// What follows "rows" in the JSON object: sequence, as_of, policy, token,
// coverage (null unless it is a sum), notes.
Json answer_tail(const Answer& answer);

}  // namespace capexdb::cli
