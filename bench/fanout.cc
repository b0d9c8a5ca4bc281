// The same messages to the same number of subscribers by capexd, NATS JetStream and Redis
// Streams, in turns: deliveries a second, and the time from publishing to delivery.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <map>
#include <stdexcept>
#include <thread>

#include "bench/fanout_peer.h"
#include "bench/feed_events.h"
#include "bench/latency.h"
#include "bench/temporary_directory.h"

namespace capexdb::bench {
namespace {

struct Settings {
  std::string capexd;
  std::string nats = "nats-server";
  std::string redis = "redis-server";
  std::vector<std::size_t> subscribers = {1, 10, 100};
  std::size_t messages = 50'000;
  std::size_t batch = 500;
  std::size_t window = 4;
  std::size_t rounds = 3;
  std::uint64_t seed = 1;
  double wait_seconds = 120;
};

// What the process of the subscribers tells, and what it is told.
struct Shared {
  std::atomic<std::uint64_t> delivered;
  std::atomic<std::int64_t> last_ns;
  std::atomic<bool> over;
};

using PublishTimes = SharedArray<std::atomic<std::int64_t>>;  // of each batch

struct Run {
  double published_per_second = 0;
  double deliveries_per_second = 0;
  double server_cpu_seconds = 0;
  LatencySummary latency;
};

// The subscribers' side: counts, and how old the messages are that come.
int follow(Peer& peer, std::size_t subscribers, std::size_t batch, const PublishTimes& published,
           Shared& shared, const std::string& latency_file) {
  std::vector<std::size_t> counts(subscribers);
  std::vector<Latency> latencies;
  const auto on_messages = [&](std::size_t subscriber, std::size_t messages) {
    const std::int64_t now = now_ns();
    std::size_t& count = counts[subscriber];
    for (const std::size_t end = count + messages; count < end;) {
      const std::size_t number = count / batch;
      const std::size_t next = std::min(end, (number + 1) * batch);
      latencies.push_back({now - published[number].load(), next - count});
      count = next;
    }
    shared.last_ns.store(now);
    shared.delivered.fetch_add(messages);
  };
  peer.subscribe(subscribers, on_messages, [&] { return shared.over.load(); });
  write_latencies(latency_file, latencies);
  return 0;
}

Run run_peer(const PeerKind& kind, const Settings& settings, const FanoutLoad& load,
             std::size_t subscribers) {
  const TemporaryDirectory directory;
  const auto peer = kind.start(directory.path());
  const SharedArray<Shared> shared(1);
  const PublishTimes published(load.payloads.size() / load.batch + 1);
  const std::string latency_file = directory.path() + "/latency";
  ChildProcess child(
      [&] { return follow(*peer, subscribers, load.batch, published, shared[0], latency_file); });
  // Whoever is not there yet begins with the first message as well, only later.
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  const double cpu = peer->cpu_seconds();
  peer->publish(load, [&](std::size_t first) { published[first / load.batch].store(now_ns()); });
  const std::int64_t answered = now_ns();
  const std::int64_t begin = published[0].load();
  const std::uint64_t expected = load.payloads.size() * subscribers;
  const auto give_up = answered + static_cast<std::int64_t>(settings.wait_seconds * 1e9);
  while (shared[0].delivered.load() < expected) {
    if (!child.running() || now_ns() > give_up)
      throw std::runtime_error(kind.name + ": not all came");
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  Run run;
  run.server_cpu_seconds = peer->cpu_seconds() - cpu;
  shared[0].over.store(true);
  if (child.wait() != 0 || shared[0].delivered.load() != expected) {
    throw std::runtime_error(kind.name + ": more came than was sent");
  }
  const auto per_second = [&](std::uint64_t count, std::int64_t end) {
    return static_cast<double>(count) / (static_cast<double>(end - begin) * 1e-9);
  };
  run.published_per_second = per_second(load.payloads.size(), answered);
  run.deliveries_per_second = per_second(expected, shared[0].last_ns.load());
  std::vector<Latency> latencies;
  read_latencies(latency_file, latencies);
  run.latency = summarize(std::move(latencies));
  return run;
}

bool is_installed(const std::string& program) {
  return execute({program, "--version"}, "/dev/null").wait() == 0;
}

std::vector<PeerKind> peers_of(const Settings& settings) {
  std::vector<PeerKind> peers;
  for (PeerKind& kind : std::vector<PeerKind>{
           capexd_peer(settings.capexd), nats_peer(settings.nats),
           redis_peer(settings.redis, "everysec"), redis_peer(settings.redis, "always")}) {
    if (is_installed(kind.program)) {
      peers.push_back(std::move(kind));
    } else {
      std::printf("%s is skipped: %s is not installed\n", kind.name.c_str(), kind.program.c_str());
    }
  }
  return peers;
}

void print(const std::string& name, const Run& run) {
  std::printf("  %-14s %9.0f published/s %9.0f deliveries/s  %5.1f s CPU  p50 %.1f p99 %.1f ms\n",
              name.c_str(), run.published_per_second, run.deliveries_per_second,
              run.server_cpu_seconds, run.latency.p50_ms, run.latency.p99_ms);
  std::fflush(stdout);
}

// The ratios of figures of the same round.
void print_ratios(const std::vector<PeerKind>& peers,
                  const std::map<std::string, std::vector<Run>>& runs) {
  const std::vector<Run>& ours = runs.at("capexd");
  for (const PeerKind& kind : peers) {
    const std::vector<Run>& theirs = runs.at(kind.name);
    if (kind.name == "capexd" || theirs.empty()) continue;
    std::vector<double> deliveries, p50, p99;
    for (std::size_t i = 0; i < ours.size(); ++i) {
      deliveries.push_back(ours[i].deliveries_per_second / theirs[i].deliveries_per_second);
      p50.push_back(ours[i].latency.p50_ms / theirs[i].latency.p50_ms);
      p99.push_back(ours[i].latency.p99_ms / theirs[i].latency.p99_ms);
    }
    std::printf("  capexd/%s: deliveries/s %.2f, p50 %.2f, p99 %.2f\n", kind.name.c_str(),
                median(deliveries), median(p50), median(p99));
  }
}

int compare(const Settings& settings) {
  FanoutLoad load{.payloads = {}, .batch = settings.batch, .window = settings.window};
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < settings.messages; ++i) {
    bytes += load.payloads.emplace_back(feed_event(settings.seed, i).SerializeAsString()).size();
  }
  const std::vector<PeerKind> peers = peers_of(settings);
  if (peers.empty() || peers[0].name != "capexd") throw std::runtime_error("no capexd to compare");
  std::printf("seed %llu: %zu messages of %zu bytes, batches of %zu, %zu on their way\n",
              static_cast<unsigned long long>(settings.seed), settings.messages,
              bytes / settings.messages, settings.batch, settings.window);
  for (const std::size_t subscribers : settings.subscribers) {
    std::printf("%zu subscribers\n", subscribers);
    std::map<std::string, std::vector<Run>> runs;
    for (std::size_t round = 0; round < settings.rounds; ++round) {
      for (std::size_t turn = 0; turn < peers.size(); ++turn) {
        const PeerKind& kind = peers[(turn + round) % peers.size()];
        const Run run = run_peer(kind, settings, load, subscribers);
        print(kind.name, run);
        runs[kind.name].push_back(run);
      }
    }
    print_ratios(peers, runs);
  }
  return 0;
}

int run(int argc, char** argv) {
  Settings settings;
  const std::string own = argv[0];
  settings.capexd = own.substr(0, own.rfind('/') + 1) + "capexd";
  CLI::App app("Fan-out of capexd beside NATS JetStream and Redis Streams");
  app.add_option("--capexd", settings.capexd, "the daemon")->capture_default_str();
  app.add_option("--nats", settings.nats, "NATS's server")->capture_default_str();
  app.add_option("--redis", settings.redis, "Redis's server")->capture_default_str();
  app.add_option("--subscribers", settings.subscribers, "how many, one after the other")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--messages", settings.messages, "of each run")->capture_default_str();
  app.add_option("--batch", settings.batch, "messages of a batch")->capture_default_str();
  app.add_option("--window", settings.window, "batches on their way")->capture_default_str();
  app.add_option("--rounds", settings.rounds, "of each count")->capture_default_str();
  app.add_option("--seed", settings.seed, "of the messages")->capture_default_str();
  app.add_option("--wait", settings.wait_seconds, "seconds for deliveries")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  raise_file_limit();
  return compare(settings);
}

}  // namespace
}  // namespace capexdb::bench

int main(int argc, char** argv) {
  try {
    return capexdb::bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
