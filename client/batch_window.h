// The batches that a producer has handed over and that are not answered yet:
// their numbers, which of them are on their way over the present connection,
// and the answers, in order. No sockets, no clocks.
//
// A batch keeps its number until it is answered, so that after a reconnect the
// server either stores it or repeats the answer that was lost.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "capexdb/producer.h"
#include "capexdb/v1/envelope.pb.h"

namespace capexdb::client {

enum class Numbering : std::uint8_t {
  kept,       // a named producer: its numbers are for ever
  ephemeral,  // the server may have forgotten them; then they start again
  trial,      // of a dry run: from 1, and lost with the connection
  none,       // dry runs that stand for themselves
};

class BatchWindow {
 public:
  explicit BatchWindow(Numbering numbering) : numbering_(numbering) {}

  // A connection is made; `last_batch_number` is what its Welcome says. Errors:
  // aborted when another producer has used the id since, data_loss when the
  // server no longer knows batches that it has answered; aborted too when a dry run
  // has lost the connection that knew its first batches.
  Result<void> on_welcome(std::uint64_t last_batch_number);
  // Every batch without an answer is to be sent again.
  void on_disconnected();

  void push(v1::IngestRequest request);

  // The next batch to send, if fewer than `on_their_way_max` are on their way;
  // then call on_sent.
  v1::ClientMessage* next_to_send(std::size_t on_their_way_max);
  void on_sent(std::uint64_t request_id);

  // Error: internal (protocol) when the reply is not that request's.
  Result<void> on_reply(std::uint64_t request_id, v1::IngestReply reply);

  // Answers in the order of the batches.
  std::optional<BatchReply> next_reply();

  // Batches without an answer, and of these the ones sent over this connection.
  std::size_t unanswered() const { return batches_.size(); }
  std::size_t on_their_way() const { return sent_ - answered_early_; }

 private:
  struct Pending {
    v1::ClientMessage message;  // with the request
    std::uint64_t base = 0;
    std::uint64_t request_id = 0;
    std::optional<v1::IngestReply> reply;  // waits for those of earlier batches
  };

  void renumber(std::uint64_t first);

  Numbering numbering_;
  std::deque<Pending> batches_;     // the first sent_ of them are on their way
  std::size_t sent_ = 0;            // over this connection
  std::size_t answered_early_ = 0;  // of sent_
  std::deque<BatchReply> replies_;
  std::uint64_t events_ = 0;       // pushed so far
  std::uint64_t answered_ = 0;     // batches
  std::uint64_t last_number_ = 0;  // given out
  std::uint64_t last_sent_ = 0;    // the highest number ever sent
  bool welcomed_ = false;
};

}  // namespace capexdb::client
