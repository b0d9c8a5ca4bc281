// Servers of a feed, as tests need them, and what their subscribers get.
#pragma once

#include <optional>
#include <vector>

#include "capexdb/subscription.h"
#include "tests/unit/client/fake_server.h"
#include "tests/unit/client/feed_messages.h"

namespace capexdb::client {

// Greets, and gives what the client says first.
inline std::optional<v1::ClientMessage> first_request(FakeConnection& connection) {
  if (!connection.read()) return std::nullopt;
  connection.send(welcome(0, 100));
  return connection.read();
}

// Serves the changes up to `last` that the credit allows, and breaks off where `cut`
// changes are sent; -1: not.
inline void serve_log(FakeConnection& connection, std::uint64_t last, int cut,
                      std::vector<v1::SubscribeRequest>& asked) {
  const auto request = first_request(connection);
  if (!request || !request->has_subscribe()) return;
  asked.push_back(request->subscribe());
  const std::uint64_t id = request->request_id();
  std::uint64_t position = request->subscribe().after_sequence();
  std::uint64_t credit = request->subscribe().credit();
  connection.send(progress(id, position));
  bool said = false;
  for (;;) {
    for (; credit > 0 && position < last; --credit) {
      if (cut-- == 0) return;
      connection.send(change(id, ++position));
    }
    if (position == last && !said) connection.send(caught_up(id, position));
    said = said || position == last;
    const auto message = connection.read();
    if (!message) return;
    if (message->has_credit()) credit += message->credit().changes();
    if (message->has_ack()) {
      connection.send(
          ack_reply(message->request_id(), message->ack().cursor(), message->ack().sequence()));
    }
  }
}

inline Result<std::vector<std::uint64_t>> sequences_of(Subscription& feed, std::uint64_t last) {
  std::vector<std::uint64_t> sequences;
  while (feed.position() < last) {
    CAPEXDB_ASSIGN(const auto item, feed.next(after(kLong)));
    if (!item) return fail(Errc::deadline_exceeded, "nothing came");
    if (const auto* change = std::get_if<FeedChange>(&*item)) {
      sequences.push_back(change->sequence);
    }
  }
  return sequences;
}

inline std::vector<std::uint64_t> up_to(std::uint64_t last) {
  std::vector<std::uint64_t> all;
  for (std::uint64_t n = 1; n <= last; ++n) all.push_back(n);
  return all;
}

}  // namespace capexdb::client
