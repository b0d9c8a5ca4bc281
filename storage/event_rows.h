// The rows of an event of the log, read again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/naming.h"
#include "storage/read_view.h"

namespace capexdb::storage {

// Those of a statement or a retraction that the view's store holds at `sequence`; none
// of a catalogue change. Of a retraction they lie where what it withdraws lies. Any
// thread. Error: data_loss, internal.
Result<std::vector<FactRow>> rows_of_stored(const ReadView& view, const ValidEvent& event,
                                            const std::string& producer_id, std::uint64_t sequence);

// An event_id may have come with only some of what its stored event says: those
// rows of `stored` whose content is the id's, else all.
std::vector<FactRow> rows_said_under(std::vector<FactRow> stored, std::uint64_t content);

// What an event_id of rows stands for: a hash over their contents.
std::uint64_t content_of(const std::vector<FactRow>& rows);

}  // namespace capexdb::storage
