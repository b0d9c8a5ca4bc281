#include "tests/integration/cut_proxy.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace capexdb::test {
namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// Small messages go at once.
void hurry(int socket) {
  const int yes = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

int connected_to(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  if (connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    return socket;
  }
  close(socket);
  return -1;
}

// What is readable at `from`, at most `room` bytes, to `to`; how many, 0 at an end.
std::size_t forward(int from, int to, std::size_t room) {
  std::array<char, 4096> bytes{};
  const ssize_t n = recv(from, bytes.data(), std::min(bytes.size(), room), 0);
  if (n <= 0) return 0;
  std::size_t sent = 0;
  while (sent < static_cast<std::size_t>(n)) {
    const ssize_t more =
        ::send(to, bytes.data() + sent, static_cast<std::size_t>(n) - sent, MSG_NOSIGNAL);
    if (more <= 0) return 0;
    sent += static_cast<std::size_t>(more);
  }
  return sent;
}

// Until the other side has closed.
void ignore_all(int socket) {
  std::array<char, 4096> bytes{};
  while (recv(socket, bytes.data(), bytes.size(), 0) > 0) {
  }
}

}  // namespace

CutProxy::CutProxy(int server_port, std::function<Cut(int)> cut_of)
    : server_port_(server_port), cut_of_(std::move(cut_of)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      listen(listener_, 16) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    ADD_FAILURE() << "the proxy has no port";
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

CutProxy::~CutProxy() {
  stopping_ = true;
  close(connected_to(port_));
  thread_.join();
  close(listener_);
}

std::string CutProxy::address() const { return "127.0.0.1:" + std::to_string(port_); }

void CutProxy::run() {
  for (int number = 0;; ++number) {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0 || stopping_) {
      if (client >= 0) close(client);
      return;
    }
    serve(client, cut_of_(number));
    close(client);
  }
}

void CutProxy::serve(int client, const Cut& cut) {
  const int server = connected_to(server_port_);
  if (server < 0) return;
  hurry(client);
  hurry(server);
  std::size_t down = cut.down;
  std::size_t up = cut.up;
  while (down > 0 && up > 0) {
    std::array<pollfd, 2> sockets = {pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
    if (poll(sockets.data(), sockets.size(), -1) < 0) break;
    if (sockets[0].revents != 0) {
      const std::size_t n = forward(client, server, up);
      if (n == 0) break;
      up -= n;
      up_ += n;
    }
    if (sockets[1].revents != 0) {
      const std::size_t n = forward(server, client, down);
      if (n == 0) break;
      down -= n;
      down_ += n;
    }
  }
  if (cut.stalls && (down == 0 || up == 0)) ignore_all(client);
  close(server);
}

}  // namespace capexdb::test
