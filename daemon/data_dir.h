// The directory that a daemon owns:
//   capexd.pid   the owner's process id; locked for as long as it lives
//   endpoint     where to reach it: a line "tcp HOST:PORT"; absent while nobody serves
//   store/       the store
#pragma once

#include <string>

#include "proto/model/error.h"

namespace capexdb::daemon {

enum class Missing { create, refuse };

class DataDir {
 public:
  // Locks the directory. Errors: unavailable (another process has it, with its
  // pid), not_found (there is no store and none shall be made), internal (I/O).
  static Result<DataDir> open(const std::string& path, Missing missing);
  ~DataDir();
  DataDir(DataDir&& other) noexcept;
  DataDir& operator=(DataDir&&) = delete;

  const std::string& path() const { return path_; }
  std::string store_path() const { return path_ + "/store"; }

  // Replaces the endpoint file in one step. Error: internal.
  Result<void> write_endpoint(const std::string& address) const;
  void remove_endpoint() const;

 private:
  DataDir(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::string path_;
  int lock_;  // file descriptor of capexd.pid; -1 when moved from
};

}  // namespace capexdb::daemon
