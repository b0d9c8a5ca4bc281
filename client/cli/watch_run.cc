#include "client/cli/watch_run.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <iostream>
#include <utility>

#include "client/cli/exit_code.h"
#include "client/cli/interrupt.h"
#include "client/cli/print.h"
#include "client/cli/watch_print.h"

namespace capexdb::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kLook = 100ms;   // for a Ctrl-C, and for a reader that has gone
constexpr auto kAckPause = 1s;  // an acknowledgement is a synced write of the server
constexpr auto kLastAck = 5s;   // for the last acknowledgement

// Whether nobody will read what is written any more.
bool reader_has_gone() {
  pollfd descriptor{STDOUT_FILENO, 0, 0};
  return poll(&descriptor, 1, 0) > 0 && (descriptor.revents & (POLLERR | POLLHUP)) != 0;
}

// What could not be written is left out, without a complaint when the program ends.
void forget_output() {
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere < 0) return;
  dup2(nowhere, STDOUT_FILENO);
  close(nowhere);
  std::cout.clear();
}

class Watch {
 public:
  Watch(const WatchPlan& plan, Subscription feed)
      : plan_(plan), feed_(std::move(feed)), done_(feed_.position()), acked_(done_) {}

  int run() {
    std::optional<int> code;
    while (!code) code = step();
    leave();
    return *code;
  }

 private:
  // The exit code, where there is a reason to end.
  std::optional<int> step() {
    if (interrupted()) return kInterrupted;
    if (reader_has_gone()) {
      forget_output();
      return kOk;
    }
    const auto item = feed_.next(after(kLook));
    tell_of_connection();
    if (!item) {
      failed_ = true;
      return report(item.error());
    }
    std::optional<int> code;
    if (*item) {
      code = std::visit([this](const auto& what) { return take(what); }, **item);
      if (wrote_) done_ = feed_.position();
    }
    acknowledge_if_due();
    return code;
  }

  std::optional<int> take(const FeedChange& change) {
    std::string lines;
    if (plan_.json) {
      auto line = json_line_of(change);
      if (!line) {
        wrote_ = false;
        return report(line.error());
      }
      lines = std::move(*line);
    } else {
      lines = text_lines_of(change, plan_.color);
    }
    if (const auto code = write(lines)) return code;
    return ++changes_ == plan_.limit ? std::optional<int>(kOk) : std::nullopt;
  }

  std::optional<int> write(const std::string& lines) {
    errno = 0;
    std::cout << lines << std::flush;
    if (std::cout) return std::nullopt;
    wrote_ = false;
    if (errno != EPIPE) return kInternal;  // main says why
    forget_output();
    return kOk;
  }

  std::optional<int> take(const FeedCaughtUp& caught_up) {
    if (caught_up.end) {
      std::cerr << "capex: the replay is over\n";
      return kOk;
    }
    if (plan_.until_caught_up) return kOk;
    std::cerr << "capex: caught up at " << caught_up.sequence << "; what follows is new\n";
    return std::nullopt;
  }

  std::optional<int> take(const FeedGap& gap) {
    std::cerr << "capex: " << gap.first << " to " << gap.last
              << " are no longer in the feed (retention); capex show still has them\n";
    return plan_.json ? write(json_line_of(gap)) : std::nullopt;
  }

  std::optional<int> take(const FeedProgress&) { return std::nullopt; }

  void tell_of_connection() {
    const auto trouble = feed_.trouble();
    if (trouble && !in_trouble_) {
      std::cerr << "capex: connection lost: " << printable(trouble->message) << "; trying again\n";
    } else if (!trouble && (in_trouble_ || feed_.reconnects() != reconnects_)) {
      std::cerr << "capex: connected again\n";
    }
    in_trouble_ = trouble.has_value();
    reconnects_ = feed_.reconnects();
  }

  bool keeps_cursor() const { return !plan_.subscription.cursor.empty(); }

  void acknowledge_if_due() {
    const auto now = std::chrono::steady_clock::now();
    if (!keeps_cursor() || done_ == acked_ || now < next_ack_at_) return;
    if (!feed_.ack(done_)) return;  // next() says why
    acked_ = done_;
    next_ack_at_ = now + kAckPause;
  }

  // What is written need not come again.
  void leave() {
    if (!keeps_cursor() || failed_) return;
    const auto settled = [&]() -> Result<bool> {
      CAPEXDB_TRY(feed_.ack(done_));
      return feed_.settle_acks(after(std::min<std::chrono::milliseconds>(kLastAck, plan_.timeout)));
    }();
    if (settled && *settled) return;
    std::cerr << "capex: cursor " << printable(plan_.subscription.cursor)
              << " is not known to stand at " << done_ << ", it stands at " << feed_.acked()
              << " or behind; what follows it comes again\n";
  }

  const WatchPlan& plan_;
  Subscription feed_;
  std::uint64_t done_;   // everything up to it is written
  std::uint64_t acked_;  // and said to be
  Deadline next_ack_at_{};
  std::uint64_t changes_ = 0;
  std::uint64_t reconnects_ = 0;
  bool in_trouble_ = false;
  bool wrote_ = true;  // what came last
  bool failed_ = false;
};

}  // namespace

int watch(const WatchPlan& plan) {
  // Nobody there is told at once: a subscription would wait for a server to come.
  if (const auto client = Client::connect(plan.client, after(plan.timeout)); !client) {
    return report(client.error());
  }
  std::signal(SIGPIPE, SIG_IGN);  // who reads lines may have enough of them
  auto feed = Subscription::open(plan.client, plan.subscription, after(plan.timeout));
  if (!feed) return report(feed.error());
  catch_interrupts();  // until then there is nothing to settle
  return Watch(plan, std::move(*feed)).run();
}

}  // namespace capexdb::cli
