#include "bench/feed_ingest.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

#include "bench/feed_events.h"
#include "capexdb/producer.h"

namespace capexdb::bench {
namespace {

using std::chrono::milliseconds;

template <typename T>
T or_throw(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

void or_throw(const Result<void>& result) {
  if (!result) throw std::runtime_error(result.error().message);
}

Producer open_producer(const std::string& server, const std::string& id,
                       std::size_t batch_events_max) {
  ClientOptions options;
  options.server = server;
  options.producer_id = id;
  return or_throw(
      Producer::open(options, {.batch_events_max = batch_events_max}, after(milliseconds(10'000))));
}

class Ingest {
 public:
  Ingest(const IngestPlan& plan, const AckTimes& acks)
      : plan_(plan),
        acks_(acks),
        producer_(open_producer(plan.server, kFeedProducer, plan.batch_events)) {}

  IngestOutcome run() {
    const std::int64_t begin = now_ns();
    if (plan_.rate > 0) {
      add_paced(begin);
    } else {
      add_all();
    }
    while (!or_throw(producer_.drain(after(milliseconds(20))))) take_replies();
    take_replies();
    if (answered_ != plan_.events) throw std::runtime_error("not every event is answered");
    outcome_.seconds = static_cast<double>(last_ack_ - begin) * 1e-9;
    return outcome_;
  }

 private:
  void add_all() {
    for (std::uint64_t i = 0; i < plan_.events; ++i) {
      or_throw(producer_.add(feed_event(plan_.seed, i)));
      while (!producer_.has_room()) {
        or_throw(producer_.make_room(after(milliseconds(20))));
        take_replies();
      }
    }
  }

  // A batch every 10 ms, of as many events as are due, at most.
  void add_paced(std::int64_t begin) {
    for (std::uint64_t i = 0; i < plan_.events;) {
      const double passed = static_cast<double>(now_ns() - begin) * 1e-9;
      const auto due = std::min(plan_.events, static_cast<std::uint64_t>(passed * plan_.rate));
      for (; i < due; ++i) or_throw(producer_.add(feed_event(plan_.seed, i)));
      producer_.flush();
      const Deadline next = after(milliseconds(10));
      while (!or_throw(producer_.settle(next)) && std::chrono::steady_clock::now() < next) {
      }
      take_replies();
      std::this_thread::sleep_until(next);
    }
  }

  void take_replies() {
    while (const auto answered = producer_.next_reply()) {
      const v1::IngestReply& reply = answered->reply;
      if (reply.accepted() != answered->events) throw std::runtime_error(describe(reply));
      last_ack_ = now_ns();
      acks_[reply.batch_number()].store(last_ack_);
      answered_ += answered->events;
      outcome_.last_sequence = std::max(outcome_.last_sequence, reply.store_sequence());
    }
    plan_.on_progress(answered_);
  }

  static std::string describe(const v1::IngestReply& reply) {
    return "not every event is accepted: " +
           (reply.verdicts().empty() ? "" : reply.verdicts(0).ShortDebugString());
  }

  const IngestPlan& plan_;
  const AckTimes& acks_;
  Producer producer_;
  IngestOutcome outcome_;
  std::uint64_t answered_ = 0;
  std::int64_t last_ack_ = 0;
};

}  // namespace

std::uint64_t ingest_catalogue(const std::string& server) {
  Producer producer = open_producer(server, "feed-load-catalogue", 1);
  or_throw(producer.add(feed_catalogue()));
  if (!or_throw(producer.drain(after(milliseconds(30'000))))) {
    throw std::runtime_error("no answer about the catalogue");
  }
  const auto answered = producer.next_reply();
  if (!answered || answered->reply.accepted() != 1) {
    throw std::runtime_error("the catalogue is not accepted");
  }
  return answered->reply.store_sequence();
}

IngestOutcome ingest(const IngestPlan& plan, const AckTimes& acks) {
  return Ingest(plan, acks).run();
}

}  // namespace capexdb::bench
