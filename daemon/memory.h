// What all sessions together may hold: the counts behind the bounds that one
// connection cannot keep alone.
#pragma once

#include <atomic>
#include <cstddef>

#include "daemon/budget.h"
#include "proto/model/limits.h"

namespace capexdb::daemon {

// The net thread's, but for reply_bytes, which any thread may use. Who waits
// for a batch or a question holds a message and never the reverse; a batch
// gives its room back when it is queued, a question when it is answered: nobody
// waits in a circle.
struct Memory {
  Budget messages{limits::kMessageBytesMaxOfAll};  // begun, until they are built
  Budget large_messages{limits::kLargeMessageBytesMaxOfAll};
  Budget batches{limits::kBatchBytesMaxOfAll};  // built, until they are queued
  Budget large_batches{limits::kLargeBatchBytesMaxOfAll};
  Budget questions{limits::kQuestionBytesMaxOfAll};  // built, until they are answered

  // Of replies: queued, and on their way from the query threads.
  std::atomic<std::size_t> reply_bytes{0};
  bool is_crowded() const { return reply_bytes > limits::kReplyBytesQueuedMaxOfAll; }
};

}  // namespace capexdb::daemon
