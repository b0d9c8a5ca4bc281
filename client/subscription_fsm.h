// A subscriber's half of the feed's rules, without sockets and clocks: where it stands,
// what the server may still send, and what is to be said to it. Connections come and
// go; the queue, the position and the acknowledgements stay.
//
//   apart --begin()--> asked --the first Progress--> begun --disconnected--> apart
//                                                      '--CaughtUp.end--> ended
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "client/feed_messages.h"

namespace capexdb::client {

class SubscriptionFsm {
 public:
  enum class State { apart, asked, begun, ended };

  // `options` have passed check().
  explicit SubscriptionFsm(SubscriptionOptions options);

  // A connection is made; `last_sequence` is what its Welcome says. The request to send
  // first: from the beginning that was asked for, or behind what has come already.
  v1::ClientMessage begin(std::uint64_t last_sequence);
  void on_begun(std::uint64_t request_id) { request_id_ = request_id; }
  void on_disconnected();

  // A reply that is no Error. Error: internal (protocol) for what no server says now.
  Result<void> on_reply(std::uint64_t request_id, v1::ServerMessage message);

  // What is to be sent now, one after the other: the newest acknowledgement, unless it has
  // to wait, and credit for what was taken. After each one on_sent, with the id that it
  // went under.
  std::optional<v1::ClientMessage> next_to_send(bool may_ack = true);
  void on_sent(const v1::ClientMessage& message);

  // An Error to that request. True where it was the acknowledgement: it is to be sent again.
  bool on_ack_refused(std::uint64_t request_id);

  // Items in the order in which they came.
  std::optional<FeedItem> next_item();

  Result<void> ack(std::uint64_t sequence);

  State state() const { return state_; }
  bool has_items() const { return !items_.empty(); }
  std::uint64_t position() const { return position_; }
  std::uint64_t at_sequence() const { return at_sequence_; }
  std::uint64_t acked() const { return acked_.value_or(0); }
  bool acks_settled() const { return acked_ >= wanted_ack_; }
  // An acknowledgement is to be said, and none is on its way.
  bool owes_ack() const { return !acks_settled() && !sent_ack_; }
  // Changes that may still come before more credit does.
  std::uint32_t credit() const { return credit_; }

 private:
  Result<void> on_first(const v1::ServerMessage& message);
  Result<void> on_change(v1::Change message);
  Result<void> on_caught_up(const v1::CaughtUp& message);
  Result<void> on_gap(const v1::Gap& message);
  Result<void> on_progress(const v1::Progress& message);
  Result<void> on_ack(const v1::AckReply& message);
  void put(FeedItem item, std::uint64_t position);

  bool is_replay() const { return options_.replay.has_value(); }
  std::uint32_t room() const { return options_.window - waiting_ - credit_; }

  struct Waiting {
    FeedItem item;
    std::uint64_t position = 0;  // once it is dealt with
  };
  struct SentAck {
    std::uint64_t request_id = 0;
    std::uint64_t sequence = 0;
  };

  SubscriptionOptions options_;
  State state_ = State::apart;
  std::uint64_t request_id_ = 0;
  bool has_begun_ = false;         // over some connection: received_ is where to go on
  bool caught_up_ = false;         // over this one
  std::uint64_t received_ = 0;     // in the log everything up to it has come; of a replay the last
  std::uint64_t position_ = 0;     // the same of what was given out
  std::uint64_t at_sequence_ = 0;  // of a replay
  std::deque<Waiting> items_;
  std::uint32_t waiting_ = 0;  // changes among items_
  std::uint32_t credit_ = 0;
  // Empty is less than 0: the beginning of a log is acknowledged too.
  std::optional<std::uint64_t> wanted_ack_;
  std::optional<std::uint64_t> acked_;
  std::optional<SentAck> sent_ack_;
};

}  // namespace capexdb::client
