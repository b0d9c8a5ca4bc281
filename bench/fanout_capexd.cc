#include <google/protobuf/io/coded_stream.h>

#include <stdexcept>

#include "bench/capexd_process.h"
#include "bench/fanout_peer.h"
#include "bench/fanout_socket.h"
#include "bench/feed_events.h"
#include "bench/feed_ingest.h"
#include "capexdb/producer.h"
#include "capexdb/v1/envelope.pb.h"
#include "proto/wire/frame.h"

namespace capexdb::bench {
namespace {

using google::protobuf::io::CodedInputStream;

constexpr std::uint32_t kCredit = 10'000;

std::string subscribe_messages(std::uint64_t after_sequence) {
  v1::ClientMessage hello;
  hello.set_request_id(1);
  hello.mutable_hello()->set_protocol_version(1);
  hello.mutable_hello()->set_client_name("fanout");
  v1::ClientMessage message;
  message.set_request_id(2);
  message.mutable_subscribe()->set_after_sequence(after_sequence);
  message.mutable_subscribe()->set_credit(kCredit);
  return wire::frame(hello) + wire::frame(message);
}

std::string credit_message(std::uint32_t changes) {
  v1::ClientMessage message;
  message.mutable_credit()->set_subscription(2);
  message.mutable_credit()->set_changes(changes);
  return wire::frame(message);
}

// Whether it is a Change, without taking the event apart: the other brokers' readers leave
// their payloads alone as well.
bool is_change(std::string_view message) {
  CodedInputStream in(reinterpret_cast<const std::uint8_t*>(message.data()),
                      static_cast<int>(message.size()));
  while (const std::uint32_t tag = in.ReadTag()) {
    const int field = static_cast<int>(tag >> 3U);
    if (field == v1::ServerMessage::kChangeFieldNumber) return true;
    if (field == v1::ServerMessage::kErrorFieldNumber) throw std::runtime_error("capexd: error");
    std::uint64_t number = 0;
    if ((tag & 7U) != 0) return false;
    in.ReadVarint64(&number);
  }
  return false;
}

class CapexdPeer : public Peer {
 public:
  CapexdPeer(const std::string& program, const std::string& directory)
      : daemon_(program, directory + "/store"), begin_(ingest_catalogue(daemon_.server())) {}

  void publish(const FanoutLoad& load, const OnPublish& on_publish) override {
    auto producer = Producer::open({.server = daemon_.server(), .producer_id = "fanout"},
                                   {.window = load.window, .batch_events_max = load.batch},
                                   after(std::chrono::seconds(10)));
    if (!producer) throw std::runtime_error(producer.error().message);
    std::vector<v1::Event> events(load.payloads.size());
    for (std::size_t i = 0; i < events.size(); ++i) events[i].ParseFromString(load.payloads[i]);
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (i % load.batch == 0) on_publish(i);
      if (!producer->add(std::move(events[i]))) throw std::runtime_error("capexd: cannot add");
      if (producer->has_room()) continue;
      if (const auto room = producer->make_room(after(std::chrono::seconds(60))); !room || !*room) {
        throw std::runtime_error("capexd: no room");
      }
    }
    const auto drained = producer->drain(after(std::chrono::seconds(60)));
    if (!drained || !*drained) throw std::runtime_error("capexd: no answer");
  }

  void subscribe(std::size_t subscribers, const OnMessages& on_messages,
                 const std::function<bool()>& is_over) override {
    std::vector<Reader> readers;
    for (std::size_t i = 0; i < subscribers; ++i) {
      auto used = std::make_shared<std::uint32_t>(0);
      auto frames = std::make_shared<wire::FrameReader>(std::size_t{17} << 20U);
      readers.push_back({subscribe_messages(begin_),
                         [=, &on_messages](std::string_view bytes, std::string& reply) {
                           frames->append(bytes);
                           const std::uint32_t changes = count_changes(*frames);
                           on_messages(i, changes);
                           *used += changes;
                           if (*used > kCredit / 2) reply = credit_message(std::exchange(*used, 0));
                           return bytes.size();
                         }});
    }
    run_readers(daemon_.port(), std::move(readers), is_over);
  }

  double cpu_seconds() const override { return daemon_.process().cpu_seconds(); }

 private:
  static std::uint32_t count_changes(wire::FrameReader& frames) {
    std::uint32_t changes = 0;
    for (std::string_view message;;) {
      const auto state = frames.next(message);
      if (!state) throw std::runtime_error(state.error().message);
      if (*state == wire::FrameReader::State::incomplete) break;
      if (is_change(message)) ++changes;
    }
    frames.drop();
    return changes;
  }

  CapexdProcess daemon_;
  std::uint64_t begin_;  // behind the catalogue, so that every change is a message
};

}  // namespace

PeerKind capexd_peer(const std::string& program) {
  return {.name = "capexd", .program = program, .start = [program](const std::string& directory) {
            return std::make_unique<CapexdPeer>(program, directory);
          }};
}

}  // namespace capexdb::bench
