#include "daemon/server.h"

#include <spdlog/spdlog.h>

#include <array>
#include <cstdlib>
#include <unordered_map>
#include <utility>

#include "daemon/connection.h"
#include "daemon/decision.h"
#include "daemon/query_pool.h"
#include "daemon/replies.h"
#include "daemon/trial_queue.h"
#include "storage/commit_queue.h"

namespace capexdb::daemon {
namespace {

constexpr std::chrono::milliseconds kTick{200};
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr int kAcceptsAtOnce = 64;
constexpr std::chrono::seconds kStopGrace{5};    // half of the time that sessions have
constexpr std::chrono::seconds kFailedGrace{1};  // the same, when the store has failed
constexpr std::size_t kRefusalsMax = 64;         // connections over the limit that are told so
constexpr std::size_t kReadBufferBytes = 256U << 10U;
constexpr int kExitInterrupted = 130;
constexpr std::chrono::milliseconds kPeerPatience{10};  // of a question that keeps its place
constexpr int kFaultsLoggedPerTick = 10;                // the others at level debug

std::string to_text(const tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" +
         std::to_string(endpoint.port());
}

bool is_quick(const RunRequest& request) {
  return std::holds_alternative<v1::StatusRequest>(request.request) ||
         std::holds_alternative<v1::ShowRequest>(request.request);
}

void count(Counters& counters, const v1::IngestReply& reply) {
  counters.events_accepted += reply.accepted();
  counters.events_duplicate += reply.duplicates();
  counters.events_rejected += reply.rejected();
}

}  // namespace

struct Server::Impl {
  Impl(storage::EventStore& the_store, ServerOptions the_options)
      : store(the_store),
        options(std::move(the_options)),
        service(store, counters, options.service),
        pool({.short_jobs_max = options.query_threads, .long_jobs_max = options.query_threads}),
        quick_pool({.short_jobs_max = 1, .long_jobs_max = 0, .parked_max = 0}),
        commits([this](std::span<storage::Batch> group) { return store.commit(group); },
                {limits::kCommitQueueBytesMax, limits::kCommitGroupBytesMax},
                [this](const v1::QuarantineRequest& request) { return store.review(request); }),
        trials(store, options.service.data_dir + "/dry-runs"),
        host{[this](Connection& c, Greet action) { greet(c, std::move(action)); },
             [this](Connection& c, SubmitBatch& action) { return submit(c, action); },
             [this](Connection& c, RunRequest action) { answer(c, std::move(action)); },
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
  // After something was written, or could not be.
  void end_if_store_failed(bool failed);
  class ReplyPost;
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

// ---- Connections.

Result<std::string> Server::Impl::listen() {
  ErrorCode error;
  const auto address = asio::ip::make_address(options.listen.host, error);
  if (error) return fail(Errc::invalid_argument, options.listen.host + " is not an IP address");
  const tcp::endpoint endpoint(address, options.listen.port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
  if (!error) acceptor.non_blocking(true, error);
  if (error) {
    return fail(Errc::unavailable, "cannot listen on " + to_text(endpoint) + ": " +
                                       error.message() + "; choose another with --listen");
  }
  return to_text(acceptor.local_endpoint());
}

asio::awaitable<void> Server::Impl::accept() {
  bool warned = false;  // once for each time that resources run out
  while (!stopping) {
    (void)co_await acceptor.async_wait(tcp::acceptor::wait_read, kAwait);
    bool pause = false;
    for (int i = 0; i < kAcceptsAtOnce && !pause && !stopping; ++i) {
      if (connections.size() >= options.connections_max + kRefusalsMax) {
        pause = true;
        break;
      }
      ErrorCode error;
      tcp::socket socket = acceptor.accept(error);
      if (!error) {
        warned = false;
        try_open(std::move(socket));
      } else if (error == asio::error::would_block) {
        break;
      } else if (error != asio::error::connection_aborted) {
        // Out of file descriptors or memory: those that are open go on.
        if (!std::exchange(warned, true)) {
          spdlog::warn("cannot accept error=\"{}\" connections={}", error.message(),
                       connections.size());
        }
        pause = true;
      }
    }
    if (pause) {
      accept_timer.expires_after(kAcceptPause);
      co_await accept_timer.async_wait(kAwait);
    }
  }
}

void Server::Impl::try_open(tcp::socket socket) {
  try {
    open(std::move(socket));
  } catch (const std::exception& failure) {
    spdlog::error("cannot serve a connection what=\"{}\"", failure.what());
    if (connections.erase(last_id) > 0) --counters.connections;
  }
}

void Server::Impl::open(tcp::socket socket) {
  ErrorCode error;
  const tcp::endpoint peer = socket.remote_endpoint(error);
  if (error) return;  // it is gone already
  ErrorCode ignored;  // a connection works without these
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  socket.non_blocking(true, error);
  if (error) return;

  const bool refused = connections.size() >= options.connections_max;
  const ConnectionId id = ++last_id;
  auto connection = std::make_shared<Connection>(id, std::move(socket), to_text(peer), host);
  if (refused) {
    connection->feed([this](Session& session, TimePoint now) {
      session.refuse(Error{Errc::resource_exhausted, "the server has its " +
                                                         std::to_string(options.connections_max) +
                                                         " connections; try again later"},
                     now);
    });
  }
  connections.emplace(id, connection);
  ++counters.connections;
  spdlog::debug("connection opened id={} peer={}", id, connection->peer());
  asio::co_spawn(io, connection->run(), [this, id, connection](const std::exception_ptr& failure) {
    closed(id, failure);
  });
}

void Server::Impl::closed(ConnectionId id, const std::exception_ptr& failure) {
  const auto found = connections.find(id);
  const std::shared_ptr<Connection> connection = found->second;
  if (failure) {
    spdlog::error("connection failed id={} peer={}", id, connection->peer());
    connection->abort();
  }
  const Session& session = connection->session();
  if (!session.fault_text().empty()) {
    const bool loud = ++faults_this_tick <= kFaultsLoggedPerTick;
    spdlog::log(loud ? spdlog::level::info : spdlog::level::debug,
                "connection ended by a fault id={} peer={} client=\"{}\" fault=\"{}\"", id,
                connection->peer(), session.client_name(), session.fault_text());
  } else {
    spdlog::debug("connection closed id={} peer={}", id, connection->peer());
  }
  if (!session.producer_id().empty()) producers.release(session.producer_id(), id);
  trials.end(id);
  connections.erase(found);
  --counters.connections;
  if (stopping && connections.empty()) tick_timer.cancel();
}

asio::awaitable<void> Server::Impl::tick() {
  while (!stopping || !connections.empty()) {
    tick_timer.expires_after(kTick);
    co_await tick_timer.async_wait(kAwait);
    faults_this_tick = 0;
    for (const auto& [id, connection] : connections) {
      connection->on_tick();
    }
  }
  signals.cancel();
}

// ---- What sessions ask for.

void Server::Impl::greet(Connection& connection, Greet action) {
  const std::string producer_id = action.hello.producer_id();
  spdlog::debug("hello id={} client=\"{}\" producer=\"{}\"", connection.id(),
                action.hello.client_name(), producer_id);
  auto look_up = [this, producer_id, weak = connection.weak_from_this()] {
    quick_pool.run_first([this, producer_id, weak](QueryPool::Place&) {
      post(weak, [welcome = service.welcome(producer_id)](Session& session, TimePoint now) {
        session.on_welcome(welcome, now);
      });
    });
  };
  if (producer_id.empty()) return look_up();
  if (const auto before = producers.claim(producer_id, connection.id())) {
    const auto older = connections.find(*before);
    if (older != connections.end()) {
      older->second->feed([](Session& session, TimePoint) { session.fence(); });
    }
  }
  producers.when_idle(producer_id, std::move(look_up));
}

bool Server::Impl::submit(Connection& connection, SubmitBatch& action) {
  const std::weak_ptr<Connection> weak = connection.weak_from_this();
  const std::string producer_id = action.batch.producer_id;
  // The newer connection's Welcome promises that no batch follows from here.
  if (!producers.owns(producer_id, connection.id())) {
    post(weak, [ticket = action.ticket](Session& session, TimePoint now) {
      session.on_ingest_reply(ticket, fail(superseded_connection()), now);
    });
    return true;
  }
  storage::CommitQueue::Done done = [this, weak, producer_id, ticket = action.ticket,
                                     dry_run =
                                         action.batch.dry_run](Result<v1::IngestReply> reply) {
    if (reply && !reply->replayed() && !dry_run) count(counters, *reply);
    const bool failed = store.failed();
    asio::post(io, [this, weak, producer_id, ticket, failed, reply = std::move(reply)]() mutable {
      producers.batch_done(producer_id);
      if (const auto alive = weak.lock()) {
        alive->feed([&](Session& session, TimePoint now) {
          session.on_ingest_reply(ticket, std::move(reply), now);
        });
      }
      end_if_store_failed(failed);
    });
  };
  auto on_room = [this, weak] {
    asio::post(io, [weak] {
      if (const auto alive = weak.lock()) alive->retry_submit();
    });
  };
  // Counted first: `done` may run before try_submit returns.
  producers.batch_begun(producer_id);
  const bool taken =
      TrialQueue::takes(action.batch)
          ? trials.try_submit(connection.id(), action.batch, action.bytes, done, std::move(on_room))
          : commits.try_submit(action.batch, action.bytes, done, std::move(on_room));
  if (taken) return true;
  producers.batch_done(producer_id);
  return false;
}

void Server::Impl::end_if_store_failed(bool failed) {
  if (!failed || end == End::store_failed) return;
  spdlog::critical("the store failed; restart to go on from what is on disk");
  end = End::store_failed;
  stop(kFailedGrace);
}

void Server::Impl::decide(Connection& connection, const RunRequest& action) {
  const v1::QuarantineRequest& request = *decision_of(action);
  const std::weak_ptr<Connection> weak = connection.weak_from_this();
  ++counters.queries;
  commits.submit(request, request.SpaceUsedLong(),
                 [this, weak, request, ticket = action.ticket,
                  request_id = action.request_id](Result<v1::QuarantineReply> reply) {
                   std::string frame =
                       decision_frame(request_id, request, std::move(reply), counters);
                   const bool failed = store.failed();
                   asio::post(io, [this, weak, ticket, failed, frame = std::move(frame)]() mutable {
                     if (const auto alive = weak.lock()) {
                       alive->feed([&](Session& session, TimePoint now) {
                         session.on_reply(ticket, std::move(frame), now);
                       });
                     }
                     end_if_store_failed(failed);
                   });
                 });
}

// Brings the frames of one reply from a query thread to their connection.
class Server::Impl::ReplyPost {
 public:
  ReplyPost(Impl& impl, Connection& connection, const RunRequest& request)
      : impl_(impl),
        connection_(connection.weak_from_this()),
        outflow_(connection.outflow()),
        ticket_(request.ticket) {}

  // While the connection has enough to send, the thread waits and others have its
  // place. How long the peer took. Error: resource_exhausted.
  Result<Duration> send_part(std::string frame, QueryPool::Place& place,
                             const std::function<bool()>& is_cancelled) const {
    post(std::move(frame), &Session::on_part_of_reply);
    const auto bytes_max = [this] {
      return impl_.memory.is_crowded() ? limits::kReplyBytesQueuedIfCrowded
                                       : limits::kReplyBytesMadeAhead;
    };
    if (outflow_->bytes() <= bytes_max()) return Duration{0};
    const auto begun_at = std::chrono::steady_clock::now();
    const auto waited = [&] { return std::chrono::steady_clock::now() - begun_at; };
    const auto give_up = [&] { return is_cancelled() || connection_.expired(); };
    // A peer that reads at all has made room within moments, and much of it is worth
    // the wait.
    const auto half = [&] { return bytes_max() / 2; };
    outflow_->wait(half, [&] { return give_up() || waited() >= kPeerPatience; });
    if (outflow_->bytes() <= half() || give_up()) return waited();
    Duration in_all{0};
    const bool left = place.leave_for(
        [&] {
          outflow_->wait(half, give_up);
          in_all = waited();
        },
        give_up);
    if (!left) {
      return fail(Errc::resource_exhausted,
                  "too many answers wait to be read; read this one faster, or ask again later");
    }
    return in_all;
  }
  void send_last(std::string frame) const { post(std::move(frame), &Session::on_reply); }

 private:
  using Input = void (Session::*)(Ticket, std::string, TimePoint);

  void post(std::string frame, Input input) const {
    const std::size_t bytes = frame.size();
    impl_.memory.reply_bytes += bytes;
    outflow_->add_under_way(bytes);
    asio::post(impl_.io, [&impl = impl_, connection = connection_, outflow = outflow_,
                          ticket = ticket_, bytes, input, frame = std::move(frame)]() mutable {
      if (const auto alive = connection.lock()) {
        alive->feed([&](Session& session, TimePoint now) {
          (session.*input)(ticket, std::move(frame), now);
        });
      }
      impl.memory.reply_bytes -= bytes;
      outflow->arrived(bytes);
    });
  }

  Impl& impl_;
  const std::weak_ptr<Connection> connection_;
  const std::shared_ptr<Outflow> outflow_;
  const Ticket ticket_;
};

void Server::Impl::answer(Connection& connection, RunRequest action) {
  if (decision_of(action) != nullptr) return decide(connection, action);
  const auto received = std::chrono::steady_clock::now();
  const Ticket ticket = action.ticket;
  const std::uint64_t request_id = action.request_id;
  const std::weak_ptr<Connection> weak = connection.weak_from_this();
  auto request = std::make_shared<const RunRequest>(std::move(action));
  QueryPool& for_it = is_quick(*request) ? quick_pool : pool;
  auto replies = std::make_shared<ReplyPost>(*this, connection, *request);
  const bool taken = for_it.try_run([this, request, replies, received](QueryPool::Place& place) {
    const auto is_cancelled = [&] { return request->cancelled->load(); };
    const Answering answering{received,
                              [&](std::string frame) {
                                return replies->send_part(std::move(frame), place, is_cancelled);
                              },
                              [&](TimePoint deadline) {
                                place.let_others_go_first([&] {
                                  return is_cancelled() ||
                                         std::chrono::steady_clock::now() >= deadline;
                                });
                              }};
    try {
      replies->send_last(is_affordable(*request)
                             ? service.answer(*request, answering)
                             : error_frame(request->request_id,
                                           Error{Errc::resource_exhausted,
                                                 "the server is busy sending answers; retry"}));
    } catch (const std::exception& failure) {
      spdlog::error("a request failed what=\"{}\"", failure.what());
      replies->send_last(
          error_frame(request->request_id,
                      Error{Errc::internal, std::string("the request failed: ") + failure.what()}));
    }
  });
  if (taken) return;
  // Posted, so that a session never hears back while it speaks.
  post(weak, [ticket, request_id](Session& session, TimePoint now) {
    session.on_reply(
        ticket,
        error_frame(request_id, Error{Errc::resource_exhausted,
                                      "the server has too many questions waiting; ask again "
                                      "in a moment"}),
        now);
  });
}

// ---- Starting and stopping.

void Server::Impl::await_signal() {
  signals.async_wait([this](ErrorCode error, int signal) {
    if (error) return;
    if (stopping) std::_Exit(kExitInterrupted);
    spdlog::info("stopping signal={} connections={}", signal, connections.size());
    stop(kStopGrace);
    await_signal();
  });
}

// Again with less grace when the store fails while the daemon stops.
void Server::Impl::stop(std::chrono::milliseconds grace) {
  stopping = true;
  trials.abandon();
  ErrorCode ignored;  // what is left of the acceptor goes with the process
  acceptor.close(ignored);
  accept_timer.cancel();
  for (const auto& [id, connection] : connections) {
    connection->feed([grace](Session& session, TimePoint now) { session.on_stop(now, grace); });
  }
  if (connections.empty()) tick_timer.cancel();
}

Server::Server(storage::EventStore& store, ServerOptions options)
    : impl_(std::make_unique<Impl>(store, std::move(options))) {}

Server::~Server() = default;

Result<std::string> Server::listen() { return impl_->listen(); }

Server::End Server::run() {
  const auto rethrow = [](const std::exception_ptr& failure) {
    if (failure) std::rethrow_exception(failure);
  };
  impl_->signals.add(SIGTERM);
  impl_->signals.add(SIGINT);
  impl_->await_signal();
  asio::co_spawn(impl_->io, impl_->accept(), rethrow);
  asio::co_spawn(impl_->io, impl_->tick(), rethrow);
  impl_->io.run();
  // Batches whose connection is gone are committed too.
  if (impl_->end == End::signal) impl_->commits.stop();
  return impl_->store.failed() ? End::store_failed : impl_->end;
}

}  // namespace capexdb::daemon
