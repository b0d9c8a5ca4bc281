// The command line tool as a function, and servers for it to talk to.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/unit/client/fake_server.h"

namespace capexdb::cli {

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

// `capex WORDS...`. One at a time: it takes the place of cout and cerr.
Outcome run(std::vector<std::string> words);

// Answers each request with what `answer` makes of it.
using Answerer = std::function<v1::ServerMessage(const v1::ClientMessage&)>;
std::function<void(int, client::FakeConnection&)> answering(Answerer answer);

// In a directory of this process, which goes with it.
std::string temporary_path(const std::string& name);
// The path of a file with that text.
std::string file_with(const std::string& name, const std::string& text);
std::string text_of(const std::string& path);

}  // namespace capexdb::cli
