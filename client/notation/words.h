// Words of the notation: scales, currencies, units, multiples.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "client/notation/number.h"

namespace capexdb::notation {

struct ScaleWord {
  int power = 0;  // of ten
  Scale scale = Scale::neutral;
  bool dotted = false;  // an abbreviation that is printed with a dot: Mrd.
};
std::optional<ScaleWord> find_scale(std::string_view word);

// "doubled" is a growth of 100 percent; empty for other words.
std::optional<int> growth_of_multiple(std::string_view word);
// "threefold", "x", "times": what may mean three times as much or three times more.
bool is_fold(std::string_view word);

}  // namespace capexdb::notation
