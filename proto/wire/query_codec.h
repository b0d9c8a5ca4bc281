// Questions, answers and errors between message and model.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "capexdb/v1/envelope.pb.h"
#include "proto/model/query.h"

namespace capexdb::wire {

// Error: invalid_argument for an unknown enum.
Result<Query> from_proto(const v1::QueryRequest& message);
v1::QueryRequest to_proto(const Query& query);

Result<AnswerRow> from_proto(const v1::QueryRow& message);
v1::QueryRow to_proto(const AnswerRow& row);

// Everything of an answer but its rows.
v1::QueryDone done_of(const Answer& answer);
void apply(const v1::QueryDone& message, Answer& answer);

v1::Error to_proto(const Error& error);
Error from_proto(const v1::Error& message);

// Names an answer for ever: the sequence it was read at, and the question.
std::string make_token(const Query& query, const Answer& answer);
// The question of a token, at its sequence. Error: invalid_argument for a text
// that is no token, or one of another form.
Result<Query> question_of(std::string_view token);

// base64url without padding, as tokens are written.
std::string base64url(std::string_view bytes);
// Empty for a text that is none.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace capexdb::wire
