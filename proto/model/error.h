// The one error type. Codes are google.rpc's, so that they travel as they are;
// the message is for a person, names the value and the limit, and says what to do.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace capexdb {

enum class Errc : std::int32_t {
  cancelled = 1,
  invalid_argument = 3,
  deadline_exceeded = 4,
  not_found = 5,
  already_exists = 6,
  permission_denied = 7,
  resource_exhausted = 8,
  failed_precondition = 9,
  aborted = 10,
  out_of_range = 11,
  unimplemented = 12,
  internal = 13,
  unavailable = 14,
  data_loss = 15,
  unauthenticated = 16,
};

struct Error {
  Errc code = Errc::internal;
  std::string message;
  std::string field = {};   // path of the field at fault, where there is one
  std::string reason = {};  // stable snake_case word for programs, where there is one
};

// The reason of a resource_exhausted that asking again does not help.
inline constexpr const char* kTooLargeReason = "question_too_large";

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

[[nodiscard]] inline tl::unexpected<Error> fail(Errc code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace capexdb

#define CAPEXDB_CONCAT_INNER(a, b) a##b
#define CAPEXDB_CONCAT(a, b) CAPEXDB_CONCAT_INNER(a, b)

// Assigns the value of a Result to `lhs`, or returns its error.
#define CAPEXDB_ASSIGN(lhs, expression) \
  CAPEXDB_ASSIGN_(CAPEXDB_CONCAT(result_, __LINE__), lhs, expression)
#define CAPEXDB_ASSIGN_(result, lhs, expression)                  \
  auto result = (expression);                                     \
  if (!result) return ::capexdb::fail(std::move(result.error())); \
  lhs = std::move(*result)

// Returns the error of a Result<void>, if it has one.
#define CAPEXDB_TRY(expression) CAPEXDB_TRY_(CAPEXDB_CONCAT(result_, __LINE__), expression)
#define CAPEXDB_TRY_(result, expression)                            \
  do {                                                              \
    auto result = (expression);                                     \
    if (!result) return ::capexdb::fail(std::move(result.error())); \
  } while (false)
