#include <algorithm>
#include <array>
#include <vector>

#include "client/importers/csv.h"
#include "client/importers/edgar_shape.h"
#include "client/importers/epoch_form.h"
#include "client/importers/formats.h"
#include "client/importers/tsv.h"
#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

constexpr std::size_t kLookBytesMax = 64U << 10U;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

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

tl::unexpected<Error> undetected(const std::string& file, const char* reason,
                                 const std::string& why) {
  return fail(Error{Errc::invalid_argument, file + " " + why, {}, reason});
}

tl::unexpected<Error> no_importer(const std::string& file, const std::string& what) {
  return undetected(file, "no_importer", "looks like " + what + "; no importer reads it");
}

bool is_plain_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
  });
}

std::string_view first_line(std::string_view start) {
  if (start.starts_with(kByteOrderMark)) start.remove_prefix(kByteOrderMark.size());
  start = trim(start);
  return trim(start.substr(0, start.find('\n')));
}

// A first line that people can read, with commas in it.
bool looks_like_header(std::string_view line) {
  return is_plain_text(line) && line.find(',') != std::string_view::npos;
}

// A table of a Financial Statement Data Set.
bool looks_like_fsds(std::string_view line) {
  std::vector<std::string_view> cells;
  split_tabs(line, cells);
  const auto has = [&](std::string_view name) {
    return std::find(cells.begin(), cells.end(), name) != cells.end();
  };
  return has("adsh") || (has("tag") && has("version"));
}

// A bracket and text. The length of a message may be the same byte, but then a
// control character follows: the tag of the event's source, after that of its
// id, which is a line feed. `content` is not valid any more afterwards.
bool looks_like_json(ByteSource& source, std::string_view content) {
  if (!content.starts_with('{') && !content.starts_with('[')) return false;
  return is_plain_text(content.size() > 1 ? content : source.ahead_lines(2, kLookBytesMax));
}

Result<Format> by_content(ByteSource& source, const std::string& file) {
  std::string_view start = source.ahead_lines(1, kLookBytesMax);
  if (source.broken()) return fail(broken_input(file, source.offset()));
  if (start.empty()) {
    return undetected(file, "empty_input", "is empty: its format cannot be told");
  }
  if (start.starts_with("PK\x03\x04") || start.starts_with("PK\x05\x06")) return Format::fsds;
  if (start.starts_with("\x1F\x8B") || start.starts_with("\x28\xB5\x2F\xFD")) {
    return undetected(file, "compressed_input", "is compressed: unpack it first");
  }
  if (start.starts_with(kByteOrderMark)) start.remove_prefix(kByteOrderMark.size());
  const std::string line(first_line(start));
  const bool header = looks_like_header(line);
  if (looks_like_json(source, trim(start))) return Format::jsonl;
  if (is_plain_text(line) && looks_like_fsds(line)) return Format::fsds;
  if (header) return Format::csv;
  // Messages have tags, which are control characters, within their first bytes.
  if (!is_plain_text(source.ahead_lines(2, kLookBytesMax))) return Format::pb;
  return undetected(file, "unknown_format",
                    "is text in no format that is known: it starts with " +
                        (line.empty() ? "blanks" : quoted(clip(line, 60))));
}

struct KnownHeader {
  std::array<std::string_view, 3> columns;
  const char* what;
};

constexpr std::array<KnownHeader, 2> kKnownHeaders = {{
    {{"period_start", "vintage", "release_date"},
     "vintages of one macroeconomic series, which do not say of which, nor who published them"},
    {{"max_op/s_(log)", "h100_equivalents", "chip_type_(primary)"},
     "Epoch AI's list of GPU clusters, many of them only planned, which are no statements about "
     "chips shipped or money spent in a period"},
}};

Result<Format> refine_csv(ByteSource& source, const std::string& file) {
  const auto header = parse_csv_line(std::string(first_line(source.ahead_lines(1, kLookBytesMax))));
  if (!header) return Format::csv;  // which says what is wrong with it
  if (epoch_form(*header) != nullptr) return Format::epoch;
  for (const KnownHeader& known : kKnownHeaders) {
    const bool is_it =
        std::all_of(known.columns.begin(), known.columns.end(),
                    [&](std::string_view column) { return has_column(*header, column); });
    if (is_it) return no_importer(file, known.what);
  }
  return format_of_header(*header);
}

Result<Format> refine_json(ByteSource& source, const std::string& file) {
  const JsonLook look = look_at_json(source);
  if (look.is_company_facts) return Format::edgar;
  if (const char* known = known_document(look.shape)) return no_importer(file, known);
  return Format::jsonl;
}

}  // namespace

Result<Format> detect_format(ByteSource& source, const std::string& file) {
  Format format = by_extension(file);
  if (format == Format::automatic) {
    CAPEXDB_ASSIGN(format, by_content(source, file));
  }
  // A file's name tells how it is written, its beginning whose it is.
  if (format == Format::csv) return refine_csv(source, file);
  if (format == Format::jsonl) return refine_json(source, file);
  return format;
}

}  // namespace capexdb::importers
