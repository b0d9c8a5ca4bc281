// An answer as a chart of bars for a terminal.
#pragma once

#include <iosfwd>

#include "proto/model/query.h"

namespace capexdb::cli {

// A bar for each row, at most `width` columns wide (from 40 on), one scale for
// each unit. What the bounds leave open is lighter than what is certain; an arrow
// says that there is no end. With `color` blocks and colours, else plain ASCII.
// Rows without a value say why. Names and reasons give way to the width.
void plot(const Answer& answer, bool color, int width, std::ostream& out);

}  // namespace capexdb::cli
