// Small text rules that every module shares.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace capexdb {

// Digits only, at least one, at most 18; else empty.
std::optional<std::uint64_t> parse_unsigned(std::string_view text);

std::string_view trim(std::string_view text);
std::string to_lower_ascii(std::string_view text);
std::string to_upper_ascii(std::string_view text);
std::vector<std::string> split(std::string_view text, char separator);  // parts trimmed

// How names are compared and ids are made: ASCII letters lower-case, every run
// of other ASCII characters one '-', none at the ends; bytes above 0x7F are
// kept, so that names in other scripts stay apart. "Hua Hong Semiconductor"
// and "hua-hong  semiconductor" are one name: "hua-hong-semiconductor".
std::string slug(std::string_view name);

// Valid UTF-8 without control characters (U+0000..1F, U+007F..9F) other than
// tab and newline.
bool is_clean_text(std::string_view text);

// The beginning of a text for a message: at most `bytes_max` bytes, and never
// a part of a UTF-8 character.
std::string_view clip(std::string_view text, std::size_t bytes_max);

// 'text' for a message; of a long one its beginning.
std::string quoted(std::string_view text);

// "1,234,567", for messages.
std::string grouped(std::uint64_t number);

// A 64-bit hash for identities that are stored (xxh3, seed 0); its values are
// part of the storage format.
std::uint64_t hash64(std::string_view bytes);

// The best match for a mistyped `word` among `candidates`; empty if none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace capexdb
