#include "daemon/server.h"

#include <spdlog/spdlog.h>

#include <cstdlib>

#include "daemon/server_impl.h"

namespace capexdb::daemon {
namespace {

constexpr std::chrono::milliseconds kTick{200};
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr int kAcceptsAtOnce = 64;
constexpr std::chrono::seconds kStopGrace{5};  // half of the time that sessions have
constexpr std::size_t kRefusalsMax = 64;       // connections over the limit that are told so
constexpr int kExitInterrupted = 130;
constexpr int kFaultsLoggedPerTick = 10;  // the others at level debug

std::string to_text(const tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" +
         std::to_string(endpoint.port());
}

}  // namespace

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
