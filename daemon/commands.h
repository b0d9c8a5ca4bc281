// The verbs of capexd, one file each: command_*.cc. Each returns the exit code.
#pragma once

#include <string>

#include "daemon/config.h"
#include "proto/model/error.h"

namespace capexdb::daemon {

int serve(const Config& config);
int check(const std::string& data_dir);

enum class DumpForm { full, canonical };
int dump(const std::string& data_dir, DumpForm form);

int load(const Config& config, const std::string& file);  // of a dump; "-" is stdin

int show_config(const Config& config);
int check_config(const Config& config);  // of settings that could be read

// Prints "capexd: MESSAGE" to stderr and returns the code that goes with it.
int report(const Error& error);

}  // namespace capexdb::daemon
