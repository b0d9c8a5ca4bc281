#include "daemon/data_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace capexdb::daemon {
namespace {

class File {
 public:
  File(const std::string& path, int flags, mode_t mode = 0600)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool is_open() const { return descriptor_ >= 0; }
  int get() const { return descriptor_; }
  int release() { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
};

tl::unexpected<Error> io_error(const std::string& what) {
  return fail(Errc::internal, what + ": " + std::strerror(errno));
}

Result<void> sync_directory(const std::string& path) {
  const File directory(path, O_RDONLY | O_DIRECTORY);
  if (!directory.is_open() || ::fsync(directory.get()) != 0) return io_error("cannot sync " + path);
  return {};
}

std::string parent_of(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

// Parents as the umask says, the directory itself for its owner only.
Result<void> create(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(parent_of(path), error);
  if (error) return fail(Errc::internal, "cannot create " + path + ": " + error.message());
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return io_error("cannot create " + path);
  return sync_directory(parent_of(path));
}

Result<void> write_all(const File& file, const std::string& path, const std::string& text) {
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return io_error("cannot write " + path);
  }
  return {};
}

std::string owner_of(const File& lock) {
  char text[32] = {};
  const ssize_t bytes = ::pread(lock.get(), text, sizeof(text) - 1, 0);
  if (bytes <= 0) return {};
  std::string pid(text, static_cast<std::size_t>(bytes));
  return " (pid " + pid.substr(0, pid.find('\n')) + ")";
}

}  // namespace

Result<DataDir> DataDir::open(const std::string& given, Missing missing) {
  std::error_code error;
  std::string path = std::filesystem::absolute(given, error).lexically_normal().string();
  if (error) return fail(Errc::internal, "cannot look at " + given + ": " + error.message());
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    if (errno != ENOENT) return io_error("cannot look at " + path);
    if (missing == Missing::refuse) {
      return fail(Errc::not_found, "there is no data directory " + path);
    }
    CAPEXDB_TRY(create(path));
  } else if (!S_ISDIR(info.st_mode)) {
    return fail(Errc::failed_precondition, path + " is not a directory");
  } else if (missing == Missing::refuse && ::stat((path + "/store").c_str(), &info) != 0) {
    return fail(Errc::not_found, "there is no store in " + path);
  }

  const std::string pid_path = path + "/capexd.pid";
  File lock(pid_path, O_RDWR | O_CREAT);
  if (!lock.is_open()) return io_error("cannot open " + pid_path);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return io_error("cannot lock " + pid_path);
    return fail(Errc::unavailable, path + " is in use by another capexd" + owner_of(lock));
  }
  if (::ftruncate(lock.get(), 0) != 0) return io_error("cannot write " + pid_path);
  CAPEXDB_TRY(write_all(lock, pid_path, std::to_string(::getpid()) + "\n"));
  DataDir directory(std::move(path), lock.release());
  if (missing == Missing::create) CAPEXDB_TRY(create(directory.store_path()));
  return directory;
}

DataDir::DataDir(DataDir&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

// The pid file stays: removing it could take the lock away from under a
// process that has just opened it.
DataDir::~DataDir() {
  if (lock_ >= 0) ::close(lock_);
}

Result<void> DataDir::write_endpoint(const std::string& address) const {
  const std::string path = path_ + "/endpoint";
  const std::string next = path + ".new";
  {
    const File file(next, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file.is_open()) return io_error("cannot write " + next);
    CAPEXDB_TRY(write_all(file, next, "tcp " + address + "\n"));
  }
  if (::rename(next.c_str(), path.c_str()) != 0) return io_error("cannot write " + path);
  return {};
}

void DataDir::remove_endpoint() const { ::unlink((path_ + "/endpoint").c_str()); }

}  // namespace capexdb::daemon
