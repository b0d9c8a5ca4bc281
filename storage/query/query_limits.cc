#include "storage/query/query_limits.h"

#include <algorithm>
#include <utility>

namespace capexdb::storage {
namespace {

std::string mebibytes(std::size_t bytes) { return std::to_string(bytes >> 20U) + " MiB"; }

}  // namespace

Error too_large(std::string message) {
  return {Errc::resource_exhausted, std::move(message), {}, kTooLargeReason};
}

Result<void> QuestionMemory::take(std::size_t bytes) {
  if (bytes_ + bytes > all_.bytes_max_of_one_) {
    return fail(Errc::resource_exhausted, "the question needs more than " +
                                              mebibytes(all_.bytes_max_of_one_) +
                                              " of memory; narrow the selection or the periods");
  }
  std::size_t taken = all_.taken_;
  do {
    if (taken + bytes > all_.bytes_max_of_all_) {
      return fail(too_large("the question needs more than " + mebibytes(all_.bytes_max_of_one_) +
                            " of memory; narrow the selection or the periods"));
    }
  } while (!all_.taken_.compare_exchange_weak(taken, taken + bytes));
  bytes_ += bytes;
  return {};
}

void QuestionMemory::give_back(std::size_t bytes) {
  bytes_ -= bytes;
  all_.taken_ -= bytes;
}

Result<void> check_limits(const QueryLimits& limits) {
  if (limits.pause) limits.pause(limits.deadline);
  if (limits.cancelled != nullptr && limits.cancelled->load(std::memory_order_relaxed)) {
    return fail(Errc::cancelled, "the query was cancelled");
  }
  if (std::chrono::steady_clock::now() > limits.deadline) {
    return fail(Errc::deadline_exceeded,
                "the query took longer than its deadline; narrow the selection or the periods");
  }
  return {};
}

Result<void> HeldMemory::add(std::size_t bytes) {
  if (memory_ == nullptr) return {};
  CAPEXDB_TRY(memory_->take(bytes));
  bytes_ += bytes;
  return {};
}

void HeldMemory::give_back(std::size_t bytes) {
  bytes = std::min(bytes, bytes_);
  if (bytes == 0) return;
  bytes_ -= bytes;
  memory_->give_back(bytes);
}

}  // namespace capexdb::storage
