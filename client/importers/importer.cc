#include "client/importers/importer.h"

#include <algorithm>

#include "client/importers/formats.h"
#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

Format by_extension(const std::string& file) {
  const std::size_t dot = file.rfind('.');
  const std::size_t slash = file.rfind('/');
  if (dot == std::string::npos || (slash != std::string::npos && dot < slash)) {
    return Format::automatic;
  }
  const std::string extension = to_lower_ascii(std::string_view(file).substr(dot + 1));
  if (extension == "csv") return Format::csv;
  if (extension == "jsonl" || extension == "ndjson") return Format::jsonl;
  if (extension == "pb" || extension == "bin") return Format::pb;
  return Format::automatic;
}

constexpr std::size_t kLookBytesMax = 64U << 10U;

bool is_plain_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
  });
}

// A first line that people can read, with commas in it.
bool looks_like_header(std::string_view start) {
  const std::string_view line = trim(start.substr(0, start.find('\n')));
  return is_plain_text(line) && line.find(',') != std::string_view::npos;
}

// A bracket and text. The length of a message may be the same byte, but then a
// control character follows: the tag of the event's source, after that of its
// id, which is a line feed. `content` is not valid any more afterwards.
bool looks_like_json(ByteSource& source, std::string_view content) {
  if (!content.starts_with('{') && !content.starts_with('[')) return false;
  return is_plain_text(content.size() > 1 ? content : source.ahead_lines(2, kLookBytesMax));
}

Result<Format> by_content(ByteSource& source, const std::string& file) {
  const auto refuse = [&](const char* reason, const std::string& why) {
    return fail(Error{Errc::invalid_argument, file + why, {}, reason});
  };
  std::string_view start = source.ahead_lines(1, kLookBytesMax);
  if (source.broken()) return fail(broken_input(file, source.offset()));
  if (start.empty()) return refuse("empty_input", " is empty: its format cannot be told");
  if (start.starts_with("\x1F\x8B") || start.starts_with("PK\x03\x04") ||
      start.starts_with("\x28\xB5\x2F\xFD")) {
    return refuse("compressed_input", " is compressed: unpack it first");
  }
  if (start.starts_with("\xEF\xBB\xBF")) start.remove_prefix(3);
  const bool header = looks_like_header(start);
  if (looks_like_json(source, trim(start))) return Format::jsonl;
  return header ? Format::csv : Format::pb;
}

// A file's name tells how it is written, its beginning whose it is.
Format refine(ByteSource& source, Format format) {
  if (format == Format::jsonl) return is_company_facts(source) ? Format::edgar : format;
  if (format == Format::csv) return format_of_header(source.ahead_lines(1, kLookBytesMax));
  return format;
}

}  // namespace

Error broken_input(const std::string& file, std::uint64_t offset) {
  return {Errc::unavailable,
          file + " could not be read past byte " + std::to_string(offset),
          {},
          "read_error"};
}

Result<std::unique_ptr<Importer>> open_importer(std::istream& input, const std::string& file,
                                                Format format, const AskMetrics& metrics) {
  ByteSource source(input);
  if (format == Format::automatic) {
    format = by_extension(file);
    if (format == Format::automatic) {
      CAPEXDB_ASSIGN(format, by_content(source, file));
    }
    format = refine(source, format);
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
    default:
      return open_pb(std::move(source), file);
  }
}

}  // namespace capexdb::importers
