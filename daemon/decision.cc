#include "daemon/decision.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "daemon/replies.h"

namespace capexdb::daemon {

const v1::QuarantineRequest* decision_of(const RunRequest& request) {
  const auto* quarantine = std::get_if<v1::QuarantineRequest>(&request.request);
  const bool decides =
      quarantine != nullptr && (quarantine->action() == v1::QUARANTINE_ACTION_APPROVE ||
                                quarantine->action() == v1::QUARANTINE_ACTION_REJECT);
  return decides ? quarantine : nullptr;
}

std::string decision_frame(std::uint64_t request_id, const v1::QuarantineRequest& request,
                           Result<v1::QuarantineReply> reply, Counters& counters) {
  if (!reply) return error_frame(request_id, reply.error());
  const bool approves = request.action() == v1::QUARANTINE_ACTION_APPROVE;
  std::uint64_t changed = 0;
  for (const v1::QuarantineDecision& decision : reply->decisions()) {
    if (!decision.changed()) continue;
    ++changed;
    // One whose content was stored already is no further event.
    if (approves && decision.code().empty()) ++counters.events_accepted;
  }
  spdlog::info("quarantine action={} records={} changed={} held={}",
               approves ? "approve" : "reject", reply->decisions_size(), changed, reply->held());
  return reply_frame(request_id,
                     [&](v1::ServerMessage& m) { *m.mutable_quarantine() = std::move(*reply); });
}

}  // namespace capexdb::daemon
