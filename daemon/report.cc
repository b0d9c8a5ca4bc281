#include <cstdio>

#include "daemon/commands.h"
#include "daemon/exit_codes.h"

namespace capexdb::daemon {

int report(const Error& error) {
  std::fprintf(stderr, "capexd: %s\n", error.message.c_str());
  if (error.reason == "bad_dump") return kExitBadData;
  switch (error.code) {
    case Errc::unavailable:
      return kExitInUse;
    case Errc::data_loss:
      return kExitBadData;
    case Errc::invalid_argument:
    case Errc::permission_denied:
    case Errc::failed_precondition:
    case Errc::not_found:
      return kExitConfig;
    default:
      return kExitInternal;
  }
}

}  // namespace capexdb::daemon
