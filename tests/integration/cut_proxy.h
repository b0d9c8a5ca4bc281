// A proxy on a loopback port that breaks connections after so many bytes.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <thread>

namespace capexdb::test {

struct Cut {
  static constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();
  std::size_t down = kNever;  // after so many bytes of the server
  std::size_t up = kNever;    // or of the client
  bool stalls = false;        // then it stays open, and nothing passes any more
};

// One connection at a time.
class CutProxy {
 public:
  // `cut_of` says what becomes of each connection, counted from 0.
  CutProxy(int server_port, std::function<Cut(int)> cut_of);
  // Every client must be gone.
  ~CutProxy();
  CutProxy(const CutProxy&) = delete;
  CutProxy& operator=(const CutProxy&) = delete;

  std::string address() const;
  // Bytes that passed, in all.
  std::size_t down() const { return down_; }
  std::size_t up() const { return up_; }

 private:
  void run();
  void serve(int client, const Cut& cut);

  int server_port_;
  std::function<Cut(int)> cut_of_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> down_{0};
  std::atomic<std::size_t> up_{0};
  std::thread thread_;
};

}  // namespace capexdb::test
