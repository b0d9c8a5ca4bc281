// Ctrl-C during an ingest: the program stops reading, hears what became of the
// batches on their way, and says so. A second Ctrl-C ends it at once.
#pragma once

namespace capexdb::cli {

// From now on SIGINT and SIGTERM are noted, once each, instead of obeyed.
void catch_interrupts();

bool interrupted();

// Becomes readable with the first signal; -1 before catch_interrupts().
int interrupt_descriptor();

}  // namespace capexdb::cli
