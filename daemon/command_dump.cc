// capexd dump: the log as JSON lines.
#include <cstdio>

#include "daemon/commands.h"
#include "daemon/exit_codes.h"
#include "daemon/open_store.h"
#include "storage/inspect.h"

namespace capexdb::daemon {

int dump(const std::string& data_dir, DumpForm form) {
  const auto offline = open_offline(data_dir);
  if (!offline) return report(offline.error());
  const auto result =
      storage::dump(*offline->store, form == DumpForm::canonical, [](const std::string& line) {
        std::fwrite(line.data(), 1, line.size(), stdout);
        std::fputc('\n', stdout);
      });
  if (!result) return report(result.error());
  // A dump that is cut short must not look like a whole one.
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    return report(Error{Errc::internal, "cannot write the dump"});
  }
  return kExitOk;
}

}  // namespace capexdb::daemon
