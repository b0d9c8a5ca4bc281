// A dump, read back into a store.
#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <string>
#include <vector>

#include "storage/event_store.h"

namespace capexdb::storage {

struct LoadReport {
  bool exact = false;  // sequences, times and producers are those of the dump
  std::uint64_t accepted = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t rejected = 0;
  std::uint64_t sequence = 0;        // the store's last one
  std::vector<std::string> refused;  // why, with the line; the first 100
};

// The next line of a dump; false at its end. Error: it cannot be read; of
// invalid_argument load() says which line.
using NextLine = std::function<Result<bool>(std::string& line)>;
// The lines of a stream, of which no longer one is held in memory than an event can
// have.
NextLine lines_of(std::istream& input, const std::string& name);

// Into a store that is empty, or holds the beginning of just this dump, a full dump
// is loaded as it is: the same sequences, times of recording, producers and their
// batch numbers, so that tokens of the old store name the same answers. Into any
// other store, and from a canonical dump, statements are ingested as new ones: what
// is there already is a duplicate. `options.seed` is the catalogue of a store that
// is made for a canonical dump. Errors: a line is no event of a dump
// (invalid_argument), an exact load would give another store than the dump's
// (failed_precondition), and those of opening and committing; what was loaded before
// stays.
Result<LoadReport> load(StoreOptions options, const NextLine& next_line);

}  // namespace capexdb::storage
