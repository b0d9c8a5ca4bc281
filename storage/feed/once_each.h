// What is worked out for each of a number of things when somebody asks for it, once, and
// then kept. Any thread; two that ask at the same time may both work it out.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace capexdb::storage {

template <class T>
class OnceEach {
 public:
  OnceEach() = default;
  ~OnceEach() {
    for (auto& slot : slots_) delete slot.load(std::memory_order_relaxed);
  }
  OnceEach(const OnceEach&) = delete;
  OnceEach& operator=(const OnceEach&) = delete;

  void resize(std::size_t count) { slots_ = std::vector<std::atomic<const T*>>(count); }

  // Null where it was not worked out yet. Lives as long as this.
  const T* find(std::size_t index) const { return slots_[index].load(std::memory_order_acquire); }
  // What is kept, and whether that is `made`: the first one stays.
  std::pair<const T*, bool> keep(std::size_t index, T made) {
    auto owned = std::make_unique<const T>(std::move(made));
    const T* there = nullptr;
    if (!slots_[index].compare_exchange_strong(there, owned.get(), std::memory_order_acq_rel)) {
      return {there, false};
    }
    return {owned.release(), true};
  }

 private:
  std::vector<std::atomic<const T*>> slots_;
};

}  // namespace capexdb::storage
