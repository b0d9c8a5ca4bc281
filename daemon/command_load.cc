// capexd load FILE: a dump, read back.
#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <iostream>

#include "daemon/catalog_file.h"
#include "daemon/commands.h"
#include "daemon/data_dir.h"
#include "daemon/exit_codes.h"
#include "storage/load.h"

namespace capexdb::daemon {

int load(const Config& config, const std::string& file) {
  std::ifstream opened;
  if (file != "-") opened.open(file, std::ios::binary);
  std::istream& input = file == "-" ? std::cin : opened;
  if (!input) return report(Error{Errc::invalid_argument, "cannot read " + file});
  const auto directory = DataDir::open(config.data_dir, Missing::create);
  if (!directory) return report(directory.error());
  storage::StoreOptions options;
  options.path = directory->store_path();
  auto seed = load_catalog(config.catalog);
  if (!seed) return report(seed.error());
  options.seed = std::move(*seed);
  const auto loaded = storage::load(std::move(options), storage::lines_of(input, file));
  if (!loaded) return report(loaded.error());
  for (const std::string& refused : loaded->refused) {
    std::fprintf(stderr, "capexd: %s\n", refused.c_str());
  }
  std::printf("%s: accepted %" PRIu64 ", duplicate %" PRIu64 ", rejected %" PRIu64
              ", sequence %" PRIu64 "\n",
              loaded->exact ? "restored as it was" : "added to the store", loaded->accepted,
              loaded->duplicates, loaded->rejected, loaded->sequence);
  return loaded->rejected == 0 ? kExitOk : kExitBadData;
}

}  // namespace capexdb::daemon
