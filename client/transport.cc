#include "client/transport.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <exception>

namespace capexdb::client {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kReadBytes = std::size_t{64} << 10U;

}  // namespace

struct Transport::Impl {
  asio::io_context io{1};
  tcp::socket socket{io};
  tcp::resolver resolver{io};

  std::array<char, kReadBytes> input{};
  std::string output;
  std::string received;
  std::string ended;  // how, once the connection is over
  bool reading = false;
  bool writing = false;
  bool write_failed = false;

  // Runs handlers until `done` or the deadline.
  bool run_until(const bool& done, Deadline deadline) {
    while (!done) {
      io.restart();
      if (io.run_one_until(deadline) == 0) return false;
    }
    return true;
  }

  Result<void> connect(const Endpoint& endpoint, Deadline deadline) {
    const std::string where = endpoint.host + ":" + endpoint.port;
    const auto unreachable = [&](const error_code& error) {
      return fail(Errc::unavailable,
                  "cannot reach " + where + ": " + error.message() + "; is capexd running there?");
    };
    const auto late = [&] {
      return fail(Errc::deadline_exceeded, "no connection to " + where + " in time");
    };
    bool done = false;
    error_code result;
    tcp::resolver::results_type addresses;
    resolver.async_resolve(endpoint.host, endpoint.port,
                           [&](const error_code& error, const auto& found) {
                             result = error;
                             addresses = found;
                             done = true;
                           });
    if (!run_until(done, deadline)) return late();
    if (result) return unreachable(result);
    done = false;
    asio::async_connect(socket, addresses, [&](const error_code& error, const tcp::endpoint&) {
      result = error;
      done = true;
    });
    if (!run_until(done, deadline)) return late();
    if (result) return unreachable(result);
    socket.set_option(tcp::no_delay(true), result);
    socket.set_option(asio::socket_base::keep_alive(true), result);
    return {};
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

Result<std::unique_ptr<Transport>> Transport::connect(const Endpoint& endpoint, Deadline deadline) {
  try {
    auto impl = std::make_unique<Impl>();
    const auto connected = impl->connect(endpoint, deadline);
    if (!connected) {
      // Handlers that never ran refer to the frame that is gone; they are
      // destroyed with the io_context, not called.
      return fail(connected.error());
    }
    return std::unique_ptr<Transport>(new Transport(std::move(impl)));
  } catch (const std::exception& error) {
    return fail(Errc::internal, std::string("no socket can be made: ") + error.what());
  }
}

bool Transport::step(ConnectionFsm& fsm, Deadline deadline) {
  Impl& t = *impl_;
  if (fsm.state() == ConnectionFsm::State::failed) return false;
  if (!t.reading) t.start_read();
  if (!t.writing && !t.write_failed && fsm.has_output()) t.start_write(fsm.take_output());
  t.io.restart();
  bool moved = t.io.poll() > 0;
  if (!moved) {
    t.io.restart();
    moved = t.io.run_one_until(deadline) > 0;
  }
  if (!t.received.empty()) {
    fsm.on_bytes(t.received);
    t.received.clear();
  }
  if (!t.ended.empty()) fsm.on_disconnected(Error{Errc::unavailable, t.ended});
  return moved;
}

}  // namespace capexdb::client
