// One TCP connection: performs what its session asks for. Thin on purpose; the
// rules are in session.h. Lives on the net thread.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "daemon/asio.h"
#include "daemon/outflow.h"
#include "daemon/producers.h"
#include "daemon/session.h"
#include "daemon/turns.h"

namespace capexdb::daemon {

// What a connection needs from the server around it. Called on the net thread;
// answers are posted there.
struct ConnectionHost {
  std::function<void(Connection&, Greet)> greet;
  // False: the commit queue is full; `submission` is unchanged and
  // Connection::retry_submit is called once when there is room.
  std::function<bool(Connection&, SubmitBatch& submission)> submit;
  std::function<void(Connection&, RunRequest)> run;
  std::function<void(Connection&, MoveCursor)> move_cursor;
  std::function<void(Connection&, Subscribe)> subscribe;
  std::function<void(Connection&, AddCredit)> add_credit;
  std::function<void(Connection&, Unsubscribe)> unsubscribe;
  SessionLimits limits;
  Memory& memory;
  Turns& turns;
  std::span<char> read_buffer;  // shared: it is empty again before anybody else reads
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(ConnectionId id, tcp::socket socket, std::string peer, const ConnectionHost& host);

  // Reads and writes until the connection is over.
  asio::awaitable<void> run();

  ConnectionId id() const { return id_; }
  const std::string& peer() const { return peer_; }
  const Session& session() const { return session_; }
  // What it has to send; outlives it where somebody holds it.
  const std::shared_ptr<Outflow>& outflow() const { return outflow_; }

  // Gives the session an input and performs what follows. Does not throw: a
  // failure ends this connection and no other.
  template <class Input>
  void feed(Input input) {
    try {
      input(session_, std::chrono::steady_clock::now());
      perform();
    } catch (const std::exception& failure) {
      give_up(failure.what());
    }
  }
  void retry_submit();
  void take_turn();
  void on_tick();
  void memory_granted();  // from within another connection's session
  // From now on a peer that is gone is found soon: what it does not take in time ends
  // the connection. For those who are sent something all the time.
  void find_dead_peer();
  // Ends the connection at once.
  void abort();

 private:
  asio::awaitable<void> read();
  asio::awaitable<void> write();
  void perform();
  void give_up(const char* what);
  void count_reply_bytes();
  void act(Greet& action);
  void act(SubmitBatch& action);
  void act(RunRequest& action);
  void act(MoveCursor& action) { host_.move_cursor(*this, std::move(action)); }
  void act(Subscribe& action) { host_.subscribe(*this, std::move(action)); }
  void act(AddCredit& action) { host_.add_credit(*this, action); }
  void act(Unsubscribe& action) { host_.unsubscribe(*this, action); }
  void act(ShutdownSend& action);
  void act(Close& action);

  const ConnectionId id_;
  tcp::socket socket_;
  const std::string peer_;
  Session session_;
  const ConnectionHost& host_;
  asio::steady_timer readable_;         // cancelled to wake read()
  asio::steady_timer writable_;         // cancelled to wake write()
  std::optional<SubmitBatch> refused_;  // waits for room in the commit queue
  std::size_t counted_bytes_ = 0;       // of session_.queued_bytes(), in Memory::reply_bytes
  const std::shared_ptr<Outflow> outflow_ = std::make_shared<Outflow>();
  bool performing_ = false;
  bool waits_for_turn_ = false;
};

}  // namespace capexdb::daemon
