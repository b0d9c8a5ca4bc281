#include "bench/feed_verify.h"

#include <chrono>
#include <cstdio>
#include <map>
#include <stdexcept>

#include "bench/child_process.h"

namespace capexdb::bench {
namespace {

// What a filter should have brought: that of one slot for each different filter.
class QuietPass {
 public:
  QuietPass(std::uint16_t port, std::uint64_t last_sequence, const std::vector<LoadFilter>& filters)
      : port_(port), last_sequence_(last_sequence), slots_(filters.size() + 1) {
    subscribers_.push_back({{}, &slots_[0]});  // the whole log
    std::map<std::string, std::size_t> known;
    for (const LoadFilter& filter : filters) {
      const auto [at, is_new] = known.emplace(filter.wanted.SerializeAsString(), distinct_.size());
      number_.push_back(at->second);
      if (!is_new) continue;
      distinct_.push_back(&filter);
      if (filter.has_meaning) subscribers_.push_back({filter.wanted, &slots_[distinct_.size()]});
    }
    expected_.resize(distinct_.size());
  }

  void run(double seconds) {
    const std::int64_t give_up = now_ns() + static_cast<std::int64_t>(seconds * 1e9);
    run_subscribers({.port = port_,
                     .is_over = [&] { return all_there() || now_ns() > give_up; },
                     .on_change = [this](const v1::Change& change) { note(change); }},
                    subscribers_);
    if (!all_there()) throw std::runtime_error("the quiet pass does not come to its end in time");
    const Tally& log = slots_[0].read();
    if (log.count != last_sequence_ || log.last_change != last_sequence_ || log.doubles != 0) {
      throw std::runtime_error("the log is not dense: " + std::to_string(log.count) +
                               " changes up to " + std::to_string(log.last_change));
    }
  }

  Tally expected(std::size_t subscriber) const {
    const std::size_t number = number_[subscriber];
    return distinct_[number]->has_meaning ? slots_[number + 1].read() : expected_[number];
  }

 private:
  bool all_there() const {
    for (const Subscriber& subscriber : subscribers_) {
      if (subscriber.slot->read().position < last_sequence_) return false;
    }
    return true;
  }

  // Every subscription of the pass comes by here; the log's own is the first to have each.
  void note(const v1::Change& change) {
    if (change.sequence() != noted_ + 1) return;
    noted_ = change.sequence();
    const FeedFacts facts = facts_of(change.event());
    for (std::size_t i = 0; i < distinct_.size(); ++i) {
      if (!distinct_[i]->has_meaning && takes(*distinct_[i], facts)) {
        expected_[i].add_change(change.sequence());
      }
    }
  }

  std::uint16_t port_;
  std::uint64_t last_sequence_;
  SharedArray<TallySlot> slots_;
  std::vector<Subscriber> subscribers_;
  std::vector<const LoadFilter*> distinct_;
  std::vector<std::size_t> number_;  // of each filter, among the distinct ones
  std::vector<Tally> expected_;
  std::uint64_t noted_ = 0;
};

}  // namespace

std::string to_string(const Findings& findings) {
  char text[256];
  const auto number = [](std::uint64_t count) { return static_cast<unsigned long long>(count); };
  std::snprintf(text, sizeof text,
                "%llu subscribers, %llu deliveries, %llu sessions: %llu missing, %llu surplus, "
                "%llu doubles, %llu gaps, %llu unequal: %s",
                number(findings.subscribers), number(findings.deliveries),
                number(findings.sessions), number(findings.missing), number(findings.surplus),
                number(findings.doubles), number(findings.gaps), number(findings.unequal),
                findings.good() ? "ok" : "WRONG");
  return text;
}

Findings verify(std::uint16_t port, std::uint64_t last_sequence,
                const std::vector<LoadFilter>& filters, const std::vector<Tally>& tallies,
                double seconds) {
  QuietPass pass(port, last_sequence, filters);
  pass.run(seconds);
  Findings findings;
  for (std::size_t i = 0; i < tallies.size(); ++i) {
    const Tally& had = tallies[i];
    const Tally expected = pass.expected(i);
    ++findings.subscribers;
    findings.deliveries += had.count;
    findings.sessions += had.sessions;
    findings.doubles += had.doubles;
    findings.gaps += had.gaps;
    if (had.count < expected.count) findings.missing += expected.count - had.count;
    if (had.count > expected.count) findings.surplus += had.count - expected.count;
    if (had.hash != expected.hash) ++findings.unequal;
  }
  return findings;
}

}  // namespace capexdb::bench
