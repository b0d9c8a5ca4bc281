// capex: questions to capexd, and statements into it.
#include <ios>

#include "client/cli/verb.h"

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  return capexdb::cli::run_main(argc, argv);
}
