#include "bench/fanout_socket.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <thread>

#include "bench/child_process.h"

namespace capexdb::bench {
namespace {

namespace asio = boost::asio;
using asio::use_awaitable;
using asio::ip::tcp;

constexpr std::size_t kReadBytes = std::size_t{64} << 10U;

tcp::endpoint loopback_endpoint(std::uint16_t port) {
  return {asio::ip::address_v4::loopback(), port};
}

asio::awaitable<void> read_all(std::uint16_t port, const Reader& reader) {
  tcp::socket socket(co_await asio::this_coro::executor);
  co_await socket.async_connect(loopback_endpoint(port), use_awaitable);
  socket.set_option(tcp::no_delay(true));
  co_await asio::async_write(socket, asio::buffer(reader.first), use_awaitable);
  std::string bytes;
  for (;;) {
    const std::size_t had = bytes.size();
    bytes.resize(had + kReadBytes);
    bytes.resize(had + co_await socket.async_read_some(asio::buffer(bytes.data() + had, kReadBytes),
                                                       use_awaitable));
    std::string reply;
    bytes.erase(0, reader.take(bytes, reply));
    if (!reply.empty()) co_await asio::async_write(socket, asio::buffer(reply), use_awaitable);
  }
}

asio::awaitable<void> end_when(const std::function<bool()>& is_over, asio::io_context& io) {
  asio::steady_timer look(io);
  while (!is_over()) {
    look.expires_after(std::chrono::milliseconds(5));
    co_await look.async_wait(use_awaitable);
  }
  io.stop();
}

}  // namespace

BlockingSocket::BlockingSocket(std::uint16_t port) {
  socket_.connect(loopback_endpoint(port));
  socket_.set_option(tcp::no_delay(true));
}

void BlockingSocket::write(std::string_view bytes) {
  asio::write(socket_, asio::buffer(bytes.data(), bytes.size()));
}

void BlockingSocket::read_more() {
  buffer_.erase(0, std::exchange(used_, 0));
  const std::size_t had = buffer_.size();
  buffer_.resize(had + kReadBytes);
  buffer_.resize(had + socket_.read_some(asio::buffer(buffer_.data() + had, kReadBytes)));
}

std::string_view BlockingSocket::read_line() {
  for (;;) {
    const std::size_t end = buffer_.find("\r\n", used_);
    if (end != std::string::npos) {
      const std::size_t begin = std::exchange(used_, end + 2);
      return std::string_view(buffer_).substr(begin, end - begin);
    }
    read_more();
  }
}

void BlockingSocket::read_exactly(std::size_t bytes) {
  while (buffer_.size() - used_ < bytes) read_more();
  used_ += bytes;
}

void run_readers(std::uint16_t port, std::vector<Reader> readers,
                 const std::function<bool()>& is_over) {
  asio::io_context io(1);
  for (const Reader& reader : readers) {
    asio::co_spawn(io, read_all(port, reader), [](const std::exception_ptr& failed) {
      if (failed) std::rethrow_exception(failed);
    });
  }
  asio::co_spawn(io, end_when(is_over, io), asio::detached);
  io.run();
}

void await_port(std::uint16_t port, const std::function<bool()>& is_running) {
  while (is_running()) {
    if (accepts_connections(port)) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  throw std::runtime_error("a server does not start");
}

}  // namespace capexdb::bench
