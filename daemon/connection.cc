#include "daemon/connection.h"

#include <netinet/tcp.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

namespace capexdb::daemon {
namespace {

// A timer that is only ever cancelled is a condition variable for coroutines.
// Nothing is lost: on one thread, nobody runs between a coroutine's look at
// its condition and its wait.
asio::awaitable<void> wait(asio::steady_timer& timer) {
  timer.expires_at(asio::steady_timer::time_point::max());
  co_await timer.async_wait(kAwait);
}

}  // namespace

Connection::Connection(ConnectionId id, tcp::socket socket, std::string peer,
                       const ConnectionHost& host)
    : id_(id),
      socket_(std::move(socket)),
      peer_(std::move(peer)),
      session_(host.limits, std::chrono::steady_clock::now(), host.memory,
               [this] { memory_granted(); }),
      host_(host),
      readable_(socket_.get_executor()),
      writable_(socket_.get_executor()) {}

asio::awaitable<void> Connection::run() {
  using asio::experimental::awaitable_operators::operator&&;
  perform();
  co_await (read() && write());
}

void Connection::retry_submit() {
  if (!refused_) return;
  SubmitBatch submission = std::move(*refused_);
  refused_.reset();
  if (session_.is_closed()) return;
  feed([&](Session&, TimePoint) { act(submission); });
}

void Connection::take_turn() {
  waits_for_turn_ = false;
  feed([](Session& session, TimePoint now) { session.on_work(now); });
}

// Who does not read must look whether the peer is gone: its waiting work is nobody's.
void Connection::on_tick() {
  int error = 0;
  socklen_t size = sizeof error;
  const bool reads = session_.wants_read() || session_.is_closed();
  if (!reads && ::getsockopt(socket_.native_handle(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 &&
      error != 0) {
    return abort();
  }
  feed([](Session& session, TimePoint now) { session.on_tick(now); });
}

void Connection::memory_granted() {
  asio::post(socket_.get_executor(), [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self) self->feed([](Session& session, TimePoint now) { session.on_memory(now); });
  });
}

void Connection::find_dead_peer() {
  constexpr auto kSilent =
      std::chrono::duration_cast<std::chrono::milliseconds>(limits::kPeerSilentMax);
  ErrorCode ignored;  // a connection works without it
  socket_.set_option(
      asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>(kSilent.count()),
      ignored);
}

void Connection::abort() {
  feed([](Session& session, TimePoint) { session.on_disconnected(); });
}

// Waits until there is something to read before it reads, so that an idle
// connection holds no buffer.
asio::awaitable<void> Connection::read() {
  while (!session_.is_closed()) {
    if (!session_.wants_read()) {
      co_await wait(readable_);
      continue;
    }
    const auto [wait_error] = co_await socket_.async_wait(tcp::socket::wait_read, kAwait);
    if (session_.is_closed()) co_return;
    if (wait_error) co_return abort();
    if (!session_.wants_read()) continue;
    ErrorCode error;
    const std::size_t bytes_max = std::min(host_.read_buffer.size(), session_.read_bytes_max());
    const std::size_t bytes =
        socket_.read_some(asio::buffer(host_.read_buffer.data(), bytes_max), error);
    if (error == asio::error::eof) {
      feed([](Session& session, TimePoint now) { session.on_end_of_stream(now); });
    } else if (error == asio::error::would_block || error == asio::error::interrupted) {
      continue;
    } else if (error) {
      co_return abort();
    } else {
      feed([&](Session& session, TimePoint now) {
        session.on_bytes({host_.read_buffer.data(), bytes}, now);
      });
    }
  }
}

asio::awaitable<void> Connection::write() {
  while (!session_.is_closed()) {
    const std::string chunk = session_.take_output();
    if (chunk.empty()) {
      co_await wait(writable_);
      continue;
    }
    for (std::size_t at = 0; at < chunk.size();) {
      const auto [error, bytes] = co_await socket_.async_write_some(
          asio::buffer(chunk.data() + at, chunk.size() - at), kAwait);
      if (session_.is_closed()) co_return;
      if (error) co_return abort();
      at += bytes;
      feed([&](Session& session, TimePoint now) { session.on_sent(bytes, now); });
    }
  }
}

void Connection::perform() {
  if (performing_) return;  // the loop below takes what an action brings about
  performing_ = true;
  for (auto actions = session_.take_actions(); !actions.empty();
       actions = session_.take_actions()) {
    for (Action& action : actions) {
      std::visit([this](auto& it) { act(it); }, action);
    }
  }
  performing_ = false;
  count_reply_bytes();

  if (session_.wants_read() || session_.is_closed()) readable_.cancel();
  if (session_.has_output() || session_.is_closed()) writable_.cancel();
  if (session_.wants_work() && !std::exchange(waits_for_turn_, true)) {
    host_.turns.ask(weak_from_this());
  }
}

// Nothing is performed any more: what failed once would fail again.
void Connection::give_up(const char* what) {
  spdlog::error("connection failed id={} peer={} what=\"{}\"", id_, peer_, what);
  session_.on_disconnected();
  for (Action& action : session_.take_actions()) {
    if (auto* unsubscribe = std::get_if<Unsubscribe>(&action)) act(*unsubscribe);
  }
  performing_ = false;
  count_reply_bytes();
  ErrorCode ignored;  // closing is all that can be done
  socket_.close(ignored);
  readable_.cancel();
  writable_.cancel();
}

void Connection::count_reply_bytes() {
  const std::size_t queued = session_.queued_bytes();
  host_.memory.reply_bytes += queued - counted_bytes_;  // wraps around where it falls
  counted_bytes_ = queued;
  outflow_->set_queued(queued);
}

void Connection::act(Greet& action) { host_.greet(*this, std::move(action)); }

void Connection::act(SubmitBatch& action) {
  if (host_.submit(*this, action)) {
    session_.on_submitted(std::chrono::steady_clock::now());
  } else {
    refused_ = std::move(action);
  }
}

void Connection::act(RunRequest& action) { host_.run(*this, std::move(action)); }

void Connection::act(ShutdownSend&) {
  ErrorCode ignored;  // a peer that is gone shows when reading
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void Connection::act(Close&) {
  ErrorCode ignored;  // closing is all that can be done
  socket_.close(ignored);
}

}  // namespace capexdb::daemon
