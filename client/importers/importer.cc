#include "client/importers/importer.h"

#include "client/importers/formats.h"

namespace capexdb::importers {

Error broken_input(const std::string& file, std::uint64_t offset) {
  return {Errc::unavailable,
          file + " could not be read past byte " + std::to_string(offset),
          {},
          "read_error"};
}

Result<std::unique_ptr<Importer>> open_importer(std::istream& input, const std::string& file,
                                                Format format, const AskMetrics& metrics,
                                                const ImportOptions& options) {
  ByteSource source(input);
  if (format == Format::automatic) {
    CAPEXDB_ASSIGN(format, detect_format(source, file));
  }
  switch (format) {
    case Format::csv:
      return open_csv(std::move(source), file);
    case Format::jsonl:
      return open_jsonl(std::move(source), file);
    case Format::edgar:
      return open_edgar(std::move(source), file, metrics);
    case Format::ecb:
    case Format::fred:
      return open_rates(std::move(source), file, format);
    case Format::fsds:
      return open_fsds(std::move(source), file, metrics);
    case Format::epoch:
      return open_epoch(std::move(source), file, options);
    default:
      return open_pb(std::move(source), file);
  }
}

}  // namespace capexdb::importers
