#include "client/cli/ingest_resume.h"

#include <array>
#include <bit>
#include <charconv>
#include <filesystem>

#include "proto/model/limits.h"
#include "proto/model/text.h"

namespace capexdb::cli {

void FilePosition::advance(std::string_view raw) {
  ++records;
  hash = std::rotl(hash, 1) ^ hash64(raw);
}

std::string FilePosition::to_text() const {
  if (file.empty()) return {};
  std::array<char, 64> digits{};
  char* end = std::to_chars(digits.data(), digits.data() + 24, records).ptr;
  *end++ = ' ';
  end = std::to_chars(end, digits.data() + digits.size(), hash, 16).ptr;
  *end++ = ' ';
  return std::string(digits.data(), end) + file;
}

std::optional<FilePosition> FilePosition::parse(std::string_view text) {
  const std::size_t first = text.find(' ');
  const std::size_t second = first == std::string_view::npos ? first : text.find(' ', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  FilePosition position;
  const auto number = [&](std::string_view word, std::uint64_t& to, int base) {
    const auto read = std::from_chars(word.data(), word.data() + word.size(), to, base);
    return read.ec == std::errc() && read.ptr == word.data() + word.size();
  };
  if (!number(text.substr(0, first), position.records, 10) ||
      !number(text.substr(first + 1, second - first - 1), position.hash, 16)) {
    return std::nullopt;
  }
  position.file = text.substr(second + 1);
  if (position.file.empty() || position.records == 0) return std::nullopt;
  return position;
}

std::string resumable_path(const std::string& file) {
  std::error_code failed;
  if (file == "-" || !std::filesystem::is_regular_file(file, failed)) return {};
  const std::string path = std::filesystem::canonical(file, failed).string();
  constexpr std::size_t kNumbersMax = 64;
  const bool fits = path.size() + kNumbersMax <= limits::kCheckpointBytesMax && is_clean_text(path);
  return failed || !fits ? std::string() : path;
}

}  // namespace capexdb::cli
