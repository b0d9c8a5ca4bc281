#include "capexdb/producer.h"

#include <algorithm>
#include <random>
#include <string>
#include <thread>

#include "client/backoff.h"
#include "client/batch_window.h"
#include "client/connection.h"
#include "proto/model/limits.h"

namespace capexdb {
namespace {

// What a request needs beside its events.
constexpr std::size_t kEnvelopeBytes = 1024;
// The tag and the length of one event within a request.
constexpr std::size_t kEventFrameBytes = 6;

std::string random_id(std::random_device& random) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string id;
  for (int word = 0; word < 4; ++word) {
    std::uint32_t bits = random();
    for (int digit = 0; digit < 8; ++digit, bits >>= 4U) id.push_back(kHex[bits & 0xFU]);
  }
  return id;
}

// Errors after which the same batches may be sent again over a new connection.
bool may_pass(Errc code) {
  return code == Errc::unavailable || code == Errc::resource_exhausted ||
         code == Errc::deadline_exceeded;
}

}  // namespace

struct Producer::Impl {
  Impl(ClientOptions client_options, const ProducerOptions& producer_options,
       client::Numbering numbering, std::uint32_t seed)
      : client(std::move(client_options)),
        options(producer_options),
        window(numbering),
        backoff(client.backoff_min, client.backoff_max, seed) {}

  ClientOptions client;
  ProducerOptions options;
  client::BatchWindow window;
  std::unique_ptr<client::Connection> connection;
  std::unique_ptr<client::Connection> attempt;  // a connection that is being opened
  std::optional<Error> fatal;

  v1::IngestRequest open_batch;
  std::size_t open_bytes = 0;
  std::size_t request_bytes_max = limits::kMessageBytesMax;
  std::size_t batch_events_max = 0;
  std::size_t on_their_way_max = 0;

  client::Backoff backoff;
  Deadline retry_at{};     // the next attempt, while there is no connection
  Deadline progress_at{};  // the last answer, or when there was nothing to answer
  Error last_failure;      // why there is no connection
  std::uint64_t sequence_at_open = 0;
  std::string checkpoint_at_open;
  std::uint64_t reconnects = 0;

  Result<void> welcome() {
    const v1::Limits& limits = connection->welcome().limits();
    const auto bounded = [](std::size_t ours, std::uint64_t theirs) {
      return theirs == 0 ? ours : std::min(ours, static_cast<std::size_t>(theirs));
    };
    request_bytes_max = bounded(limits::kMessageBytesMax, limits.message_bytes_max());
    batch_events_max = std::max<std::size_t>(
        1, bounded(options.atomic ? limits::kBatchEventsMax : options.batch_events_max,
                   limits.batch_events_max()));
    on_their_way_max =
        bounded(std::max<std::size_t>(1, options.window), limits.requests_in_flight_max());
    return window.on_welcome(connection->welcome().last_batch_number());
  }

  void seal() {
    if (open_batch.events_size() == 0 && !open_batch.has_checkpoint()) return;
    if (window.unanswered() == 0) progress_at = std::chrono::steady_clock::now();
    open_batch.set_producer_id(client.producer_id);
    open_batch.set_mode(options.atomic ? v1::BATCH_MODE_ATOMIC : v1::BATCH_MODE_PARTIAL);
    open_batch.set_dry_run(options.dry_run || options.dry_run_alone);
    window.push(std::move(open_batch));
    open_batch = {};
    open_bytes = 0;
    // Gets the batch under way; a failure is told by the next call that waits.
    if (connection) (void)step(Deadline::min());
  }

  Result<void> give_up(Error error) {
    fatal = std::move(error);
    connection.reset();
    attempt.reset();
    return fail(*fatal);
  }

  // The connection is of no use any more; a later step makes another.
  Result<void> disconnect(Error why) {
    if (!may_pass(why.code)) return give_up(std::move(why));
    connection.reset();
    attempt.reset();
    window.on_disconnected();
    last_failure = std::move(why);
    retry_at = backoff.failed(std::chrono::steady_clock::now());
    return {};
  }

  // Goes on with the attempt of an earlier call, where one is under way.
  Result<void> reconnect(Deadline deadline) {
    const Deadline give_up_at = progress_at + options.give_up_after;
    if (std::chrono::steady_clock::now() >= give_up_at) {
      return give_up(
          Error{Errc::unavailable, last_failure.message + "; gave up after " +
                                       std::to_string(options.give_up_after.count() / 1000) +
                                       " s without an answer"});
    }
    if (!attempt) {
      if (deadline < retry_at) {
        std::this_thread::sleep_until(deadline);
        return {};
      }
      std::this_thread::sleep_until(retry_at);
      auto begun = client::Connection::begin(client);
      if (!begun) return disconnect(std::move(begun.error()));
      attempt = std::move(*begun);
    }
    const auto opened = attempt->finish_opening(std::min(deadline, give_up_at));
    if (!opened) return disconnect(opened.error());
    if (!*opened) return {};
    connection = std::move(attempt);
    ++reconnects;
    auto welcomed = welcome();
    if (!welcomed) return give_up(std::move(welcomed.error()));
    return {};
  }

  void send_what_fits() {
    while (v1::ClientMessage* batch = window.next_to_send(on_their_way_max)) {
      window.on_sent(connection->send(*batch));
    }
  }

  // Waits, at most until the deadline, for one thing to happen.
  Result<void> step(Deadline deadline) {
    if (fatal) return fail(*fatal);
    if (!connection) return reconnect(deadline);
    send_what_fits();
    const Deadline silence = progress_at + options.give_up_after;
    auto waited = connection->wait(std::min(deadline, silence));
    if (!waited) return disconnect(std::move(waited.error()));
    if (!*waited) {
      if (window.unanswered() == 0 || std::chrono::steady_clock::now() < silence) return {};
      return give_up(
          Error{Errc::deadline_exceeded, "no answer from " + client.server + " for " +
                                             std::to_string(options.give_up_after.count() / 1000) +
                                             " s; " + std::to_string(window.unanswered()) +
                                             " batches are unanswered, send them again later"});
    }
    client::Reply& reply = **waited;
    if (!reply.message) return disconnect(std::move(reply.message.error()));
    auto taken = window.on_reply(reply.request_id, std::move(*reply.message->mutable_ingest()));
    if (!taken) return give_up(std::move(taken.error()));
    progress_at = std::chrono::steady_clock::now();
    backoff.succeeded();
    return {};
  }

  // False when the deadline passes first.
  template <class Done>
  Result<bool> step_until(Deadline deadline, Done done) {
    if (fatal) return fail(*fatal);
    while (!done()) {
      CAPEXDB_TRY(step(deadline));
      if (!done() && std::chrono::steady_clock::now() >= deadline) return false;
    }
    return true;
  }

  bool has_room() const { return window.unanswered() < std::max<std::size_t>(1, on_their_way_max); }
};

Producer::Producer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Producer::~Producer() = default;
Producer::Producer(Producer&& other) noexcept = default;
Producer& Producer::operator=(Producer&& other) noexcept = default;

Result<Producer> Producer::open(ClientOptions options, const ProducerOptions& producer_options,
                                Deadline deadline) {
  std::random_device random;
  if (options.producer_id.empty()) {
    options.producer_id = random_id(random);
    options.ephemeral_producer = true;
  }
  const auto numbering = producer_options.dry_run_alone ? client::Numbering::none
                         : producer_options.dry_run     ? client::Numbering::trial
                         : options.ephemeral_producer   ? client::Numbering::ephemeral
                                                        : client::Numbering::kept;
  auto impl = std::make_unique<Impl>(std::move(options), producer_options, numbering, random());
  CAPEXDB_ASSIGN(impl->connection, client::Connection::open(impl->client, deadline));
  impl->sequence_at_open = impl->connection->welcome().last_sequence();
  impl->checkpoint_at_open = impl->connection->welcome().checkpoint();
  impl->progress_at = std::chrono::steady_clock::now();
  CAPEXDB_TRY(impl->welcome());
  return Producer(std::move(impl));
}

Result<void> Producer::add(v1::Event event) { return add(std::move(event), {}); }

Result<void> Producer::add(v1::Event event, std::string_view checkpoint) {
  Impl& p = *impl_;
  if (p.fatal) return fail(*p.fatal);
  const std::size_t bytes = event.ByteSizeLong() + kEventFrameBytes + checkpoint.size();
  const std::size_t bytes_max = p.request_bytes_max - kEnvelopeBytes;
  if (bytes > bytes_max) {
    return fail(Errc::invalid_argument, "an event of " + std::to_string(bytes) +
                                            " bytes is over the server's limit of " +
                                            std::to_string(bytes_max));
  }
  const bool full = static_cast<std::size_t>(p.open_batch.events_size()) >= p.batch_events_max ||
                    p.open_bytes + bytes > bytes_max;
  if (full && p.options.atomic) {
    discard();
    return fail(Errc::invalid_argument, "an atomic batch has at most " +
                                            std::to_string(p.batch_events_max) + " events and " +
                                            std::to_string(bytes_max) + " bytes; divide the input");
  }
  if (full) p.seal();
  *p.open_batch.add_events() = std::move(event);
  p.open_bytes += bytes - checkpoint.size();
  if (!checkpoint.empty()) {
    p.open_batch.mutable_checkpoint()->assign(checkpoint.data(), checkpoint.size());
  }
  if (!p.options.atomic &&
      static_cast<std::size_t>(p.open_batch.events_size()) >= p.batch_events_max) {
    p.seal();
  }
  return {};
}

void Producer::flush() { impl_->seal(); }

void Producer::forget_checkpoint() { impl_->open_batch.set_checkpoint(""); }

void Producer::discard() {
  impl_->open_batch = {};
  impl_->open_bytes = 0;
}

bool Producer::has_room() const { return impl_->has_room(); }

Result<bool> Producer::make_room(Deadline deadline) {
  return impl_->step_until(deadline, [this] { return impl_->has_room(); });
}

Result<bool> Producer::settle(Deadline deadline) {
  return impl_->step_until(deadline, [this] { return impl_->window.unanswered() == 0; });
}

Result<bool> Producer::drain(Deadline deadline) {
  flush();
  return settle(deadline);
}

std::optional<BatchReply> Producer::next_reply() { return impl_->window.next_reply(); }

const std::string& Producer::producer_id() const { return impl_->client.producer_id; }
const std::string& Producer::welcome_checkpoint() const { return impl_->checkpoint_at_open; }
std::uint64_t Producer::welcome_sequence() const { return impl_->sequence_at_open; }
std::uint64_t Producer::reconnects() const { return impl_->reconnects; }

}  // namespace capexdb
