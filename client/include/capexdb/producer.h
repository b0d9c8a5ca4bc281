// Ingest: numbered batches, several on their way at a time, sent again with
// the same numbers after a reconnect until they are answered. So nothing is
// lost and nothing is stored twice, as long as the Producer lives.
//
//   auto producer = capexdb::Producer::open(options, {}, after(5s));
//   for (...) {
//     producer->add(event);
//     if (!producer->has_room()) producer->make_room(after(30s));
//     while (auto answered = producer->next_reply()) ...
//   }
//   producer->drain(after(30s));
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "capexdb/client.h"
#include "capexdb/v1/ingest.pb.h"

namespace capexdb {

struct ProducerOptions {
  std::size_t window = 16;              // batches on their way; the server's limit may be lower
  std::size_t batch_events_max = 1000;  // likewise
  bool atomic = false;                  // one bad record refuses its batch
  bool dry_run = false;                 // says what would happen, each batch behind those before
  bool dry_run_alone = false;           // instead, each for itself: cheaper, for one batch
  std::chrono::milliseconds give_up_after{60'000};  // without an answer from the server
};

// What became of one batch.
struct BatchReply {
  std::uint64_t base = 0;    // of its first event, counted from 0 over all events added
  std::uint64_t events = 0;  // in the batch
  v1::IngestReply reply;
};

// One thread at a time. Once a call has failed, all later ones give the same
// error: unavailable (not reached for give_up_after), aborted (another producer
// uses the id, or a dry run lost its connection), internal with reason kProtocolReason, or what the
// server answers. Batches without a reply may or may not be stored then; sending the same events
// again is harmless.
class Producer {
 public:
  // Without options.producer_id a random one is made for this run.
  static Result<Producer> open(ClientOptions options, const ProducerOptions& producer_options,
                               Deadline deadline);
  ~Producer();
  Producer(Producer&& other) noexcept;
  Producer& operator=(Producer&& other) noexcept;

  // Puts the event into the open batch, and hands the batch over when it is
  // full. Never waits for the server. Error: invalid_argument when the event is
  // larger than a message may be, or an atomic batch is over the limits (the
  // batch is then dropped); the Producer stays good.
  Result<void> add(v1::Event event);
  // The same, and where the caller then stands in its own input, in its own words: the
  // server keeps them with the batch, for a later run to go on behind it. At most
  // 4096 bytes.
  Result<void> add(v1::Event event, std::string_view checkpoint);
  // Hands the open batch over, if it has events. Never waits.
  void flush();
  // Makes the server forget the checkpoint, with the open batch or one without events.
  void forget_checkpoint();
  // Forgets the events of the open batch.
  void discard();

  // Fewer batches than the window are without an answer. A caller that adds
  // without room makes the queue grow.
  bool has_room() const;

  // Move bytes both ways, over a new connection where need be, until there is
  // room; until every batch that was handed over is answered; until every batch
  // is, the open one included. False when the deadline passes before; one in
  // the past still moves what can move without waiting.
  Result<bool> make_room(Deadline deadline);
  Result<bool> settle(Deadline deadline);
  Result<bool> drain(Deadline deadline);

  // Answers, in the order of the batches.
  std::optional<BatchReply> next_reply();

  const std::string& producer_id() const;
  // What the producer stood at when the connection was made first; empty: nothing.
  const std::string& welcome_checkpoint() const;
  std::uint64_t welcome_sequence() const;  // the store's last one when the connection was made
  std::uint64_t reconnects() const;        // connections made after the first

 private:
  struct Impl;
  explicit Producer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace capexdb
