// Child processes, and memory that they share with their parent.
#pragma once

#include <sys/mman.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace capexdb::bench {

// Killed with the object, and by the kernel when the parent dies.
class ChildProcess {
 public:
  ChildProcess() = default;
  // A copy of this process that runs `work` and exits with what it returns. No file of the
  // parent is open in it but the standard ones.
  explicit ChildProcess(const std::function<int()>& work);
  ~ChildProcess() { kill(); }
  ChildProcess(ChildProcess&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
  ChildProcess& operator=(ChildProcess&& other) noexcept {
    std::swap(pid_, other.pid_);
    return *this;
  }

  bool running();
  void signal(int number) const;
  void kill();  // SIGKILL, and waits
  int wait();   // the exit code, -1 of one that was killed
  double cpu_seconds() const;
  std::size_t resident_bytes() const;

 private:
  pid_t pid_ = -1;
};

// A program, with its output in a file.
ChildProcess execute(const std::vector<std::string>& command, const std::string& output_file);

// A port of the loopback that nobody listens on now.
std::uint16_t free_port();
bool accepts_connections(std::uint16_t port);
// As many files as the system allows: a thousand subscribers are a thousand sockets.
void raise_file_limit();

// Nanoseconds of a clock that all processes share.
std::int64_t now_ns();

// `count` objects, zeroed, that children made later see too. They outlive a child that is
// killed, as a subscriber's own database would.
template <typename T>
class SharedArray {
 public:
  explicit SharedArray(std::size_t count) : count_(count) {
    void* memory = mmap(nullptr, bytes(), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    data_ = static_cast<T*>(memory);
  }
  ~SharedArray() { munmap(data_, bytes()); }
  SharedArray(const SharedArray&) = delete;
  SharedArray& operator=(const SharedArray&) = delete;

  T& operator[](std::size_t index) const { return data_[index]; }
  T* begin() const { return data_; }
  T* end() const { return data_ + count_; }
  std::size_t size() const { return count_; }

 private:
  std::size_t bytes() const { return count_ * sizeof(T) + 1; }
  T* data_ = nullptr;
  std::size_t count_;
};

}  // namespace capexdb::bench
