#include "tests/integration/processes.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

extern char** environ;

namespace capexdb::test {

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "capexdb-it-XXXXXX").string();
  path_ = mkdtemp(pattern.data());
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Process::Process(const std::vector<std::string>& command, const std::string& out_file,
                 const std::string& err_file) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  const int flags = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_addopen(&actions, 1, out_file.c_str(), flags, 0600);
  posix_spawn_file_actions_addopen(&actions, 2, err_file.c_str(), flags, 0600);
  std::vector<char*> arguments;
  for (const std::string& argument : command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  if (posix_spawn(&pid_, command[0].c_str(), &actions, nullptr, arguments.data(), environ) != 0) {
    ADD_FAILURE() << "cannot start " << command[0];
    ended_ = true;
  }
  posix_spawn_file_actions_destroy(&actions);
}

Process::~Process() {
  if (running()) {
    signal(SIGKILL);
    wait();
  }
}

void Process::signal(int number) const { ::kill(pid_, number); }

bool Process::running() {
  if (ended_) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) == 0) return true;
  ended_ = true;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return false;
}

int Process::wait() {
  if (!ended_) {
    int status = 0;
    waitpid(pid_, &status, 0);
    ended_ = true;
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  return exit_code_;
}

std::string program(const std::string& name) {
  return std::string(CAPEXDB_BINARY_DIR) + "/bin/" + name;
}

Outcome run(const std::vector<std::string>& command) {
  const TemporaryDirectory directory;
  const std::string out = directory / "out";
  const std::string err = directory / "err";
  Outcome outcome;
  outcome.exit_code = Process(command, out, err).wait();
  outcome.out = read_file(out);
  outcome.err = read_file(err);
  return outcome;
}

namespace {

std::vector<std::string> serve(const std::string& directory, const std::string& listen,
                               const std::string& config) {
  std::vector<std::string> command = {program("capexd"), "--data-dir", directory, "--listen",
                                      listen};
  if (!config.empty()) command.insert(command.end(), {"--config", config});
  return command;
}

}  // namespace

Daemon::Daemon(const std::string& directory, const std::string& listen, const std::string& config)
    : directory_((std::filesystem::remove(directory + "/endpoint"), directory)),
      process_(serve(directory, listen, config), directory + ".out", directory + ".err") {
  // The file appears, whole, when the daemon listens; poll until then.
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (process_.running() && std::chrono::steady_clock::now() < give_up) {
    std::istringstream lines(read_file(directory + "/endpoint"));
    std::string kind;
    std::string address;
    while (lines >> kind >> address) {
      if (kind == "tcp") server_ = address;
    }
    if (!server_.empty()) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ADD_FAILURE() << "capexd does not serve: " << log();
}

std::string Daemon::host() const { return server_.substr(0, server_.rfind(':')); }
int Daemon::port() const { return std::stoi(server_.substr(server_.rfind(':') + 1)); }

void Daemon::kill() {
  process_.signal(SIGKILL);
  process_.wait();
}

int Daemon::terminate() {
  process_.signal(SIGTERM);
  return process_.wait();
}

std::string Daemon::log() const { return read_file(directory_ + ".err"); }

Outcome Daemon::capex(std::vector<std::string> arguments) const {
  std::vector<std::string> command = {program("capex"), "--server", server_};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run(command);
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string founding_csv() { return std::string(CAPEXDB_SOURCE_DIR) + "/data/founding.csv"; }

std::size_t resident_bytes(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  in >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace capexdb::test
