#include "bench/feed_fleet.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

namespace capexdb::bench {
namespace {

std::string latency_file(const FleetOptions& options, std::size_t process) {
  return options.directory + "/latency-" + std::to_string(process);
}

}  // namespace

SubscriberFleet::SubscriberFleet(FleetOptions options, const std::vector<LoadFilter>& filters,
                                 const AckTimes& acks)
    : options_(std::move(options)),
      filters_(filters),
      acks_(acks),
      slots_(filters.size()),
      stopping_(1),
      children_(options_.processes) {}

void SubscriberFleet::launch(std::size_t process) {
  children_[process] = ChildProcess([this, process] { return follow(process); });
}

void SubscriberFleet::launch_all() {
  for (std::size_t process = 0; process < children_.size(); ++process) launch(process);
}

int SubscriberFleet::follow(std::size_t process) const {
  std::vector<Subscriber> subscribers;
  for (std::size_t i = process; i < filters_.size(); i += options_.processes) {
    subscribers.push_back({filters_[i].wanted, &slots_[i]});
  }
  const SubscriberRun run{.port = options_.port,
                          .producer_id = options_.producer_id,
                          .is_over = [this] { return stopping_[0].load(); }};
  std::vector<Latency> latencies;
  for (const Arrival& arrival : run_subscribers(run, subscribers)) {
    const std::int64_t acked = acks_[arrival.batch_number].load();
    if (acked != 0) latencies.push_back({arrival.ns - acked, arrival.changes});
  }
  write_latencies(latency_file(options_, process), latencies);
  return 0;
}

template <typename Reached>
void SubscriberFleet::await(const std::string& what, double seconds, const Reached& reached) const {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  for (;;) {
    std::size_t behind = 0;
    for (const TallySlot& slot : slots_) {
      if (slot.error() != 0) {
        throw std::runtime_error("a subscription is refused with code " +
                                 std::to_string(slot.error()));
      }
      if (!reached(slot.read())) ++behind;
    }
    if (behind == 0) return;
    if (std::chrono::steady_clock::now() > give_up) {
      throw std::runtime_error(std::to_string(behind) + " subscribers " + what + " in time");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void SubscriberFleet::await_begun(double seconds) const {
  await("have not begun", seconds, [](const Tally& tally) { return tally.sessions > 0; });
}

void SubscriberFleet::await_position(std::uint64_t sequence, double seconds) const {
  await("are not at " + std::to_string(sequence), seconds,
        [sequence](const Tally& tally) { return tally.position >= sequence; });
}

std::vector<Latency> SubscriberFleet::stop() {
  stopping_[0].store(true);
  std::vector<Latency> latencies;
  for (std::size_t process = 0; process < children_.size(); ++process) {
    if (children_[process].wait() != 0) throw std::runtime_error("a subscriber process failed");
    read_latencies(latency_file(options_, process), latencies);
  }
  return latencies;
}

double SubscriberFleet::cpu_seconds() const {
  double seconds = 0;
  for (const ChildProcess& child : children_) seconds += child.cpu_seconds();
  return seconds;
}

std::uint64_t SubscriberFleet::deliveries() const {
  std::uint64_t deliveries = 0;
  for (const TallySlot& slot : slots_) deliveries += slot.read().count;
  return deliveries;
}

std::vector<Tally> SubscriberFleet::tallies() const {
  std::vector<Tally> tallies;
  for (const TallySlot& slot : slots_) tallies.push_back(slot.read());
  return tallies;
}

}  // namespace capexdb::bench
