#include "capexdb/client.h"

#include <functional>
#include <string_view>
#include <utility>

#include "client/check_text.h"
#include "client/connection.h"
#include "proto/codec/catalog_codec.h"
#include "proto/wire/query_codec.h"

namespace capexdb {
namespace {

using client::check_text;

Result<void> check_texts(const Query& query) {
  for (const std::string& name : query.select) CAPEXDB_TRY(check_text("select", name));
  const std::pair<const char*, const std::string&> kTexts[] = {
      {"metric", query.metric},
      {"periods", query.periods},
      {"as_of", query.as_of},
      {"policy", query.policy},
      {"measure", query.measure},
      {"definition", query.definition},
      {"currency", query.currency},
      {"from_as_of", query.from_as_of},
      {"from_recorded", query.from_recorded},
      {"seller", query.seller},
      {"buyer", query.buyer},
      {"product", query.product}};
  for (const auto& [field, text] : kTexts) CAPEXDB_TRY(check_text(field, text));
  return {};
}

}  // namespace

struct Client::Impl {
  ClientOptions options;
  std::unique_ptr<client::Connection> connection;

  // Asks, and gives every message of the answer to `take`. `restart` is called
  // before each attempt. A connection that broke is replaced once.
  Result<void> ask(v1::ClientMessage& request, Deadline deadline,
                   const std::function<void()>& restart,
                   const std::function<Result<void>(v1::ServerMessage)>& take) {
    bool fresh = false;  // the connection was made for this call
    for (;;) {
      if (!connection) {
        CAPEXDB_ASSIGN(connection, client::Connection::open(options, deadline));
        fresh = true;
      }
      restart();
      auto asked = ask_once(request, deadline, take);
      if (asked) return {};
      const bool broken = connection->is_broken();
      // After an answer that nobody waits for any more the connection is of no use.
      if (broken || asked.error().code == Errc::deadline_exceeded) connection.reset();
      const bool again = broken && !fresh && asked.error().code == Errc::unavailable;
      if (!again) return fail(std::move(asked.error()));
    }
  }

  Result<void> ask_once(v1::ClientMessage& request, Deadline deadline,
                        const std::function<Result<void>(v1::ServerMessage)>& take) {
    const std::uint64_t id = connection->send(request);
    for (bool late = false;;) {
      CAPEXDB_ASSIGN(auto reply, connection->wait(deadline));
      // An answer that comes in pieces without end is none.
      if (!reply || late) {
        return fail(Errc::deadline_exceeded, "no answer from " + options.server + " in time");
      }
      if (reply->request_id != id) continue;  // of an earlier call that gave up
      if (!reply->message) return fail(std::move(reply->message.error()));
      CAPEXDB_TRY(take(std::move(*reply->message)));
      if (reply->last) return {};
      late = std::chrono::steady_clock::now() >= deadline;
    }
  }

  // For requests that have one message as their answer.
  Result<v1::ServerMessage> ask_for_one(v1::ClientMessage& request, Deadline deadline) {
    v1::ServerMessage answer;
    CAPEXDB_TRY(ask(
        request, deadline, [] {},
        [&](v1::ServerMessage message) -> Result<void> {
          answer = std::move(message);
          return {};
        }));
    return answer;
  }
};

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;
Client::Client(Client&& other) noexcept = default;
Client& Client::operator=(Client&& other) noexcept = default;

Result<Client> Client::connect(const ClientOptions& options, Deadline deadline) {
  auto impl = std::make_unique<Impl>();
  impl->options = options;
  CAPEXDB_ASSIGN(impl->connection, client::Connection::open(options, deadline));
  return Client(std::move(impl));
}

Result<Answer> Client::query(const Query& query, Deadline deadline) {
  CAPEXDB_TRY(check_texts(query));
  v1::ClientMessage request;
  *request.mutable_query() = wire::to_proto(query);
  Answer answer;
  CAPEXDB_TRY(impl_->ask(
      request, deadline, [&] { answer = {}; },
      [&](v1::ServerMessage message) -> Result<void> {
        if (message.has_query_done()) wire::apply(message.query_done(), answer);
        for (const auto& row : message.query_chunk().rows()) {
          auto converted = wire::from_proto(row);
          if (!converted) {
            return fail(Error{Errc::internal,
                              "a row of the answer: " + converted.error().message,
                              {},
                              kProtocolReason});
          }
          answer.rows.push_back(std::move(*converted));
        }
        return {};
      }));
  return answer;
}

Result<Query> Client::question_of(const std::string& token) { return wire::question_of(token); }

Result<v1::ShowReply> Client::show(std::uint64_t sequence, Deadline deadline) {
  v1::ClientMessage request;
  request.mutable_show()->set_sequence(sequence);
  CAPEXDB_ASSIGN(auto message, impl_->ask_for_one(request, deadline));
  v1::ShowReply reply = std::move(*message.mutable_show());
  if (!reply.has_event() && !reply.mutable_event()->ParseFromString(reply.event_bytes())) {
    return fail(
        Error{Errc::internal, "the event of the answer cannot be parsed", {}, kProtocolReason});
  }
  return reply;
}

Result<CatalogAnswer> Client::catalog(const CatalogQuestion& question, Deadline deadline) {
  CAPEXDB_TRY(check_text("name", question.name));
  CAPEXDB_TRY(check_text("as_of", question.as_of));
  v1::ClientMessage request;
  request.mutable_catalog()->set_kind(static_cast<v1::CatalogRequest::Kind>(question.kind));
  request.mutable_catalog()->set_name(question.name);
  request.mutable_catalog()->set_at_sequence(question.at_sequence);
  request.mutable_catalog()->set_as_of(question.as_of);
  CAPEXDB_ASSIGN(const auto message, impl_->ask_for_one(request, deadline));
  const v1::CatalogReply& reply = message.catalog();
  CatalogAnswer answer;
  answer.sequence = reply.sequence();
  for (const auto& party : reply.parties()) answer.entries.parties.push_back(from_proto(party));
  for (const auto& metric : reply.metrics()) answer.entries.metrics.push_back(from_proto(metric));
  for (const auto& product : reply.products()) {
    answer.entries.products.push_back(from_proto(product));
  }
  for (const auto& source : reply.sources()) answer.entries.sources.push_back(from_proto(source));
  return answer;
}

Result<v1::StatusReply> Client::status(Deadline deadline) {
  v1::ClientMessage request;
  request.mutable_status();
  CAPEXDB_ASSIGN(auto message, impl_->ask_for_one(request, deadline));
  return std::move(*message.mutable_status());
}

Result<v1::QuarantineReply> Client::quarantine(const v1::QuarantineRequest& request,
                                               Deadline deadline) {
  CAPEXDB_TRY(check_text("producer_id", request.producer_id()));
  CAPEXDB_TRY(check_text("code", request.code()));
  CAPEXDB_TRY(check_text("company", request.company()));
  CAPEXDB_TRY(check_text("note", request.note()));
  v1::ClientMessage message;
  *message.mutable_quarantine() = request;
  CAPEXDB_ASSIGN(auto answer, impl_->ask_for_one(message, deadline));
  v1::QuarantineReply reply = std::move(*answer.mutable_quarantine());
  const bool shows = request.action() == v1::QUARANTINE_ACTION_SHOW;
  for (v1::QuarantineEntry& entry : *reply.mutable_entries()) {
    if (!shows || entry.has_event()) continue;
    if (!entry.mutable_event()->ParseFromString(entry.event_bytes())) {
      return fail(
          Error{Errc::internal, "the event of the answer cannot be parsed", {}, kProtocolReason});
    }
  }
  if (shows && reply.entries_size() != 1) {
    return fail(Error{Errc::internal,
                      "the answer has not the one record that was asked for",
                      {},
                      kProtocolReason});
  }
  return reply;
}

namespace {

FeedCursor cursor_of(const v1::Cursor& cursor) {
  return {cursor.name(), cursor.sequence(), cursor.moved_at_us()};
}

v1::ClientMessage ack_request(const std::string& cursor) {
  v1::ClientMessage request;
  request.mutable_ack()->set_cursor(cursor);
  return request;
}

}  // namespace

Result<FeedCursors> Client::cursors(const std::string& name, Deadline deadline) {
  CAPEXDB_TRY(check_text("name", name));
  v1::ClientMessage request;
  request.mutable_cursors()->set_name(name);
  CAPEXDB_ASSIGN(const auto message, impl_->ask_for_one(request, deadline));
  FeedCursors cursors;
  for (const v1::Cursor& cursor : message.cursors().cursors()) {
    cursors.cursors.push_back(cursor_of(cursor));
  }
  cursors.sequence = message.cursors().sequence();
  return cursors;
}

Result<std::uint64_t> Client::ack(const std::string& cursor, std::uint64_t sequence, bool rewind,
                                  Deadline deadline) {
  CAPEXDB_TRY(check_text("cursor", cursor));
  v1::ClientMessage request = ack_request(cursor);
  request.mutable_ack()->set_sequence(sequence);
  request.mutable_ack()->set_rewind(rewind);
  CAPEXDB_ASSIGN(const auto message, impl_->ask_for_one(request, deadline));
  return message.ack().sequence();
}

Result<void> Client::forget_cursor(const std::string& cursor, Deadline deadline) {
  CAPEXDB_TRY(check_text("cursor", cursor));
  v1::ClientMessage request = ack_request(cursor);
  request.mutable_ack()->set_forget(true);
  CAPEXDB_TRY(impl_->ask_for_one(request, deadline));
  return {};
}

Result<void> Client::ping(Deadline deadline) {
  v1::ClientMessage request;
  request.mutable_ping()->set_nonce(1);
  CAPEXDB_ASSIGN(const auto message, impl_->ask_for_one(request, deadline));
  if (message.pong().nonce() != 1) {
    return fail(Error{Errc::internal, "the server's Pong has another nonce", {}, kProtocolReason});
  }
  return {};
}

}  // namespace capexdb
