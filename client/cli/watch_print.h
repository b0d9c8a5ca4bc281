// Changes as lines: for people, and as JSON for programs.
#pragma once

#include <string>

#include "capexdb/subscription.h"
#include "client/cli/print.h"

namespace capexdb::cli {

// {"sequence":..., "recorded_at":..., "event":{...}}, with `cells`, `conflicts_opened` and
// `conflicts_closed` where there are any. Error: internal, when the event cannot be written.
Result<std::string> json_line_of(const FeedChange& change);
// {"gap":{"first":..., "last":...}}: what retention has trimmed from the feed.
std::string json_line_of(const FeedGap& gap);

// A line for each of its cells and conflicts; one for a catalogue change, or for a
// change without cells. Each ends with a line feed.
std::string text_lines_of(const FeedChange& change, bool color);

}  // namespace capexdb::cli
