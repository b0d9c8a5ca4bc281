#include "client/importers/zip_archive.h"

#include <unistd.h>
#include <zip.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "client/importers/formats.h"
#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

constexpr std::size_t kPiece = 64U << 10U;
constexpr zip_flags_t kAnywhere = ZIP_FL_NOCASE | ZIP_FL_NODIR;

// A descriptor that is closed unless it is given away.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }
  void release() { number_ = -1; }

 private:
  int number_;
};

tl::unexpected<Error> no_room(const std::string& file, const std::string& folder) {
  return fail(Error{Errc::unavailable,
                    file + " could not be copied into " + folder + ", where archives wait: " +
                        std::strerror(errno) + "; $TMPDIR names another place",
                    {},
                    "no_room"});
}

Result<void> copy(ByteSource& source, int to, const std::string& file, const std::string& folder) {
  std::string piece(kPiece, '\0');
  for (;;) {
    const std::size_t count = source.read(piece.data(), piece.size());
    if (source.broken()) return fail(broken_input(file, source.offset()));
    if (count == 0) return {};
    for (std::size_t done = 0; done < count;) {
      const ssize_t written = ::write(to, piece.data() + done, count - done);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return no_room(file, folder);
      done += static_cast<std::size_t>(written);
    }
  }
}

class EntryBuffer : public std::streambuf {
 public:
  explicit EntryBuffer(zip_file_t* file) : file_(file) {}
  zip_file_t* file() const { return file_; }

 protected:
  int_type underflow() override {
    const zip_int64_t count = zip_fread(file_, bytes_.data(), bytes_.size());
    // The istream turns this into badbit.
    if (count < 0) throw std::ios_base::failure("zip");
    if (count == 0) return traits_type::eof();
    setg(bytes_.data(), bytes_.data(), bytes_.data() + count);
    return traits_type::to_int_type(bytes_[0]);
  }

 private:
  zip_file_t* file_;
  std::array<char, kPiece> bytes_{};
};

class OpenEntry : public ZipEntry {
 public:
  explicit OpenEntry(zip_file_t* file) : buffer_(file), stream_(&buffer_) {}
  ~OpenEntry() override { zip_fclose(buffer_.file()); }
  std::istream& stream() override { return stream_; }
  std::string fault() const override { return zip_file_strerror(buffer_.file()); }

 private:
  EntryBuffer buffer_;
  std::istream stream_;
};

std::string text_of_code(int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return text;
}

}  // namespace

struct ZipArchive::Handle {
  explicit Handle(zip_t* archive) : zip(archive) {}
  ~Handle() { zip_discard(zip); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  zip_t* zip;
};

ZipArchive::ZipArchive(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
ZipArchive::~ZipArchive() = default;
ZipArchive::ZipArchive(ZipArchive&& other) noexcept = default;
ZipArchive& ZipArchive::operator=(ZipArchive&& other) noexcept = default;

Result<ZipArchive> ZipArchive::open(ByteSource& source, const std::string& file) {
  const char* chosen = std::getenv("TMPDIR");
  const std::string folder = chosen != nullptr && *chosen != '\0' ? chosen : "/var/tmp";
  std::string path = folder + "/capex-zip-XXXXXX";
  Descriptor copied(::mkstemp(path.data()));
  if (copied.get() < 0) return no_room(file, folder);
  ::unlink(path.c_str());
  CAPEXDB_TRY(copy(source, copied.get(), file, folder));
  int code = 0;
  zip_t* archive = zip_fdopen(copied.get(), 0, &code);
  if (archive == nullptr) {
    return fail(Error{Errc::invalid_argument,
                      file + " is no zip archive that can be read (" + text_of_code(code) +
                          "): fetch it again if it was cut short, else unpack it first",
                      {},
                      "compressed_input"});
  }
  copied.release();
  return ZipArchive(std::make_unique<Handle>(archive));
}

std::vector<std::string> ZipArchive::names(std::size_t names_max) const {
  std::vector<std::string> all;
  const zip_int64_t count = zip_get_num_entries(handle_->zip, 0);
  for (zip_uint64_t i = 0; std::cmp_less(i, count) && all.size() < names_max; ++i) {
    const char* name = zip_get_name(handle_->zip, i, 0);
    if (name != nullptr) all.emplace_back(name);
  }
  return all;
}

bool ZipArchive::has(const std::string& name) const {
  return zip_name_locate(handle_->zip, name.c_str(), kAnywhere) >= 0;
}

std::vector<std::string> ZipArchive::all_of(const std::string& name) const {
  std::vector<std::string> all;
  const zip_int64_t count = zip_get_num_entries(handle_->zip, 0);
  for (zip_uint64_t i = 0; std::cmp_less(i, count); ++i) {
    const char* path = zip_get_name(handle_->zip, i, 0);
    if (path == nullptr) continue;
    const std::string_view whole(path);
    const std::string_view last = whole.substr(whole.rfind('/') + 1);
    if (to_lower_ascii(last) == to_lower_ascii(name)) all.emplace_back(whole);
  }
  return all;
}

Result<std::unique_ptr<ZipEntry>> ZipArchive::entry(const std::string& name) const {
  const zip_int64_t index = zip_name_locate(handle_->zip, name.c_str(), kAnywhere);
  if (index < 0) return fail(Errc::not_found, "there is no " + name + " in the archive");
  zip_file_t* file = zip_fopen_index(handle_->zip, static_cast<zip_uint64_t>(index), 0);
  if (file == nullptr) {
    return fail(Error{Errc::invalid_argument,
                      name + " cannot be read: " + zip_strerror(handle_->zip),
                      {},
                      "bad_zip"});
  }
  return std::unique_ptr<ZipEntry>(std::make_unique<OpenEntry>(file));
}

}  // namespace capexdb::importers
