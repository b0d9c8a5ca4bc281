#include "client/cli/exit_code.h"

#include <iostream>

#include "capexdb/client.h"
#include "client/cli/print.h"

namespace capexdb::cli {

int exit_code(const Error& error) {
  if (error.reason == kProtocolReason) return kProtocol;
  if (error.reason == kTooLargeReason) return kUsage;
  switch (error.code) {
    case Errc::invalid_argument:
    case Errc::not_found:
    case Errc::out_of_range:
      return kUsage;
    case Errc::already_exists:
    case Errc::failed_precondition:
      return kBadData;
    case Errc::unavailable:
      return kUnavailable;
    case Errc::cancelled:
    case Errc::deadline_exceeded:
    case Errc::resource_exhausted:
    case Errc::aborted:
      return kRetryLater;
    case Errc::unimplemented:
      return kProtocol;
    case Errc::permission_denied:
    case Errc::unauthenticated:
      return kNotPermitted;
    case Errc::internal:
    case Errc::data_loss:
      break;
  }
  return kInternal;
}

int report(const Error& error) {
  std::cerr << "capex: " << printable(error.message) << '\n';
  return exit_code(error);
}

}  // namespace capexdb::cli
