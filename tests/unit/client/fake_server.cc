#include "tests/unit/client/fake_server.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

namespace capexdb::client {

using boost::asio::ip::tcp;
using boost::system::error_code;

std::optional<v1::ClientMessage> FakeConnection::read() {
  std::array<char, 65536> bytes{};
  for (;;) {
    std::string_view body;
    const auto next = reader_.next(body);
    if (!next) return std::nullopt;
    if (*next == wire::FrameReader::State::message) {
      v1::ClientMessage message;
      if (!message.ParseFromArray(body.data(), static_cast<int>(body.size()))) return std::nullopt;
      return message;
    }
    error_code error;
    const std::size_t count = socket_.read_some(boost::asio::buffer(bytes), error);
    if (error) return std::nullopt;
    reader_.append(std::string_view(bytes.data(), count));
  }
}

bool FakeConnection::send(const v1::ServerMessage& message) {
  return send_bytes(wire::frame(message));
}

bool FakeConnection::send_bytes(const std::string& bytes) {
  error_code error;
  boost::asio::write(socket_, boost::asio::buffer(bytes), error);
  return !error;
}

FakeServer::FakeServer(std::function<void(int, FakeConnection&)> serve)
    : serve_(std::move(serve)),
      acceptor_(io_, tcp::endpoint(boost::asio::ip::make_address("127.0.0.1"), 0)),
      thread_([this] { run(); }) {}

FakeServer::~FakeServer() {
  stopping_ = true;
  boost::asio::io_context io;
  tcp::socket wake(io);
  error_code error;
  wake.connect(acceptor_.local_endpoint(), error);
  thread_.join();
}

std::string FakeServer::address() const {
  return "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
}

void FakeServer::run() {
  for (int index = 0;; ++index) {
    tcp::socket socket(io_);
    error_code error;
    acceptor_.accept(socket, error);
    if (stopping_ || error) return;
    FakeConnection connection(socket);
    serve_(index, connection);
  }
}

ClientOptions options_for(const FakeServer& server) {
  ClientOptions options;
  options.server = server.address();
  options.producer_id = "test";
  options.backoff_min = std::chrono::milliseconds(1);
  options.backoff_max = std::chrono::milliseconds(2);
  return options;
}

v1::ServerMessage FakeStore::greet(const v1::ClientMessage& message) {
  hellos.push_back(message.hello());
  return welcome(last_batch, event_ids.size());
}

v1::ServerMessage FakeStore::ingest(const v1::ClientMessage& message) {
  const v1::IngestRequest& request = message.ingest();
  const std::uint64_t number = request.batch_number();
  received.push_back(number);
  v1::ServerMessage reply = ingest_reply(message.request_id(), number);
  if (number != 0 && number <= last_batch) {
    *reply.mutable_ingest() = answers[number];
    reply.mutable_ingest()->set_replayed(true);
    return reply;
  }
  if (!request.dry_run() && number != last_batch + 1) {
    return error(message.request_id(), Errc::failed_precondition, "a batch is missing");
  }
  reply.mutable_ingest()->set_accepted(static_cast<std::uint32_t>(request.events_size()));
  if (!request.dry_run()) {
    reply.mutable_ingest()->set_first_sequence(event_ids.size() + 1);
    for (const auto& event : request.events()) event_ids.push_back(event.event_id());
    reply.mutable_ingest()->set_last_sequence(event_ids.size());
    last_batch = number;
  }
  reply.mutable_ingest()->set_store_sequence(event_ids.size());
  answers[number] = reply.ingest();
  return reply;
}

}  // namespace capexdb::client
