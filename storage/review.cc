// Decisions about what is held.
#include <algorithm>

#include "proto/codec/validate.h"
#include "proto/model/limits.h"
#include "proto/model/text.h"
#include "storage/commit.h"
#include "storage/evaluator.h"
#include "storage/group_write.h"
#include "storage/quarantine_filter.h"

namespace capexdb::storage {
namespace {

using disk::v1::QuarantineRecord;

constexpr std::size_t kDecisionsOfAWrite = 256;

bool is_decision(v1::QuarantineAction action) {
  return action == v1::QUARANTINE_ACTION_APPROVE || action == v1::QUARANTINE_ACTION_REJECT;
}

Result<void> check_decision(const v1::QuarantineRequest& request) {
  if (!is_decision(request.action())) {
    return wrong_request("action", "approve or reject: nothing else decides");
  }
  if (request.all() == (request.ids_size() > 0)) {
    return wrong_request("ids", "name the records to decide by their numbers, or ask for all");
  }
  if (static_cast<std::size_t>(request.ids_size()) > limits::kDecisionsMax) {
    return wrong_request(
        "ids", "at most " + std::to_string(limits::kDecisionsMax) + " records are decided at once");
  }
  if (request.note().size() > limits::kTextBytesMax || !is_clean_text(request.note())) {
    return wrong_request("note", "a note is clean text of at most " +
                                     std::to_string(limits::kTextBytesMax) + " bytes");
  }
  if (request.action() == v1::QUARANTINE_ACTION_REJECT && trim(request.note()).empty()) {
    return wrong_request("note", "a rejection needs a note that says why");
  }
  return {};
}

// The records that the request names or its filters take, in order.
Result<std::vector<std::uint64_t>> ids_to_decide(const StoreState& state,
                                                 const v1::QuarantineRequest& request,
                                                 v1::QuarantineReply& reply) {
  std::vector<std::uint64_t> ids(request.ids().begin(), request.ids().end());
  if (!request.all()) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
  }
  CAPEXDB_ASSIGN(const RecordFilter filter, RecordFilter::of(request, state.catalogue));
  bool any = false;
  CAPEXDB_TRY(
      for_each_record(state, request.after_id(),
                      [&](std::uint64_t id, const QuarantineRecord& record) -> Result<bool> {
                        CAPEXDB_ASSIGN(const bool taken, filter.takes(id, record));
                        any = any || taken;
                        if (!taken || record.state() != QuarantineRecord::STATE_HELD) return true;
                        if (ids.size() == limits::kDecisionsMax) {
                          reply.set_more(true);
                          return false;
                        }
                        ids.push_back(id);
                        return true;
                      }));
  if (!any && request.after_id() == 0) CAPEXDB_TRY(filter.of_someone_known());
  return ids;
}

// Stores the record's event as its producer's. Error: the store's alone.
Result<void> approve(GroupWrite& write, std::uint64_t id, QuarantineRecord& record,
                     v1::QuarantineDecision& decision) {
  Batch batch;
  batch.producer_id = record.producer_id();
  batch.batch_number = record.batch_number();
  batch.reviewed = true;
  batch.records.push_back(validate(record.event()));
  CAPEXDB_ASSIGN(const v1::IngestReply stored, write.add(batch));
  if (stored.accepted() == 1) {
    record.set_sequence(stored.first_sequence());
  } else if (stored.duplicates() == 1) {
    record.set_sequence(stored.verdicts(0).sequence());
    decision.set_code("duplicate");
    decision.set_message("already stored, sequence " + std::to_string(record.sequence()));
  } else {
    const v1::Verdict& verdict = stored.verdicts(0);
    decision.set_code(verdict.code().empty() ? "refused" : verdict.code());
    decision.set_message(
        "cannot be stored any more, and stays " +
        std::string(record.state() == QuarantineRecord::STATE_HELD ? "held" : "rejected") + ": " +
        (verdict.field().empty() ? "" : verdict.field() + ": ") + verdict.message());
    decision.set_state(state_of(record));
    return {};
  }
  record.set_state(QuarantineRecord::STATE_APPROVED);
  decision.set_sequence(record.sequence());
  decision.set_changed(true);
  decision.set_id(id);
  return {};
}

Result<v1::QuarantineDecision> decide(StoreState& state, GroupWrite& write, std::uint64_t id,
                                      const v1::QuarantineRequest& request) {
  v1::QuarantineDecision decision;
  decision.set_id(id);
  auto found = state.quarantine.record(*state.database, id);
  if (!found) {
    if (is_fatal(found.error())) return fail(std::move(found.error()));
    decision.set_code("unknown_id");
    decision.set_message(found.error().message);
    return decision;
  }
  QuarantineRecord& record = *found;
  const bool approves = request.action() == v1::QUARANTINE_ACTION_APPROVE;
  decision.set_state(state_of(record));
  decision.set_sequence(record.sequence());
  if (record.state() == QuarantineRecord::STATE_APPROVED) {
    decision.set_code("already_approved");
    decision.set_message("already approved, sequence " + std::to_string(record.sequence()) +
                         (approves ? "" : "; a retraction withdraws what is stored"));
    return decision;
  }
  if (!approves && record.state() == QuarantineRecord::STATE_REJECTED) {
    decision.set_code("already_rejected");
    decision.set_message("already rejected: " + record.note());
    return decision;
  }
  if (approves) {
    CAPEXDB_TRY(approve(write, id, record, decision));
    if (!decision.changed()) return decision;
  } else {
    record.set_state(QuarantineRecord::STATE_REJECTED);
    decision.set_changed(true);
  }
  record.set_note(request.note());
  record.set_decided_at_us(state.now_us());
  decision.set_state(state_of(record));
  write.put_record(id, std::move(record));
  return decision;
}

}  // namespace

Result<v1::QuarantineReply> review_held(StoreState& state, const v1::QuarantineRequest& request) {
  CAPEXDB_TRY(check_decision(request));
  const auto failed = [&](const std::string& why) {
    fail_store(state);
    return fail(Errc::unavailable, "the outcome of this review is unknown (" + why +
                                       "); ask for it again once the server is back");
  };
  if (state.failed) return failed("the store has failed");
  v1::QuarantineReply reply;
  CAPEXDB_ASSIGN(const std::vector<std::uint64_t> ids, ids_to_decide(state, request, reply));
  for (std::size_t begin = 0; begin < ids.size(); begin += kDecisionsOfAWrite) {
    const std::size_t end = std::min(ids.size(), begin + kDecisionsOfAWrite);
    GroupWrite write(state);
    for (std::size_t i = begin; i < end; ++i) {
      state.series.trim();
      auto decision = decide(state, write, ids[i], request);
      if (!decision) return failed(decision.error().message);
      *reply.add_decisions() = std::move(*decision);
      reply.set_last_id(ids[i]);
    }
    if (const auto written = write.write(); !written) return failed(written.error().message);
  }
  reply.set_held(state.quarantine.held());
  reply.set_store_sequence(state.last_sequence);
  return reply;
}

}  // namespace capexdb::storage
