// A plain socket, for saying what no proper client would.
#pragma once

#include <optional>
#include <string>

#include "capexdb/v1/envelope.pb.h"
#include "proto/wire/frame.h"

namespace capexdb::test {

class RawConnection {
 public:
  RawConnection(const std::string& host, int port);
  ~RawConnection();
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  // False when the other side has closed.
  bool send(const std::string& bytes);
  void finish_sending();
  // The next message; empty when the connection ended first.
  std::optional<v1::ServerMessage> receive();
  // Says Hello and takes the Welcome.
  void greet(const std::string& producer_id = "");

 private:
  int socket_ = -1;
  wire::FrameReader reader_{16U << 20U};
};

}  // namespace capexdb::test
