// The importers of the single formats; importer.h chooses among them.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "client/importers/byte_source.h"
#include "client/importers/importer.h"

namespace capexdb::importers {

// Owns the source; the stream beneath it must outlive the importer. Errors:
// invalid_argument, as open_importer says.
Result<std::unique_ptr<Importer>> open_csv(ByteSource source, const std::string& file);
Result<std::unique_ptr<Importer>> open_jsonl(ByteSource source, const std::string& file);
Result<std::unique_ptr<Importer>> open_edgar(ByteSource source, const std::string& file,
                                             const AskMetrics& metrics);
Result<std::unique_ptr<Importer>> open_rates(ByteSource source, const std::string& file,
                                             Format format);  // ecb or fred
Result<std::unique_ptr<Importer>> open_fsds(ByteSource source, const std::string& file,
                                            const AskMetrics& metrics);
Result<std::unique_ptr<Importer>> open_epoch(ByteSource source, const std::string& file,
                                             const ImportOptions& options);
std::unique_ptr<Importer> open_pb(ByteSource source, const std::string& file);

// The format of a file by its name, else by its beginning. Waits for no more of a pipe
// than the lines that tell it. Errors: invalid_argument, where nothing tells it, or it is
// something well known that no importer reads; unavailable.
Result<Format> detect_format(ByteSource& source, const std::string& file);

// ecb or fred, where the header of a CSV file is one of theirs; else csv.
Format format_of_header(std::span<const std::string> header);

// unavailable: the file or pipe could not be read to its end.
Error broken_input(const std::string& file, std::uint64_t offset);

}  // namespace capexdb::importers
