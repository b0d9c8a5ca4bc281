// The insides of a server, for server*.cc only.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>

#include "daemon/connection.h"
#include "daemon/feed.h"
#include "daemon/query_pool.h"
#include "daemon/server.h"
#include "daemon/trial_queue.h"
#include "storage/commit_queue.h"

namespace capexdb::daemon {

inline constexpr std::size_t kReadBufferBytes = 256U << 10U;
inline constexpr std::chrono::seconds kFailedGrace{1};  // as kStopGrace, when the store has failed

struct Server::Impl {
  Impl(storage::EventStore& the_store, ServerOptions the_options)
      : store(the_store),
        options(std::move(the_options)),
        service(store, counters, options.service),
        pool({.short_jobs_max = options.query_threads, .long_jobs_max = options.query_threads}),
        quick_pool({.short_jobs_max = 1, .long_jobs_max = 0, .parked_max = 0}),
        subscriptions(store, {.retention = options.retention}, counters.subscriptions),
        commits(
            [this](std::span<storage::Batch> group) {
              auto replies = store.commit(group);
              subscriptions.on_commit();
              return replies;
            },
            {limits::kCommitQueueBytesMax, limits::kCommitGroupBytesMax},
            [this](const v1::QuarantineRequest& request) {
              auto reply = store.review(request);
              subscriptions.on_commit();
              return reply;
            }),
        trials(store, options.service.data_dir + "/dry-runs"),
        host{[this](Connection& c, Greet action) { greet(c, std::move(action)); },
             [this](Connection& c, SubmitBatch& action) { return submit(c, action); },
             [this](Connection& c, RunRequest action) { answer(c, std::move(action)); },
             [this](Connection& c, MoveCursor action) { move_cursor(c, std::move(action)); },
             [this](Connection& c, Subscribe action) { subscribe(c, std::move(action)); },
             [this](Connection& c, AddCredit action) {
               subscriptions.add_credit({c.id(), action.ticket}, action.changes);
             },
             [this](Connection& c, Unsubscribe action) {
               subscriptions.close({c.id(), action.ticket});
             },
             options.session,
             memory,
             turns,
             read_buffer} {}

  Result<std::string> listen();
  asio::awaitable<void> accept();
  asio::awaitable<void> tick();
  void try_open(tcp::socket socket);
  void open(tcp::socket socket);
  void closed(ConnectionId id, const std::exception_ptr& failure);
  void await_signal();
  void stop(std::chrono::milliseconds grace);

  void greet(Connection& connection, Greet action);
  bool submit(Connection& connection, SubmitBatch& action);
  void answer(Connection& connection, RunRequest action);
  void decide(Connection& connection, const RunRequest& action);
  void move_cursor(Connection& connection, MoveCursor action);
  void subscribe(Connection& connection, Subscribe action);
  // After something was written, or could not be.
  void end_if_store_failed(bool failed);
  using FrameInput = void (Session::*)(Ticket, std::string, TimePoint);
  void post_written(const std::weak_ptr<Connection>& connection, Ticket ticket, std::string frame,
                    FrameInput input);
  class FramePost;
  // May its answer be made, with all those that wait to be sent? Any thread.
  bool is_affordable(const RunRequest& request) const {
    return !memory.is_crowded() || std::holds_alternative<v1::StatusRequest>(request.request);
  }

  // Runs `input(session, now)` on the net thread, if the connection is still there.
  template <class Input>
  void post(std::weak_ptr<Connection> connection, Input input) {
    asio::post(io, [connection = std::move(connection), input = std::move(input)]() mutable {
      if (const auto alive = connection.lock()) alive->feed(std::move(input));
    });
  }

  storage::EventStore& store;
  const ServerOptions options;
  Memory memory;  // outlives what is posted below
  asio::io_context io{1};
  Counters counters;
  Service service;
  // Their threads post to io, so they are joined before it goes.
  QueryPool pool;
  QueryPool quick_pool;  // what takes no time, so that it never waits for questions
  Feed subscriptions;
  storage::CommitQueue commits;
  TrialQueue trials;

  std::array<char, kReadBufferBytes> read_buffer;
  Turns turns{io};
  ConnectionHost host;
  tcp::acceptor acceptor{io};
  asio::steady_timer accept_timer{io};
  asio::steady_timer tick_timer{io};
  asio::signal_set signals{io};
  Producers producers;
  std::unordered_map<ConnectionId, std::shared_ptr<Connection>> connections;
  ConnectionId last_id = 0;
  int faults_this_tick = 0;
  bool stopping = false;
  End end = End::signal;
};

}  // namespace capexdb::daemon
