#include "client/connection_fsm.h"

#include <utility>

#include "capexdb/client.h"
#include "proto/model/limits.h"
#include "proto/wire/query_codec.h"

namespace capexdb::client {
namespace {

constexpr std::uint32_t kProtocolVersion = 1;

// Replies may be larger than requests: a batch of many bad records has a
// verdict for each.
constexpr std::size_t kReplyBytesMax = limits::kReplyBytesQueuedMax;

using Request = v1::ClientMessage::MessageCase;
using Answer = v1::ServerMessage::MessageCase;

Answer last_answer_of(Request request) {
  switch (request) {
    case Request::kHello:
      return Answer::kWelcome;
    case Request::kIngest:
      return Answer::kIngest;
    case Request::kQuery:
      return Answer::kQueryDone;
    case Request::kShow:
      return Answer::kShow;
    case Request::kCatalog:
      return Answer::kCatalog;
    case Request::kStatus:
      return Answer::kStatus;
    case Request::kQuarantine:
      return Answer::kQuarantine;
    case Request::kPing:
      return Answer::kPong;
    case Request::kSubscribe:
      return Answer::kCaughtUp;  // one that says `end`
    case Request::kAck:
      return Answer::kAck;
    case Request::kCursors:
      return Answer::kCursors;
    case Request::kCredit:
    case Request::kCancel:
    case Request::MESSAGE_NOT_SET:
      break;
  }
  return Answer::MESSAGE_NOT_SET;
}

// What may come for a request of which `last` is the end.
enum class Place { last, before_it, none };

Place place_of(const v1::ServerMessage& message, Answer last) {
  const Answer kind = message.message_case();
  switch (last) {
    case Answer::kQueryDone:
      if (kind == Answer::kQueryChunk) return Place::before_it;
      break;
    case Answer::kCaughtUp:
      if (kind == last) return message.caught_up().end() ? Place::last : Place::before_it;
      if (kind == Answer::kChange || kind == Answer::kProgress || kind == Answer::kGap) {
        return Place::before_it;
      }
      break;
    default:
      break;
  }
  return kind == last ? Place::last : Place::none;
}

}  // namespace

ConnectionFsm::ConnectionFsm(const v1::Hello& hello) : reader_(kReplyBytesMax) {
  v1::ClientMessage message;
  *message.mutable_hello() = hello;
  message.mutable_hello()->set_protocol_version(kProtocolVersion);
  send(message);
}

std::uint64_t ConnectionFsm::send(v1::ClientMessage& message) {
  const std::uint64_t id = ++last_request_id_;
  message.set_request_id(id);
  output_ += wire::frame(message);
  const Answer answer = last_answer_of(message.message_case());
  if (answer != Answer::MESSAGE_NOT_SET) in_flight_.emplace(id, answer);
  return id;
}

std::string ConnectionFsm::take_output() { return std::exchange(output_, {}); }

void ConnectionFsm::on_bytes(std::string_view bytes) {
  if (state_ == State::failed) return;
  bytes_heard_ += bytes.size();
  reader_.append(bytes);
  while (state_ != State::failed) {
    std::string_view body;
    const auto next = reader_.next(body);
    if (!next) return fail_protocol(next.error().message);
    if (*next == wire::FrameReader::State::incomplete) return;
    v1::ServerMessage message;
    if (!message.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
      return fail_protocol("a message of the server cannot be parsed");
    }
    handle(std::move(message));
  }
}

void ConnectionFsm::handle(v1::ServerMessage message) {
  if (state_ == State::greeting) return handle_greeting(std::move(message));
  const std::uint64_t id = message.request_id();
  const auto request = in_flight_.find(id);
  if (message.message_case() == Answer::kError) {
    Error error = wire::from_proto(message.error());
    // An Error that belongs to no request is about the connection itself.
    if (request == in_flight_.end()) return on_disconnected(std::move(error));
    in_flight_.erase(request);
    replies_.push_back({id, fail(std::move(error)), true});
    return;
  }
  if (request == in_flight_.end()) {
    return fail_protocol("the server answers request " + std::to_string(id) +
                         ", which nobody waits for");
  }
  const Place place = place_of(message, request->second);
  if (place == Place::none) {
    return fail_protocol("the server's answer to request " + std::to_string(id) +
                         " is of another kind");
  }
  const bool last = place == Place::last;
  if (last) in_flight_.erase(request);
  replies_.push_back({id, std::move(message), last});
}

void ConnectionFsm::handle_greeting(v1::ServerMessage message) {
  if (message.message_case() == Answer::kError) {
    return on_disconnected(wire::from_proto(message.error()));
  }
  if (message.message_case() != Answer::kWelcome) {
    return fail_protocol("the server's first message is no Welcome");
  }
  welcome_ = std::move(*message.mutable_welcome());
  if (welcome_.protocol_version() != kProtocolVersion) {
    return fail_protocol("the server speaks protocol version " +
                         std::to_string(welcome_.protocol_version()) +
                         ", this client version 1; use a client of the server's release");
  }
  in_flight_.clear();
  state_ = State::open;
}

void ConnectionFsm::on_disconnected(Error error) {
  if (state_ == State::failed) return;
  state_ = State::failed;
  error_ = std::move(error);
  in_flight_.clear();
  output_.clear();
}

void ConnectionFsm::fail_protocol(const std::string& what) {
  on_disconnected(Error{Errc::internal, what, {}, kProtocolReason});
}

std::optional<Reply> ConnectionFsm::next_reply() {
  if (replies_.empty()) return std::nullopt;
  Reply reply = std::move(replies_.front());
  replies_.pop_front();
  return reply;
}

}  // namespace capexdb::client
