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
  QuietPass(std::uint16_t port, const SentLog& sent, const std::vector<LoadFilter>& filters)
      : port_(port), sent_(sent), slots_(filters.size() + 1) {
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
    if (!wrong_.empty()) throw std::runtime_error("the log has " + wrong_);
    const Tally& log = slots_[0].read();
    if (log.count != sent_.last_sequence || log.last_change != sent_.last_sequence ||
        log.doubles != 0 || statements_ != sent_.statements) {
      throw std::runtime_error("the log is not what was sent: " + std::to_string(log.count) +
                               " changes up to " + std::to_string(log.last_change) + ", " +
                               std::to_string(statements_) + " statements");
    }
  }

  Tally expected(std::size_t subscriber) const {
    const std::size_t number = number_[subscriber];
    return distinct_[number]->has_meaning ? slots_[number + 1].read() : expected_[number];
  }

 private:
  bool all_there() const {
    for (const Subscriber& subscriber : subscribers_) {
      if (subscriber.slot->read().position < sent_.last_sequence) return false;
    }
    return true;
  }

  // Every subscription of the pass comes by here; the log's own is the first to have each.
  void note(const v1::Change& change) {
    if (change.sequence() != noted_ + 1) return;
    noted_ = change.sequence();
    const FeedFacts facts = facts_sent(change.event());
    for (std::size_t i = 0; i < distinct_.size(); ++i) {
      if (!distinct_[i]->has_meaning && takes(*distinct_[i], facts)) {
        expected_[i].add_change(change.sequence());
      }
    }
  }

  // Of the event as the generator makes it: the server's word for it is not taken.
  FeedFacts facts_sent(const v1::Event& told) {
    if (!told.has_measure()) return {};
    const v1::Event event = feed_event(sent_.seed, statements_++);
    // Kept for run(): what is thrown here only makes the subscriber connect again.
    if (wrong_.empty() && told.source().accession() != event.source().accession()) {
      wrong_ = told.source().accession() + " instead of " + event.source().accession();
    }
    return facts_of(event);
  }

  std::uint16_t port_;
  const SentLog sent_;
  SharedArray<TallySlot> slots_;
  std::vector<Subscriber> subscribers_;
  std::vector<const LoadFilter*> distinct_;
  std::vector<std::size_t> number_;  // of each filter, among the distinct ones
  std::vector<Tally> expected_;
  std::uint64_t noted_ = 0;
  std::uint64_t statements_ = 0;  // of the log, so far
  std::string wrong_ = {};
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

Findings verify(std::uint16_t port, const SentLog& sent, const std::vector<LoadFilter>& filters,
                const std::vector<Tally>& tallies, double seconds) {
  QuietPass pass(port, sent, filters);
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
