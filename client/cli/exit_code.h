// What the program's exit says; see docs/cli.md.
#pragma once

#include "proto/model/error.h"

namespace capexdb::cli {

enum ExitCode : int {
  kOk = 0,
  kNegative = 1,  // nothing matched, with --fail-empty; conflicts were found
  kUsage = 2,
  kBadData = 65,
  kUnavailable = 69,
  kInternal = 70,
  kRetryLater = 75,
  kProtocol = 76,
  kNotPermitted = 77,
  kInterrupted = 130,
};

int exit_code(const Error& error);

// "capex: message" on stderr, and the exit code.
int report(const Error& error);

}  // namespace capexdb::cli
