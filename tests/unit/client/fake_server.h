// A server of one connection at a time that says what a test makes it say, and
// a store of batches that keeps the protocol's rules about numbers.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "capexdb/client.h"
#include "tests/unit/client/messages.h"

namespace capexdb::client {

inline constexpr std::chrono::seconds kLong{60};  // never reached, unless a test hangs

class FakeConnection {
 public:
  explicit FakeConnection(boost::asio::ip::tcp::socket& socket) : socket_(socket) {}

  // The next message; empty when the client has closed the connection.
  std::optional<v1::ClientMessage> read();
  // False when the client has gone.
  bool send(const v1::ServerMessage& message);
  bool send_bytes(const std::string& bytes);

 private:
  boost::asio::ip::tcp::socket& socket_;
  wire::FrameReader reader_{std::size_t{64} << 20U};
};

class FakeServer {
 public:
  // `serve` is called for each connection, counted from 0, on the server's own
  // thread; the connection is closed when it returns.
  explicit FakeServer(std::function<void(int, FakeConnection&)> serve);
  // Every client must be gone.
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  std::string address() const;

 private:
  void run();

  std::function<void(int, FakeConnection&)> serve_;
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

// Of a client that is quick to try again.
ClientOptions options_for(const FakeServer& server);

// Used by the server's thread, and by the test when the client is done.
struct FakeStore {
  std::uint64_t last_batch = 0;
  std::vector<std::string> event_ids;                // stored, in order
  std::map<std::uint64_t, v1::IngestReply> answers;  // by batch number
  std::vector<std::uint64_t> received;               // batch numbers, as they came
  std::vector<v1::Hello> hellos;

  // The Welcome that belongs to the Hello.
  v1::ServerMessage greet(const v1::ClientMessage& message);
  v1::ServerMessage ingest(const v1::ClientMessage& message);
};

}  // namespace capexdb::client
