// The feed: the log of a store as it grows, for services that react to it. A
// Subscription gives every change that passes its filter once, in the order of the
// log, over as many connections as it takes.
//
//   auto feed = capexdb::Subscription::open(options, {.after_sequence = 93}, after(5s));
//   for (;;) {
//     auto item = feed->next(after(1s));
//     if (!item) return item.error();       // final
//     if (!*item) continue;                 // nothing new in time
//     if (auto* change = std::get_if<capexdb::FeedChange>(&**item)) ...
//     remember(feed->position());           // to go on behind it, in another run
//   }
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "capexdb/client.h"
#include "proto/model/decimal.h"

namespace capexdb {

// What a change does to the answer of a cell. The numbers are those of capexdb.v1.
enum class Meaning : std::uint8_t {
  first_print = 1,      // the cell had no statement before
  revision = 2,         // the answer is another value, or of another status, or gone, or back
  became_actual = 3,    // an actual figure where guidance or an estimate answered
  conflict_opened = 4,  // statements contradict each other that did not before
  conflict_closed = 5,  // one that is there no more
};
std::string_view to_string(Meaning meaning);  // "first-print"

// Which changes come: those with an observation that passes every field that is not
// empty; of a field that lists several one is enough. Names are ids, names, aliases,
// tickers or CIKs; a text may be a question's ("alibaba, tencent", "all"), where the server
// decides which commas part names. It refuses a name that is empty.
struct FeedFilter {
  std::vector<std::string> companies = {};  // groups mean their members too
  std::vector<std::string> metrics = {};
  std::vector<std::string> products = {};
  std::vector<std::string> counterparties = {};
  std::vector<Status> statuses = {};
  std::vector<std::string> sources = {};
  std::vector<Meaning> meanings = {};
  std::string change_above_percent = {};  // decimal text: "5" is more than 5 % up or down
};

// Statements and retractions by published_at, in place of the log's order.
struct FeedReplay {
  std::string from = {};             // YYYY-MM-DD; empty: from the first
  std::string to = {};               // inclusive; empty: to the last
  double speed = 0;                  // seconds of the world in one; 0: no waiting
  std::uint64_t at_sequence = 0;     // the newest sequence that is played; 0: the last one now
  std::uint64_t after_sequence = 0;  // go on behind that change; 0: from the beginning
};

struct SubscriptionOptions {
  // Behind this sequence (0: from the beginning), or with what comes from now on, or
  // where the named cursor stands; with a cursor the first two count where it is new.
  std::uint64_t after_sequence = 0;
  bool from_now = false;
  std::string cursor = {};  // at most 128 bytes
  FeedFilter filter = {};
  bool cells = false;  // changes come with their cells, as with a filter by what they do to them
  std::uint32_t window = 1000;            // changes that may wait to be taken, here or on their way
  std::optional<FeedReplay> replay = {};  // excludes after_sequence, from_now and cursor
  std::chrono::milliseconds silence_max{25'000};  // then the connection is taken for dead
  // Without the server for so long, next() fails with unavailable. 0: it tries for ever.
  // Only time in which it tries counts, that of calls.
  std::chrono::milliseconds give_up_after{0};
};

// What a change did to one cell.
struct CellChange {
  std::vector<Meaning> meanings;
  AnswerRow statement;  // what the event says of it
  // What answered until then, if anything did: nothing at a first print, and where an answer
  // is back after a withdrawal, which is a revision.
  std::optional<AnswerRow> before;
  std::optional<AnswerRow> after;         // what answers now, if anything does
  std::optional<Decimal> change_percent;  // between two points
};

struct FeedChange {
  std::uint64_t sequence = 0;
  std::int64_t recorded_at_us = 0;  // microseconds since 1970-01-01 UTC
  std::string producer_id;
  std::uint64_t batch_number = 0;
  v1::Event event;  // unknown fields included
  std::vector<CellChange> cells;
  // Rows of QueryKind::conflicts; only where the filter asks for that meaning.
  std::vector<AnswerRow> conflicts_opened;
  std::vector<AnswerRow> conflicts_closed;
};

// All that was in the log has come: what follows is new. Once for each connection.
struct FeedCaughtUp {
  std::uint64_t sequence = 0;
  bool end = false;  // of a replay: nothing follows
};

// The server's retention has trimmed these sequences from the feed; its log still has
// them. The subscription goes on behind `last`.
struct FeedGap {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

// Nothing up to `sequence` passes the filter that has not come.
struct FeedProgress {
  std::uint64_t sequence = 0;
};

using FeedItem = std::variant<FeedChange, FeedCaughtUp, FeedGap, FeedProgress>;

// One thread at a time. A connection that breaks, or says nothing for silence_max, is
// replaced, with pauses that grow up to ClientOptions::backoff_max, and the
// subscription goes on behind what it has: no sequence comes twice and none is left
// out. Errors are final, and every later call gives the same one: what the server
// answers unless it asks to try later (invalid_argument, not_found, out_of_range: the
// position is one of another store), internal with reason kProtocolReason, unavailable
// after give_up_after.
class Subscription {
 public:
  // Returns once the server has said where the subscription begins: with from_now,
  // whatever is committed after that comes, and a named cursor is on disk there, so that
  // another run begins there too. Tries again, with pauses, until the deadline (and for
  // give_up_after at most), so that a service may be started before the server.
  static Result<Subscription> open(ClientOptions options, SubscriptionOptions subscription_options,
                                   Deadline deadline);
  ~Subscription();
  Subscription(Subscription&& other) noexcept;
  Subscription& operator=(Subscription&& other) noexcept;

  // The next item; empty when the deadline passes first, also where there is no
  // connection then; one in the past gives what is there without waiting: empty means
  // that nothing has come that was not given. Behind the end of a replay:
  // failed_precondition.
  Result<std::optional<FeedItem>> next(Deadline deadline);

  // Where to go on from once everything that next() gave is dealt with: a sequence for
  // SubscriptionOptions::after_sequence, or of a replay for FeedReplay::after_sequence.
  std::uint64_t position() const;
  // The newest sequence that a replay plays, for FeedReplay::at_sequence; else 0.
  std::uint64_t at_sequence() const;

  // Moves the named cursor: everything up to `sequence` has been dealt with. Does not
  // wait: one acknowledgement is on its way at a time and the newest one follows it, so
  // that it may be called for every change. What a broken connection took along is said
  // again, and so is what the server refuses for now (no more cursors, a full disk), with
  // pauses; changes come meanwhile. Errors: invalid_argument without a cursor, or beyond
  // position().
  Result<void> ack(std::uint64_t sequence);
  // Up to where the server has said that it is on disk; 0: nothing yet.
  std::uint64_t acked() const;
  // Waits until everything acknowledged is on disk. False when the deadline passes first.
  Result<bool> settle_acks(Deadline deadline);

  // Why there is no connection; empty while there is one.
  std::optional<Error> trouble() const;
  std::uint64_t reconnects() const;  // subscribed again so often

 private:
  struct Impl;
  explicit Subscription(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct AnswerAndFeed {
  Answer answer;
  Subscription feed;
};

// The filter that takes the changes that a question is about: its companies, metrics,
// product and statuses. It may take more than the question: periods, measures, sellers
// and buyers do not narrow it.
FeedFilter filter_of(const Query& query);

// An answer, and the changes since: the subscription begins behind the answer's
// sequence, so that there is neither gap nor overlap. A filter that is empty is taken
// from the question; after_sequence and from_now do not count. Errors: those of
// Client::query and Subscription::open; invalid_argument with a cursor or a replay.
Result<AnswerAndFeed> query_and_subscribe(const ClientOptions& options, const Query& query,
                                          SubscriptionOptions subscription_options,
                                          Deadline deadline);

}  // namespace capexdb
