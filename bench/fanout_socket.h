// Text protocols by hand: a blocking socket for publishers, and many readers in one thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace capexdb::bench {

class BlockingSocket {
 public:
  explicit BlockingSocket(std::uint16_t port);
  void write(std::string_view bytes);
  std::string_view read_line();  // without its CR LF; valid until the next call
  void read_exactly(std::size_t bytes);

 private:
  void read_more();

  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::socket socket_{io_};
  std::string buffer_;
  std::size_t used_ = 0;  // handed out; dropped before more is read
};

// What a reader makes of the bytes that have come. It returns how many of them it is done
// with, and adds to `reply` what is to be sent.
using TakeBytes = std::function<std::size_t(std::string_view bytes, std::string& reply)>;

struct Reader {
  std::string first;  // sent at the beginning
  TakeBytes take;
};

// Each on a connection of its own, all in this thread, until is_over.
void run_readers(std::uint16_t port, std::vector<Reader> readers,
                 const std::function<bool()>& is_over);

// Waits until the server listens; throws when it ends instead.
void await_port(std::uint16_t port, const std::function<bool()>& is_running);

}  // namespace capexdb::bench
