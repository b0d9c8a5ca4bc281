#include "storage/acknowledged.h"

#include <fcntl.h>
#include <unistd.h>

#include "proto/model/text.h"
#include "storage/key.h"

namespace capexdb::storage {
namespace {

constexpr std::size_t kBytes = 16;  // sequence:u64be xxh3 of it:u64be

std::string path_of(const std::string& directory) { return directory + "/ACKNOWLEDGED"; }

std::string encode(std::uint64_t sequence) {
  std::string bytes;
  append_big_endian(bytes, sequence, 8);
  append_big_endian(bytes, hash64(bytes), 8);
  return bytes;
}

}  // namespace

std::optional<std::uint64_t> AcknowledgedMark::read(const std::string& directory) {
  const int file = ::open(path_of(directory).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  std::string bytes(kBytes, '\0');
  const ssize_t n = ::pread(file, bytes.data(), bytes.size(), 0);
  ::close(file);
  if (n != static_cast<ssize_t>(kBytes)) return std::nullopt;
  const std::uint64_t sequence = read_big_endian(std::string_view(bytes).substr(0, 8));
  if (encode(sequence) != bytes) return std::nullopt;
  return sequence;
}

void AcknowledgedMark::open(const std::string& directory) {
  file_ = ::open(path_of(directory).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

void AcknowledgedMark::set(std::uint64_t sequence) const {
  if (file_ < 0) return;
  const std::string bytes = encode(sequence);
  // A failure leaves the older mark, which is as true.
  [[maybe_unused]] const ssize_t n = ::pwrite(file_, bytes.data(), bytes.size(), 0);
}

AcknowledgedMark::~AcknowledgedMark() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace capexdb::storage
