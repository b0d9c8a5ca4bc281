// An answer as rows to print; the columns are the contract of docs/cli.md.
#pragma once

#include "client/cli/print.h"
#include "proto/model/query.h"

namespace capexdb::cli {

// Which columns there are beside those that all answers have: where each statement
// comes from; sellers and buyers; what was answered before; shares; the class of a
// conflict with its reason.
enum class Rows : std::uint8_t { cells, statements, shipments, changes, shares, conflicts };

// `answer` must outlive the table.
Table answer_table(const Answer& answer, Rows rows, Output output);

// What follows "rows" in the JSON object: sequence, as_of, policy, token,
// coverage (null unless it is a sum), notes.
Json answer_tail(const Answer& answer);

// One row as JSON has it among `rows`.
Json row_object(const AnswerRow& row, Rows rows);

}  // namespace capexdb::cli
