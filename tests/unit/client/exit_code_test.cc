#include "client/cli/exit_code.h"

#include <gtest/gtest.h>

#include "capexdb/client.h"

namespace capexdb::cli {
namespace {

TEST(ExitCode, FollowsTheContractForEveryErrorCode) {
  const std::pair<Errc, int> kCodes[] = {{Errc::cancelled, 75},
                                         {Errc::invalid_argument, 2},
                                         {Errc::deadline_exceeded, 75},
                                         {Errc::not_found, 2},
                                         {Errc::already_exists, 65},
                                         {Errc::permission_denied, 77},
                                         {Errc::resource_exhausted, 75},
                                         {Errc::failed_precondition, 65},
                                         {Errc::aborted, 75},
                                         {Errc::out_of_range, 2},
                                         {Errc::unimplemented, 76},
                                         {Errc::internal, 70},
                                         {Errc::unavailable, 69},
                                         {Errc::data_loss, 70},
                                         {Errc::unauthenticated, 77}};
  for (const auto& [code, exit] : kCodes) {
    EXPECT_EQ(exit_code(Error{code, "x"}), exit) << static_cast<int>(code);
  }
}

TEST(ExitCode, ABrokenProtocolHasItsOwn) {
  EXPECT_EQ(exit_code(Error{Errc::internal, "x", {}, kProtocolReason}), 76);
  EXPECT_EQ(exit_code(Error{Errc::resource_exhausted, "x", {}, kTooLargeReason}), 2);
}

}  // namespace
}  // namespace capexdb::cli
