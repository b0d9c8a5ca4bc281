// Decisions about what is held, and what is listed of it.
#include <rocksdb/db.h>

#include <algorithm>
#include <memory>

#include "proto/codec/validate.h"
#include "proto/model/limits.h"
#include "proto/model/query.h"
#include "proto/model/text.h"
#include "proto/model/time_range.h"
#include "storage/commit.h"
#include "storage/evaluator.h"
#include "storage/group_write.h"
#include "storage/rocks/database.h"
#include "storage/rocks/status.h"

namespace capexdb::storage {
namespace {

using disk::v1::QuarantineRecord;

constexpr std::size_t kDecisionsOfAWrite = 256;
constexpr std::size_t kListBytesMax = limits::kMessageBytesMax / 2;

tl::unexpected<Error> wrong_request(const char* field, std::string message) {
  return fail(Error{Errc::invalid_argument, std::move(message), std::string("quarantine.") + field,
                    "bad_request"});
}

Result<ValidEvent> event_of(std::uint64_t id, const QuarantineRecord& record) {
  auto event = validate(record.event());
  if (event && std::holds_alternative<Statement>(event->fact())) return event;
  return fail(Errc::data_loss, "the event of quarantine record " + std::to_string(id) +
                                   " cannot be read; run 'capexd check'");
}

// Which records a request is about, beside their state.
class RecordFilter {
 public:
  static Result<RecordFilter> of(const v1::QuarantineRequest& request, const Catalogue& catalogue) {
    RecordFilter filter(catalogue);
    filter.producer_ = request.producer_id();
    if (!filter.producer_.empty()) {
      const std::string fault = producer_pattern_fault(filter.producer_);
      if (!fault.empty()) return wrong_request("producer_id", fault);
    }
    if (!request.code().empty()) {
      const auto rule = parse_rule(request.code());
      if (!rule) {
        const std::string near = nearest(request.code(), rule_codes());
        std::string all;
        for (const std::string& code : rule_codes()) all += (all.empty() ? "" : ", ") + code;
        return wrong_request(
            "code", "there is no code " + quoted(request.code()) +
                        (near.empty() ? "; there are " + all : "; did you mean '" + near + "'?"));
      }
      filter.code_ = code_of(*rule);
    }
    filter.company_ = trim(request.company());
    if (filter.company_.empty()) return filter;
    CAPEXDB_ASSIGN(const std::uint32_t known,
                   catalogue.find_party(PartyRef{filter.company_, {}, {}, {}}, kNow));
    if (known != 0) {
      filter.companies_ = catalogue.leaves(known, kNow);
      filter.companies_.push_back(known);
    }
    return filter;
  }

  Result<bool> takes(std::uint64_t id, const QuarantineRecord& record) const {
    if (!producer_.empty() && !matches_producer(producer_, record.producer_id())) return false;
    if (!code_.empty() && record.code() != code_) return false;
    if (company_.empty()) return true;
    CAPEXDB_ASSIGN(const ValidEvent event, event_of(id, record));
    const PartyRef& subject = std::get<Statement>(event.fact()).subject;
    const auto known = catalogue_.find_party(subject, kNow);
    if (known && *known != 0) {
      return std::find(companies_.begin(), companies_.end(), *known) != companies_.end();
    }
    // Who comes with the record alone has no other name.
    const std::string wanted = slug(company_);
    return wanted == slug(subject.name) || wanted == slug(subject.ticker) ||
           (!subject.cik.empty() && normal_cik(company_) == subject.cik);
  }

  // What to say when nothing is taken at all.
  Result<void> of_someone_known() const {
    if (company_.empty() || !companies_.empty()) return {};
    CAPEXDB_TRY(catalogue_.need_party(company_, kNow));
    return {};
  }

 private:
  explicit RecordFilter(const Catalogue& catalogue) : catalogue_(catalogue) {}

  const Catalogue& catalogue_;
  std::string producer_;
  std::string code_;
  std::string company_;
  std::vector<std::uint32_t> companies_;
};

// Calls `visit` with each record behind `after`, in order of id, until it returns
// false. Error: data_loss, internal, or the visitor's.
template <class Visit>
Result<void> for_each_record(const StoreState& state, std::uint64_t after, const Visit& visit) {
  const Database& database = *state.database;
  const std::unique_ptr<rocksdb::Iterator> it(database.db().NewIterator({}, database.meta()));
  const std::string prefix = quarantine_prefix();
  for (it->Seek(quarantine_key(after + 1)); it->Valid() && it->key().starts_with(prefix);
       it->Next()) {
    CAPEXDB_ASSIGN(const std::uint64_t id, decode_quarantine_key(it->key().ToStringView()));
    QuarantineRecord record;
    const rocksdb::Slice value = it->value();
    if (!record.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
      return fail(Errc::data_loss,
                  "quarantine record " + std::to_string(id) + " is damaged; run 'capexd check'");
    }
    CAPEXDB_ASSIGN(const bool more, visit(id, record));
    if (!more) break;
  }
  if (!it->status().ok()) return fail(to_error(it->status(), "quarantine"));
  return {};
}

v1::QuarantineState state_of(const QuarantineRecord& record) {
  return static_cast<v1::QuarantineState>(record.state());
}

// ---- Lists.

std::string joined(std::string text, const std::string& more) {
  if (text.empty()) return more;
  return text == more || more.empty() ? text : text + "; " + more;
}

Result<v1::QuarantineEntry> entry_of(std::uint64_t id, const QuarantineRecord& record,
                                     const Catalogue& catalogue) {
  CAPEXDB_ASSIGN(const ValidEvent event, event_of(id, record));
  const auto& said = std::get<Statement>(event.fact());
  v1::QuarantineEntry entry;
  entry.set_id(id);
  entry.set_state(state_of(record));
  entry.set_held_at_us(record.held_at_us());
  entry.set_producer_id(record.producer_id());
  entry.set_batch_number(record.batch_number());
  entry.set_code(record.code());
  entry.set_field(record.field());
  entry.set_message(record.message());
  const auto known = catalogue.find_party(said.subject, kNow);
  const std::string as_written = !said.subject.name.empty()     ? said.subject.name
                                 : !said.subject.ticker.empty() ? said.subject.ticker
                                                                : said.subject.cik;
  entry.set_company(known && *known != 0 ? catalogue.text(NameKind::party, *known) : as_written);
  for (const Observation& o : said.observations) {
    const auto metric = catalogue.find_metric(o.metric, kNow);
    const bool is_known = metric && *metric != 0;
    entry.set_metric(
        joined(entry.metric(), is_known ? catalogue.text(NameKind::metric, *metric) : o.metric));
    entry.set_value(joined(
        entry.value(), o.value.point ? o.value.point->to_string() : interval_to_string(o.value)));
    const Measure measure =
        o.measure.value_or(is_known ? catalogue.metric(*metric, kNow).measure() : Measure::level);
    entry.set_unit(joined(entry.unit(), stated_unit(o, measure)));
  }
  entry.set_period(period_to_string(said.period));
  entry.set_source(said.publisher);
  entry.set_published_at(time_range_to_string(said.published));
  entry.set_event_id(event.event_id());
  entry.set_decided_at_us(record.decided_at_us());
  entry.set_note(record.note());
  entry.set_sequence(record.sequence());
  return entry;
}

Result<void> list(const StoreState& state, const v1::QuarantineRequest& request,
                  v1::QuarantineReply& reply) {
  if (request.state() < v1::QUARANTINE_STATE_UNSPECIFIED ||
      request.state() > v1::QUARANTINE_STATE_ALL) {
    return wrong_request("state", "a state is held, approved, rejected or all");
  }
  CAPEXDB_ASSIGN(const RecordFilter filter, RecordFilter::of(request, state.catalogue));
  const bool all = request.state() == v1::QUARANTINE_STATE_ALL;
  const v1::QuarantineState wanted = request.state() == v1::QUARANTINE_STATE_UNSPECIFIED
                                         ? v1::QUARANTINE_STATE_HELD
                                         : request.state();
  const std::uint32_t most = request.limit() == 0
                                 ? limits::kQuarantineRowsMax
                                 : std::min(request.limit(), limits::kQuarantineRowsMax);
  std::size_t bytes = 0;
  bool any = false;  // of the filter, in whatever state
  CAPEXDB_TRY(for_each_record(
      state, request.after_id(),
      [&](std::uint64_t id, const QuarantineRecord& record) -> Result<bool> {
        CAPEXDB_ASSIGN(const bool taken, filter.takes(id, record));
        any = any || taken;
        if (!taken || (!all && state_of(record) != wanted)) return true;
        if (static_cast<std::uint32_t>(reply.entries_size()) == most || bytes > kListBytesMax) {
          reply.set_more(true);
          return false;
        }
        CAPEXDB_ASSIGN(auto entry, entry_of(id, record, state.catalogue));
        bytes += entry.ByteSizeLong();
        reply.set_last_id(id);
        *reply.add_entries() = std::move(entry);
        return true;
      }));
  if (!any && request.after_id() == 0) CAPEXDB_TRY(filter.of_someone_known());
  return {};
}

Result<void> show(const StoreState& state, const v1::QuarantineRequest& request,
                  v1::QuarantineReply& reply) {
  if (request.ids_size() != 1) return wrong_request("ids", "show takes one number of a record");
  const std::uint64_t id = request.ids(0);
  // Not from what is staged, which belongs to another thread.
  bool found = false;
  const auto take = [&](std::uint64_t at, const QuarantineRecord& record) -> Result<bool> {
    if (at != id) return false;
    found = true;
    CAPEXDB_ASSIGN(auto entry, entry_of(id, record, state.catalogue));
    if (!entry.mutable_event()->ParseFromString(record.event())) {
      return fail(Errc::data_loss, "the event of quarantine record " + std::to_string(id) +
                                       " cannot be read; run 'capexd check'");
    }
    entry.set_event_bytes(record.event());
    *reply.add_entries() = std::move(entry);
    return false;
  };
  if (id != 0) CAPEXDB_TRY(for_each_record(state, id - 1, take));
  if (found) return {};
  return fail(Error{Errc::not_found,
                    "there is no quarantine record " + std::to_string(id) +
                        "; capex quarantine list --state all shows those that there are",
                    "quarantine.ids", "unknown_id"});
}

// ---- Decisions.

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

Result<v1::QuarantineReply> list_quarantine(const StoreState& state,
                                            const v1::QuarantineRequest& request) {
  v1::QuarantineReply reply;
  switch (request.action()) {
    case v1::QUARANTINE_ACTION_UNSPECIFIED:
    case v1::QUARANTINE_ACTION_LIST:
      CAPEXDB_TRY(list(state, request, reply));
      break;
    case v1::QUARANTINE_ACTION_SHOW:
      CAPEXDB_TRY(show(state, request, reply));
      break;
    default:
      return wrong_request("action", "ask for a list, show, approve or reject");
  }
  reply.set_held(state.quarantine.held());
  reply.set_store_sequence(state.last_sequence);
  return reply;
}

}  // namespace capexdb::storage
