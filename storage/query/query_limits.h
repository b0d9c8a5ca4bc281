// What one question may use: rows, time, memory; and how it is stopped.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "proto/model/error.h"

namespace capexdb::storage {

// resource_exhausted that asking again does not help; the message says what to narrow.
Error too_large(std::string message);

// The memory that questions hold together. Any thread.
class QueryMemory {
 public:
  QueryMemory(std::size_t bytes_max_of_one, std::size_t bytes_max_of_all)
      : bytes_max_of_one_(bytes_max_of_one), bytes_max_of_all_(bytes_max_of_all) {}

  std::size_t taken() const { return taken_; }

 private:
  friend class QuestionMemory;

  const std::size_t bytes_max_of_one_;
  const std::size_t bytes_max_of_all_;
  std::atomic<std::size_t> taken_{0};
};

// One question's part of it. One thread; the QueryMemory must outlive it.
class QuestionMemory {
 public:
  explicit QuestionMemory(QueryMemory& all) : all_(all) {}
  ~QuestionMemory() { give_back(bytes_); }
  QuestionMemory(const QuestionMemory&) = delete;
  QuestionMemory& operator=(const QuestionMemory&) = delete;

  // Error: resource_exhausted, where it or all together would hold too much.
  Result<void> take(std::size_t bytes);
  void give_back(std::size_t bytes);

 private:
  QueryMemory& all_;
  std::size_t bytes_ = 0;
};

struct QueryLimits {
  std::uint32_t rows_max = 1'000'000;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  const std::atomic<bool>* cancelled = nullptr;  // may be set by another thread
  QuestionMemory* memory = nullptr;              // null: no bound
  // Called now and then; may wait, to let others go first, but not past the
  // deadline. May be empty.
  std::function<void(std::chrono::steady_clock::time_point deadline)> pause;
  // Of an answer that is made company by company: read at once, at most.
  std::size_t companies_at_once = 256;
};

// Error: cancelled or deadline_exceeded, when it is time to stop. To be called in
// every loop whose length the data decides.
Result<void> check_limits(const QueryLimits& limits);

// Memory that is held until this ends.
class HeldMemory {
 public:
  explicit HeldMemory(const QueryLimits& limits) : memory_(limits.memory) {}
  ~HeldMemory() { clear(); }
  HeldMemory(HeldMemory&& other) noexcept
      : memory_(other.memory_), bytes_(std::exchange(other.bytes_, 0)) {}
  HeldMemory& operator=(HeldMemory&& other) noexcept {
    clear();
    memory_ = other.memory_;
    bytes_ = std::exchange(other.bytes_, 0);
    return *this;
  }

  // Error: resource_exhausted.
  Result<void> add(std::size_t bytes);
  // At most what it holds.
  void give_back(std::size_t bytes);
  void clear() { give_back(bytes_); }

 private:
  QuestionMemory* memory_;
  std::size_t bytes_ = 0;
};

}  // namespace capexdb::storage
