#include "client/cli/ingest_options.h"

#include <utility>

namespace capexdb::cli {
namespace {

const std::vector<std::pair<std::string, importers::Format>>& formats() {
  static const std::vector<std::pair<std::string, importers::Format>> kFormats = {
      {"auto", importers::Format::automatic}, {"csv", importers::Format::csv},
      {"jsonl", importers::Format::jsonl},    {"pb", importers::Format::pb},
      {"edgar", importers::Format::edgar},    {"fsds", importers::Format::fsds},
      {"ecb", importers::Format::ecb},        {"fred", importers::Format::fred},
      {"epoch", importers::Format::epoch}};
  return kFormats;
}

}  // namespace

std::vector<std::string> format_words() {
  std::vector<std::string> words;
  for (const auto& format : formats()) words.push_back(format.first);
  return words;
}

const importers::Format* format_of(const std::string& word) {
  for (const auto& [name, format] : formats()) {
    if (name == word) return &format;
  }
  return nullptr;
}

}  // namespace capexdb::cli
