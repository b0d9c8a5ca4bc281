// Connections that have more to do than one turn, in the order of their asking.
// A few milliseconds of them at a time: between those, whoever has just sent
// something or connects is served. Lives on the net thread.
#pragma once

#include <deque>
#include <memory>

#include "daemon/asio.h"

namespace capexdb::daemon {

class Connection;

class Turns {
 public:
  explicit Turns(asio::io_context& io) : io_(io) {}

  // Its take_turn() is called once, if it is still there.
  void ask(std::weak_ptr<Connection> connection);

 private:
  void run();
  void post();

  asio::io_context& io_;
  std::deque<std::weak_ptr<Connection>> waiting_;
  bool posted_ = false;
};

}  // namespace capexdb::daemon
