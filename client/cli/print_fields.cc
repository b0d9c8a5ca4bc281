// Text on a terminal: widths, control characters, and objects as lines.
#include <algorithm>
#include <array>
#include <ostream>

#include "client/cli/print.h"

namespace capexdb::cli {
namespace {

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t bytes = 1;
};

// Of text that is UTF-8; any other byte counts as one character.
CodePoint code_point_at(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  if (bytes == 1 || bytes > text.size()) return {lead, 1};
  std::uint32_t value = lead & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    value = (value << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  return {value, bytes};
}

// East Asian wide characters and pictographs.
bool is_wide(std::uint32_t c) {
  constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 8> kRanges = {{{0x1100, 0x115F},
                                                                               {0x2E80, 0xA4CF},
                                                                               {0xAC00, 0xD7A3},
                                                                               {0xF900, 0xFAFF},
                                                                               {0xFE30, 0xFE6F},
                                                                               {0xFF00, 0xFF60},
                                                                               {0x1F300, 0x1FAFF},
                                                                               {0x20000, 0x3FFFD}}};
  return std::any_of(kRanges.begin(), kRanges.end(),
                     [c](const auto& range) { return range.first <= c && c <= range.second; });
}

void print_member(const std::string& key, const Json& value, const std::string& indent,
                  std::size_t width, std::ostream& out);

std::string word_of(const Json& value) {
  if (value.is_null()) return {};
  return printable(value.is_string() ? value.get<std::string>() : json_line(value));
}

// What fits on the line of its key: a word, or a list of words.
bool is_plain(const Json& value) {
  if (value.is_object()) return false;
  return !value.is_array() ||
         std::none_of(value.begin(), value.end(), [](const Json& e) { return e.is_structured(); });
}

std::string plain_text(const Json& value) {
  if (!value.is_array()) return word_of(value);
  std::string text;
  for (const Json& part : value) text += (text.empty() ? "" : ", ") + word_of(part);
  return text;
}

void print_members(const Json& object, const std::string& indent, std::ostream& out) {
  std::size_t width = 0;
  for (const auto& [key, value] : object.items()) {
    if (is_plain(value)) width = std::max(width, key.size());
  }
  for (const auto& [key, value] : object.items()) print_member(key, value, indent, width, out);
}

void print_member(const std::string& key, const Json& value, const std::string& indent,
                  std::size_t width, std::ostream& out) {
  out << indent << key << ':';
  if (is_plain(value)) {
    const std::string text = plain_text(value);
    if (!text.empty()) out << std::string(width - key.size() + 1, ' ') << text;
    out << '\n';
    return;
  }
  out << '\n';
  if (value.is_object()) return print_members(value, indent + "  ", out);
  for (std::size_t i = 0; i < value.size(); ++i) {
    out << indent << "  - " << i + 1 << '\n';
    if (value[i].is_object()) print_members(value[i], indent + "    ", out);
  }
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const CodePoint c = code_point_at(text);
    width += is_wide(c.value) ? std::size_t{2} : std::size_t{1};
    text.remove_prefix(c.bytes);
  }
  return width;
}

std::string printable(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const CodePoint c = code_point_at(text);
    const bool control = c.value < 0x20 || (c.value >= 0x7F && c.value < 0xA0);
    if (control)
      clean += ' ';
    else
      clean += text.substr(0, c.bytes);
    text.remove_prefix(c.bytes);
  }
  return clean;
}

void print_fields(const Json& object, std::ostream& out) { print_members(object, "", out); }

}  // namespace capexdb::cli
