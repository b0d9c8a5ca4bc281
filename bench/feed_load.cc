// A daemon with many subscribers while statements come in: what they cost the ingest, how
// late changes come, what they take, and whether each got exactly what its filter takes.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "bench/child_process.h"
#include "bench/feed_runs.h"

namespace capexdb::bench {
namespace {

struct Settings {
  FeedLoadOptions load;
  FilterMix mix;
  std::size_t rounds = 3;
  double rate = 2000;
  double paced_seconds = 10;
  bool storm = false;
  std::uint64_t kills = 5;
};

struct Figures {
  std::vector<double> alone, subscribed, beside;
  std::vector<double> to_alone, to_beside;  // ratios, of the figures of one round
  std::vector<Latency> latencies;
};

void print(const char* what, const SubscribedRun& run) {
  std::printf(
      "  %s: %.0f rows/s, daemon %.1f s CPU, subscribers %.1f s; %.0f deliveries/s, the last "
      "%.2f s behind the last answer\n",
      what, run.ingest.rows_per_second, run.ingest.daemon_cpu_seconds, run.subscribers_cpu_seconds,
      run.deliveries_per_second, run.tail_seconds);
  std::printf("    opened in %.2f s, %.1f KiB of the daemon each; %s\n", run.open_seconds,
              run.idle_kib_each, to_string(run.findings).c_str());
  std::printf("    acknowledged to delivered: %s\n", to_string(summarize(run.latencies)).c_str());
}

void print(const char* what, const IngestRun& run) {
  std::printf("  %s: %.0f rows/s, daemon %.1f s CPU\n", what, run.rows_per_second,
              run.daemon_cpu_seconds);
}

// One of each kind; every other round begins with the subscribers.
bool run_round(const Settings& settings, const std::vector<LoadFilter>& filters, std::size_t round,
               Figures& figures) {
  const FeedLoadOptions& load = settings.load;
  std::printf("round %zu\n", round + 1);
  IngestRun alone;
  if (round % 2 == 0) print("without subscribers", alone = run_alone(load, {}));
  std::fflush(stdout);
  const SubscribedRun subscribed = run_subscribed(load, filters, load.events, 0);
  print("with", subscribed);
  std::fflush(stdout);
  if (round % 2 == 1) print("without subscribers", alone = run_alone(load, {}));
  const Burned burned = {
      .by_daemon = subscribed.ingest.daemon_cpu_seconds - alone.daemon_cpu_seconds,
      .by_subscribers = subscribed.subscribers_cpu_seconds};
  const IngestRun beside = run_alone(load, burned);
  print("without, beside as much work elsewhere", beside);
  std::fflush(stdout);
  figures.alone.push_back(alone.rows_per_second);
  figures.subscribed.push_back(subscribed.ingest.rows_per_second);
  figures.beside.push_back(beside.rows_per_second);
  figures.to_alone.push_back(figures.subscribed.back() / figures.alone.back());
  figures.to_beside.push_back(figures.subscribed.back() / figures.beside.back());
  figures.latencies.insert(figures.latencies.end(), subscribed.latencies.begin(),
                           subscribed.latencies.end());
  return subscribed.findings.good();
}

int measure(const Settings& settings, const std::vector<LoadFilter>& filters) {
  Figures figures;
  bool good = true;
  for (std::size_t round = 0; round < settings.rounds; ++round) {
    good = run_round(settings, filters, round, figures) && good;
  }
  if (settings.rounds > 0) {
    std::printf("medians: %.0f rows/s without, %.0f with (%.2f), %.0f beside other work (%.2f)\n",
                median(figures.alone), median(figures.subscribed), median(figures.to_alone),
                median(figures.beside), median(figures.to_beside));
    std::printf("acknowledged to delivered, all rounds: %s\n",
                to_string(summarize(std::move(figures.latencies))).c_str());
  }
  if (settings.rate > 0) {
    const auto events = static_cast<std::uint64_t>(settings.rate * settings.paced_seconds);
    std::printf("at %.0f events/s\n", settings.rate);
    const SubscribedRun paced = run_subscribed(settings.load, filters, events, settings.rate);
    print("with", paced);
    good = good && paced.findings.good();
  }
  return good ? 0 : 1;
}

int storm(const Settings& settings, const std::vector<LoadFilter>& filters) {
  const Findings findings = run_storm(settings.load, filters, settings.kills);
  std::printf("%s\n", to_string(findings).c_str());
  return findings.good() ? 0 : 1;
}

// What was not said depends on what is to be done.
void complete(Settings& settings) {
  FeedLoadOptions& load = settings.load;
  if (settings.mix.count == 0) settings.mix.count = settings.storm ? 200 : 1000;
  if (load.events == 0) load.events = settings.storm ? 200'000 : 1'000'000;
  if (load.processes == 0) load.processes = settings.storm ? 10 : 2;
}

int run(int argc, char** argv) {
  Settings settings;
  FeedLoadOptions& load = settings.load;
  load = {.batch_events = 1000, .wait_seconds = 300};
  const std::string own = argv[0];
  load.capexd = own.substr(0, own.rfind('/') + 1) + "capexd";
  CLI::App app("Subscribers of a real capexd, under load");
  app.add_option("--capexd", load.capexd, "the daemon")->capture_default_str();
  app.add_option("--subscribers", settings.mix.count, "1000; of a storm 200");
  app.add_option("--unfiltered", settings.mix.unfiltered, "of them, that take all")
      ->capture_default_str();
  app.add_option("--meanings", settings.mix.meanings_percent, "percent that ask for a meaning")
      ->capture_default_str();
  app.add_option("--processes", load.processes, "of subscribers: 2; of a storm 10");
  app.add_option("--events", load.events, "of each run: 1000000; of a storm 200000");
  app.add_option("--batch", load.batch_events, "events of a batch")->capture_default_str();
  app.add_option("--seed", load.seed, "of statements and filters")->capture_default_str();
  app.add_option("--rounds", settings.rounds, "0: only --rate")->capture_default_str();
  app.add_option("--rate", settings.rate, "paced events/s; 0: none")->capture_default_str();
  app.add_option("--paced-seconds", settings.paced_seconds, "for --rate")->capture_default_str();
  app.add_option("--wait", load.wait_seconds, "seconds for deliveries")->capture_default_str();
  app.add_flag("--storm", settings.storm, "stop and kill subscribers, kill the daemon");
  app.add_option("--kills", settings.kills, "of the daemon in a storm")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  complete(settings);
  settings.mix.seed = load.seed;
  raise_file_limit();
  const auto filters = make_filters(settings.mix);
  std::printf(
      "seed %llu: %zu subscribers (%zu take all, %u %% by meaning) in %zu processes, "
      "%llu events\n",
      static_cast<unsigned long long>(load.seed), filters.size(), settings.mix.unfiltered,
      settings.mix.meanings_percent, load.processes, static_cast<unsigned long long>(load.events));
  return settings.storm ? storm(settings, filters) : measure(settings, filters);
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
