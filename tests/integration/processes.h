// capexd and capex as real processes.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace capexdb::test {

// A directory that is gone with the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

struct Outcome {
  int exit_code = -1;  // 128 + signal for one that was killed
  std::string out;
  std::string err;
};

// A child process; killed with the object.
class Process {
 public:
  Process(const std::vector<std::string>& command, const std::string& out_file,
          const std::string& err_file);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void signal(int number) const;
  bool running();
  int wait();  // the exit code, as in Outcome
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int exit_code_ = -1;
  bool ended_ = false;
};

std::string program(const std::string& name);

// Runs to the end.
Outcome run(const std::vector<std::string>& command);

// capexd on `directory`; the constructor returns when it serves.
class Daemon {
 public:
  // `config` is a file of settings; empty: none.
  explicit Daemon(const std::string& directory, const std::string& listen = "127.0.0.1:0",
                  const std::string& config = "");
  std::string server() const { return server_; }  // HOST:PORT
  std::string host() const;
  int port() const;
  void kill();      // SIGKILL, and waits
  int terminate();  // SIGTERM; the exit code
  Process& process() { return process_; }
  std::string log() const;

  // capex with --server.
  Outcome capex(std::vector<std::string> arguments) const;

 private:
  std::string directory_;
  Process process_;
  std::string server_;
};

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const std::string& text);
// The founding facts that the project ships.
std::string founding_csv();
// Resident memory of a process in bytes.
std::size_t resident_bytes(pid_t pid);

}  // namespace capexdb::test
