#include "client/cli/interrupt.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>

namespace capexdb::cli {
namespace {

volatile std::sig_atomic_t noted = 0;
int pipe_ends[2] = {-1, -1};

void note(int) {
  noted = 1;
  const char byte = 0;
  // Wakes a poll(); nobody can be told if that fails.
  [[maybe_unused]] const auto written = write(pipe_ends[1], &byte, 1);
}

}  // namespace

void catch_interrupts() {
  if (pipe_ends[0] >= 0 || pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) != 0) return;
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() { return noted != 0; }
int interrupt_descriptor() { return pipe_ends[0]; }

}  // namespace capexdb::cli
