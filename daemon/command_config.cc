// capexd config check|show: the settings in force.
#include <cstdio>

#include "daemon/catalog_file.h"
#include "daemon/commands.h"
#include "daemon/exit_codes.h"

namespace capexdb::daemon {

int show_config(const Config& config) {
  std::fputs(config_to_string(config).c_str(), stdout);
  return kExitOk;
}

int check_config(const Config& config) {
  const auto catalog = load_catalog(config.catalog);
  if (!catalog) return report(catalog.error());
  std::printf("ok: %zu parties, %zu metrics, %zu products and %zu sources in the catalogue\n",
              catalog->parties.size(), catalog->metrics.size(), catalog->products.size(),
              catalog->sources.size());
  return kExitOk;
}

}  // namespace capexdb::daemon
