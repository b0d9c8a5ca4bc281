#include "client/cli/ingest_input.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "client/cli/interrupt.h"

namespace capexdb::cli {
namespace {

constexpr int kBrieflyMs = 20;

}  // namespace

Result<std::unique_ptr<IngestInput>> IngestInput::open(const std::string& file) {
  const auto refuse = [&](const char* why) {
    return fail(Errc::invalid_argument, "cannot read " + file + ": " + why);
  };
  if (file == "-") return std::unique_ptr<IngestInput>(new IngestInput(file, STDIN_FILENO));
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return refuse(std::strerror(errno));
  std::unique_ptr<IngestInput> input(new IngestInput(file, descriptor));
  struct stat status {};
  if (fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode))
    return refuse("it is a directory; give its files, as in DIR/*.csv");
  return input;
}

IngestInput::~IngestInput() {
  if (buffer_.descriptor() != STDIN_FILENO) ::close(buffer_.descriptor());
}

Result<importers::Importer*> IngestInput::importer(importers::Format format,
                                                   const importers::AskMetrics& metrics,
                                                   const importers::ImportOptions& options) {
  if (!importer_) importer_ = importers::open_importer(stream_, file_, format, metrics, options);
  if (!*importer_) return fail(importer_->error());
  return (*importer_)->get();
}

bool IngestInput::reads_file(const std::string& path) const {
  struct stat ours {};
  struct stat theirs {};
  return fstat(buffer_.descriptor(), &ours) == 0 && stat(path.c_str(), &theirs) == 0 &&
         S_ISREG(ours.st_mode) && ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

std::optional<IngestInput::Extent> IngestInput::extent() const {
  struct stat status {};
  if (fstat(buffer_.descriptor(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return Extent{buffer_.bytes_read(), static_cast<std::uint64_t>(status.st_size)};
}

std::streambuf::int_type IngestInput::Buffer::underflow() {
  constexpr int kForever = -1;
  for (int timeout = decide_ ? 0 : kForever;;) {
    pollfd waits[2] = {{descriptor_, POLLIN, 0}, {interrupt_descriptor(), POLLIN, 0}};
    const int ready = poll(waits, 2, timeout);
    if (interrupted()) return traits_type::eof();
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) {
      const Wait wait = decide_();
      if (wait == Wait::no_more) return traits_type::eof();
      timeout = wait == Wait::briefly ? kBrieflyMs : kForever;
      continue;
    }
    const ssize_t count = ::read(descriptor_, bytes_.data(), bytes_.size());
    if (count < 0 && errno == EINTR) continue;
    // The istream turns this into badbit: the input has not ended, it is broken.
    if (count < 0) throw std::ios_base::failure("read");
    if (count == 0) return traits_type::eof();
    bytes_read_ += static_cast<std::uint64_t>(count);
    setg(bytes_.data(), bytes_.data(), bytes_.data() + count);
    return traits_type::to_int_type(bytes_[0]);
  }
}

}  // namespace capexdb::cli
