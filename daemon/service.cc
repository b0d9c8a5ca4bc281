#include "daemon/service.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <type_traits>

#include "daemon/replies.h"
#include "proto/codec/catalog_codec.h"
#include "proto/model/date.h"
#include "storage/catalogue.h"

namespace capexdb::daemon {
namespace {

constexpr std::size_t kChunkBytes = 1U << 20U;  // rows with long texts make shorter chunks

// One more, as long as this is there.
class Counted {
 public:
  explicit Counted(std::atomic<std::uint64_t>& count) : count_(count) { ++count_; }
  ~Counted() { --count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::atomic<std::uint64_t>& count_;
};

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

// The frames that some rows of an answer make; long texts make more of them. How long
// it waited for the peer.
Result<Duration> send_rows(std::uint64_t request_id, const std::vector<AnswerRow>& rows,
                           const Answering& answering) {
  Duration waited{0};
  v1::ServerMessage message;
  message.set_request_id(request_id);
  std::size_t bytes = 0;
  for (const AnswerRow& row : rows) {
    v1::QueryRow& out = *message.mutable_query_chunk()->add_rows();
    out = wire::to_proto(row);
    bytes += out.ByteSizeLong();
    if (bytes < kChunkBytes && &row != &rows.back()) continue;
    CAPEXDB_ASSIGN(const Duration more, answering.send(wire::frame(message)));
    waited += more;
    message.clear_query_chunk();
    bytes = 0;
  }
  return waited;
}

// The listed items that go by `name`; all of them where it is empty.
template <class Item, class Id>
void keep(std::vector<Item>& items, const std::string& wanted, Id id) {
  if (wanted.empty()) return;
  std::erase_if(items, [&](const Item& item) { return id(item) != wanted; });
}

Result<std::string> id_of(const storage::Catalogue& catalogue, storage::NameKind kind,
                          const std::string& name, std::uint64_t at, Day day) {
  if (name.empty()) return std::string();
  std::uint32_t ordinal = 0;
  switch (kind) {
    case storage::NameKind::party: {
      CAPEXDB_ASSIGN(ordinal, catalogue.need_party(name, at, day));
      break;
    }
    case storage::NameKind::metric: {
      CAPEXDB_ASSIGN(ordinal, catalogue.need_metric(name, at));
      break;
    }
    case storage::NameKind::source: {
      CAPEXDB_ASSIGN(ordinal, catalogue.need_source(name, at));
      break;
    }
    default: {
      CAPEXDB_ASSIGN(ordinal, catalogue.find_product(name, at));
      if (ordinal == 0) return fail(Errc::not_found, "unknown product '" + name + "'");
      break;
    }
  }
  return catalogue.text(kind, ordinal);
}

}  // namespace

Service::Service(const storage::EventStore& store, Counters& counters, ServiceOptions options)
    : store_(store),
      counters_(counters),
      options_(std::move(options)),
      query_memory_(options_.query_bytes_max_of_all / 2, options_.query_bytes_max_of_all) {}

Result<v1::Welcome> Service::welcome(const std::string& producer_id) const {
  v1::Welcome welcome;
  welcome.set_server_version(CAPEXDB_VERSION);
  welcome.set_last_sequence(store_.last_sequence());
  if (!producer_id.empty()) {
    CAPEXDB_ASSIGN(auto position, store_.producer_position(producer_id));
    welcome.set_last_batch_number(position.last_batch_number);
    welcome.set_checkpoint(std::move(position.checkpoint));
  }
  return welcome;
}

std::string Service::answer(const RunRequest& request, const Answering& answering) {
  if (*request.cancelled) {
    return error_frame(request.request_id, Error{Errc::cancelled, "cancelled before it ran"});
  }
  ++counters_.queries;
  return std::visit(
      [&](const auto& message) -> std::string {
        if constexpr (std::is_same_v<std::decay_t<decltype(message)>, v1::QueryRequest>) {
          return run(request.request_id, message, *request.cancelled, answering);
        } else {
          auto reply = run(message);
          if (!reply) return error_frame(request.request_id, reply.error());
          reply->set_request_id(request.request_id);
          if (reply->ByteSizeLong() > limits::kMessageBytesMax) {
            return error_frame(request.request_id,
                               Error{Errc::resource_exhausted,
                                     "the answer does not fit one message; ask for one name"});
          }
          return wire::frame(*reply);
        }
      },
      request.request);
}

std::string Service::run(std::uint64_t request_id, const v1::QueryRequest& request,
                         const std::atomic<bool>& cancelled, const Answering& answering) {
  const auto query = wire::from_proto(request);
  if (!query) return error_frame(request_id, query.error());
  const Counted running(counters_.queries_running);
  const auto deadline = query->deadline.count() == 0
                            ? options_.query_deadline
                            : std::min(query->deadline, options_.query_deadline);
  storage::QuestionMemory memory(query_memory_);
  storage::QueryLimits bounds;
  bounds.rows_max = std::min(query->limit == 0 ? limits::kQueryRowsDefault : query->limit,
                             options_.query_rows_max);
  bounds.deadline = answering.received + deadline;
  bounds.cancelled = &cancelled;
  bounds.memory = &memory;
  bounds.pause = answering.pause;
  Duration waited{0};
  const storage::RowSink sink = [&](const std::vector<AnswerRow>& rows) -> Result<void> {
    CAPEXDB_ASSIGN(const Duration more, send_rows(request_id, rows, answering));
    bounds.deadline += more;
    waited += more;
    if (waited > limits::kAnswerReadingMax) {
      return fail(Errc::deadline_exceeded, "the answer was read too slowly");
    }
    return storage::check_limits(bounds);
  };
  auto answer = storage::run_query(store_, *query, bounds, sink);
  if (!answer) return error_frame(request_id, answer.error());
  answer->token = wire::make_token(*query, *answer);
  v1::ServerMessage message;
  message.set_request_id(request_id);
  *message.mutable_query_done() = wire::done_of(*answer);
  return wire::frame(message);
}

Result<v1::ServerMessage> Service::run(const v1::ShowRequest& request) const {
  CAPEXDB_ASSIGN(storage::StoredEvent stored, storage::read_event(store_, request.sequence()));
  v1::ServerMessage message;
  v1::ShowReply& show = *message.mutable_show();
  show.set_sequence(stored.sequence);
  show.set_recorded_at_us(stored.recorded_at_us);
  show.set_producer_id(stored.producer_id);
  show.set_batch_number(stored.batch_number);
  for (const std::uint64_t sequence : stored.supersedes) show.add_supersedes(sequence);
  if (!show.mutable_event()->ParseFromString(stored.bytes)) {
    return fail(Errc::data_loss, "the event " + std::to_string(stored.sequence) +
                                     " cannot be read; run 'capexd check'");
  }
  show.set_event_bytes(std::move(stored.bytes));
  return message;
}

Result<v1::ServerMessage> Service::run(const v1::CatalogRequest& request) const {
  const std::uint64_t last = store_.last_sequence();
  if (request.at_sequence() > last) {
    return fail(Errc::out_of_range, "the store is at sequence " + std::to_string(last) + ", not " +
                                        std::to_string(request.at_sequence()));
  }
  const std::uint64_t at = request.at_sequence() == 0 ? last : request.at_sequence();
  Day day = storage::kNewestHolder;
  if (!request.as_of().empty()) {
    auto given = parse_date(request.as_of());
    if (!given) {
      given.error().field = "catalog.as_of";
      return fail(std::move(given.error()));
    }
    day = *given;
  }
  const storage::Catalogue& catalogue = store_.catalogue();
  using storage::NameKind;

  v1::ServerMessage message;
  v1::CatalogReply& reply = *message.mutable_catalog();
  reply.set_sequence(at);
  switch (request.kind()) {
    case v1::CatalogRequest::KIND_COMPANIES:
    case v1::CatalogRequest::KIND_GROUPS: {
      const bool groups = request.kind() == v1::CatalogRequest::KIND_GROUPS;
      CAPEXDB_ASSIGN(const std::string id,
                     id_of(catalogue, NameKind::party, request.name(), at, day));
      auto parties = catalogue.list_parties(at);
      keep(parties, id, [](const CatalogParty& party) { return party.id; });
      for (const CatalogParty& party : parties) {
        if ((party.kind == PartyKind::group) == groups) *reply.add_parties() = to_proto(party);
      }
      if (!id.empty() && reply.parties_size() == 0) {
        return fail(Errc::not_found,
                    "'" + id + (groups ? "' is a company, not a group" : "' is a group"));
      }
      return message;
    }
    case v1::CatalogRequest::KIND_METRICS: {
      CAPEXDB_ASSIGN(const std::string id,
                     id_of(catalogue, NameKind::metric, request.name(), at, day));
      auto metrics = catalogue.list_metrics(at);
      keep(metrics, id, [](const CatalogMetric& metric) { return metric.id; });
      for (const CatalogMetric& metric : metrics) *reply.add_metrics() = to_proto(metric);
      return message;
    }
    case v1::CatalogRequest::KIND_SOURCES: {
      CAPEXDB_ASSIGN(const std::string id,
                     id_of(catalogue, NameKind::source, request.name(), at, day));
      auto sources = catalogue.list_sources(at);
      keep(sources, id, [](const CatalogSource& source) { return source.name; });
      for (const CatalogSource& source : sources) *reply.add_sources() = to_proto(source);
      return message;
    }
    case v1::CatalogRequest::KIND_PRODUCTS: {
      CAPEXDB_ASSIGN(const std::string id,
                     id_of(catalogue, NameKind::product, request.name(), at, day));
      auto products = catalogue.list_products(at);
      keep(products, id, [](const CatalogProduct& product) { return product.id; });
      for (const CatalogProduct& product : products) *reply.add_products() = to_proto(product);
      return message;
    }
    default:
      return fail(Error{Errc::invalid_argument,
                        "ask for companies, groups, metrics, sources or products", "catalog.kind"});
  }
}

Result<v1::ServerMessage> Service::run(const v1::StatusRequest&) const {
  using storage::NameKind;
  const storage::Catalogue& catalogue = store_.catalogue();
  v1::ServerMessage message;
  v1::StatusReply& status = *message.mutable_status();
  status.set_sequence(store_.last_sequence());
  status.set_server_version(CAPEXDB_VERSION);
  status.set_format_version(storage::kFormatVersion);
  status.set_started_at_us(options_.started_at_us);
  status.set_parties(catalogue.size(NameKind::party));
  status.set_metrics(catalogue.size(NameKind::metric));
  status.set_sources(catalogue.size(NameKind::source));
  status.set_connections(counters_.connections);
  status.set_disk_bytes(store_.disk_bytes());
  status.set_events_accepted(counters_.events_accepted);
  status.set_events_duplicate(counters_.events_duplicate);
  status.set_events_rejected(counters_.events_rejected);
  status.set_queries(counters_.queries);
  status.set_subscriptions(counters_.subscriptions);
  status.set_queries_running(counters_.queries_running);
  status.set_quarantined(store_.quarantined());
  status.set_data_dir(options_.data_dir);
  status.set_memory_bytes(resident_bytes());
  return message;
}

Result<v1::ServerMessage> Service::run(const v1::CursorRequest& request) const {
  v1::ServerMessage message;
  CAPEXDB_ASSIGN(*message.mutable_cursors(), store_.cursors(request.name()));
  return message;
}

Result<v1::ServerMessage> Service::run(const v1::QuarantineRequest& request) const {
  v1::ServerMessage message;
  CAPEXDB_ASSIGN(*message.mutable_quarantine(), store_.quarantine(request));
  return message;
}

}  // namespace capexdb::daemon
