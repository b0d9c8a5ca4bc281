#include "bench/feed_subscriber.h"

#include <google/protobuf/arena.h>

#include <algorithm>
#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "bench/child_process.h"
#include "capexdb/v1/envelope.pb.h"
#include "proto/model/error.h"
#include "proto/wire/frame.h"

namespace capexdb::bench {
namespace {

namespace asio = boost::asio;
using asio::use_awaitable;
using asio::ip::tcp;

constexpr std::uint32_t kCredit = 1000;
constexpr std::uint64_t kHello = 1;
constexpr std::uint64_t kSubscription = 2;
constexpr auto kRetry = std::chrono::milliseconds(50);
constexpr auto kLook = std::chrono::milliseconds(20);

bool may_pass(std::int32_t code) {
  const auto known = static_cast<Errc>(code);
  return known == Errc::unavailable || known == Errc::resource_exhausted ||
         known == Errc::deadline_exceeded || known == Errc::cancelled;
}

struct Group {
  const SubscriberRun& run;
  tcp::endpoint server;
  std::vector<Arrival> arrivals;
  std::array<char, 64U << 10U> input;  // one for all: it is empty between two turns
};

// One connection of a subscriber.
class Session {
 public:
  Session(Group& group, const Subscriber& subscriber)
      : group_(group), subscriber_(subscriber), tally_(subscriber.slot->read()) {}

  std::string first_messages() const {
    v1::ClientMessage hello;
    hello.set_request_id(kHello);
    hello.mutable_hello()->set_protocol_version(1);
    hello.mutable_hello()->set_client_name("feed-load");
    v1::ClientMessage message;
    message.set_request_id(kSubscription);
    v1::SubscribeRequest& request = *message.mutable_subscribe();
    request.set_after_sequence(tally_.position);
    *request.mutable_filter() = subscriber_.filter;
    request.set_credit(kCredit);
    return wire::frame(hello) + wire::frame(message);
  }

  // What came in one read counts together or, when the process is killed, not at all.
  void take(std::string_view bytes) {
    reader_.append(bytes);
    now_ = now_ns();
    for (std::string_view message;;) {
      const auto state = reader_.next(message);
      if (!state) throw std::runtime_error(state.error().message);
      if (*state == wire::FrameReader::State::incomplete) break;
      take_message(message);
    }
    reader_.drop();
    subscriber_.slot->write(tally_);
  }

  // What is to be said to the server now.
  std::string credit() {
    if (used_ < kCredit / 2) return {};
    v1::ClientMessage message;
    message.mutable_credit()->set_subscription(kSubscription);
    message.mutable_credit()->set_changes(std::exchange(used_, 0));
    return wire::frame(message);
  }

 private:
  void take_message(std::string_view bytes) {
    google::protobuf::Arena arena;
    auto& message = *google::protobuf::Arena::CreateMessage<v1::ServerMessage>(&arena);
    if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      throw std::runtime_error("no ServerMessage");
    }
    switch (message.message_case()) {
      case v1::ServerMessage::kChange:
        return take_change(message.change());
      case v1::ServerMessage::kProgress:
        if (std::exchange(begun_, true) == false) ++tally_.sessions;
        return move_to(message.progress().sequence());
      case v1::ServerMessage::kCaughtUp:
        return move_to(message.caught_up().sequence());
      case v1::ServerMessage::kGap:
        ++tally_.gaps;
        return move_to(message.gap().last());
      case v1::ServerMessage::kError:
        if (!may_pass(message.error().code())) {
          subscriber_.slot->write_error(message.error().code());
        }
        throw std::runtime_error(message.error().message());
      default:
        return;
    }
  }

  void take_change(const v1::Change& change) {
    ++used_;
    tally_.add_change(change.sequence());
    tally_.last_change_ns = now_;
    move_to(change.sequence());
    if (group_.run.on_change) group_.run.on_change(change);
    if (group_.run.producer_id.empty() || change.producer_id() != group_.run.producer_id) return;
    Arrival* last = group_.arrivals.empty() ? nullptr : &group_.arrivals.back();
    if (last != nullptr && last->batch_number == change.batch_number() && last->ns == now_) {
      ++last->changes;
    } else {
      group_.arrivals.push_back({change.batch_number(), now_, 1});
    }
  }

  void move_to(std::uint64_t sequence) { tally_.position = std::max(tally_.position, sequence); }

  Group& group_;
  const Subscriber& subscriber_;
  Tally tally_;
  wire::FrameReader reader_{std::size_t{17} << 20U};
  std::int64_t now_ = 0;
  std::uint32_t used_ = 0;
  bool begun_ = false;
};

asio::awaitable<void> follow_once(Group& group, const Subscriber& subscriber) {
  tcp::socket socket(co_await asio::this_coro::executor);
  co_await socket.async_connect(group.server, use_awaitable);
  socket.set_option(tcp::no_delay(true));
  socket.non_blocking(true);
  Session session(group, subscriber);
  const std::string first = session.first_messages();
  co_await asio::async_write(socket, asio::buffer(first), use_awaitable);
  for (;;) {
    co_await socket.async_wait(tcp::socket::wait_read, use_awaitable);
    boost::system::error_code failed;
    const std::size_t bytes = socket.read_some(asio::buffer(group.input), failed);
    if (failed == asio::error::would_block) continue;
    if (failed) throw boost::system::system_error(failed);
    session.take({group.input.data(), bytes});
    const std::string credit = session.credit();
    if (!credit.empty()) co_await asio::async_write(socket, asio::buffer(credit), use_awaitable);
  }
}

asio::awaitable<void> follow(Group& group, const Subscriber& subscriber) {
  asio::steady_timer pause(co_await asio::this_coro::executor);
  while (subscriber.slot->error() == 0) {
    try {
      co_await follow_once(group, subscriber);
    } catch (const std::exception&) {  // the server is gone, or is to be asked again
    }
    pause.expires_after(kRetry);
    co_await pause.async_wait(use_awaitable);
  }
}

asio::awaitable<void> watch_end(Group& group, asio::io_context& io) {
  asio::steady_timer look(io);
  while (!group.run.is_over()) {
    look.expires_after(kLook);
    co_await look.async_wait(use_awaitable);
  }
  io.stop();
}

}  // namespace

void Tally::add_change(std::uint64_t sequence) {
  if (sequence <= last_change) {
    ++doubles;
    return;
  }
  last_change = sequence;
  ++count;
  hash = (hash ^ sequence) * 0x9E3779B97F4A7C15U;
  hash ^= hash >> 29U;
}

std::vector<Arrival> run_subscribers(const SubscriberRun& run,
                                     const std::vector<Subscriber>& subscribers) {
  Group group{.run = run,
              .server = {asio::ip::address_v4::loopback(), run.port},
              .arrivals = {},
              .input = {}};
  asio::io_context io(1);
  for (const Subscriber& subscriber : subscribers) {
    asio::co_spawn(io, follow(group, subscriber), asio::detached);
  }
  asio::co_spawn(io, watch_end(group, io), asio::detached);
  io.run();
  return std::move(group.arrivals);
}

}  // namespace capexdb::bench
