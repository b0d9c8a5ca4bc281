// Answers questions from a store: request -> plan -> scan -> fold -> answer.
// Any thread; each call works on its own view.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "proto/model/query.h"
#include "storage/event_store.h"
#include "storage/query/query_limits.h"

namespace capexdb::storage {

// Takes the next rows of an answer, at most kRowsAtOnce; never none. Its error ends
// the question.
using RowSink = std::function<Result<void>(std::vector<AnswerRow> rows)>;
inline constexpr std::size_t kRowsAtOnce = 500;

// The rows go to `sink` in the order of the answer as they are made; what comes
// back has none. Answers that are made company by company never lie in memory as
// a whole. An error may come behind rows, which then are no answer. Errors:
// invalid_argument (a wrong question, with what to ask instead), not_found (unknown
// name, with the nearest one), out_of_range (a sequence in the future, overflow),
// deadline_exceeded, cancelled, resource_exhausted (too much for the memory that
// questions have), data_loss (a block that cannot be read; never a short answer
// instead).
Result<Answer> run_query(const EventStore& store, const Query& query, const QueryLimits& limits,
                         const RowSink& sink);
// The same with all rows at once.
Result<Answer> run_query(const EventStore& store, const Query& query, const QueryLimits& limits);

// The event of a sequence as it came. Error: not_found, data_loss.
Result<StoredEvent> read_event(const EventStore& store, std::uint64_t sequence);

}  // namespace capexdb::storage
