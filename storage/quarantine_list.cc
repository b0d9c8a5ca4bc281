// What is listed and shown of the quarantine.
#include <algorithm>

#include "proto/model/limits.h"
#include "proto/model/query.h"
#include "proto/model/time_range.h"
#include "storage/fiscal_period.h"
#include "storage/naming.h"
#include "storage/quarantine_filter.h"
#include "storage/store_state.h"

namespace capexdb::storage {
namespace {

using disk::v1::QuarantineRecord;

constexpr std::size_t kListBytesMax = limits::kMessageBytesMax / 2;

std::string joined(std::string text, const std::string& more) {
  if (text.empty()) return more;
  return text == more || more.empty() ? text : text + "; " + more;
}

Result<v1::QuarantineEntry> entry_of(std::uint64_t id, const QuarantineRecord& record,
                                     const Catalogue& catalogue) {
  CAPEXDB_ASSIGN(const ValidEvent event, event_of_record(id, record));
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
  const auto known = catalogue.find_party(said.subject, kNow, said.name_day());
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
  // A fiscal label stands for days where the company's calendar is known.
  const auto period = period_of(said, known.value_or(0), kNow, catalogue);
  entry.set_period(period        ? period_to_string(*period)
                   : said.fiscal ? to_string(said.fiscal->label)
                                 : std::string());
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

}  // namespace

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
