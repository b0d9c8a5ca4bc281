// The table of capexd's settings, which the file, the environment, the flags and
// `config show` share. For config*.cc only.
#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "daemon/config.h"

namespace capexdb::daemon {

using Texts = std::vector<std::string>;
using Numbers = std::vector<std::uint64_t>;
template <class T>
using Member = T& (*)(Config&);

struct Option {
  std::string name;
  std::variant<Member<std::string>, Member<std::uint64_t>, Member<bool>, Member<Texts>,
               Member<Numbers>>
      member;
  std::uint64_t min = 0;  // of a number, and of each one of a list
  std::uint64_t max = 0;
  std::string (*fault)(std::string_view) = nullptr;  // of an entry of a list of texts
};

const std::vector<Option>& options();
// Null where there is none of that name.
const Option* find_option(std::string_view name);
// Whether `name` is what the keys of a table begin with.
bool is_table(std::string_view name);

// Sets an option to a node of a file, or to the text of a variable or a flag, in which
// commas part lists. Error: invalid_argument, with `where` and the option's name.
Result<void> set_option(Config& config, const Option& option, const toml::node& node,
                        const std::string& where);
Result<void> set_option(Config& config, const Option& option, const std::string& text,
                        const std::string& where);

// An error about a setting, at a place of a file, in a variable or on the command line.
tl::unexpected<Error> wrong_setting(const std::string& where, const std::string& what);

}  // namespace capexdb::daemon
