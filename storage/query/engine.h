// Answers questions from a store: request -> plan -> scan -> fold -> answer.
// Any thread; each call works on its own view.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "proto/model/query.h"
#include "storage/event_store.h"

namespace capexdb::storage {

struct QueryLimits {
  std::uint32_t rows_max = 1'000'000;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  const std::atomic<bool>* cancelled = nullptr;  // may be set by another thread
};

// Errors: invalid_argument (a wrong question, with what to ask instead),
// not_found (unknown name, with the nearest one), out_of_range (a sequence in
// the future, overflow), deadline_exceeded, cancelled, data_loss (a block that
// cannot be read; never a short answer instead).
Result<Answer> run_query(const EventStore& store, const Query& query, const QueryLimits& limits);

// The event of a sequence as it came. Error: not_found, data_loss.
Result<StoredEvent> read_event(const EventStore& store, std::uint64_t sequence);

}  // namespace capexdb::storage
