// capexd: command line, settings, verb.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "daemon/commands.h"
#include "daemon/exit_codes.h"

// Read by jemalloc(3). Many threads answer questions by turns; an arena for each would keep
// what the largest of those needed. A batch frees some megabytes, large pieces among
// them, that the next one needs: they go back to the kernel a few seconds later, also of
// a daemon that has nothing to do.
extern "C" {
const char* malloc_conf =
    "narenas:4,oversize_threshold:0,dirty_decay_ms:5000,background_thread:true";
}

namespace {

using namespace capexdb;
using namespace capexdb::daemon;

struct CommandLine {
  std::string config_file;
  std::string data_dir;
  std::string listen;
  std::string log_level;
  bool canonical = false;
  std::string dump_file;
};

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

Result<Config> settings(const CommandLine& line) {
  Flags flags;
  if (!line.data_dir.empty()) flags.emplace_back("data_dir", line.data_dir);
  if (!line.listen.empty()) flags.emplace_back("listen", line.listen);
  if (!line.log_level.empty()) flags.emplace_back("log_level", line.log_level);
  return load_config(line.config_file, environment, flags);
}

int run(int argc, char** argv) {
  CommandLine line;
  CLI::App app{"capexd: serves a store of capex and chip-shipment statements"};
  app.set_version_flag("--version", "capexd " CAPEXDB_VERSION);
  app.add_option("--config", line.config_file, "Settings, TOML; see config/capexd.toml");
  app.add_option("--data-dir", line.data_dir, "Where the data is");
  app.add_option("--listen", line.listen, "HOST:PORT; port 0 picks a free one");
  app.add_option("--log-level", line.log_level, "debug, info, warn or error");
  app.fallthrough();  // the options may also follow the verb
  app.require_subcommand(0, 1);
  const auto* check_verb = app.add_subcommand("check", "Offline: does all that is stored agree?");
  auto* dump_verb = app.add_subcommand("dump", "Offline: the log as JSON lines");
  dump_verb->add_flag("--canonical", line.canonical, "Only what was said, sorted");
  auto* load_verb = app.add_subcommand("load", "Offline: read a dump back");
  load_verb->add_option("FILE", line.dump_file, "The dump; - is standard input")->required();
  auto* config_verb = app.add_subcommand("config", "The settings")->require_subcommand(1);
  const auto* config_check = config_verb->add_subcommand("check", "Are the settings right?");
  const auto* config_show = config_verb->add_subcommand("show", "Print the settings in force");
  app.add_subcommand("serve", "Serve (the default)");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }

  const auto config = settings(line);
  if (!config) return report(config.error());
  if (check_verb->parsed()) return check(config->data_dir);
  if (dump_verb->parsed()) {
    return dump(config->data_dir, line.canonical ? DumpForm::canonical : DumpForm::full);
  }
  if (load_verb->parsed()) return load(*config, line.dump_file);
  if (config_show->parsed()) return show_config(*config);
  if (config_check->parsed()) return check_config(*config);
  return serve(*config);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "capexd: %s\n", failure.what());
    return kExitInternal;
  }
}
