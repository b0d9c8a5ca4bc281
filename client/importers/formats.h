// The importers of the single formats; importer.h chooses among them.
#pragma once

#include <memory>
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
std::unique_ptr<Importer> open_pb(ByteSource source, const std::string& file);

// Whether the document ahead is the company facts of EDGAR, from its first 64 KiB.
// Waits for no more of a pipe than the lines that tell it.
bool is_company_facts(ByteSource& source);
// ecb or fred, where the header of a CSV file is one of theirs; else csv.
Format format_of_header(std::string_view line);

// unavailable: the file or pipe could not be read to its end.
Error broken_input(const std::string& file, std::uint64_t offset);

}  // namespace capexdb::importers
