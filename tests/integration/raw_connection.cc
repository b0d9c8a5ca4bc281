#include "tests/integration/raw_connection.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>

namespace capexdb::test {

RawConnection::RawConnection(const std::string& host, int port) {
  socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
  // A stuck test fails instead of hanging.
  const timeval limit{30, 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ADD_FAILURE() << "cannot connect to " << host << ":" << port;
  }
}

RawConnection::~RawConnection() { ::close(socket_); }

bool RawConnection::send(const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t n = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent += static_cast<std::size_t>(n);
  }
  return true;
}

void RawConnection::finish_sending() { shutdown(socket_, SHUT_WR); }

std::optional<v1::ServerMessage> RawConnection::receive() {
  for (;;) {
    std::string_view bytes;
    const auto state = reader_.next(bytes);
    if (!state) {
      ADD_FAILURE() << state.error().message;
      return std::nullopt;
    }
    if (*state == wire::FrameReader::State::message) {
      v1::ServerMessage message;
      EXPECT_TRUE(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
      return message;
    }
    std::array<char, 65536> buffer{};
    const ssize_t n = recv(socket_, buffer.data(), buffer.size(), 0);
    if (n <= 0) return std::nullopt;
    reader_.append({buffer.data(), static_cast<std::size_t>(n)});
  }
}

void RawConnection::greet(const std::string& producer_id) {
  v1::ClientMessage message;
  message.set_request_id(1);
  message.mutable_hello()->set_protocol_version(1);
  message.mutable_hello()->set_client_name("test");
  message.mutable_hello()->set_producer_id(producer_id);
  ASSERT_TRUE(send(wire::frame(message)));
  const auto reply = receive();
  ASSERT_TRUE(reply && reply->has_welcome());
}

}  // namespace capexdb::test
