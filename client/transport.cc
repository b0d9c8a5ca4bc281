#include "client/transport.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <exception>
#include <utility>

#include "client/address_lookup.h"

namespace capexdb::client {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kReadBytes = std::size_t{64} << 10U;

}  // namespace

struct Transport::Impl {
  explicit Impl(Endpoint server) : endpoint(std::move(server)), lookup(endpoint) {}

  enum class Stage { resolving, connecting, connected };

  Endpoint endpoint;
  AddressLookup lookup;
  asio::io_context io{1};
  tcp::socket socket{io};
  Stage stage = Stage::resolving;
  bool connect_done = false;
  error_code connect_error;

  std::array<char, kReadBytes> input{};
  std::string output;
  std::string received;
  std::string ended;  // how, once the connection is over
  bool reading = false;
  bool writing = false;
  bool write_failed = false;

  tl::unexpected<Error> unreachable(const std::string& why) const {
    return fail(Errc::unavailable, "cannot reach " + endpoint.host + ":" + endpoint.port + ": " +
                                       why + "; is capexd running there?");
  }

  // Runs what is ready, else waits for one thing to happen.
  bool run_some(Deadline deadline) {
    io.restart();
    if (io.poll() > 0) return true;
    io.restart();
    return io.run_one_until(deadline) > 0;
  }

  Result<bool> connect(Deadline deadline) {
    if (stage == Stage::resolving) {
      const auto found = lookup.wait(deadline);
      if (!found) return false;
      if (!*found) return unreachable(found->error().message);
      asio::async_connect(socket, **found, [this](const error_code& error, const tcp::endpoint&) {
        connect_error = error;
        connect_done = true;
      });
      stage = Stage::connecting;
    }
    if (stage == Stage::connecting) {
      while (!connect_done) {
        if (!run_some(deadline)) return false;
      }
      if (connect_error) return unreachable(connect_error.message());
      error_code ignored;  // only a matter of speed
      socket.set_option(tcp::no_delay(true), ignored);
      socket.set_option(asio::socket_base::keep_alive(true), ignored);
      stage = Stage::connected;
    }
    return true;
  }

  void start_read() {
    reading = true;
    socket.async_read_some(asio::buffer(input), [this](const error_code& error, std::size_t n) {
      reading = false;
      received.append(input.data(), n);
      if (error) {
        ended = error == asio::error::eof ? "the server closed the connection"
                                          : "the connection broke: " + error.message();
      }
    });
  }

  void start_write(std::string bytes) {
    output = std::move(bytes);
    writing = true;
    asio::async_write(socket, asio::buffer(output), [this](const error_code& error, std::size_t) {
      writing = false;
      // What the server said before it went is still to be read; the read side
      // ends the connection.
      write_failed = static_cast<bool>(error);
    });
  }
};

Transport::Transport(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Transport::~Transport() = default;

Result<std::unique_ptr<Transport>> Transport::begin(const Endpoint& endpoint) {
  try {
    return std::unique_ptr<Transport>(new Transport(std::make_unique<Impl>(endpoint)));
  } catch (const std::exception& error) {
    return fail(Errc::internal, std::string("no socket can be made: ") + error.what());
  }
}

Result<bool> Transport::connect(Deadline deadline) { return impl_->connect(deadline); }

bool Transport::step(ConnectionFsm& fsm, Deadline deadline) {
  Impl& t = *impl_;
  if (fsm.state() == ConnectionFsm::State::failed) return false;
  if (!t.reading) t.start_read();
  if (!t.writing && !t.write_failed && fsm.has_output()) t.start_write(fsm.take_output());
  const bool moved = t.run_some(deadline);
  if (!t.received.empty()) {
    fsm.on_bytes(t.received);
    t.received.clear();
  }
  if (!t.ended.empty()) fsm.on_disconnected(Error{Errc::unavailable, t.ended});
  return moved;
}

}  // namespace capexdb::client
