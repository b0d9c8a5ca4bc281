// The importers of the single formats; importer.h chooses among them.
#pragma once

#include <memory>
#include <string>

#include "client/importers/byte_source.h"
#include "client/importers/importer.h"

namespace capexdb::importers {

// Owns the source; the stream beneath it must outlive the importer. Errors:
// invalid_argument, as open_importer says.
Result<std::unique_ptr<Importer>> open_csv(ByteSource source, const std::string& file);
Result<std::unique_ptr<Importer>> open_jsonl(ByteSource source, const std::string& file);
std::unique_ptr<Importer> open_pb(ByteSource source, const std::string& file);

// unavailable: the file or pipe could not be read to its end.
Error broken_input(const std::string& file, std::uint64_t offset);

}  // namespace capexdb::importers
