#include "daemon/turns.h"

#include <chrono>
#include <utility>

#include "daemon/connection.h"

namespace capexdb::daemon {
namespace {

constexpr std::chrono::milliseconds kAtATime{2};

}  // namespace

void Turns::ask(std::weak_ptr<Connection> connection) {
  waiting_.push_back(std::move(connection));
  post();
}

void Turns::post() {
  if (std::exchange(posted_, true)) return;
  asio::post(io_, [this] { run(); });
}

void Turns::run() {
  posted_ = false;
  const auto end = std::chrono::steady_clock::now() + kAtATime;
  // Those that ask again come after those that are here.
  for (std::size_t left = waiting_.size(); left > 0; --left) {
    const auto connection = waiting_.front().lock();
    waiting_.pop_front();
    if (connection) connection->take_turn();
    if (std::chrono::steady_clock::now() >= end) break;
  }
  if (!waiting_.empty()) post();
}

}  // namespace capexdb::daemon
