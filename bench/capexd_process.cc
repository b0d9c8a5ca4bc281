#include "bench/capexd_process.h"

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <thread>
#include <utility>

namespace capexdb::bench {

CapexdProcess::CapexdProcess(std::string program, std::string directory)
    : program_(std::move(program)), directory_(std::move(directory)), port_(free_port()) {
  start();
}

void CapexdProcess::start() {
  // The file appears, whole, when the daemon listens.
  const std::string endpoint = directory_ + "/endpoint";
  std::filesystem::remove(endpoint);
  process_ =
      execute({program_, "--data-dir", directory_, "--listen", server()}, directory_ + ".log");
  while (process_.running()) {
    if (std::filesystem::exists(endpoint)) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  throw std::runtime_error(program_ + " does not start: see " + directory_ + ".log");
}

}  // namespace capexdb::bench
