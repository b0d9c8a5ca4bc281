// NATS JetStream: a stream in files, each message acknowledged, ordered push consumers with
// flow control. An acknowledgement does not wait for fsync: JetStream syncs now and then.
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>

#include "bench/fanout_peer.h"
#include "bench/fanout_socket.h"

namespace capexdb::bench {
namespace {

constexpr const char* kConnect =
    "CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":true,\"no_responders\":true,"
    "\"lang\":\"c++\",\"version\":\"1\"}\r\n";

std::string pub(const std::string& subject, const std::string& reply, std::string_view payload) {
  std::string text = "PUB " + subject + ' ';
  if (!reply.empty()) text += reply + ' ';
  return text.append(std::to_string(payload.size())).append("\r\n").append(payload).append("\r\n");
}

// A message as the server sends it: MSG subject sid [reply] bytes, or HMSG with the bytes of
// the headers before those of all.
struct Header {
  bool has_headers = false;
  std::string_view reply;
  std::size_t header_bytes = 0;
  std::size_t bytes = 0;
};

Header parse_header(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t begin = 0; begin < line.size();) {
    const std::size_t end = std::min(line.find(' ', begin), line.size());
    if (end > begin) words.push_back(line.substr(begin, end - begin));
    begin = end + 1;
  }
  const auto number = [](std::string_view word) {
    return static_cast<std::size_t>(std::strtoull(word.data(), nullptr, 10));
  };
  Header header;
  header.has_headers = words.at(0) == "HMSG";
  const std::size_t least = header.has_headers ? 5 : 4;
  if (words.size() < least) throw std::runtime_error("NATS: " + std::string(line));
  if (words.size() > least) header.reply = words[3];
  if (header.has_headers) header.header_bytes = number(words[words.size() - 2]);
  header.bytes = number(words.back());
  return header;
}

// Sends on with what is no message: PING is answered, an error thrown.
void take_control(std::string_view line, std::string& reply) {
  if (line.starts_with("PING")) reply += "PONG\r\n";
  if (line.starts_with("-ERR")) throw std::runtime_error("NATS: " + std::string(line));
}

class NatsPeer : public Peer {
 public:
  NatsPeer(const std::string& program, const std::string& directory) : port_(free_port()) {
    server_ = execute(
        {program, "-js", "-sd", directory + "/js", "-a", "127.0.0.1", "-p", std::to_string(port_)},
        directory + "/nats.log");
    await_port(port_, [this] { return server_.running(); });
    BlockingSocket socket(port_);
    socket.write(std::string(kConnect) + "SUB _INBOX.create 1\r\n" +
                 pub("$JS.API.STREAM.CREATE.FAN", "_INBOX.create",
                     R"({"name":"FAN","subjects":["fan"],"storage":"file","num_replicas":1,)"
                     R"("retention":"limits","discard":"old","max_msgs":-1,"max_bytes":-1,)"
                     R"("max_age":0,"max_consumers":-1})"));
    const std::string answer = read_message(socket);
    if (answer.find("\"error\"") != std::string::npos) throw std::runtime_error("NATS: " + answer);
  }

  void publish(const FanoutLoad& load, const OnPublish& on_publish) override {
    BlockingSocket socket(port_);
    socket.write(std::string(kConnect) + "SUB _INBOX.ack 1\r\n");
    std::size_t sent = 0;
    for (std::size_t answered = 0; answered < load.payloads.size(); ++answered) {
      while (sent < load.payloads.size() && sent < answered + load.batch * (load.window - 1) + 1) {
        on_publish(sent);
        std::string batch;
        const std::size_t end = std::min(sent + load.batch, load.payloads.size());
        for (; sent < end; ++sent) batch += pub("fan", "_INBOX.ack", load.payloads[sent]);
        socket.write(batch);
      }
      await_ack(socket);
    }
  }

  void subscribe(std::size_t subscribers, const OnMessages& on_messages,
                 const std::function<bool()>& is_over) override {
    std::vector<Reader> readers;
    for (std::size_t i = 0; i < subscribers; ++i) {
      const std::string inbox = "_INBOX.push" + std::to_string(i);
      const std::string request =
          R"({"stream_name":"FAN","config":{"deliver_subject":")" + inbox +
          R"(","deliver_policy":"all","ack_policy":"none","max_deliver":1,"flow_control":true,)"
          R"("idle_heartbeat":5000000000,"replay_policy":"instant","num_replicas":1,)"
          R"("mem_storage":true,"inactive_threshold":300000000000}})";
      readers.push_back({std::string(kConnect) + "SUB " + inbox + " 1\r\nSUB " + inbox +
                             ".made 2\r\n" +
                             pub("$JS.API.CONSUMER.CREATE.FAN", inbox + ".made", request),
                         [i, &on_messages](std::string_view bytes, std::string& reply) {
                           return take(bytes, reply, i, on_messages);
                         }});
    }
    run_readers(port_, std::move(readers), is_over);
  }

  double cpu_seconds() const override { return server_.cpu_seconds(); }

 private:
  static std::size_t take(std::string_view bytes, std::string& reply, std::size_t subscriber,
                          const OnMessages& on_messages) {
    std::size_t done = 0;
    std::size_t messages = 0;
    for (;;) {
      const std::size_t end = bytes.find("\r\n", done);
      if (end == std::string_view::npos) break;
      const std::string_view line = bytes.substr(done, end - done);
      if (!line.starts_with("MSG ") && !line.starts_with("HMSG ")) {
        take_control(line, reply);
        done = end + 2;
        continue;
      }
      const Header header = parse_header(line);
      if (bytes.size() < end + 2 + header.bytes + 2) break;
      const std::string_view body = bytes.substr(end + 2, header.bytes);
      done = end + 2 + header.bytes + 2;
      if (header.has_headers) {
        take_status(body, header.reply, reply);
      } else if (line.find(".made ") != std::string_view::npos) {
        if (body.find("\"error\"") != std::string_view::npos) {
          throw std::runtime_error("NATS: " + std::string(body));
        }
      } else {
        ++messages;
      }
    }
    on_messages(subscriber, messages);
    return done;
  }

  // Flow control is answered, else the server sends no more; a heartbeat may ask for it too.
  static void take_status(std::string_view body, std::string_view reply_to, std::string& reply) {
    if (!reply_to.empty()) reply += pub(std::string(reply_to), "", "");
    constexpr std::string_view kStalled = "Nats-Consumer-Stalled: ";
    const std::size_t stalled = body.find(kStalled);
    if (stalled == std::string_view::npos) return;
    const std::size_t begin = stalled + kStalled.size();
    reply += pub(std::string(body.substr(begin, body.find("\r\n", begin) - begin)), "", "");
  }

  static std::string read_message(BlockingSocket& socket) {
    for (;;) {
      const std::string line(socket.read_line());
      std::string reply;
      if (line.starts_with("MSG ")) {
        parse_header(line);
        return std::string(socket.read_line());  // JSON of one line
      }
      take_control(line, reply);
      if (!reply.empty()) socket.write(reply);
    }
  }

  static void await_ack(BlockingSocket& socket) {
    const std::string answer = read_message(socket);
    if (answer.find("\"seq\"") == std::string::npos) throw std::runtime_error("NATS: " + answer);
  }

  std::uint16_t port_;
  ChildProcess server_;
};

}  // namespace

PeerKind nats_peer(const std::string& program) {
  return {.name = "NATS", .program = program, .start = [program](const std::string& directory) {
            return std::make_unique<NatsPeer>(program, directory);
          }};
}

}  // namespace capexdb::bench
