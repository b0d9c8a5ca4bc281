#include "tests/unit/client/run_program.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "client/cli/verb.h"

namespace capexdb::cli {

Outcome run(std::vector<std::string> words) {
  words.insert(words.begin(), "capex");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::ostringstream out;
  std::ostringstream err;
  auto* const cout_buffer = std::cout.rdbuf(out.rdbuf());
  auto* const cerr_buffer = std::cerr.rdbuf(err.rdbuf());
  Outcome outcome;
  outcome.code = run_main(static_cast<int>(words.size()), arguments.data());
  std::cout.rdbuf(cout_buffer);
  std::cerr.rdbuf(cerr_buffer);
  outcome.out = out.str();
  outcome.err = err.str();
  return outcome;
}

std::function<void(int, client::FakeConnection&)> answering(Answerer answer) {
  return [answer = std::move(answer)](int, client::FakeConnection& connection) {
    while (const auto message = connection.read()) {
      if (message->has_hello()) {
        connection.send(client::welcome(0, 4));
        continue;
      }
      v1::ServerMessage reply = answer(*message);
      reply.set_request_id(message->request_id());
      connection.send(reply);
    }
  };
}

// Tests run beside each other, as processes.
std::string temporary_path(const std::string& name) {
  struct Directory {
    std::string path = testing::TempDir() + "capexdb-client-XXXXXX";
    Directory() {
      if (mkdtemp(path.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    }
    ~Directory() {
      std::error_code ignored;  // what is left is in nobody's way
      std::filesystem::remove_all(path, ignored);
    }
  };
  static const Directory directory;
  return directory.path + "/" + name;
}

std::string file_with(const std::string& name, const std::string& text) {
  const std::string path = temporary_path(name);
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
  return path;
}

std::string text_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace capexdb::cli
