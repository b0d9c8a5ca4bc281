// capexd check: does everything that the store holds agree?
#include <cinttypes>
#include <cstdio>

#include "daemon/commands.h"
#include "daemon/exit_codes.h"
#include "daemon/open_store.h"
#include "storage/inspect.h"

namespace capexdb::daemon {

int check(const std::string& data_dir) {
  const auto offline = open_offline(data_dir);
  if (!offline) return report(offline.error());
  const auto result = storage::check(*offline->store);
  if (!result) return report(result.error());
  for (const std::string& fault : result->faults) std::printf("fault: %s\n", fault.c_str());
  const std::string quarantine =
      result->quarantine == 0
          ? std::string()
          : ", " + std::to_string(result->quarantine) + " records of the quarantine";
  std::printf("%" PRIu64 " events, %" PRIu64 " observations, %" PRIu64 " blocks%s: %s\n",
              result->events, result->observations, result->blocks, quarantine.c_str(),
              result->faults.empty() ? "ok" : "FAULTY");
  return result->faults.empty() ? kExitOk : kExitNegative;
}

}  // namespace capexdb::daemon
