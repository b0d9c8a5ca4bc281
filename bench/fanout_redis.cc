// Redis Streams with an append-only file: XADD in pipelines, XREAD BLOCK by each subscriber.
#include <cstdlib>
#include <optional>
#include <stdexcept>

#include "bench/fanout_peer.h"
#include "bench/fanout_socket.h"

namespace capexdb::bench {
namespace {

constexpr std::size_t kReadCount = 500;  // messages of one XREAD

std::string command(std::initializer_list<std::string_view> words) {
  std::string text = "*" + std::to_string(words.size()) + "\r\n";
  for (const std::string_view word : words) {
    text.append("$").append(std::to_string(word.size())).append("\r\n").append(word).append("\r\n");
  }
  return text;
}

// Reads values of RESP as far as the bytes go.
class RespReader {
 public:
  explicit RespReader(std::string_view bytes) : bytes_(bytes) {}

  // The next line's number behind its mark; nothing where more bytes are needed.
  std::optional<long> number(char mark) {
    const std::size_t end = bytes_.find("\r\n", at_);
    if (end == std::string_view::npos) return std::nullopt;
    if (bytes_[at_] != mark) {
      throw std::runtime_error("Redis: " + std::string(bytes_.substr(at_, end - at_)));
    }
    const long value = std::strtol(bytes_.data() + at_ + 1, nullptr, 10);
    at_ = end + 2;
    return value;
  }

  std::optional<std::string_view> text() {
    const std::optional<long> length = number('$');
    if (!length) return std::nullopt;
    const auto bytes = static_cast<std::size_t>(*length);
    if (bytes_.size() < at_ + bytes + 2) return std::nullopt;
    const std::string_view value = bytes_.substr(at_, bytes);
    at_ += bytes + 2;
    return value;
  }

  std::size_t at() const { return at_; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

struct Entries {
  std::size_t count = 0;
  std::string last_id;
  std::size_t bytes = 0;  // of the answer
};

// The answer of an XREAD of one stream, once it is whole: [[key, [[id, [field, value]] ...]]].
std::optional<Entries> parse_entries(std::string_view bytes) {
  RespReader in(bytes);
  if (!in.number('*') || !in.number('*') || !in.text()) return std::nullopt;
  const std::optional<long> count = in.number('*');
  if (!count) return std::nullopt;
  Entries entries;
  for (; entries.count < static_cast<std::size_t>(*count); ++entries.count) {
    if (!in.number('*')) return std::nullopt;
    const std::optional<std::string_view> id = in.text();
    if (!id || !in.number('*') || !in.text() || !in.text()) return std::nullopt;
    entries.last_id = *id;
  }
  entries.bytes = in.at();
  return entries;
}

std::string read_behind(std::string_view id) {
  return command(
      {"XREAD", "COUNT", std::to_string(kReadCount), "BLOCK", "0", "STREAMS", "fan", id});
}

class RedisPeer : public Peer {
 public:
  RedisPeer(const std::string& program, const std::string& fsync, const std::string& directory)
      : port_(free_port()) {
    server_ = execute(
        {program, "--port", std::to_string(port_), "--bind", "127.0.0.1", "--dir", directory,
         "--save", "", "--appendonly", "yes", "--appendfsync", fsync, "--daemonize", "no"},
        directory + "/redis.log");
    await_port(port_, [this] { return server_.running(); });
  }

  void publish(const FanoutLoad& load, const OnPublish& on_publish) override {
    BlockingSocket socket(port_);
    std::size_t sent = 0;
    for (std::size_t answered = 0; answered < load.payloads.size(); ++answered) {
      while (sent < load.payloads.size() && sent < answered + load.batch * (load.window - 1) + 1) {
        on_publish(sent);
        std::string batch;
        const std::size_t end = std::min(sent + load.batch, load.payloads.size());
        for (; sent < end; ++sent) batch += command({"XADD", "fan", "*", "e", load.payloads[sent]});
        socket.write(batch);
      }
      const std::string_view line = socket.read_line();  // $15, then the id
      if (!line.starts_with('$')) throw std::runtime_error("Redis: " + std::string(line));
      socket.read_line();
    }
  }

  void subscribe(std::size_t subscribers, const OnMessages& on_messages,
                 const std::function<bool()>& is_over) override {
    std::vector<Reader> readers;
    for (std::size_t i = 0; i < subscribers; ++i) {
      readers.push_back(
          {read_behind("0"),
           [i, &on_messages](std::string_view bytes, std::string& reply) -> std::size_t {
             const std::optional<Entries> entries = parse_entries(bytes);
             if (!entries) return 0;
             on_messages(i, entries->count);
             reply = read_behind(entries->last_id);
             return entries->bytes;
           }});
    }
    run_readers(port_, std::move(readers), is_over);
  }

  double cpu_seconds() const override { return server_.cpu_seconds(); }

 private:
  std::uint16_t port_;
  ChildProcess server_;
};

}  // namespace

PeerKind redis_peer(const std::string& program, const std::string& fsync) {
  return {.name = "Redis " + fsync,
          .program = program,
          .start = [program, fsync](const std::string& directory) {
            return std::make_unique<RedisPeer>(program, fsync, directory);
          }};
}

}  // namespace capexdb::bench
