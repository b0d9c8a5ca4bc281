// What the command line of `capex ingest` says.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "client/importers/importer.h"

namespace capexdb::cli {

struct IngestOptions {
  std::vector<std::string> files;
  std::string format = "auto";
  importers::ImportOptions import;
  std::string producer_id;
  bool dry_run = false;
  bool atomic = false;
  bool retract_vanished = false;
  std::string rejects;
  std::string verdicts;
  std::size_t batch = 0;  // records to one; 0: as many as is usual
  bool verbose = false;
};

// The words of --format.
std::vector<std::string> format_words();
// Null where the word is none of them.
const importers::Format* format_of(const std::string& word);

}  // namespace capexdb::cli
