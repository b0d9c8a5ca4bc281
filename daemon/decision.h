// Requests that decide about held records: for the thread that writes, not for those
// that answer.
#pragma once

#include <cstdint>
#include <string>

#include "daemon/counters.h"
#include "daemon/session.h"

namespace capexdb::daemon {

// The decision that a request asks for; null for any other request.
const v1::QuarantineRequest* decision_of(const RunRequest& request);

// Logs and counts what became of it, and frames it. Any thread.
std::string decision_frame(std::uint64_t request_id, const v1::QuarantineRequest& request,
                           Result<v1::QuarantineReply> reply, Counters& counters);

}  // namespace capexdb::daemon
